package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// finish makes journeys and loads of the groups.
func (j *jmeter) finish(groups []*jmxGroup) {
	var loads []draftLoad
	for _, g := range groups {
		switch {
		case len(g.steps) == 0:
			j.d.left = append(j.d.left, g.after...)
			continue
		case strings.HasPrefix(g.tag, "Setup"):
			j.d.setup = append(j.d.setup, j.calls(g)...)
			continue
		case strings.HasPrefix(g.tag, "PostThread"):
			j.d.teardown = append(j.d.teardown, j.calls(g)...)
			continue
		}
		var names []string
		journeys := j.journeys(g)
		l := g.load()
		for _, r := range journeys {
			j.d.requests = append(j.d.requests, r)
			names = append(names, r.name)
		}
		l.name, l.classes = identifier(g.name), names
		loads = append(loads, l)
	}
	j.d.addLoads(loads)
	j.d.left = append(j.d.left, j.takeNotes()...)
}

// journeys are what a group's users do: one, or several by weight where they begin
// differently.
func (j *jmeter) journeys(g *jmxGroup) []draftRequest {
	all := ways(g.steps)
	if len(all) > maxBranches {
		j.note("", fmt.Sprintf("%s: its choices make %d journeys: %d of them are here.", g.name, len(all), maxBranches))
		all = all[:maxBranches]
	}
	var out []draftRequest
	for _, b := range all {
		if len(b.steps) == 0 {
			continue
		}
		first := b.steps[0]
		first.weight, first.steps, first.total = b.weight, b.steps[1:], g.whole && len(b.steps) > 1
		if first.think != "" {
			g.think, first.think = first.think, ""
		}
		out = append(out, first)
	}
	if len(out) > 0 && len(g.after) > 0 {
		last := &out[len(out)-1]
		last.after = append(last.after, g.after...)
	}
	nameRequests(out, maxName)
	for i := range out { // no other group's may have the name
		for n := 2; slices.ContainsFunc(j.d.requests, func(r draftRequest) bool { return r.name == out[i].name }); n++ {
			out[i].name = fmt.Sprintf("%s-%d", clipped(out[i].name, maxJourneyName-4), n)
		}
	}
	return out
}

// maxBranches bounds the journeys that choices make.
const maxBranches = 50

// branched is one way through choices.
type branched struct {
	weight float64
	steps  []draftRequest
}

// ways makes a journey of each way through choices that the language does not
// have: those that a journey begins with, and those of several steps.
func ways(steps []draftRequest) []branched {
	out := []branched{{weight: 1}}
	for i, s := range steps {
		simple := !slices.ContainsFunc(s.choose, func(c draftRequest) bool { return len(c.steps) > 0 })
		if s.choose == nil || simple && i > 0 && !slices.ContainsFunc(out, func(b branched) bool { return len(b.steps) == 0 }) {
			for k := range out {
				out[k].steps = append(out[k].steps[:len(out[k].steps):len(out[k].steps)], s)
			}
			continue
		}
		var next []branched
		for _, b := range out {
			for _, c := range s.choose {
				inner := []branched{{weight: 1}}
				switch {
				case len(c.steps) > 0:
					inner = ways(c.steps)
				case !c.none:
					inner = []branched{{weight: 1, steps: []draftRequest{c}}}
				}
				for _, way := range inner {
					list := slices.Clone(way.steps)
					for n := range list {
						if list[n].choose == nil {
							list[n].weight = 0
						}
					}
					next = append(next, branched{b.weight * max(c.weight, 1e-6) * way.weight, append(b.steps[:len(b.steps):len(b.steps)], list...)})
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
func (j *jmeter) calls(g *jmxGroup) []draftRequest {
	var out []draftRequest
	for _, r := range flat(g.steps) {
		if r.capture != nil || strings.Contains(fmt.Sprint(*r), "{{") {
			j.d.read--
			j.d.left = append(j.d.left, fmt.Sprintf("%s %s of %q: what is sent once takes nothing from answers", r.method, r.path, g.name))
			continue
		}
		r.weight, r.checks, r.think, r.steps = 0, nil, "", nil
		out = append(out, *r)
	}
	return out
}

// load is when the group's users begin, and until when.
func (g *jmxGroup) load() (l draftLoad) {
	add := func(format string, args ...any) { l.lines = append(l.lines, fmt.Sprintf(format, args...)) }
	size := 0 // requests of an iteration
	for _, r := range flat(g.steps) {
		if !r.none {
			size++
		}
	}
	perIteration := float64(max(size, 1))
	switch {
	case g.shape != "" && perIteration == 1:
		add("shape: %q", g.shape)
	case g.rate > 0 || g.shape != "":
		if g.shape != "" {
			l.about = append(l.about, "In the original "+g.shape+" is the rate of single requests; here journeys are counted.")
		}
		rate := max(g.rate/60/perIteration, 0.001)
		if g.shape != "" && g.rate == 0 {
			rate = 1
		}
		add("rate: %s/s # journeys of %s; %d threads at most in the original", numberText(rate), countOf(size, "request"), g.threads)
	default:
		g.closed(&l, add, perIteration)
	}
	if g.rate > 0 && g.constant {
		add("arrivals: constant")
	}
	switch {
	case g.hold > 0 && g.stages == "" && g.shape == "":
		add("duration: %s", spanText(g.hold))
	case g.hold == 0 && g.loops > 0:
		add("requests: %d # %d times by each of %d", g.loops*g.threads, g.loops, g.threads)
	case g.hold == 0:
		add("duration: 30s # in the original until it is stopped")
	}
	add("warmup: 0s # of JMeter's; with one, figures are of a target that is warm")
	return l
}

func (g *jmxGroup) closed(l *draftLoad, add func(string, ...any), perIteration float64) {
	switch {
	case g.stages != "":
		add("connections: %s", g.stages)
	default:
		add("connections: %d", min(g.threads, maxConnections))
		if g.threads > maxConnections {
			l.about = append(l.about, fmt.Sprintf("%d threads in the original.", g.threads))
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
	if len(requests) != 1 || !isHTTP(requests[0].tag) || j.d.login != nil {
		return false
	}
	r, why := j.sampler(requests[0], inner)
	if why != "" || len(r.capture) != 1 || r.params != nil || r.query != nil || r.bearer || strings.Contains(r.path, "${") {
		return false
	}
	path, ok := r.capture[0].Value.(string)
	name := r.capture[0].Key
	if !ok || !dottedPath.MatchString(path) || !loginForms(r.body) || !j.carried[name] {
		delete(j.captured, name)
		return false
	}
	delete(j.captured, name)
	j.count1(requests[0], true)
	j.once = name
	j.d.login = &draftLogin{
		about:  append(j.takeNotes(), "Each thread of the original logs in once."),
		method: r.method, path: r.path, token: strings.TrimPrefix(path, "$."), body: r.body,
	}
	j.d.login.per = "worker"
	return true
}

func loginForms(b *draftBody) bool {
	if b == nil {
		return false
	}
	w := yamlWriter{}
	w.body(0, b)
	made := slices.ContainsFunc(generatorForms, func(s string) bool { return strings.Contains(w.buf.String(), s) })
	return !made && (b.form == "json" || b.form == "form" || b.form == "text")
}

var generatorForms = []string{"$row:", "$int:", "$uuid:", "$sequence:", "$id:", "$choice:", "$join:", "{{"}

// dottedPath is a JSON path that a login's token may have.
var dottedPath = regexp.MustCompile(`^\$(\.[A-Za-z_][\w-]*)+$`)
