package program

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// program goes through a script of another tool as far as its requests need it: it
// binds names, follows calls of the script's own functions, and notes what would be
// sent. Nothing is run: what it does not know is unknown, with its line.
type program struct {
	d        *draft.Scenario
	o        draft.Options
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
	sent     *script.Node          // the call that is read
	told     map[*script.Node]bool // checks that were taken over, or have a comment
	source   []*script.Node        // all of the script
	maybe    *script.Node          // a condition on which what a function returns depends
	checked  *sending              // whose answer a check is about
	cut      int                   // requests that stand in no branch
}

// onceFlow is what setup or teardown send, under its name there.
type onceFlow struct {
	name string
	flow *flow
	user string // the class of users
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
	request  draft.Request
	origin   string
	site     *script.Node // the call
	line     int
	flow     *flow
	branches []branch
	raw      any // the body as the script has it
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
		p.told[n] = true
		p.expects(n.Kids[0], s, true, "", n.Line)
	case script.Raise, script.Unread, script.Break:
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
			} else if g, ok := v.(example.Generated); ok {
				one = p.index(g, json.Number(strconv.Itoa(i)), k)
			} else if u, ok := v.(unknown); ok {
				one = u
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
