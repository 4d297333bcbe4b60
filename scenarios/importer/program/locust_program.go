package program

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// fromLocustfile makes a scenario of a locustfile. Each task is a request, or a
// journey of several; users are clients that wait between their tasks.
func fromLocustfile(raw []byte, o draft.Options) ([]byte, error) {
	block, err := script.Python(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: no Python that can be read: %w", o.Source, err)
	}
	return withData(o, func(o draft.Options) ([]byte, error) { return locustScenario(block, raw, o) })
}

func locustScenario(block []*script.Node, raw []byte, o draft.Options) ([]byte, error) {
	d := &draft.Scenario{About: []string{fmt.Sprintf("A starting point, made of the locustfile %s.", o.Source)}}
	l := &locustfile{program: newProgram(d, raw, o)}
	l.tool, l.perUser = l.toolCall, true
	l.toClient = l.request
	l.source = block
	l.block(block, l.globals)
	l.users()
	l.shape()
	return l.finish(o)
}

// locustfile is the program of a locustfile.
type locustfile struct {
	*program
	load     draft.Load
	timeouts []string // of requests
	network  string   // the timeout of those that say none
}

// taskWords are bases of classes that the tool has.
func (p *program) isBase(n *script.Node, s *scope, words ...string) bool {
	path := n.Path()
	if v, ok := p.eval(n, s).(module); ok {
		path = string(v)
	}
	return slices.Contains(words, path[strings.LastIndexByte(path, '.')+1:])
}

// is says whether a class is made of one of these.
func (l *locustfile) is(c *class, depth int, words ...string) bool {
	if depth == 0 {
		return false
	}
	for _, base := range c.node.Kids {
		if b, ok := l.eval(base, c.scope).(*class); ok {
			if l.is(b, depth-1, words...) {
				return true
			}
			continue
		}
		if l.isBase(base, c.scope, words...) {
			return true
		}
	}
	return false
}

// users makes requests of all tasks of all kinds of users.
func (l *locustfile) users() {
	type user struct {
		*instance
		weight float64
		tasks  []task
	}
	var all []user
	for _, name := range l.declared(script.Class) {
		v, _ := l.globals.get(name)
		c, ok := v.(*class)
		if !ok || !l.is(c, maxProgramCalls, "HttpUser", "FastHttpUser", "HttpLocust", "FastHttpLocust", "User") {
			continue
		}
		if abstract, _ := l.classValue(c, "abstract", 1); abstract == true {
			continue
		}
		u := user{instance: &instance{of: c, attributes: map[string]any{}}, weight: l.numberOr(c, "weight", 1)}
		l.once(u.instance, "on_start")
		u.tasks = l.tasks(u.instance, c, maxProgramCalls)
		if len(u.tasks) > 0 {
			all = append(all, u)
		}
	}
	var flows []*flow
	var names []string
	var weights []float64
	sums := make([]float64, len(all))
	for i, u := range all {
		for _, t := range u.tasks {
			sums[i] += t.weight
		}
	}
	times := common(sums)
	for i, u := range all {
		for _, t := range u.tasks {
			f := l.within(&flow{}, t.run)
			l.countOrigins(f)
			share := t.weight
			if len(all) > 1 {
				share = t.weight * times / sums[i] * u.weight
			}
			flows, names, weights = append(flows, f), append(names, t.name), append(weights, share)
		}
		l.once(u.instance, "on_stop")
		if host, ok := l.classValue(u.of, "host", maxProgramCalls); ok {
			l.hosted(host)
		}
	}
	if len(all) == 0 { // what users send at their start is all there is
		for _, f := range l.onces {
			l.countOrigins(f.flow)
			flows, names, weights = append(flows, f.flow), append(names, taskName(f.name)), append(weights, 1)
		}
		l.onces = nil
	}
	if !l.bearers(flows) {
		l.cookieLogin()
	}
	if n := len(l.onces); l.d.Login != nil && len(all) > 1 && n > 0 {
		var of []string
		for _, f := range l.onces {
			if slices.ContainsFunc(f.flow.sent, func(x *sending) bool { return x.request.Name == loginMark }) && !slices.Contains(of, f.user) {
				of = append(of, f.user)
			}
		}
		if len(of) > 0 && len(of) < len(all) {
			l.d.Login.About = append(l.d.Login.About, "Only users of "+strings.Join(of, ", ")+" log in there; here all clients do.")
		}
	}
	simplified(weights)
	for i, f := range flows {
		made := l.journeyOf(f, names[i], math.Round(weights[i]*1e4)/1e4)
		if len(made) == 0 && len(f.pending) > 0 {
			l.d.Left = append(l.d.Left, slices.Concat([]string{names[i] + ": no request that can be read"}, f.pending)...)
		}
		l.d.Requests = append(l.d.Requests, made...)
	}
	for _, u := range all {
		l.settings(u.of)
	}
	l.load.About = append(l.load.About, "Users of Locust are clients that wait for their answers.")
	for i, u := range all {
		wait, line := l.waitOf(u.instance)
		if i == 0 {
			if line != "" {
				l.load.Lines = append(l.load.Lines, line)
			}
		} else if first, _ := l.waitOf(all[0].instance); first != wait {
			l.load.About = append(l.load.About, fmt.Sprintf("%s waits otherwise: %s. Here all clients wait alike.", u.of.node.Text, wait))
		}
	}
	if len(all) > 1 {
		l.load.About = append(l.load.About, "Shares are those of the kinds of users and of their tasks, as if all were as fast.")
	}
}

// bearers says whether some request carries a token.
func (l *locustfile) bearers(flows []*flow) bool {
	return slices.ContainsFunc(flows, func(f *flow) bool {
		return slices.ContainsFunc(f.sent, func(x *sending) bool { return x.request.Bearer })
	})
}

// declared are the names that the file declares, in its order.
func (l *locustfile) declared(kind script.Kind) []string {
	type named struct {
		name string
		line int
	}
	var all []named
	for name, v := range l.globals.names {
		if c, ok := v.(*class); ok && c.node.Kind == kind && c.node.Text == name {
			all = append(all, named{name, c.node.Line})
		}
	}
	slices.SortFunc(all, func(a, b named) int { return a.line - b.line })
	var out []string
	for _, n := range all {
		out = append(out, n.name)
	}
	return out
}

func (l *locustfile) numberOr(c *class, name string, preset float64) float64 {
	v, _ := l.classValue(c, name, maxProgramCalls)
	if f, ok := numberOf(v); ok && f > 0 && f < 1e9 {
		return f
	}
	return preset
}

// hosted notes where the users' host is.
func (l *locustfile) hosted(host any) {
	if at, ok := host.(envValue); ok && at.fallback != nil {
		host = *at.fallback
	}
	if s, ok := host.(string); ok && strings.HasPrefix(s, "http") && len(l.origins) == 0 {
		l.origins[strings.TrimRight(s, "/")]++
	}
}

// once takes what each user sends once: its login, or requests that are setup
// here.
func (l *locustfile) once(u *instance, name string) {
	v, ok := l.classValue(u.of, name, maxProgramCalls)
	f, isMethod := v.(*closure)
	if !ok || !isMethod {
		return
	}
	sent := l.within(&flow{once: true}, func() { l.enter(&closure{f.node, f.scope, u}, nil, f.node) })
	l.onces = append(l.onces, onceFlow{name, sent, u.of.node.Text})
}
