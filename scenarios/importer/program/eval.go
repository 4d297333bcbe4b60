package program

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// eval is the value of an expression, as far as it is known.
func (p *program) eval(n *script.Node, s *scope) any {
	if p.steps++; p.steps > maxProgramSteps || n == nil {
		return unknown{label: "…"}
	}
	switch n.Kind {
	case script.Name:
		return p.named(n, s)
	case script.Text:
		return n.Text
	case script.Number:
		return json.Number(n.Text)
	case script.Constant:
		switch n.Text {
		case "true":
			return true
		case "false":
			return false
		}
		return nil
	case script.Template:
		parts := make([]any, len(n.Kids))
		for i, k := range n.Kids {
			parts[i] = p.eval(k, s)
		}
		return join(parts...)
	case script.Formatted:
		return inFormat(p.eval(n.Kids[0], s), n.Text)
	case script.List:
		return p.list(n, s)
	case script.Object:
		return p.object(n, s)
	case script.Member:
		return p.member(p.eval(n.Kids[0], s), n.Text, n)
	case script.Index:
		return p.index(p.eval(n.Kids[0], s), p.eval(n.Kids[1], s), n)
	case script.Call:
		return p.call(n, s)
	case script.Binary:
		var v any
		p.looking(p.memoOr(), func() {
			if share, ok := p.chance(n, s); ok {
				v = weighted(share, true, false)
			} else {
				v = p.binary(n, s)
			}
		})
		return v
	case script.Unary:
		return p.unary(n, s)
	case script.Choice:
		var v any
		p.looking(p.memoOr(), func() { v = p.either(n, s) })
		return v
	case script.Each:
		return p.each(n, s)
	case script.Function:
		return &closure{n, s, nil}
	case script.Assign:
		p.assign(n, s)
		return nil
	}
	return unreadable(n)
}

// inFormat is a value as .2f or 03d write it; of others, and of what is drawn, the
// value.
func inFormat(v any, format string) any {
	f, isNumber := numberOf(v)
	if decimals, ok := strings.CutSuffix(format, "f"); ok {
		if n, err := strconv.Atoi(strings.TrimPrefix(decimals, ".")); err == nil && n >= 0 && n < 16 {
			if isNumber {
				return strconv.FormatFloat(f, 'f', n, 64)
			}
			return rounded(v, json.Number(strconv.Itoa(n)))
		}
	}
	if width, ok := strings.CutSuffix(format, "d"); ok && isNumber && strings.HasPrefix(width, "0") {
		if n, err := strconv.Atoi(width); err == nil && n < 100 {
			s := strconv.FormatInt(int64(f), 10)
			return strings.Repeat("0", max(0, n-len(s))) + s
		}
	}
	return v
}

func (p *program) named(n *script.Node, s *scope) any {
	if v, ok := s.get(n.Text); ok {
		return v
	}
	switch n.Text {
	case "URL", "__ENV", "Math", "JSON", "Object", "Date", "Array", "Number", "open":
		return module(n.Text)
	case "__VU", "__ITER":
		return p.counter(module(n.Text), n)
	}
	if builtins[n.Text] != nil {
		return module(n.Text)
	}
	return unreadable(n)
}

// counter is the number of a user, or of its iteration: what k6 counts itself.
func (p *program) counter(path module, n *script.Node) any {
	switch name := string(path[strings.LastIndexByte(string(path), '.')+1:]); name {
	case "__VU", "idInInstance", "idInTest":
		p.d.Once(name + " is a random number from 1 to 1000 here.")
		return between("$int", 1, 1000)
	case "__ITER", "iterationInInstance", "iterationInScenario", "iterationInTest":
		p.d.Once(name + " counts the requests of its class here.")
		return example.Generated{Name: "$sequence", Args: example.Pairs{{Key: "start", Value: json.Number("0")}}}
	}
	return path
}

func (p *program) member(on any, name string, n *script.Node) any {
	switch on := on.(type) {
	case module:
		path := module(string(on) + "." + name)
		if strings.HasPrefix(string(on), "k6/execution") {
			return p.counter(path, n)
		}
		if on == "__ENV" || on == "process.env" {
			return envValue{name: name}
		}
		return path
	case *instance:
		return p.attribute(on, name, n)
	case client:
		if name == "headers" {
			return sessionHeaders(on)
		}
	case *address:
		switch name {
		case "href":
			return on.text()
		case "searchParams":
			return on
		}
	case answer:
		return partNamed(on.to, name, n)
	case part:
		return on.member(name, n)
	case example.Pairs:
		for _, pair := range on {
			if pair.Key == name {
				return pair.Value
			}
		}
		return nil
	case example.Generated:
		return p.ofChoice(on, name, n)
	case []any:
		if name == "length" {
			return json.Number(strconv.Itoa(len(on)))
		}
	case table:
		if name == "length" {
			return json.Number("1000000") // which only scales a random place
		}
	case *class:
		if v, ok := p.classValue(on, name, maxProgramCalls); ok {
			return v
		}
	}
	return unreadable(n)
}

func (p *program) index(on, key any, n *script.Node) any {
	name, isText := key.(string)
	switch on := on.(type) {
	case example.Generated:
		if isText {
			return p.ofChoice(on, name, n)
		}
		if f, ok := numberOf(key); ok {
			return p.ofChoice(on, int(f), n)
		}
	case []any:
		if f, ok := numberOf(key); ok {
			if f < 0 {
				f += float64(len(on))
			}
			if f >= 0 && int(f) < len(on) {
				return on[int(f)]
			}
		}
		if g, ok := key.(example.Generated); ok && len(on) > 0 && len(on) <= maxFlow {
			switch g.Name {
			case "$int":
				return example.Generated{Name: "$choice", Args: on}
			case "$sequence":
				return example.Generated{Name: "$sequence", Args: on}
			}
		}
	case table:
		if g, ok := key.(example.Generated); ok && g.Name == "$sequence" {
			p.inOrder(on)
		}
		return on.row()
	case part:
		if isText {
			return on.member(name, n)
		}
		if f, ok := numberOf(key); ok && on.kind == jsonPart {
			on.path += "[" + strconv.Itoa(int(f)) + "]"
			return on
		}
	case module:
		if isText && on == "os.environ" {
			return envValue{name: name}
		}
		if isText {
			return p.member(on, name, n)
		}
	default:
		if isText {
			return p.member(on, name, n)
		}
	}
	return unreadable(n)
}
