package script

import (
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

var javascriptOperators = map[js.TokenType]string{
	js.AddToken: "+", js.SubToken: "-", js.MulToken: "*", js.DivToken: "/", js.ModToken: "%", js.ExpToken: "**",
	js.EqEqToken: "==", js.EqEqEqToken: "==", js.NotEqToken: "!=", js.NotEqEqToken: "!=",
	js.LtToken: "<", js.GtToken: ">", js.LtEqToken: "<=", js.GtEqToken: ">=",
	js.AndToken: "&&", js.OrToken: "||", js.NullishToken: "??", js.InToken: "in",
	js.BitAndToken: "&", js.BitOrToken: "|", js.BitXorToken: "^", js.LtLtToken: "<<", js.GtGtToken: ">>",
}

var javascriptAssignments = map[js.TokenType]string{
	js.EqToken: "=", js.AddEqToken: "+=", js.SubEqToken: "-=", js.MulEqToken: "*=", js.DivEqToken: "/=",
	js.NullishEqToken: "??=", js.OrEqToken: "||=", js.AndEqToken: "&&=",
}

func (t *javascript) expression(depth int, e js.IExpr) *Node {
	if depth++; depth > maxDepth || t.err != nil {
		return t.node(Unread, "")
	}
	switch e := e.(type) {
	case *js.Var:
		if string(e.Name()) == "undefined" {
			return t.node(Constant, "null")
		}
		t.name(string(e.Name()))
		return t.node(Name, string(e.Name()))
	case *js.LiteralExpr:
		return t.literal(e)
	case js.LiteralExpr:
		return t.literal(&e)
	case *js.GroupExpr:
		return t.expression(depth, e.X)
	case *js.TemplateExpr:
		return t.template(depth, e)
	case *js.ArrayExpr:
		n := t.node(List, "")
		for _, item := range e.List {
			switch {
			case item.Value == nil:
				n.Kids = append(n.Kids, t.node(Constant, "null"))
			case item.Spread:
				n.Kids = append(n.Kids, t.node(Spread, "*", t.expression(depth, item.Value)))
			default:
				n.Kids = append(n.Kids, t.expression(depth, item.Value))
			}
		}
		return n
	case *js.ObjectExpr:
		return t.object(depth, e)
	case *js.DotExpr:
		return t.member(depth, e)
	case *js.IndexExpr:
		return t.node(Index, "", t.expression(depth, e.X), t.expression(depth, e.Y))
	case *js.CallExpr:
		return t.call(depth, "", e.X, &e.Args)
	case *js.NewExpr:
		return t.call(depth, "new", e.X, e.Args)
	case *js.UnaryExpr:
		x := t.expression(depth, e.X)
		switch e.Op {
		case js.NotToken:
			return t.node(Unary, "!", x)
		case js.NegToken:
			return t.node(Unary, "-", x)
		case js.PosToken:
			return t.node(Unary, "+", x)
		case js.AwaitToken:
			return x
		case js.TypeofToken:
			return t.node(Unary, "typeof", x)
		}
		return t.node(Unread, "")
	case *js.BinaryExpr:
		x, y := t.expression(depth, e.X), t.expression(depth, e.Y)
		if op := javascriptAssignments[e.Op]; op != "" {
			return t.node(Assign, op, x, y)
		}
		if op := javascriptOperators[e.Op]; op != "" {
			return t.node(Binary, op, x, y)
		}
		return t.node(Unread, "")
	case *js.CondExpr:
		return t.node(Choice, "", t.expression(depth, e.Cond), t.expression(depth, e.X), t.expression(depth, e.Y))
	case *js.ArrowFunc:
		return t.callable(depth, "", e.Params, e.Body.List)
	case *js.FuncDecl:
		return t.function(depth, e)
	}
	return t.node(Unread, "")
}

func (t *javascript) literal(e *js.LiteralExpr) *Node {
	t.see(e.Data)
	s := string(e.Data)
	switch e.TokenType {
	case js.StringToken:
		return t.node(Text, unescapeJavaScript(s[1:len(s)-1]))
	case js.TrueToken, js.FalseToken, js.NullToken:
		return t.node(Constant, s)
	case js.RegExpToken:
		if end := strings.LastIndexByte(s, '/'); end == len(s)-1 && end > 0 {
			return t.node(Regex, s[1:end])
		}
		return t.node(Unread, "") // it has flags
	case js.ThisToken, js.SuperToken, js.IdentifierToken:
		return t.node(Name, s)
	case js.DecimalToken, js.IntegerToken, js.HexadecimalToken, js.OctalToken, js.BinaryToken:
		if n := jsonNumber(s); n != "" {
			return t.node(Number, n)
		}
	}
	return t.node(Unread, "")
}

func (t *javascript) template(depth int, e *js.TemplateExpr) *Node {
	if e.Tag != nil && strings.Trim(e.Tag.String(), "()") != "http.url" { // which only names the URL
		return t.node(Unread, "")
	}
	t.see(e.Tail)
	var parts []*Node
	add := func(raw []byte, begin, end int) {
		if s := string(raw); len(s) > begin+end {
			parts = append(parts, t.node(Text, unescapeJavaScript(s[begin:len(s)-end])))
		}
	}
	for _, p := range e.List { // `a${ or }b${
		t.see(p.Value)
		add(p.Value, 1, 2)
		parts = append(parts, t.expression(depth, p.Expr))
	}
	add(e.Tail, 1, 1)
	if len(parts) == 0 {
		return t.node(Text, "")
	}
	if len(parts) == 1 && parts[0].Kind == Text {
		return parts[0]
	}
	return t.node(Template, "", parts...)
}

func (t *javascript) object(depth int, e *js.ObjectExpr) *Node {
	n := t.node(Object, "")
	for i, p := range e.List {
		switch {
		case p.Spread:
			n.Kids = append(n.Kids, t.node(Spread, "**", t.expression(depth, p.Value)))
			continue
		case p.Init != nil:
			n.Kids = append(n.Kids, t.node(Spread, "**", t.node(Unread, "")))
			continue
		}
		var key *Node
		if method, ok := p.Value.(*js.MethodDecl); ok {
			key = t.key(depth, &method.Name.PropertyName)
			n.Kids = append(n.Kids, t.node(Pair, "", key, t.callable(depth, "", method.Params, method.Body.List)))
			continue
		}
		if p.Name == nil { // {a} is {a: a}
			key = t.node(Text, p.Value.String())
		} else {
			key = t.key(depth, p.Name)
		}
		n.Kids = append(n.Kids, t.node(Pair, "", key, t.expression(depth, p.Value)))
		if i == 0 {
			n.Line = key.Line
		}
	}
	return n
}

func (t *javascript) key(depth int, name *js.PropertyName) *Node {
	if name.IsComputed() {
		return t.expression(depth, name.Computed)
	}
	n := t.literal(&name.Literal)
	switch n.Kind {
	case Text, Number:
		n.Kind = Text
		return n
	}
	return t.node(Text, string(name.Literal.Data))
}

func (t *javascript) member(depth int, e *js.DotExpr) *Node {
	x := t.expression(depth, e.X)
	switch y := e.Y.(type) {
	case *js.LiteralExpr:
		t.see(y.Data)
		return t.node(Member, string(y.Data), x)
	case js.LiteralExpr:
		t.see(y.Data)
		return t.node(Member, string(y.Data), x)
	}
	return t.node(Unread, "")
}

// call is of the line of its name: a request in a chain is where its method is.
func (t *javascript) call(depth int, kind string, f js.IExpr, args *js.Args) *Node {
	kids := []*Node{t.expression(depth, f)}
	line := kids[0].Line
	if args != nil {
		for _, a := range args.List {
			n := t.expression(depth, a.Value)
			if a.Rest {
				n = t.node(Spread, "*", n)
			}
			kids = append(kids, n)
		}
	}
	n := t.node(Call, kind, kids...)
	n.Line = line
	return n
}

// unescapeJavaScript replaces the escapes of a text; those of Python are the same
// but for \0, \b, \f, \v and \u{…}, which few texts have.
func unescapeJavaScript(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && !strings.ContainsRune("ntr\\'\"xu\n", rune(s[i+1])) {
			continue // \a is a
		}
		if s[i] == '\\' && i+1 < len(s) {
			b.WriteByte(s[i])
			i++
		}
		b.WriteByte(s[i])
	}
	return unescapePython(b.String(), false)
}
