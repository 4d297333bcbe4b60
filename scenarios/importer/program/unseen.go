package program

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// last is the request before, which checks without another are about.
func (p *program) last() *sending {
	for f := p.flow; f != nil; f = f.journey {
		for i := len(f.sent) - 1; i >= 0; i-- {
			if f.sent[i].branches == nil {
				return f.sent[i]
			}
		}
	}
	return nil
}

// tell says of a check that is not taken over, at its request or, without one, at the next.
func (p *program) tell(x *sending, line int, text string) {
	text = fmt.Sprintf("line %d%s", line, text)
	if x == nil {
		p.note(0, "%s", text)
		return
	}
	x.say(text)
	p.sites[x.site] = min(p.sites[x.site], partSite)
}

// say is a comment of the request.
func (x *sending) say(text string) {
	if !slices.Contains(x.request.About, text) {
		x.request.About = append(x.request.About, text)
	}
}

// each goes through all nodes of statements.
func each(block []*script.Node, do func(*script.Node)) {
	for _, n := range block {
		if n == nil {
			continue
		}
		do(n)
		each(n.Kids, do)
		each(n.Block, do)
		each(n.Else, do)
	}
}

// unseen leaves out, with a word, the requests and checks of the script that nothing came by:
// of functions that nothing calls here, of handlers of exceptions, of what a list that is filled elsewhere would do.
func (p *program) unseen() {
	within := map[*script.Node]string{}
	each(p.source, func(n *script.Node) {
		if n.Kind != script.Function || n.Text == "" {
			return
		}
		each(n.Block, func(inner *script.Node) { within[inner] = " in " + n.Text })
		for _, mark := range n.Else {
			if path := mark.Path(); strings.HasSuffix(path, ".add_listener") {
				p.d.Left = append(p.d.Left, fmt.Sprintf("line %d: %s, which listens to %s", n.Line, n.Text, strings.TrimSuffix(path, ".add_listener")))
			}
		}
	})
	each(p.source, func(n *script.Node) {
		why := ""
		switch _, seen := p.sites[n]; {
		case n.Kind == script.Assert && !p.told[n]:
			why = "an assertion is not reached here: " + n.Kids[0].Label()
		case n.Kind != script.Call || seen || p.told[n]:
			return
		case p.seemsToSend(n):
			p.sites[n] = unreadSite
			why = n.Label() + within[n] + " is not reached here"
		case strings.HasSuffix(n.Kids[0].Path(), ".failure") && p.perUser, p.isChecking(n):
			why = "a check that is not taken over: " + n.Label() + within[n]
		default:
			return
		}
		if why != "" && len(p.d.Left) < maxFlow {
			p.d.Left = append(p.d.Left, fmt.Sprintf("line %d: %s", n.Line, why))
		}
	})
}

// isChecking says whether a call is k6's check.
func (p *program) isChecking(n *script.Node) bool {
	v, _ := p.globals.get(n.Kids[0].Path())
	return v == module("k6.check")
}

// seemsToSend says whether a call looks like one that sends a request.
func (p *program) seemsToSend(n *script.Node) bool {
	f := n.Kids[0]
	if f.Kind != script.Member {
		return false
	}
	if p.perUser {
		return slices.Contains(locustVerbs, f.Text) && strings.Contains("."+f.Path(), ".client.")
	}
	v, _ := p.globals.get(f.Kids[0].Path())
	return v == module("k6/http") && (k6Verbs[f.Text] != "" || f.Text == "request" || f.Text == "asyncRequest" || f.Text == "batch")
}
