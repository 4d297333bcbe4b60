package program

import (
	"slices"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

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
	if fails := p.fails(n.Block, s); fails || p.fails(n.Else, s) {
		p.tell(p.last(), n.Line, ": a check that is not taken over: "+condition.Label())
		if fails {
			return p.block(n.Else, s)
		}
		return p.block(n.Block, s)
	}
	inner := p.within(p.branchOf(), func() { value, returned = p.block(n.Block, s) })
	switch {
	case len(inner.sent) > 0:
		p.note(n.Line, "only if %s", condition.Label())
	case returned && value != nil:
		p.maybe = condition
	case returned:
		p.note(n.Line, "what follows is left out there if %s", condition.Label())
	}
	p.join(inner)
	other := p.within(p.branchOf(), func() { p.block(n.Else, s) })
	if len(other.sent) > 0 {
		p.note(n.Line, "otherwise %s, left out", draft.Count(len(other.sent), "other request"))
		p.unsent(other)
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

// memoOr is the memory of the calls in this expression, which are followed once.
func (p *program) memoOr() map[*script.Node]any {
	if p.memo != nil {
		return p.memo
	}
	return map[*script.Node]any{}
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
	x.request.About = append(append(x.request.About, f.pending...), []string(nil)...)
	f.pending = nil
	if x.request.Think == "" {
		x.request.Think = f.pause
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
		p.oneRound(n, rows.row(), "for each row there; for one here", s)
		return
	}
	list, known := over.([]any)
	polling := p.loopSends(n.Block) && len(endings(n.Block)) > 0
	if known && !polling && len(list) <= maxFlow && (len(list) <= maxUnrolled || !p.loopSends(n.Block)) {
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
	if known && len(list) > 0 {
		item = example.Generated{Name: "$choice", Args: slices.Clone(list[:min(len(list), maxFlow)])}
	}
	inner := p.within(p.branchOf(), func() {
		p.bindLoop(n, item, s)
		p.block(n.Block, s)
	})
	switch {
	case p.polls(n, inner, len(list), s):
	case len(inner.sent) > 0:
		p.note(n.Line, "in a loop; sent once here")
	}
	p.join(inner)
}

// oneRound goes through a loop one time, with a word where it sends something.
func (p *program) oneRound(n *script.Node, item any, why string, s *scope) {
	p.bindLoop(n, item, s)
	inner := p.within(p.branchOf(), func() { p.block(n.Block, s) })
	if len(inner.sent) > 0 {
		p.note(n.Line, "%s", why)
	}
	p.join(inner)
}

// loopSends says whether statements seem to send something themselves.
func (p *program) loopSends(block []*script.Node) (sends bool) {
	each(block, func(n *script.Node) { sends = sends || n.Kind == script.Call && p.seemsToSend(n) })
	return sends
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
