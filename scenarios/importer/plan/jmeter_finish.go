package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// finish makes journeys and loads of the groups.
func (j *jmeter) finish(groups []*jmxGroup) {
	var loads []draft.Load
	for _, g := range groups {
		switch {
		case len(g.steps) == 0:
			j.Scenario.Left = append(j.Scenario.Left, g.after...)
			continue
		case strings.HasPrefix(g.tag, "Setup"):
			j.Scenario.Setup = append(j.Scenario.Setup, j.calls(g)...)
			continue
		case strings.HasPrefix(g.tag, "PostThread"):
			j.Scenario.Teardown = append(j.Scenario.Teardown, j.calls(g)...)
			continue
		}
		var names []string
		journeys := j.journeys(g)
		l := g.load()
		for _, r := range journeys {
			j.Scenario.Requests = append(j.Scenario.Requests, r)
			names = append(names, r.Name)
		}
		l.Name, l.Classes = draft.Identifier(g.name), names
		loads = append(loads, l)
	}
	j.Scenario.AddLoads(loads)
	j.Scenario.Left = append(j.Scenario.Left, j.TakeNotes()...)
}

// journeys are what a group's users do: one, or several by weight where they begin
// differently.
func (j *jmeter) journeys(g *jmxGroup) []draft.Request {
	all := ways(g.steps)
	if len(all) > maxBranches {
		j.Note("", fmt.Sprintf("%s: its choices make %d journeys: %d of them are here.", g.name, len(all), maxBranches))
		all = all[:maxBranches]
	}
	var out []draft.Request
	for _, b := range all {
		if len(b.steps) == 0 {
			continue
		}
		first := b.steps[0]
		first.Weight, first.Steps, first.Total = b.weight, b.steps[1:], g.whole && len(b.steps) > 1
		if first.Think != "" {
			g.think, first.Think = first.Think, ""
		}
		out = append(out, first)
	}
	if len(out) > 0 && len(g.after) > 0 {
		last := &out[len(out)-1]
		last.After = append(last.After, g.after...)
	}
	draft.NameRequests(out, draft.MaxName)
	for i := range out { // no other group's may have the name
		for n := 2; slices.ContainsFunc(j.Scenario.Requests, func(r draft.Request) bool { return r.Name == out[i].Name }); n++ {
			out[i].Name = fmt.Sprintf("%s-%d", draft.Clipped(out[i].Name, draft.MaxJourneyName-4), n)
		}
	}
	return out
}

// maxBranches bounds the journeys that choices make.
const maxBranches = 50

// branched is one way through choices.
type branched struct {
	weight float64
	steps  []draft.Request
}

// ways makes a journey of each way through choices that the language does not
// have: those that a journey begins with, and those of several steps.
func ways(steps []draft.Request) []branched {
	out := []branched{{weight: 1}}
	for i, s := range steps {
		simple := !slices.ContainsFunc(s.Choose, func(c draft.Request) bool { return len(c.Steps) > 0 })
		if s.Choose == nil || simple && i > 0 && !slices.ContainsFunc(out, func(b branched) bool { return len(b.steps) == 0 }) {
			for k := range out {
				out[k].steps = append(out[k].steps[:len(out[k].steps):len(out[k].steps)], s)
			}
			continue
		}
		var next []branched
		for _, b := range out {
			for _, c := range s.Choose {
				inner := []branched{{weight: 1}}
				switch {
				case len(c.Steps) > 0:
					inner = ways(c.Steps)
				case !c.None:
					inner = []branched{{weight: 1, steps: []draft.Request{c}}}
				}
				for _, way := range inner {
					list := slices.Clone(way.steps)
					for n := range list {
						if list[n].Choose == nil {
							list[n].Weight = 0
						}
					}
					next = append(next, branched{b.weight * max(c.Weight, 1e-6) * way.weight, append(b.steps[:len(b.steps):len(b.steps)], list...)})
				}
			}
		}
		if out = next; len(out) > maxBranches*4 {
			out = out[:maxBranches*4]
		}
	}
	return out
}

// calls are requests of before or after, which capture nothing.
func (j *jmeter) calls(g *jmxGroup) []draft.Request {
	var out []draft.Request
	for _, r := range draft.Flat(g.steps) {
		if r.Capture != nil || strings.Contains(fmt.Sprint(*r), "{{") {
			j.Scenario.Read--
			j.Scenario.Left = append(j.Scenario.Left, fmt.Sprintf("%s %s of %q: what is sent once takes nothing from answers", r.Method, r.Path, g.name))
			continue
		}
		r.Weight, r.Checks, r.Think, r.Steps = 0, nil, "", nil
		out = append(out, *r)
	}
	return out
}

// load is when the group's users begin, and until when.
func (g *jmxGroup) load() (l draft.Load) {
	add := func(format string, args ...any) { l.Lines = append(l.Lines, fmt.Sprintf(format, args...)) }
	size := 0 // requests of an iteration
	for _, r := range draft.Flat(g.steps) {
		if !r.None {
			size++
		}
	}
	perIteration := float64(max(size, 1))
	switch {
	case g.shape != "" && perIteration == 1:
		add("shape: %q", g.shape)
	case g.rate > 0 || g.shape != "":
		if g.shape != "" {
			l.About = append(l.About, "In the original "+g.shape+" is the rate of single requests; here journeys are counted.")
		}
		rate := max(g.rate/60/perIteration, 0.001)
		if g.shape != "" && g.rate == 0 {
			rate = 1
		}
		add("rate: %s/s # journeys of %s; %d threads at most in the original", numberText(rate), draft.Count(size, "request"), g.threads)
	default:
		g.closed(&l, add, perIteration)
	}
	if (g.rate > 0 || g.shape != "") && g.constant {
		add("arrivals: constant")
	}
	switch {
	case g.hold > 0 && g.stages == "" && g.shape == "":
		add("duration: %s", spanText(g.hold))
		if g.loops > 0 && g.rate == 0 { // whichever comes first
			add("requests: %d # %d times by each of %d", g.loops*g.threads, g.loops, g.threads)
		}
	case g.hold == 0 && g.loops > 0:
		add("requests: %d # %d times by each of %d", g.loops*g.threads, g.loops, g.threads)
	case g.hold == 0:
		add("duration: 30s # in the original until it is stopped")
	}
	add("warmup: 0s # of JMeter's; with one, figures are of a target that is warm")
	return l
}

func (g *jmxGroup) closed(l *draft.Load, add func(string, ...any), perIteration float64) {
	switch {
	case g.stages != "":
		add("connections: %s", g.stages)
	default:
		add("connections: %d", min(g.threads, maxConnections))
		if g.threads > maxConnections {
			l.About = append(l.About, fmt.Sprintf("%d threads in the original.", g.threads))
		}
		if g.ramp >= time.Second && g.threads > 1 {
			add("spawn_rate: %s/s", numberText(max(float64(g.threads)/g.ramp.Seconds(), 0.001)))
		}
	}
	if g.pace > 0 {
		every := time.Duration(perIteration * 60 / g.pace * float64(time.Second))
		add("pacing: %s", spanText(every))
	}
	if g.think != "" {
		add("think: %s", g.think)
	}
}

// maxConnections is what a scenario may have.
const maxConnections = 10_000

// onceLogin makes a login of what every thread sends once, if that is one: a
// request whose answer has the token that the headers of others carry.
func (j *jmeter) onceLogin(n jmxNode, scope jmxScope) bool {
	below := n.below.nodes()
	inner := scope.with(below)
	requests := controllers(below)
	if len(requests) != 1 || !isHTTP(requests[0].tag) || j.Scenario.Login != nil {
		return false
	}
	r, why := j.sampler(requests[0], inner)
	if why != "" || len(r.Capture) != 1 || r.Params != nil || r.Query != nil || r.Bearer || strings.Contains(r.Path, "${") {
		return false
	}
	path, ok := r.Capture[0].Value.(string)
	name := r.Capture[0].Key
	if !ok || !dottedPath.MatchString(path) || !loginForms(r.Body) || !j.carried[name] {
		delete(j.captured, name)
		return false
	}
	delete(j.captured, name)
	j.count1(requests[0], true)
	j.once = name
	j.Scenario.Login = &draft.Login{
		About:  append(j.TakeNotes(), "Each thread of the original logs in once."),
		Method: r.Method, Path: r.Path, Token: strings.TrimPrefix(path, "$."), Body: r.Body,
	}
	j.Scenario.Login.Per = "worker"
	return true
}

func loginForms(b *draft.Body) bool {
	if b == nil {
		return false
	}
	w := draft.Writer{}
	w.Body(0, b)
	made := slices.ContainsFunc(generatorForms, func(s string) bool { return strings.Contains(w.Buf.String(), s) })
	return !made && (b.Form == "json" || b.Form == "form" || b.Form == "text")
}

var generatorForms = []string{"$row:", "$int:", "$uuid:", "$sequence:", "$id:", "$choice:", "$join:", "{{"}

// dottedPath is a JSON path that a login's token may have.
var dottedPath = regexp.MustCompile(`^\$(\.[A-Za-z_][\w-]*)+$`)
