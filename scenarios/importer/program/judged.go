package program

import (
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// judged goes into an if that looks at an answer: where one branch only fails, its
// opposite is a check.
func (p *program) judged(n *script.Node, s *scope, memo map[*script.Node]any) {
	test := n.Kids[0]
	expects := func(want bool) {
		p.looking(memo, func() { p.expects(test, s, want, "", n.Line) })
	}
	switch {
	case p.fails(n.Block, s):
		expects(false)
		p.block(n.Else, s)
	case p.passes(n.Block, s) && len(n.Else) == 0:
		var all []condition
		ok := false
		p.looking(memo, func() { all, ok = p.conditions(test, s, true) })
		if ok && len(all) == 1 && all[0].status != nil && len(all[0].status) < 20 {
			all[0].of.allow(all[0].status)
			return
		}
		expects(true)
	case p.passes(n.Block, s) && p.fails(n.Else, s):
		expects(true)
	case p.fails(n.Else, s):
		expects(true)
		p.block(n.Block, s)
	default:
		p.goesOn(n, s, memo)
	}
}

// goesOn follows an if that looks at an answer and fails in neither branch: where it
// asks whether the status is a success, with what is usual.
func (p *program) goesOn(n *script.Node, s *scope, memo map[*script.Node]any) {
	const never = 1000
	size := func(want bool) (most int) { // of the statuses, where they have a success
		p.looking(memo, func() {
			all, ok := p.conditions(n.Kids[0], s, want)
			if !ok {
				most = never
			}
			for _, c := range all {
				if most = max(most, len(c.status)); !slices.ContainsFunc(c.status, func(status int) bool { return status < 300 }) {
					most = never
				}
			}
		})
		return most
	}
	so, not := size(true), size(false)
	label := n.Kids[0].Label()
	taken, other := n.Block, n.Else
	switch {
	case so < never && so <= not:
	case not < never:
		taken, other = n.Else, n.Block
	default:
		returned := false
		inner := p.within(p.branchOf(), func() { _, returned = p.block(n.Block, s) })
		if len(inner.sent) > 0 {
			p.note(n.Line, "only if %s there, always here", label)
		} else if returned {
			p.note(n.Line, "what follows is left out there if %s", label)
		}
		p.join(inner)
		taken = nil
	}
	p.block(taken, s)
	rest := p.within(p.branchOf(), func() { p.block(other, s) })
	if len(rest.sent) > 0 {
		p.note(n.Line, "%s left out: of the other answers, by %s", draft.Count(len(rest.sent), "request"), label)
		p.unsent(rest)
	}
}

// unsent counts the requests of a branch that is left out.
func (p *program) unsent(f *flow) {
	for _, x := range f.sent {
		if x.site != nil {
			p.sites[x.site] = unreadSite
		}
		for _, b := range x.branches {
			p.unsent(b.flow)
		}
	}
}

// allow makes statuses no errors, beside those of successes.
func (x *sending) allow(statuses []int) {
	r := &x.request
	if r.Status == nil {
		if !slices.ContainsFunc(statuses, func(s int) bool { return s >= 300 }) {
			return
		}
		r.Status = []int{200, 201, 202, 204}
	}
	r.Status = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(r.Status), statuses...))))
}

// fails says whether statements end with a failure, and send nothing.
func (p *program) fails(block []*script.Node, s *scope) bool {
	fails := p.ends(block, s, func(n *script.Node) bool {
		return n.Kind == script.Raise || n.Kind == script.Call && p.isFailure(n, s)
	})
	if fails { // whoever asks says what becomes of the condition
		each(block, func(n *script.Node) {
			if n.Kind == script.Call && p.isFailure(n, s) {
				p.told[n] = true
			}
		})
	}
	return fails
}

// isFailure says whether a call makes a request, or the iteration, a failure.
func (p *program) isFailure(n *script.Node, s *scope) bool {
	if strings.HasSuffix(n.Kids[0].Path(), ".failure") {
		return true
	}
	f := n.Kids[0]
	if f.Kind != script.Name && f.Kind != script.Member {
		return false
	}
	base := f
	for base.Kind == script.Member {
		base = base.Kids[0]
	}
	v, _ := s.get(base.Text)
	if _, isModule := v.(module); base.Kind != script.Name || !isModule {
		return false
	}
	at, _ := p.eval(f, s).(module)
	return at == "k6.fail" || strings.HasPrefix(string(at), "k6/execution") && strings.HasSuffix(string(at), ".test.abort")
}

func (p *program) passes(block []*script.Node, s *scope) bool {
	return p.ends(block, s, func(n *script.Node) bool {
		return n.Kind == script.Call && strings.HasSuffix(n.Kids[0].Path(), ".success")
	})
}

// ends says whether some statement is such a one.
func (p *program) ends(block []*script.Node, s *scope, such func(*script.Node) bool) bool {
	return slices.ContainsFunc(block, func(n *script.Node) bool {
		return such(n) || n.Kind == script.If && p.ends(n.Block, s, such) && p.ends(n.Else, s, such)
	})
}
