package program

import (
	"slices"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// mostRepeats is how often a step is sent at most, where the script has no bound.
const mostRepeats = 1000

// polls makes a step that repeats of a loop which sends one request until its answer is
// as wanted; false: it is no such loop. inner is what one round sends, and times how many there are
// at most, 0 for no bound.
func (p *program) polls(n *script.Node, inner *flow, times int, s *scope) bool {
	if len(inner.sent) == 0 {
		return false
	}
	ends := endings(n.Block)
	if n.Text != "while" && len(ends) == 0 {
		return false
	}
	until, at, ok := p.until(n, ends, inner.sent[len(inner.sent)-1], s)
	if at > 0 {
		times = at
	}
	if until == nil && ok {
		return false // it goes on as long as it is told: not by an answer
	}
	first := p.last() == nil
	x := inner.sent[0]
	if !ok || len(inner.sent) > 1 || x.branches != nil || first {
		why := "; it is sent once here: repeat, of docs/scenarios.md, says it"
		if first && ok && len(inner.sent) == 1 {
			why = "; it is sent once here: the first request of a journey cannot repeat, a step can"
		}
		p.note(n.Line, "asked again until an answer is as wanted, by %s%s", n.Kids[0].Label(), why)
		for _, x := range inner.sent {
			if x.site != nil {
				p.sites[x.site] = min(p.sites[x.site], partSite)
			}
		}
		return true
	}
	r := &x.request
	if times < 1 || times > mostRepeats {
		p.note(n.Line, "it repeats without a bound there, at most %d times here", mostRepeats)
		times = mostRepeats
	}
	r.Repeat = example.Pairs{{Key: "until", Value: until}, {Key: "at_most", Value: numberFrom(float64(times))}}
	if pause := inner.pause; pause != "" {
		r.Repeat = append(r.Repeat, example.Pair{Key: "pause", Value: pause})
		inner.pause = ""
	} else if r.Think != "" {
		r.Repeat = append(r.Repeat, example.Pair{Key: "pause", Value: r.Think})
	}
	return true
}

// endings are the conditions on which a loop ends by break or return.
func endings(block []*script.Node) (out []*script.Node) {
	for _, n := range block {
		if n.Kind == script.If && slices.ContainsFunc(n.Block, func(k *script.Node) bool { return k.Kind == script.Break || k.Kind == script.Return }) {
			out = append(out, n.Kids[0])
		}
		switch n.Kind {
		case script.With, script.Try:
			out = append(out, endings(n.Block)...)
		case script.If:
			out = append(out, endings(n.Else)...)
		}
	}
	return out
}

// until are the checks that end a loop, of the last answer in it, and how often it goes round at most.
func (p *program) until(n *script.Node, ends []*script.Node, of *sending, s *scope) (until []any, times int, ok bool) {
	var all []condition
	ok = true
	add := func(test *script.Node, want bool) {
		more, known := p.conditions(test, s, want)
		all, ok = append(all, more...), ok && known
	}
	if n.Text == "while" && n.Kids[0].Kind != script.Unread {
		for _, c := range conjuncts(n.Kids[0]) {
			if c.Kind == script.Binary && (c.Text == "<" || c.Text == "<=") && c.Kids[0].Kind == script.Name {
				if f, isNumber := numberOf(p.eval(c.Kids[1], s)); isNumber && f >= 1 && f <= 1e6 {
					times = int(f)
					continue
				}
			}
			if known, truth := truthOf(p.eval(c, s)); known && truth {
				continue // while True
			}
			add(c, false)
		}
	}
	for i, c := range ends {
		if i > 0 && len(all) > 0 {
			break // several ways out: the first is the one that is wanted
		}
		add(c, true)
	}
	for _, c := range all {
		switch {
		case c.of != of:
			return nil, times, false
		case c.status == nil:
			until = append(until, c.check)
		case slices.ContainsFunc(c.status, func(status int) bool { return status >= 300 }):
			return nil, times, false // an error, which ends the journey
		default:
			until = append(until, example.Pairs{{Key: "status", Value: anyInts(c.status)}})
		}
	}
	return until, times, ok
}

// conjuncts are the parts of a and b and c.
func conjuncts(n *script.Node) []*script.Node {
	if n.Kind == script.Binary && n.Text == "&&" {
		return append(conjuncts(n.Kids[0]), conjuncts(n.Kids[1])...)
	}
	return []*script.Node{n}
}

func anyInts(all []int) []any {
	var out []any
	for _, n := range all {
		out = append(out, numberFrom(float64(n)))
	}
	return out
}
