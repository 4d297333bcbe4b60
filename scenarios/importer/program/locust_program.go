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

// task is one of a user's, with its share.
type task struct {
	name   string
	weight float64
	run    func() // in the flow that it is called in
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

// tasks are those of a user or a task set.
func (l *locustfile) tasks(u *instance, c *class, depth int) []task {
	if depth == 0 {
		return nil
	}
	var out []task
	for _, base := range c.node.Kids {
		if b, ok := l.eval(base, c.scope).(*class); ok {
			out = append(out, l.tasks(u, b, depth-1)...)
		}
	}
	scope := l.classScope(c)
	sequential := l.is(c, maxProgramCalls, "SequentialTaskSet", "TaskSequence")
	var own []task
	for _, n := range c.node.Block {
		weight, marked := l.marked(n, scope)
		switch {
		case marked && n.Kind == script.Function:
			own = append(own, l.method(u, n, c.scope, weight))
		case marked && n.Kind == script.Class:
			own = append(own, l.nested(u, &class{node: n, scope: scope}, weight, depth)...)
		case n.Kind == script.Assign && (n.Kids[0].Is("tasks") || n.Kids[0].Is("task_set")):
			own = append(own, l.listed(u, n.Kids[1], scope, depth)...)
		}
	}
	if sequential && len(own) > 1 {
		name, all := strings.ToLower(c.node.Text), own
		own = []task{{name, 1, func() {
			for i, t := range all {
				if t.run(); i+1 < len(all) && l.flow.pause == "" {
					l.flow.pause = l.waiting(u)
				}
			}
		}}}
	}
	return append(out, own...)
}

// marked says whether @task stands before it, and its weight.
func (l *locustfile) marked(n *script.Node, s *scope) (weight float64, ok bool) {
	if n.Kind != script.Function && n.Kind != script.Class {
		return 0, false
	}
	for _, mark := range n.Else {
		at := mark
		if mark.Kind == script.Call {
			at = mark.Kids[0]
		}
		if !l.isBase(at, s, "task", "seq_task") {
			continue
		}
		if mark.Kind == script.Call && len(mark.Kids) > 1 && !l.isBase(at, s, "seq_task") {
			v := mark.Kids[1]
			if v.Kind == script.Keyword {
				v = v.Kids[0]
			}
			if f, isNumber := numberOf(l.eval(v, s)); isNumber && f > 0 && f < 1e9 {
				weight = f
				ok = true
				continue
			}
		}
		if weight == 0 {
			weight = 1
		}
		ok = true
	}
	return weight, ok
}

func (l *locustfile) method(u *instance, n *script.Node, s *scope, weight float64) task {
	return task{taskName(n.Text), weight, func() { l.enter(&closure{n, s, u}, nil, n) }}
}

func taskName(name string) string {
	return draft.WordOf(name)
}

// nested are the tasks of a task set, which together weigh as much as it.
func (l *locustfile) nested(u *instance, c *class, weight float64, depth int) []task {
	start := len(l.onces)
	set := &instance{of: c, attributes: u.attributes, headers: u.headers}
	l.once(set, "on_start")
	u.headers = set.headers
	if len(l.onces) > start {
		l.onces[start].name = c.node.Text + ".on_start"
	}
	all := l.tasks(set, c, depth-1)
	sum := 0.0
	for _, t := range all {
		sum += t.weight
	}
	for i := range all {
		if weight != 1 || depth < maxProgramCalls-1 {
			all[i].weight *= weight / sum
		}
	}
	return all
}

// listed are tasks = [a, B] and tasks = {a: 3, B: 1}.
func (l *locustfile) listed(u *instance, n *script.Node, s *scope, depth int) []task {
	type entry struct {
		node   *script.Node
		weight float64
	}
	var entries []entry
	switch n.Kind {
	case script.List:
		for _, k := range n.Kids {
			entries = append(entries, entry{k, 1})
		}
	case script.Object:
		for _, k := range n.Kids {
			weight := 1.0
			if k.Kind == script.Pair {
				if f, ok := numberOf(l.eval(k.Kids[1], s)); ok && f > 0 && f < 1e9 {
					weight = f
				}
				entries = append(entries, entry{k.Kids[0], weight})
			}
		}
	case script.Name:
		entries = append(entries, entry{n, 1})
	}
	var out []task
	for _, e := range entries {
		switch v := l.eval(e.node, s).(type) {
		case *closure:
			out = append(out, l.method(u, v.node, v.scope, e.weight))
		case *class:
			out = append(out, l.nested(u, v, e.weight, depth)...)
		case []any: // tasks = TASKS
			for _, item := range v {
				if f, ok := item.(*closure); ok {
					out = append(out, l.method(u, f.node, f.scope, 1))
				}
			}
		default:
			l.d.Left = append(l.d.Left, fmt.Sprintf("line %d: the task %s", e.node.Line, e.node.Label()))
		}
	}
	return out
}

var locustVerbs = []string{"get", "post", "put", "patch", "delete", "head", "options", "request", "rest"}

// request is a call of a user's client.
func (l *locustfile) request(on any, verb string, n *script.Node, s *scope) (any, bool) {
	c, isClient := on.(client)
	if u, ok := on.(*instance); ok && verb == "rest" {
		c, isClient = client{u}, true
	}
	if !isClient || !slices.Contains(locustVerbs, verb) {
		return nil, false
	}
	a := l.arguments(n, s)
	o := outgoing{method: verb, has: map[string]bool{}}
	if verb == "request" || verb == "rest" {
		method, _ := a.get(0, "method").(string)
		if o.method = method; method == "" {
			o.method = "GET"
		}
		if len(a.list) > 0 {
			a.list = a.list[1:]
		}
	}
	o.url = a.get(0, "url")
	if v, ok := a.at(0, "path"); ok && o.url == nil {
		o.url = v
	}
	if verb != "get" && verb != "head" {
		o.data = a.get(1, "data")
		o.json, o.has["json"] = a.at(2, "json")
	} else {
		o.params = a.get(1, "")
		o.json, o.has["json"] = a.at(-1, "json")
	}
	if o.json == nil {
		o.has["json"] = false
	}
	if v, ok := a.named["params"]; ok {
		o.params = v
	}
	o.headers = a.named["headers"]
	o.name = a.named["name"]
	l.timed(a, n)
	for _, key := range []string{"files", "cookies", "auth", "stream", "hooks", "cert", "proxies"} {
		if v, ok := a.named[key]; ok && v != nil && v != false {
			o.notes = append(o.notes, fmt.Sprintf("line %d: %s= is not taken over", n.Line, key))
		}
	}
	return l.send(n, o, c.of.headers), true
}

// toolCall are functions of Locust and time.
func (l *locustfile) toolCall(path string, n *script.Node, s *scope) (any, bool) {
	switch path {
	case "time.sleep", "gevent.sleep":
		l.flow.pause = pauseOf(l.arguments(n, s).get(0, ""))
		return nil, true
	case "requests.get", "requests.post", "requests.put", "requests.delete":
		l.note(n.Line, "%s is not of the load test's client", path)
		return nil, false
	case "open":
		if name, ok := l.arguments(n, s).get(0, "file").(string); ok {
			return fileText{name}, true
		}
	case "csv.DictReader", "json.load", "pandas.read_csv", "pandas.read_parquet":
		return l.rowsOf(l.arguments(n, s).get(0, "filepath_or_buffer"), n), true
	}
	return nil, false
}
