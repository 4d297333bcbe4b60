package program

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// k6Load is one of the loads that a script's options make: how often a function is
// run, and what it sends.
type k6Load struct {
	draft.Load
	run   any // the function
	open  bool
	start string // when it begins
}

// options make the loads, and of thresholds objectives.
func (k *k6) options() {
	v, _ := k.globals.get("options")
	options, _ := v.(example.Pairs)
	if u, unread := v.(unknown); unread {
		k.d.Left = append(k.d.Left, fmt.Sprintf("line %d: options that are not known", u.line))
	}
	k.settings(options)
	main, _ := k.globals.get(defaultExport)
	var loads []k6Load
	if scenarios, ok := options.Get("scenarios").(example.Pairs); ok {
		for _, pair := range scenarios {
			one, _ := pair.Value.(example.Pairs)
			l := k6Load{run: main}
			l.Name = cmp.Or(draft.ClipName(draft.WordOf(pair.Key)), "load")
			if exec, ok := one.Get("exec").(string); ok && exec != "default" {
				if l.run, ok = k.globals.get(exec); !ok {
					k.d.Left = append(k.d.Left, fmt.Sprintf("the scenario %s: its function %s is not found", l.Name, exec))
					continue
				}
			}
			k.executor(&l, one)
			k.unreadKeys(&l, one)
			loads = append(loads, l)
		}
	}
	if len(loads) == 0 {
		l := k6Load{run: main}
		k.plain(&l, options)
		loads = []k6Load{l}
	}
	k.iterations(loads)
	k.thresholds(options.Get("thresholds"))
}

// iterations makes journeys of what each load's function sends.
func (k *k6) iterations(loads []k6Load) {
	flows := make([]*flow, len(loads))
	for i := range loads {
		k.timeouts = nil
		flows[i] = k.iteration(loads[i].run)
		switch l := &loads[i]; {
		case len(k.timeouts) > 1:
			l.About = append(l.About, "Requests have several timeouts there ("+strings.Join(k.timeouts, ", ")+"); a load has one: the longest.")
			l.Lines = append(l.Lines, "timeout: "+longest(k.timeouts))
		case len(k.timeouts) == 1: // what all have there
			note := ""
			if k.timeouts[0] == "60s" {
				note = " # as k6 has it"
			}
			l.Lines = append(l.Lines, "timeout: "+k.timeouts[0]+note)
		}
	}
	var added []draft.Load
	for i := range loads {
		l, f := &loads[i], flows[i]
		l.Lines = append(l.Lines, "warmup: 0s")
		name := l.Name
		if len(loads) == 1 {
			name = ""
		}
		made := k.journeyOf(f, name, 1)
		if len(made) == 0 && len(f.pending) > 0 {
			k.d.Left = append(k.d.Left, f.pending...)
		}
		switch {
		case f.pause == "":
		case l.open:
			l.About = append(l.About, "The wait at the end of an iteration is left out: requests start at their rate.")
		default:
			l.Lines = append(l.Lines, "think: "+f.pause)
		}
		switch {
		case len(made) == 0:
			continue
		case len(added) == maxLoads:
			k.d.Left = append(k.d.Left, "the scenario "+l.Name+": there are more than a scenario has loads")
			continue
		case l.start != "" && len(added) > 0 && !startsBefore(l.start, added[0].Lines):
			l.About = append(l.About, "It starts after "+l.start+" there, when "+added[0].Name+" has ended; here both begin at once, and end with "+added[0].Name+", the first.")
		case l.start != "" && len(added) > 0:
			l.Lines = append(l.Lines, "start: "+l.start)
		case l.start != "":
			l.About = append(l.About, "It starts after "+l.start+" there.")
		}
		k.d.Requests = append(k.d.Requests, made...)
		draft.NameRequests(k.d.Requests, draft.MaxName)
		for _, r := range k.d.Requests[len(k.d.Requests)-len(made):] {
			l.Classes = append(l.Classes, r.Name)
		}
		added = append(added, l.Load)
	}
	if len(added) > 1 {
		k.d.Once("All loads end with the first, " + added[0].Name + ", which is judged.")
	}
	k.d.AddLoads(added)
}

// maxLoads is how many loads a scenario has at most.
const maxLoads = 16
