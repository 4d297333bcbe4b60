package program

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
	"github.com/mlbench/mlbench/targets"
)

// FromK6 makes a scenario of a script of k6: what its function sends in one
// iteration is a journey, which its options let clients repeat.
func FromK6(raw []byte, o draft.Options) ([]byte, error) {
	block, err := script.JavaScript(raw)
	if err != nil {
		hint := ""
		if strings.HasSuffix(o.Source, ".ts") {
			hint = " (of TypeScript the types have to go first: esbuild " + o.Source + " --format=esm)"
		}
		return nil, fmt.Errorf("%s: no JavaScript that can be read: %w%s", o.Source, err, hint)
	}
	return withData(o, func(o draft.Options) ([]byte, error) { return k6Scenario(block, raw, o) })
}

func k6Scenario(block []*script.Node, raw []byte, o draft.Options) ([]byte, error) {
	d := &draft.Scenario{About: []string{fmt.Sprintf("A starting point, made of the k6 script %s.", o.Source)}}
	k := &k6{program: newProgram(d, raw, o)}
	k.tool = k.toolCall
	k.toClient = k.request
	k.source = block
	k.block(block, k.globals)
	if v, ok := k.globals.get("handleSummary"); ok {
		if f, isFunction := v.(*closure); isFunction {
			d.Left = append(d.Left, fmt.Sprintf("line %d: handleSummary: reports are --export and mlbench report", f.node.Line))
		}
	}
	k.once("setup")
	k.options()
	k.once("teardown")
	for _, f := range k.onces {
		k.addOnce(f)
	}
	return k.finish(o)
}

// k6 is the program of a script of k6.
type k6 struct {
	*program
	data     any      // what setup returned
	agent    string   // User-Agent of all requests
	timeouts []string // of the requests of an iteration
}

// once takes what setup or teardown send.
func (k *k6) once(name string) {
	v, _ := k.globals.get(name)
	f, ok := v.(*closure)
	if !ok {
		return
	}
	sent := k.within(&flow{once: true}, func() {
		v := k.enter(f, []any{k.data}, f.node)
		if name == "setup" {
			k.data = v
		}
	})
	k.countOrigins(sent)
	k.onces = append(k.onces, onceFlow{name: name, flow: sent})
}

// iteration is what a function sends.
func (k *k6) iteration(f any) *flow {
	c, ok := f.(*closure)
	if !ok {
		return &flow{}
	}
	sent := k.within(&flow{}, func() { k.enter(c, []any{k.data}, c.node) })
	k.countOrigins(sent)
	return sent
}

var k6Verbs = map[string]string{
	"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE", "head": "HEAD", "options": "OPTIONS", "request": "", "asyncRequest": "",
}

// request is a call of k6/http.
func (k *k6) request(on any, verb string, n *script.Node, s *scope) (any, bool) {
	if on != module("k6/http") {
		return nil, false
	}
	if verb == "batch" {
		return k.batch(n, s), true
	}
	method, ok := k6Verbs[verb]
	if !ok {
		return nil, false
	}
	args := k.arguments(n, s).list
	if method == "" {
		if len(args) == 0 {
			return unreadable(n), true
		}
		method, _ = args[0].(string)
		args = args[1:]
	}
	if method == "GET" && verb != "request" || method == "HEAD" && verb == "head" {
		args = slices.Insert(slices.Clone(args), min(1, len(args)), any(nil)) // no body
	}
	return k.sends(n, method, args), true
}

// sends is a request of URL, body and parameters.
func (k *k6) sends(n *script.Node, method string, args []any) any {
	a := arguments{list: args}
	o := outgoing{method: method, url: a.get(0, ""), data: a.get(1, ""), has: map[string]bool{}}
	if !targets.Token(method) {
		o.url = unknown{line: n.Line, label: "its method"}
	}
	params, ok := a.get(2, "").(example.Pairs)
	if u, unread := a.get(2, "").(unknown); unread && !ok {
		o.notes = append(o.notes, fmt.Sprintf("line %d: its parameters are not known: %s", n.Line, u.label))
	}
	timeout := ""
	for _, pair := range params {
		switch pair.Key {
		case "headers":
			o.headers = pair.Value
		case "tags":
			tags, _ := pair.Value.(example.Pairs)
			o.name = tags.Get("name")
		case "timeout":
			timeout, _ = k6Duration(pair.Value)
		case "responseType", "compression":
		default:
			o.notes = append(o.notes, fmt.Sprintf("line %d: %s is not taken over", n.Line, safeName(pair.Key)))
		}
	}
	if timeout = cmp.Or(timeout, "60s"); !slices.Contains(k.timeouts, timeout) {
		k.timeouts = append(k.timeouts, timeout)
	}
	if o.name == nil && k.flow.group != "" && !slices.ContainsFunc(k.flow.sent, func(x *sending) bool { return strings.HasPrefix(x.request.Name, k.flow.group) }) {
		o.name = k.flow.group
	}
	var session example.Pairs
	if k.agent != "" {
		session = example.Pairs{{Key: "User-Agent", Value: k.agent}}
	}
	return k.send(n, o, session)
}

// batch sends several at once; here they are sent one by one.
func (k *k6) batch(n *script.Node, s *scope) any {
	v := k.arguments(n, s).get(0, "")
	object, isObject := v.(example.Pairs)
	list, ok := v.([]any)
	for _, pair := range object {
		list = append(list, pair.Value)
	}
	if !ok && !isObject {
		k.sites[n] = unreadSite
		k.note(n.Line, "the requests of a batch are not known")
		return unreadable(n)
	}
	k.note(n.Line, "sent at once there, one by one here")
	var out []any
	for _, one := range list[:min(len(list), maxFlow)] {
		switch one := one.(type) {
		case []any:
			if len(one) == 0 {
				k.note(n.Line, "a request of the batch is empty")
				continue
			}
			method, _ := one[0].(string)
			out = append(out, k.sends(n, strings.ToUpper(method), one[1:]))
		case example.Pairs:
			method, _ := one.Get("method").(string)
			out = append(out, k.sends(n, strings.ToUpper(method), []any{one.Get("url"), one.Get("body"), one.Get("params")}))
		default:
			out = append(out, k.sends(n, "GET", []any{one}))
		}
	}
	if isObject {
		answers := example.Pairs{}
		for i, pair := range object {
			if i < len(out) {
				answers = append(answers, example.Pair{Key: pair.Key, Value: out[i]})
			}
		}
		return answers
	}
	return out
}

// toolCall are functions of k6.
func (k *k6) toolCall(path string, n *script.Node, s *scope) (any, bool) {
	switch path {
	case "k6.sleep":
		k.flow.pause = pauseOf(k.arguments(n, s).get(0, ""))
	case "k6.check":
		return k.checks(n, s), true
	case "k6.group":
		a := k.arguments(n, s)
		f, ok := a.get(1, "").(*closure)
		if !ok {
			return nil, false
		}
		outer := k.flow.group
		k.flow.group = draft.WordOf(fmt.Sprint(a.get(0, "")))
		v := k.enter(f, nil, n)
		k.flow.group = outer
		return v, true
	case "k6/data.SharedArray":
		return k.shared(n, s), true
	case "open":
		name, ok := k.arguments(n, s).get(0, "").(string)
		if !ok {
			return nil, false
		}
		return fileText{name}, true
	case "papaparse.parse":
		return example.Pairs{{Key: "data", Value: k.rowsOf(k.arguments(n, s).get(0, ""), n)}}, true
	case "k6/encoding.b64encode":
		return unknown{line: n.Line, label: "a text in base64"}, true
	default:
		if strings.HasPrefix(path, "k6/metrics.") {
			k.d.Left = append(k.d.Left, fmt.Sprintf("line %d: a metric of its own, %s", n.Line, n.Kids[0].Label()))
		}
		return nil, false
	}
	return nil, true
}

// shared is data that is read once: what its function returns.
func (k *k6) shared(n *script.Node, s *scope) any {
	a := k.arguments(n, s)
	f, ok := a.get(1, "").(*closure)
	if !ok {
		return unreadable(n)
	}
	return k.enter(f, nil, n)
}

// checks takes what check demands of an answer.
func (k *k6) checks(n *script.Node, s *scope) any {
	k.told[n] = true
	a := k.arguments(n, s)
	x, isAnswer := a.get(0, "").(answer)
	if !isAnswer || len(n.Kids) < 3 || n.Kids[2].Kind != script.Object {
		to := k.last()
		if isAnswer {
			to = x.to
		}
		k.tell(to, n.Line, ": checks that are not taken over: "+n.Label())
		return unreadable(n)
	}
	k.checked = x.to
	defer func() { k.checked = nil }()
	for _, pair := range n.Kids[2].Kids {
		if pair.Kind != script.Pair {
			k.tell(x.to, pair.Line, ": checks that are not taken over: "+pair.Label())
			continue
		}
		name, _ := k.key(pair.Kids[0], s)
		f, ok := k.eval(pair.Kids[1], s).(*closure)
		if !ok { // of a value
			k.expects(pair.Kids[1], s, true, name, pair.Kids[0].Line)
			continue
		}
		inner := newScope(f.scope)
		if len(f.node.Names) > 0 {
			inner.names[f.node.Names[0]] = x
		}
		body := f.node.Block
		for len(body) > 1 && body[0].Kind != script.Return {
			k.statement(body[0], inner)
			body = body[1:]
		}
		if len(body) == 1 && body[0].Kind == script.Try {
			body = body[0].Block
		}
		if len(body) == 0 || body[0].Kind != script.Return || len(body[0].Kids) == 0 {
			k.tell(x.to, pair.Kids[0].Line, ": a check that is not taken over: "+safeName(name))
			continue
		}
		k.expects(body[0].Kids[0], inner, true, name, pair.Kids[0].Line)
	}
	return true
}
