package program

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// method is a call of something that a value has.
func (p *program) method(on any, f, n *script.Node, s *scope) (any, bool) {
	name := f.Text
	if _, isList := on.([]any); isList && (name == "append" || name == "push") {
		a := p.arguments(n, s)
		if list, _ := on.([]any); len(list)+len(a.list) < maxProgramSteps {
			p.bind(f.Kids[0], "=", slices.Concat(list, a.list), s)
		}
		return nil, true
	}
	switch on := on.(type) {
	case sessionHeaders:
		more, _ := p.arguments(n, s).get(0, "").(example.Pairs)
		for _, h := range more {
			on.of.headers = withPair(on.of.headers, h.Key, h.Value)
		}
		return nil, true
	case *address:
		a := p.arguments(n, s)
		switch name {
		case "toString":
			return on.text(), true
		case "append", "set":
			if key, ok := a.get(0, "").(string); ok {
				on.query = append(on.query, example.Pair{Key: key, Value: a.get(1, "")})
				return nil, true
			}
		}
	case answer:
		return p.ofAnswer(on, name, p.arguments(n, s), n)
	case part:
		return p.ofPart(on, name, p.arguments(n, s), n)
	case example.Pairs:
		switch name {
		case "get":
			a := p.arguments(n, s)
			if key, ok := a.get(0, "").(string); ok {
				if slices.ContainsFunc(on, func(x example.Pair) bool { return x.Key == key }) {
					return on.Get(key), true
				}
				return a.get(1, ""), true
			}
		case "copy":
			return on, true
		case "update":
			more, _ := p.arguments(n, s).get(0, "").(example.Pairs)
			for _, pair := range more {
				on = withPair(on, pair.Key, pair.Value)
			}
			p.bind(f.Kids[0], "=", on, s)
			return nil, true
		case "items":
			var out []any
			for _, pair := range on {
				out = append(out, []any{pair.Key, pair.Value})
			}
			return out, true
		case "values", "keys":
			var out []any
			for _, pair := range on {
				if name == "keys" {
					out = append(out, pair.Key)
				} else {
					out = append(out, pair.Value)
				}
			}
			return out, true
		}
	case example.Generated:
		return p.ofGenerated(on, name, p.arguments(n, s), n)
	case string, joined, envValue, json.Number, jsonText:
		return p.ofText(on, name, p.arguments(n, s), n)
	case []any:
		if f, ok := p.mapped(name, n, s); ok {
			return p.forEach(on, f, n), true
		}
		if x, ok := p.arguments(n, s).get(0, "").(part); ok && name == "includes" {
			if c, ok := x.compared("in", on); ok {
				return demand{c}, true
			}
		}
		if (name == "pop" || name == "popleft" || name == "shift") && len(on) > 0 && len(on) <= maxFlow {
			if len(on) == 1 {
				return on[0], true
			}
			p.note(n.Line, "each of %d is taken once there; one of them is drawn here", len(on))
			return example.Generated{Name: "$choice", Args: slices.Clone(on)}, true
		}
		if name == "fill" && len(on) > 0 {
			return p.arguments(n, s).filled(on), true
		}
		if name == "join" || name == "toString" {
			sep, _ := p.arguments(n, s).get(0, "").(string)
			return separated(on, sep), true
		}
	case table:
		if name == "to_dict" || name == "slice" || name == "copy" || name == "tolist" {
			return on, true
		}
	case fileText:
		if name == "read" || name == "read_text" {
			return on, true
		}
	case *instance:
		if name == "wait" {
			p.flow.pause = p.waiting(on)
			return nil, true
		}
	}
	return nil, false
}

// text is the URL with its query.
func (a *address) text() any {
	parts := []any{a.base}
	for i, pair := range a.query {
		sep := "&"
		if base, ok := a.base.(string); i == 0 && (!ok || !strings.Contains(base, "?")) {
			sep = "?"
		}
		parts = append(parts, sep+pair.Key+"=", pair.Value)
	}
	return join(parts...)
}

// mapped is the function of map and forEach.
func (p *program) mapped(name string, n *script.Node, s *scope) (*closure, bool) {
	if name != "map" && name != "forEach" || len(n.Kids) < 2 {
		return nil, false
	}
	f, ok := p.eval(n.Kids[1], s).(*closure)
	return f, ok
}

func (p *program) forEach(list []any, f *closure, n *script.Node) any {
	out := []any{}
	for i, item := range list[:min(len(list), maxFlow)] {
		v := p.enter(f, []any{item, json.Number(strconv.Itoa(i))}, n)
		if made, ok := vectorOf(v, len(list)); ok && i == 0 {
			return made
		}
		out = append(out, v)
	}
	return out
}

// filled is a list of one value, of fill.
func (a arguments) filled(list []any) any {
	out := make([]any, len(list))
	for i := range out {
		out[i] = a.get(0, "")
	}
	return out
}

func (p *program) ofAnswer(on answer, name string, a arguments, n *script.Node) (any, bool) {
	switch name {
	case "json":
		x := part{of: on.to, kind: jsonPart, path: "$"}
		path, ok := a.get(0, "").(string)
		if !ok {
			return x, true
		}
		var v any = x
		for word := range strings.SplitSeq(path, ".") { // of gjson: a.0.b
			if _, err := strconv.Atoi(word); err == nil {
				v = p.index(v, json.Number(word), n)
			} else {
				v = p.member(v, word, n)
			}
		}
		return v, true
	case "failure", "success", "raise_for_status":
		return nil, true
	}
	return nil, false
}

func (p *program) ofPart(on part, name string, a arguments, n *script.Node) (any, bool) {
	switch name {
	case "get":
		if key, ok := a.get(0, "").(string); ok {
			return on.member(key, n), true
		}
	case "total_seconds":
		return on, true
	case "includes", "indexOf", "startswith", "startsWith", "contains", "search":
		if c, ok := on.containing(a.get(0, "")); ok {
			return demand{c}, true
		}
	case "toString", "strip", "decode", "lower", "toLowerCase", "trim":
		return on, true
	case "json":
		return part{of: on.of, kind: jsonPart, path: "$"}, true
	}
	return nil, false
}

func (p *program) ofGenerated(on example.Generated, name string, a arguments, n *script.Node) (any, bool) {
	switch name {
	case "tolist", "toString", "hex", "astype", "flatten", "lower", "upper", "strip":
		return on, true
	case "toFixed":
		return rounded(on, a.get(0, "")), true
	case "round":
		return rounded(on, a.get(0, "decimals")), true
	case "get":
		if key, ok := a.get(0, "").(string); ok {
			return p.member(on, key, n), true
		}
	}
	return nil, false
}
