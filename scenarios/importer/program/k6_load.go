package program

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

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

// addOnce makes setup or teardown of what is sent once.
func (p *program) addOnce(f onceFlow) {
	for _, x := range f.flow.sent {
		if user, password := "", ""; p.perUser && x.request.Body != nil && x.request.Name != loginMark && !strings.HasSuffix(f.name, "stop") {
			if user, password = credentialNames(x.request.Body); user != "" && password != "" {
				p.d.Left = append(p.d.Left, fmt.Sprintf("line %d: another login, %s %s: a scenario has one", x.line, x.request.Method, x.request.Path))
				x.request.Name = loginMark
				p.sites[x.site] = unreadSite
			}
		}
	}
	made := p.requestsOf(f.flow, "")
	for i := range made {
		if made[i].Choose != nil {
			continue
		}
		if made[i].Think = ""; strings.HasPrefix(f.name, "on_") || strings.Contains(f.name, ".on_") {
			made[i].About = append(made[i].About, f.name+" of each user, sent once here.")
		}
		if strings.HasSuffix(f.name, "stop") || f.name == "teardown" {
			p.d.Teardown = append(p.d.Teardown, once(made[i]))
		} else {
			p.d.Setup = append(p.d.Setup, once(made[i]))
		}
	}
}

// once is a request of setup or teardown, which have neither checks nor captures.
func once(r draft.Request) draft.Request {
	if len(r.Checks)+len(r.Capture) > 0 {
		r.After = append(r.After, "Nothing but its status is looked at.")
	}
	r.Checks, r.Capture = nil, nil
	return r
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

// longest is that of several times.
func longest(all []string) string {
	most, out := time.Duration(-1), ""
	for _, s := range all {
		if d, err := time.ParseDuration(s); err == nil && d > most {
			most, out = d, s
		}
	}
	return out
}

// startsBefore says whether a load may start then: while the first one, whose lines these are, goes on.
func startsBefore(start string, lines []string) bool {
	at, err := time.ParseDuration(start)
	for _, line := range lines {
		text, is := strings.CutPrefix(line, "duration: ")
		text, _, _ = strings.Cut(text, " ")
		if d, err := time.ParseDuration(text); is && err == nil {
			return at < d
		}
		for _, key := range []string{"connections: ", "shape: "} {
			if text, is := strings.CutPrefix(line, key); is && strings.Contains(text, "stages(") {
				var sum time.Duration
				for _, m := range stageForm.FindAllStringSubmatch(text, -1) {
					d, _ := time.ParseDuration(m[1])
					sum += d
				}
				return at < sum
			}
		}
	}
	return err == nil && at < 30*time.Second
}

var stageForm = regexp.MustCompile(`([0-9hms.]+):[0-9.]+`)

// maxLoads is how many loads a scenario has at most.
const maxLoads = 16

// plain are the options vus, duration, iterations and stages.
func (k *k6) plain(l *k6Load, options example.Pairs) {
	vus, hasUsers := numberOf(options.Get("vus"))
	if !hasUsers || vus < 1 {
		vus = 1
	}
	if stages, ok := options.Get("stages").([]any); ok && len(stages) > 0 {
		k.users(l, vus, hasUsers, stages)
		return
	}
	l.Lines = append(l.Lines, "connections: "+whole64(vus))
	iterations, counted := numberOf(options.Get("iterations"))
	if d, ok := k6Duration(options.Get("duration")); ok {
		l.Lines = append(l.Lines, "duration: "+d)
	} else if !counted {
		l.Lines = append(l.Lines, "duration: 30s # the original does not say")
	}
	if counted && iterations >= 1 {
		l.Lines = append(l.Lines, "requests: "+whole64(iterations)+" # journeys")
	}
	if rps, ok := numberOf(options.Get("rps")); ok {
		l.About = append(l.About, fmt.Sprintf("rps: %s, at most so many requests per second, is not taken over.", whole64(rps)))
	}
}

// users are clients that come and go.
func (k *k6) users(l *k6Load, start float64, hasStart bool, stages []any) {
	var parts []string
	if hasStart && start > 0 {
		parts = []string{"0s:" + whole64(start)}
	}
	text, ok := k.stages(parts, stages, 1)
	switch {
	case !ok:
		l.About = append(l.About, "Its stages are not known.")
		l.Lines = append(l.Lines, "connections: "+whole64(max(1, start)), "duration: 30s")
	default:
		l.Lines = append(l.Lines, connectionsOver(text)...)
	}
}

// stages are numbers over time, divided by a unit of time.
func (k *k6) stages(parts []string, list []any, unit float64) (text string, ok bool) {
	most := 0.0
	for _, v := range list {
		stage, isObject := v.(example.Pairs)
		d, ok1 := k6Duration(stage.Get("duration"))
		target, ok2 := numberOf(stage.Get("target"))
		if !isObject || !ok1 || !ok2 || target < 0 || len(parts) > maxFlow {
			return "", false
		}
		target = math.Round(target/unit*1e3) / 1e3
		most = math.Max(most, target)
		parts = append(parts, d+":"+strconv.FormatFloat(target, 'f', -1, 64))
	}
	return "stages(" + strings.Join(parts, ", ") + ")", most > 0
}

func whole64(f float64) string {
	return strconv.FormatInt(int64(math.Min(math.Max(0, math.Round(f)), 1e9)), 10)
}

// k6Duration is a time as the language writes it; a number is of milliseconds.
func k6Duration(v any) (string, bool) {
	if f, ok := numberOf(v); ok && f > 0 && f < 1e12 {
		return seconds(f / 1000), true
	}
	s, ok := v.(string)
	if at, isEnv := v.(envValue); isEnv && at.fallback != nil {
		s, ok = *at.fallback, true
	}
	if !ok {
		return "", false
	}
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if days, rest, has := strings.Cut(s, "d"); has {
		n, err := strconv.Atoi(days)
		if err != nil || n > 365 {
			return "", false
		}
		s = strconv.Itoa(n*24) + "h" + rest
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > 365*24*time.Hour {
		return "", false
	}
	return durationText(d), true
}

// durationText is 1m30s, without what is zero.
func durationText(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// executor is a scenario of k6.
func (k *k6) executor(l *k6Load, one example.Pairs) {
	number := func(name string, preset float64) float64 {
		v := one.Get(name)
		if at, ok := v.(envValue); ok && at.fallback != nil {
			if f, err := strconv.ParseFloat(*at.fallback, 64); err == nil {
				return f
			}
		}
		if f, ok := numberOf(v); ok && f >= 0 {
			return f
		}
		return preset
	}
	duration := func(name, preset string) string {
		if d, ok := k6Duration(one.Get(name)); ok {
			return d
		}
		return preset
	}
	unit := 1.0
	if d, ok := k6Duration(one.Get("timeUnit")); ok {
		if t, err := time.ParseDuration(d); err == nil && t > 0 {
			unit = t.Seconds()
		}
	}
	stages, _ := one.Get("stages").([]any)
	kind, _ := one.Get("executor").(string)
	switch kind {
	case "constant-vus":
		l.Lines = append(l.Lines, "connections: "+whole64(max(1, number("vus", 1))), "duration: "+duration("duration", "30s"))
	case "ramping-vus":
		k.users(l, number("startVUs", 1), true, stages)
	case "shared-iterations", "per-vu-iterations":
		vus, n := max(1, number("vus", 1)), max(1, number("iterations", 1))
		if kind == "per-vu-iterations" {
			n *= vus
		}
		l.Lines = append(l.Lines, "connections: "+whole64(vus), "requests: "+whole64(n)+" # journeys", "duration: "+duration("maxDuration", "10m"))
	case "constant-arrival-rate":
		l.open = true
		l.Lines = append(l.Lines, "rate: "+rateText(number("rate", 1), unit), "duration: "+duration("duration", "30s"))
	case "ramping-arrival-rate":
		l.open = true
		start := "0s:" + strconv.FormatFloat(math.Round(number("startRate", 0)/unit*1e3)/1e3, 'f', -1, 64)
		text, ok := k.stages([]string{start}, stages, unit)
		if !ok {
			l.About = append(l.About, "Its stages are not known.")
			l.Lines = append(l.Lines, "rate: 20/s", "duration: 30s")
			break
		}
		l.Lines = append(l.Lines, "shape: "+example.Scalar(text))
	default:
		l.About = append(l.About, fmt.Sprintf("The executor of %s is not taken over.", l.Name))
		l.Lines = append(l.Lines, "connections: 1", "duration: 30s")
	}
	if l.open {
		l.Lines = append(l.Lines, "arrivals: constant")
		if vus := number("maxVUs", number("preAllocatedVUs", 0)); vus >= 1 {
			l.Lines = append(l.Lines, "connections: "+whole64(vus)+" # most in flight, as VUs there")
		}
	}
	if at, ok := k6Duration(one.Get("startTime")); ok && at != "0s" {
		l.start = at
	}
}

// rateText is a rate of so many in a time of so many seconds.
func rateText(n, unit float64) string {
	if unit == 60 {
		return strconv.FormatFloat(n, 'f', -1, 64) + "/m"
	}
	return strconv.FormatFloat(math.Max(math.Round(n/unit*1e3)/1e3, 0.001), 'f', -1, 64) + "/s"
}

// connectionsOver are clients over time.
func connectionsOver(text string) []string {
	return []string{"connections: " + example.Scalar(text)}
}
