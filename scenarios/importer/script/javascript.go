package script

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// JavaScript reads a module. An error is of a text that is no JavaScript, such as
// TypeScript, or is nested too deep.
func JavaScript(src []byte) ([]*Node, error) {
	if err := readable(src); err != nil {
		return nil, err
	}
	buf := append(make([]byte, 0, len(src)+1), src...)
	ast, err := js.Parse(parse.NewInputBytes(buf), js.Options{})
	if err != nil {
		if at := new(parse.Error); errors.As(err, &at) {
			return nil, fmt.Errorf("line %d: %s", at.Line, at.Message)
		}
		return nil, err
	}
	t := &javascript{places: placesOf(buf), line: 1}
	block := t.block(0, ast.List)
	return block, t.err
}

// javascript makes nodes of a parser's tree, in the order of the source.
type javascript struct {
	places places
	offset int // behind what was met last
	line   int
	nodes  int
	err    error // too many nodes
}

// node is of the line of its first part that has one.
func (t *javascript) node(kind Kind, text string, kids ...*Node) *Node {
	if t.nodes++; t.nodes > maxNodes && t.err == nil {
		t.err = fmt.Errorf("line %d: a program of more than %d parts", t.line, maxNodes)
	}
	n := &Node{Kind: kind, Line: t.line, Text: text, Kids: kids}
	if kind != Member && len(kids) > 0 && kids[0] != nil {
		n.Line = kids[0].Line
	}
	return n
}

func (t *javascript) block(depth int, list []js.IStmt) []*Node {
	var out []*Node
	for _, s := range list {
		if t.err != nil || depth > maxDepth {
			return append(out, t.node(Unread, ""))
		}
		out = append(out, t.statement(depth+1, s)...)
	}
	return out
}

func (t *javascript) body(depth int, s js.IStmt) []*Node {
	if s == nil {
		return nil
	}
	return t.block(depth, []js.IStmt{s})
}

func (t *javascript) statement(depth int, s js.IStmt) []*Node {
	one := func(n *Node) []*Node { return []*Node{n} }
	switch s := s.(type) {
	case *js.BlockStmt:
		return t.block(depth, s.List)
	case *js.ExprStmt:
		return one(t.expression(depth, s.Value))
	case *js.VarDecl:
		return t.declared(depth, s)
	case *js.FuncDecl:
		return one(t.function(depth, s))
	case *js.ClassDecl:
		name := ""
		if s.Name != nil {
			name = string(s.Name.Data)
		}
		return one(t.node(Class, name))
	case *js.IfStmt:
		n := t.node(If, "", t.expression(depth, s.Cond))
		n.Block, n.Else = t.body(depth, s.Body), t.body(depth, s.Else)
		return one(n)
	case *js.ForOfStmt:
		return one(t.loop(depth, "for", s.Init, s.Value, s.Body))
	case *js.ForInStmt:
		return one(t.loop(depth, "in", s.Init, s.Value, s.Body))
	case *js.ForStmt:
		return one(t.loop(depth, "while", s.Init, s.Cond, s.Body))
	case *js.WhileStmt:
		n := t.node(Loop, "while", t.expression(depth, s.Cond))
		n.Block = t.body(depth, s.Body)
		return one(n)
	case *js.DoWhileStmt:
		n := t.node(Loop, "while", t.expression(depth, s.Cond))
		n.Block = t.body(depth, s.Body)
		return one(n)
	case *js.ReturnStmt:
		n := t.node(Return, "")
		if s.Value != nil {
			n = t.node(Return, "", t.expression(depth, s.Value))
		}
		return one(n)
	case *js.TryStmt:
		n := t.node(Try, "")
		n.Block = t.block(depth, s.Body.List)
		if s.Catch != nil {
			n.Else = t.block(depth, s.Catch.List)
		}
		if s.Finally != nil {
			n.Block = append(n.Block, t.block(depth, s.Finally.List)...)
		}
		return one(n)
	case *js.ThrowStmt:
		return one(t.node(Raise, ""))
	case *js.ImportStmt:
		return one(t.imported(s))
	case *js.ExportStmt:
		return t.exported(depth, s)
	case *js.LabelledStmt:
		return t.body(depth, s.Value)
	case *js.SwitchStmt:
		return one(t.node(Unread, ""))
	case *js.BranchStmt:
		if s.Type == js.BreakToken {
			return one(t.node(Break, ""))
		}
	}
	return nil // empty ones, directives, continue, comments
}

func (t *javascript) loop(depth int, kind string, init, value js.IExpr, body *js.BlockStmt) *Node {
	n := t.node(Loop, kind)
	switch init := init.(type) {
	case *js.VarDecl:
		for _, b := range init.List {
			n.Names = append(n.Names, t.bound(b.Binding)...)
		}
	case *js.Var:
		n.Names = []string{string(init.Name())}
	}
	if value == nil {
		n.Kids = []*Node{t.node(Unread, "")}
	} else {
		n.Kids = []*Node{t.expression(depth, value)}
	}
	n.Line = n.Kids[0].Line
	n.Block = t.body(depth, body)
	return n
}

// bound are the names that a pattern gives.
func (t *javascript) bound(b js.IBinding) (names []string) {
	switch b := b.(type) {
	case *js.Var:
		return []string{string(b.Name())}
	case *js.BindingArray:
		for _, e := range b.List {
			names = append(names, t.bound(e.Binding)...)
		}
	case *js.BindingObject:
		for _, e := range b.List {
			names = append(names, t.bound(e.Value.Binding)...)
		}
	}
	return names
}

// declared makes an assignment of each variable; those of patterns are members
// of their value.
func (t *javascript) declared(depth int, s *js.VarDecl) []*Node {
	var out []*Node
	for _, b := range s.List {
		if v, ok := b.Binding.(*js.Var); ok {
			t.name(string(v.Name()))
		}
		value := t.node(Constant, "null")
		if b.Default != nil {
			value = t.expression(depth, b.Default)
		}
		assign := func(name string, v *Node) {
			n := t.node(Assign, "=", t.node(Name, name), v)
			n.Line = v.Line
			out = append(out, n)
		}
		switch at := b.Binding.(type) {
		case *js.Var:
			assign(string(at.Name()), value)
		case *js.BindingObject:
			for _, e := range at.List {
				if name, ok := e.Value.Binding.(*js.Var); ok {
					key := string(name.Name())
					if e.Key != nil && !e.Key.IsComputed() {
						key = string(e.Key.Literal.Data)
					}
					assign(string(name.Name()), t.node(Member, key, value))
				}
			}
		default:
			for _, name := range t.bound(b.Binding) {
				assign(name, t.node(Unread, ""))
			}
		}
	}
	return out
}

func (t *javascript) function(depth int, f *js.FuncDecl) *Node {
	name := ""
	if f.Name != nil {
		name = string(f.Name.Name())
	}
	return t.callable(depth, name, f.Params, f.Body.List)
}

func (t *javascript) callable(depth int, name string, params js.Params, body []js.IStmt) *Node {
	if name != "" {
		t.name(name)
	}
	n := t.node(Function, name)
	for _, p := range params.List {
		names := t.bound(p.Binding)
		if v, ok := p.Binding.(*js.Var); ok {
			names = []string{string(v.Name())}
		} else {
			names = append([]string{""}, names...)[:1] // a pattern has no name
		}
		var preset *Node
		if p.Default != nil {
			preset = t.expression(depth, p.Default)
		}
		n.Names, n.Kids = append(n.Names, names...), append(n.Kids, preset)
	}
	n.Block = t.block(depth, body)
	if len(n.Block) > 0 && n.Line < n.Block[0].Line-1 { // it has no position of its own
		n.Line = n.Block[0].Line
	}
	return n
}

func (t *javascript) imported(s *js.ImportStmt) *Node {
	t.see(s.Module)
	n := t.node(Import, strings.Trim(string(s.Module), `"'`))
	if s.Default != nil {
		n.Names = append(n.Names, string(s.Default)+"=default")
	}
	for _, a := range s.List {
		from := a.Name
		if from == nil {
			from = a.Binding
		}
		if a.Binding != nil {
			n.Names = append(n.Names, string(a.Binding)+"="+string(from))
		}
	}
	return n
}

func (t *javascript) exported(depth int, s *js.ExportStmt) []*Node {
	kind := ""
	if s.Default {
		kind = "default"
	}
	n := t.node(Export, kind)
	switch d := s.Decl.(type) {
	case nil:
		for _, a := range s.List { // export { main as default }
			if string(a.Binding) == "default" && a.Name != nil {
				out := t.node(Export, "default", t.node(Name, string(a.Name)))
				return []*Node{out}
			}
		}
		return nil
	case *js.VarDecl:
		n.Block = t.declared(depth, d)
	case *js.FuncDecl:
		n.Block = []*Node{t.function(depth, d)}
	case *js.ClassDecl:
		n.Block = []*Node{t.node(Class, "")}
	default:
		n.Kids = []*Node{t.expression(depth, d)}
	}
	return []*Node{n}
}
