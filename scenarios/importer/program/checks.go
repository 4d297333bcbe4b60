package program

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// partNamed is what an answer has under that name, in either language.
func partNamed(x *sending, name string, n *script.Node) any {
	switch name {
	case "status", "status_code":
		return part{of: x, kind: statusPart}
	case "ok":
		return part{of: x, kind: okPart}
	case "text", "body", "content":
		return part{of: x, kind: textPart}
	case "headers":
		return part{of: x, kind: headerPart}
	case "js":
		return part{of: x, kind: jsonPart, path: "$"} // of FastHttpUser's rest
	case "elapsed", "timings":
		return part{of: x, kind: secondsPart}
	}
	return unreadable(n)
}

var plainMember = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// member goes deeper into an answer.
func (x part) member(name string, n *script.Node) any {
	switch {
	case x.kind == jsonPart && name == "length":
		x.kind = lengthPart
	case x.kind == jsonPart && plainMember.MatchString(name):
		x.path += "." + name
	case x.kind == jsonPart && !strings.ContainsAny(name, `'\`):
		x.path += "['" + name + "']"
	case x.kind == headerPart && x.path == "":
		x.path = name
	case x.kind == textPart && name == "length":
		x = part{of: x.of, kind: lengthPart}
	case x.kind == secondsPart && (name == "duration" || name == "waiting"):
		x.kind = millisecondsPart
	default:
		return unreadable(n)
	}
	return x
}

// expectation of an answer, as the script says it.
type condition struct {
	of     *sending
	status []int         // those that hold, where it is of the status
	check  example.Pairs // else
	strict bool          // a limit that is excluded
}

// demand is the value of an expression such as "a" in an answer's text.
type demand struct{ conditions []condition }

// aboutAnswer says whether a condition speaks of an answer, and of which.
func (p *program) aboutAnswer(n *script.Node, s *scope) (*sending, bool) {
	if n == nil || n.Kind == script.Function {
		return nil, false
	}
	switch v := p.eval(n, s).(type) {
	case part:
		return v.of, true
	case answer:
		return v.to, true
	case demand:
		if len(v.conditions) > 0 {
			return v.conditions[0].of, true
		}
	}
	for _, k := range n.Kids {
		if x, ok := p.aboutAnswer(k, s); ok {
			return x, true
		}
	}
	return nil, false
}

// expects makes checks of a condition on answers.
func (p *program) expects(n *script.Node, s *scope, want bool, name string, line int) {
	all, ok := p.conditions(n, s, want)
	x, about := p.aboutAnswer(n, s)
	if !about && len(all) > 0 {
		x, about = all[0].of, true
	}
	if !about && p.checked != nil {
		x, about = p.checked, true
	}
	if ok && len(all) == 0 && !about {
		return // nothing is demanded
	}
	if !about {
		x = p.last()
	}
	if !ok {
		if name == "" {
			name = n.Label()
		}
		how := ": a check that is not taken over: "
		if len(all) > 0 && (n.Text == "&&") == want {
			how = ": a check that is taken over in part: "
		} else {
			all = nil
		}
		p.tell(x, line, how+safeName(name))
	}
	for _, c := range all {
		if c.of.expect(c, name); c.strict {
			c.of.say(fmt.Sprintf("line %d: the limit itself is no failure here: min and max include it.", line))
		}
	}
}

// safeName is what a check is called there, unless it holds a secret.
func safeName(name string) string {
	return draft.SecretForms.ReplaceAllString(name, draft.RedactedText)
}

// expect adds a check; of statuses those that all allow.
func (x *sending) expect(c condition, name string) {
	r := &x.request
	if c.status == nil {
		if len(c.check) == 0 { // a status that no answer has
			x.say("a check that no answer passes is not taken over: " + safeName(name))
			return
		}
		if name = draft.ClipName(draft.WordOf(safeName(name))); name != "" {
			base := name
			for n := 2; slices.ContainsFunc(r.Checks, func(o example.Pairs) bool { return o.Get("name") == name }); n++ {
				name = draft.Clipped(base, draft.MaxName-4) + "-" + strconv.Itoa(n)
			}
			c.check = append(example.Pairs{{Key: "name", Value: name}}, c.check...)
		}
		if len(r.Checks) < maxUnrolled*4 && !slices.ContainsFunc(r.Checks, func(o example.Pairs) bool { return example.Flow(o) == example.Flow(c.check) }) {
			r.Checks = append(r.Checks, c.check)
		}
		return
	}
	successes := 0
	for _, status := range c.status {
		if status < 300 {
			successes++
		}
	}
	if len(c.status) > 20 && (successes == 100 || r.Status == nil) { // below 400: the default, as redirects were followed
		return
	}
	if r.Status != nil {
		both := slices.DeleteFunc(slices.Clone(r.Status), func(s int) bool { return !slices.Contains(c.status, s) })
		if len(both) > 0 {
			r.Status = both
		}
		return
	}
	r.Status = slices.Compact(slices.Sorted(slices.Values(c.status)))
}
