package importer

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// arguments of a call: in order, and by name.
type arguments struct {
	list  []any
	named map[string]any
	nodes []*script.Node
}

func (p *program) arguments(n *script.Node, s *scope) arguments {
	a := arguments{named: map[string]any{}}
	for _, k := range n.Kids[1:] {
		switch k.Kind {
		case script.Keyword:
			a.named[k.Text] = p.eval(k.Kids[0], s)
		case script.Spread:
			v := p.eval(k.Kids[0], s)
			list, _ := v.([]any)
			a.list = append(a.list, list...)
			object, _ := v.(example.Pairs)
			for _, pair := range object {
				a.named[pair.Key] = pair.Value
			}
		default:
			a.list, a.nodes = append(a.list, p.eval(k, s)), append(a.nodes, k)
		}
	}
	return a
}

// at is the argument of that place or name; ok: it is there.
func (a arguments) at(i int, name string) (any, bool) {
	if v, ok := a.named[name]; ok {
		return v, true
	}
	if i >= 0 && i < len(a.list) {
		return a.list[i], true
	}
	return nil, false
}

func (a arguments) get(i int, name string) any {
	v, _ := a.at(i, name)
	return v
}

// call follows a call: of a client, of the script's own functions, of what is
// known of both languages, and of values.
func (p *program) call(n *script.Node, s *scope) any {
	if v, ok := p.memo[n]; ok {
		return v
	}
	v := p.calls(n, s)
	if p.memo != nil {
		p.memo[n] = v
	}
	return v
}

func (p *program) calls(n *script.Node, s *scope) any {
	f := n.Kids[0]
	if f.Kind == script.Member {
		on := p.eval(f.Kids[0], s)
		if v, ok := p.toClient(on, f.Text, n, s); ok {
			return v
		}
		if _, isModule := on.(module); !isModule {
			if v, ok := p.method(on, f, n, s); ok {
				return v
			}
		}
		return p.applied(p.member(on, f.Text, f), n, s)
	}
	return p.applied(p.eval(f, s), n, s)
}

// applied calls what a value is.
func (p *program) applied(f any, n *script.Node, s *scope) any {
	switch f := f.(type) {
	case *closure:
		return p.enter(f, p.arguments(n, s).list, n)
	case *class:
		return &instance{of: f, attributes: map[string]any{}}
	case module:
		if v, ok := p.tool(string(f), n, s); ok {
			return v
		}
		a := p.arguments(n, s)
		if b := builtins[string(f)]; b != nil {
			return b(p, a, n)
		}
		if strings.HasPrefix(string(f), ".") {
			p.note(n.Line, "%s is of another file, which is not read", n.Kids[0].Label())
		}
		if strings.HasPrefix(string(f), "faker") {
			return fake(string(f), a, n)
		}
	default:
		p.arguments(n, s) // they may send something
	}
	return unreadable(n)
}

// enter goes through a function of the script.
func (p *program) enter(f *closure, args []any, n *script.Node) any {
	if p.depth >= maxProgramCalls {
		return unreadable(n)
	}
	p.depth++
	defer func() { p.depth-- }()
	inner := newScope(f.scope)
	if f.self != nil {
		args = append([]any{f.self}, args...)
	}
	for i, name := range f.node.Names {
		switch {
		case i < len(args):
			inner.names[name] = args[i]
		case i < len(f.node.Kids) && f.node.Kids[i] != nil:
			inner.names[name] = p.eval(f.node.Kids[i], f.scope)
		default:
			inner.names[name] = unknown{line: n.Line, label: name}
		}
	}
	v, _ := p.block(f.node.Block, inner)
	return v
}

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

func (p *program) ofText(on any, name string, a arguments, n *script.Node) (any, bool) {
	text, plain := textOf(on)
	switch name {
	case "encode", "toString", "strip", "trim", "valueOf":
		return on, true
	case "join":
		if list, ok := a.get(0, "").([]any); ok && plain {
			return separated(list, text), true
		}
		if g, ok := a.get(0, "").(example.Generated); ok && g.Name == "$id" {
			return g, true
		}
	case "concat":
		return join(append([]any{on}, a.list...)...), true
	case "format":
		if plain {
			return formatted(text, a), true
		}
	case "lower", "toLowerCase":
		if plain {
			return strings.ToLower(text), true
		}
	case "upper", "toUpperCase":
		if plain {
			return strings.ToUpper(text), true
		}
	case "replace":
		from, ok1 := a.get(0, "").(string)
		to, ok2 := a.get(1, "").(string)
		if plain && ok1 && ok2 && from != "" && len(text)*len(to) < 1<<20 {
			return strings.ReplaceAll(text, from, to), true
		}
	case "rstrip", "lstrip":
		cut, ok := a.get(0, "").(string)
		if plain && ok && name == "rstrip" {
			return strings.TrimRight(text, cut), true
		}
		if plain && ok {
			return strings.TrimLeft(text, cut), true
		}
	case "split":
		if sep, ok := a.get(0, "").(string); ok && plain && sep != "" {
			var out []any
			for _, s := range strings.SplitN(text, sep, maxFlow) {
				out = append(out, s)
			}
			return out, true
		}
	case "toFixed":
		if f, ok := numberOf(on); ok {
			if d, ok := numberOf(a.get(0, "")); ok && d >= 0 && d < 16 {
				return strconv.FormatFloat(f, 'f', int(d), 64), true
			}
		}
	}
	return nil, false
}

func separated(list []any, sep string) any {
	var parts []any
	for i, v := range list {
		if i > 0 {
			parts = append(parts, sep)
		}
		parts = append(parts, v)
	}
	return join(parts...)
}

// formatted fills {} and {name} in, as format does.
func formatted(format string, a arguments) any {
	var parts []any
	for next := 0; ; {
		before, rest, found := strings.Cut(format, "{")
		parts = append(parts, before)
		if !found {
			return join(parts...)
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return join(append(parts, rest)...)
		}
		format = after
		if name == "" {
			name = strconv.Itoa(next)
			next++
		}
		i, err := strconv.Atoi(name)
		if err != nil {
			i = -1
		}
		v, ok := a.at(i, name)
		if !ok {
			v = unknown{label: "a formatted value"}
		}
		parts = append(parts, v)
	}
}

// attribute is that of an object of the script: set on it, or of its class.
func (p *program) attribute(on *instance, name string, n *script.Node) any {
	if v, ok := on.attributes[name]; ok {
		return v
	}
	switch name {
	case "client":
		return client{on}
	case "user", "parent", "locust", "environment":
		return on
	}
	if v, ok := p.classValue(on.of, name, maxProgramCalls); ok {
		if f, isMethod := v.(*closure); isMethod {
			return &closure{f.node, f.scope, on}
		}
		return v
	}
	return unreadable(n)
}

// classValue is what a class, or one that it is made of, says of a name.
func (p *program) classValue(c *class, name string, depth int) (any, bool) {
	if depth == 0 {
		return nil, false
	}
	for i := len(c.node.Block) - 1; i >= 0; i-- {
		switch n := c.node.Block[i]; {
		case n.Kind == script.Assign && n.Kids[0].Is(name):
			return p.eval(n.Kids[1], p.classScope(c)), true
		case n.Kind == script.Function && n.Text == name:
			return &closure{n, c.scope, nil}, true
		case n.Kind == script.Class && n.Text == name:
			return &class{node: n, scope: c.scope}, true
		}
	}
	for _, base := range c.node.Kids {
		if b, ok := p.eval(base, c.scope).(*class); ok {
			if v, ok := p.classValue(b, name, depth-1); ok {
				return v, true
			}
		}
	}
	return nil, false
}

// classScope has the names of a class's body.
func (p *program) classScope(c *class) *scope {
	s := newScope(c.scope)
	for _, n := range c.node.Block {
		switch n.Kind {
		case script.Function:
			s.names[n.Text] = &closure{n, c.scope, nil}
		case script.Class:
			s.names[n.Text] = &class{node: n, scope: c.scope}
		case script.Assign:
			if n.Kids[0].Kind == script.Name && n.Kids[1].Kind != script.Name {
				s.names[n.Kids[0].Text] = p.eval(n.Kids[1], s)
			}
		}
	}
	return s
}
