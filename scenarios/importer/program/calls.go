package program

import (
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
		if f == "URL" && n.Text == "new" {
			a := p.arguments(n, s)
			if base := a.get(1, ""); base != nil {
				return &address{base: urlJoined(p, arguments{list: []any{base, a.get(0, "")}}, n)}
			}
			return &address{base: a.get(0, "")}
		}
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
	memo, maybe := p.memo, p.maybe
	p.memo, p.maybe = nil, nil // of this call alone
	defer func() { p.depth, p.memo, p.maybe = p.depth-1, memo, maybe }()
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
	if _, plain := textOf(v); p.maybe != nil && plain {
		return unknown{line: p.maybe.Line, label: "what depends on " + p.maybe.Label()}
	}
	return v
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
