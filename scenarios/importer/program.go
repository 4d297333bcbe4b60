package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// program goes through a script of another tool as far as its requests need it: it
// binds names, follows calls of the script's own functions, and notes what would be
// sent. Nothing is run: what it does not know is unknown, with its line.
type program struct {
	d        *draft
	o        Options
	tool     func(path string, n *script.Node, s *scope) (any, bool)         // functions of the tool
	toClient func(on any, verb string, n *script.Node, s *scope) (any, bool) // calls that send a request
	globals  *scope
	sites    map[*script.Node]site // calls that send requests
	names    map[string]bool       // of captures
	steps    int                   // taken so far
	depth    int                   // of calls
	origins  map[string]int        // how many requests go to each
	flow     *flow
	memo     map[*script.Node]any // of the calls in a condition that is looked at several times
	perUser  bool                 // what is sent once is sent by each user
	onces    []onceFlow
	sent     *script.Node // the call that is read
	checked  *sending     // whose answer a check is about
	cut      int          // requests that stand in no branch
}

// onceFlow is what setup or teardown send, under its name there.
type onceFlow struct {
	name string
	flow *flow
}

// site is how well a call that sends something was read.
type site int

const (
	unreadSite site = iota + 1
	partSite
	wholeSite
)

// Bounds of what is followed: scripts that call themselves, and loops.
const (
	maxProgramSteps = 50_000
	maxProgramCalls = 12
	maxUnrolled     = 5
	maxFlow         = 200
)

// flow are the requests that a function sends, in order.
type flow struct {
	once    bool // sent once, before the others: setup or on_start
	sent    []*sending
	pending []string // comments for the next request
	pause   string   // a wait before the next request
	group   string
	journey *flow                // that this is a branch of
	drawn   map[any]*script.Node // what was drawn, by the request that has it
}

// sending is a request of a flow, or a choice of several.
type sending struct {
	request  draftRequest
	origin   string
	site     *script.Node // the call
	line     int
	flow     *flow
	branches []branch
}

type branch struct {
	weight float64
	flow   *flow
}

// note is a comment where the next request will be.
func (p *program) note(line int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if line > 0 {
		text = fmt.Sprintf("line %d: %s", line, text)
	}
	if f := p.flow; len(f.pending) < maxFlow {
		f.pending = append(f.pending, text)
	}
}

// within runs do with a flow of its own.
func (p *program) within(f *flow, do func()) *flow {
	outer := p.flow
	p.flow = f
	do()
	p.flow = outer
	return f
}

// branchOf is a flow within this one, whose requests come after those so far.
func (p *program) branchOf() *flow {
	return &flow{once: p.flow.once, journey: p.flow, group: p.flow.group}
}

// before says whether an answer of f is there when p's flow goes on.
func (f *flow) before(inner *flow) bool {
	for ; inner != nil; inner = inner.journey {
		if inner == f {
			return true
		}
	}
	return false
}

// scope has the names of a function, and what is around it.
type scope struct {
	names map[string]any
	outer *scope
}

func newScope(outer *scope) *scope { return &scope{names: map[string]any{}, outer: outer} }

func (s *scope) get(name string) (any, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.names[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// set changes the name where it is, of JavaScript, or here.
func (s *scope) set(name string, v any) {
	for at := s; at != nil; at = at.outer {
		if _, ok := at.names[name]; ok {
			at.names[name] = v
			return
		}
	}
	s.names[name] = v
}

// block goes through statements; the value that is returned, if one surely is.
func (p *program) block(list []*script.Node, s *scope) (value any, returned bool) {
	for _, n := range list { // functions may be called before they are declared
		if n.Kind == script.Function && n.Text != "" {
			s.names[n.Text] = &closure{n, s, nil}
		}
	}
	for _, n := range list {
		if v, done := p.statement(n, s); done {
			return v, true
		}
		if p.steps++; p.steps > maxProgramSteps {
			return nil, true
		}
	}
	return nil, false
}

func (p *program) statement(n *script.Node, s *scope) (value any, returned bool) {
	switch n.Kind {
	case script.Function:
		if n.Text != "" {
			s.names[n.Text] = &closure{n, s, nil}
		}
	case script.Class:
		s.names[n.Text] = &class{node: n, scope: s}
	case script.Import:
		for _, pair := range n.Names {
			as, from, _ := strings.Cut(pair, "=")
			path := moduleName(n.Text)
			if from != "*" && from != "default" {
				path += "." + from
			}
			s.names[as] = module(path)
		}
		p.block(n.Else, s)
	case script.Export:
		if n.Text == "default" {
			s.names[defaultExport] = p.exported(n, s)
		}
		return p.block(n.Block, s)
	case script.Assign:
		p.assign(n, s)
	case script.If:
		return p.branches(n, s)
	case script.Loop:
		p.loop(n, s)
	case script.With:
		v := p.eval(n.Kids[0], s)
		if len(n.Names) > 0 {
			s.set(n.Names[0], v)
		}
		return p.block(n.Block, s)
	case script.Try:
		return p.block(n.Block, s)
	case script.Return:
		if len(n.Kids) == 0 {
			return nil, true
		}
		return p.eval(n.Kids[0], s), true
	case script.Assert:
		p.expects(n.Kids[0], s, true, "", n.Line)
	case script.Raise, script.Unread:
	default:
		p.eval(n, s)
	}
	return nil, false
}

// defaultExport is the name of what a module exports without one.
const defaultExport = "\x00default"

func (p *program) exported(n *script.Node, s *scope) any {
	if len(n.Kids) > 0 {
		return p.eval(n.Kids[0], s)
	}
	if len(n.Block) == 1 && n.Block[0].Kind == script.Function {
		return &closure{n.Block[0], s, nil}
	}
	return nil
}

func (p *program) assign(n *script.Node, s *scope) {
	v := p.eval(n.Kids[1], s)
	p.bind(n.Kids[0], n.Text, v, s)
	for _, more := range n.Else {
		p.bind(more.Kids[0], n.Text, v, s)
	}
}

func (p *program) bind(target *script.Node, op string, v any, s *scope) {
	if op != "=" {
		v = p.added(p.eval(target, s), op, v, target)
	}
	switch target.Kind {
	case script.Name:
		s.set(target.Text, v)
	case script.Member:
		switch on := p.eval(target.Kids[0], s).(type) {
		case *instance:
			on.attributes[target.Text] = v
		case example.Pairs:
			p.bind(target.Kids[0], "=", withPair(on, target.Text, v), s)
		case client:
			if target.Text == "headers" {
				if h, ok := v.(example.Pairs); ok {
					on.of.headers = h
				}
			}
		}
	case script.Index:
		key, ok := p.eval(target.Kids[1], s).(string)
		if !ok {
			return
		}
		switch on := p.eval(target.Kids[0], s).(type) {
		case example.Pairs:
			p.bind(target.Kids[0], "=", withPair(on, key, v), s)
		case sessionHeaders:
			on.of.headers = withPair(on.of.headers, key, v)
		}
	case script.List:
		list, _ := v.([]any)
		for i, k := range target.Kids {
			one := any(unreadable(k))
			if i < len(list) {
				one = list[i]
			}
			p.bind(k, "=", one, s)
		}
	}
}

// withPair is the object with a property of that value; others see it unchanged.
func withPair(object example.Pairs, key string, v any) example.Pairs {
	out := make(example.Pairs, 0, len(object)+1)
	found := false
	for _, p := range object {
		if p.Key == key {
			p.Value, found = v, true
		}
		out = append(out, p)
	}
	if !found {
		out = append(out, example.Pair{Key: key, Value: v})
	}
	return out
}

// added is what += comes to.
func (p *program) added(old any, op string, v any, at *script.Node) any {
	if op == "+=" {
		return plus(old, v, at)
	}
	return unreadable(at)
}

// branches goes into what is meant: of a condition that is known one branch, of a
// share of chance both, of an answer that is as it should be the one that goes on,
// and else the first, with a comment.
func (p *program) branches(n *script.Node, s *scope) (value any, returned bool) {
	condition := n.Kids[0]
	if p.onlyGuards(condition) {
		return p.block(n.Block, s)
	}
	memo := map[*script.Node]any{} // what it sends is sent once
	var chance, about, known, truth bool
	var share float64
	p.looking(memo, func() {
		share, chance = p.chance(condition, s)
		known, truth = truthOf(p.eval(condition, s))
		_, about = p.aboutAnswer(condition, s)
	})
	switch {
	case chance:
		p.choose(n, share, s)
		return nil, false
	case known && truth:
		return p.block(n.Block, s)
	case known:
		return p.block(n.Else, s)
	case about:
		p.judged(n, s, memo)
		return nil, false
	}
	inner := p.within(p.branchOf(), func() { value, returned = p.block(n.Block, s) })
	if len(inner.sent) > 0 {
		p.note(n.Line, "only if %s", condition.Label())
	}
	p.join(inner)
	other := p.within(p.branchOf(), func() { p.block(n.Else, s) })
	if len(other.sent) > 0 {
		p.note(n.Line, "otherwise %s, left out", countOf(len(other.sent), "other request"))
	}
	return value, false
}

// looking evaluates with the values that calls had before.
func (p *program) looking(memo map[*script.Node]any, do func()) {
	outer := p.memo
	p.memo = memo
	do()
	p.memo = outer
}

// onlyGuards says whether a condition is that of Python's main program.
func (p *program) onlyGuards(n *script.Node) bool {
	return n.Kind == script.Binary && n.Kids[0].Is("__name__")
}

// join takes the requests of a branch over.
func (p *program) join(inner *flow) {
	p.flow.pending = append(p.flow.pending, inner.pending...)
	for _, x := range inner.sent {
		p.add(x)
	}
	if inner.pause != "" {
		p.flow.pause = inner.pause
	}
}

// add is the next request of the flow.
func (p *program) add(x *sending) {
	f := p.flow
	if len(f.sent) >= maxFlow {
		return
	}
	x.flow = f
	x.request.about = append(append(x.request.about, f.pending...), []string(nil)...)
	f.pending = nil
	if x.request.think == "" {
		x.request.think = f.pause
	}
	f.pause = ""
	f.sent = append(f.sent, x)
}

// choose makes a choice of what happens with a share of chance, and what else.
func (p *program) choose(n *script.Node, share float64, s *scope) {
	so := p.within(p.branchOf(), func() { p.block(n.Block, s) })
	rest := 1 - share
	all := []branch{{share, so}}
	other := n.Else
	for len(other) == 1 && other[0].Kind == script.If && len(all) < maxUnrolled {
		next, ok := p.chance(other[0].Kids[0], s)
		if !ok {
			break
		}
		next = next - (1 - rest) // if r < 0.3 … elif r < 0.8 of the same number
		if next <= 0 {
			break
		}
		all = append(all, branch{next, p.within(p.branchOf(), func() { p.block(other[0].Block, s) })})
		rest -= next
		other = other[0].Else
	}
	if rest > 1e-9 {
		all = append(all, branch{rest, p.within(p.branchOf(), func() { p.block(other, s) })})
	}
	some := false
	for _, b := range all {
		some = some || len(b.flow.sent) > 0
	}
	if some {
		p.add(&sending{branches: all, line: n.Line})
	}
}

// loop goes through a few known rounds; else once.
func (p *program) loop(n *script.Node, s *scope) {
	var over any
	if n.Text == "while" {
		over = p.rounds(n, s)
	} else {
		over = p.eval(n.Kids[0], s)
	}
	if rows, ok := over.(table); ok {
		p.bindLoop(n, rows.row(), s)
		inner := p.within(p.branchOf(), func() { p.block(n.Block, s) })
		if len(inner.sent) > 0 {
			p.note(n.Line, "for each row there; for one here")
		}
		p.join(inner)
		return
	}
	list, known := over.([]any)
	if known && len(list) <= maxFlow && (len(list) <= maxUnrolled || !p.loopSends(n.Block)) {
		before := len(p.flow.sent)
		for i, item := range list {
			if i >= maxUnrolled && len(p.flow.sent) > before {
				p.note(n.Line, "in a loop of %d rounds; %d of them here", len(list), i)
				return
			}
			p.bindLoop(n, item, s)
			p.block(n.Block, s)
		}
		return
	}
	var item any = unknown{line: n.Line, label: "a value of the loop"}
	if known {
		item = example.Generated{Name: "$choice", Args: slices.Clone(list[:min(len(list), maxFlow)])}
	}
	inner := p.within(p.branchOf(), func() {
		p.bindLoop(n, item, s)
		p.block(n.Block, s)
	})
	if len(inner.sent) > 0 {
		p.note(n.Line, "in a loop; sent once here")
	}
	p.join(inner)
}

// loopSends says whether statements seem to send something themselves.
func (p *program) loopSends(block []*script.Node) bool {
	return slices.ContainsFunc(block, func(n *script.Node) bool {
		if n == nil {
			return false
		}
		if n.Kind == script.Call && n.Kids[0].Kind == script.Member && slices.Contains(locustVerbs, n.Kids[0].Text) && strings.Contains(n.Kids[0].Path(), "client.") {
			return true
		}
		return n.Kind == script.Call && strings.HasPrefix(n.Kids[0].Path(), "http.") || p.loopSends(n.Kids) || p.loopSends(n.Block) || p.loopSends(n.Else)
	})
}

func (p *program) bindLoop(n *script.Node, item any, s *scope) {
	if len(n.Names) == 1 {
		s.set(n.Names[0], item)
		return
	}
	list, _ := item.([]any)
	for i, name := range n.Names {
		if i < len(list) {
			s.set(name, list[i])
		} else {
			s.set(name, unknown{line: n.Line, label: name})
		}
	}
}

// rounds are those of for (let i = 0; i < 3; i++), nil for others.
func (p *program) rounds(n *script.Node, s *scope) any {
	c := n.Kids[0]
	if len(n.Names) == 1 && c.Kind == script.Binary && c.Kids[0].Is(n.Names[0]) && (c.Text == "<" || c.Text == "<=") {
		if f, ok := numberOf(p.eval(c.Kids[1], s)); ok && f >= 0 && f <= maxFlow {
			return counted(int(f))
		}
	}
	return nil
}
