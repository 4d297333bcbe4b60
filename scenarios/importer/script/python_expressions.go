package script

import (
	"strings"
)

// expressions are one, or a list of them without brackets: a tuple.
func (p *python) expressions(depth int) *Node {
	first := p.expression(depth)
	if !p.is(",") {
		return first
	}
	list := p.node(List, first.Line, "", first)
	for p.take(",") {
		t := p.peek()
		if t.kind == newline || t.kind == endOfSource || t.kind == operator && strings.Contains(")]}=:", t.text) {
			break
		}
		list.Kids = append(list.Kids, p.expression(depth))
	}
	return list
}

func (p *python) expression(depth int) *Node {
	if depth > maxDepth {
		return p.unread()
	}
	if p.is("lambda") {
		n := p.node(Function, p.next().line, "")
		p.parameters(depth+1, n, ":")
		body := p.expression(depth + 1)
		n.Block = []*Node{p.node(Return, body.Line, "", body)}
		return n
	}
	if p.is("*") || p.is("**") {
		t := p.next()
		return p.node(Spread, t.line, t.text, p.expression(depth+1))
	}
	n := p.binary(depth+1, 0)
	if p.is(":=") {
		p.at++
		return p.expression(depth + 1)
	}
	if p.is("if") {
		line := p.next().line
		condition := p.binary(depth+1, 0)
		if !p.take("else") {
			return p.node(Unread, line, "")
		}
		return p.node(Choice, line, "", condition, n, p.expression(depth+1))
	}
	return n
}

// pythonLevels are binary operators by how strongly they bind, the weakest
// first.
var pythonLevels = []map[string]string{
	{"or": "||"},
	{"and": "&&"},
	{"in": "in", "not": "not in", "is": "==", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "==": "==", "!=": "!="},
	{"|": "|"},
	{"^": "^"},
	{"&": "&"},
	{"<<": "<<", ">>": ">>"},
	{"+": "+", "-": "-"},
	{"*": "*", "/": "/", "//": "//", "%": "%", "@": "@"},
}

const pythonComparisons = 2

func (p *python) binary(depth, level int) *Node {
	if depth > maxDepth {
		return p.unread()
	}
	if level == pythonComparisons && p.is("not") {
		line := p.next().line
		return p.node(Unary, line, "!", p.binary(depth+1, level))
	}
	if level == len(pythonLevels) {
		return p.unary(depth)
	}
	n := p.binary(depth, level+1)
	for long := 0; ; long++ {
		t := p.peek()
		op := pythonLevels[level][t.text]
		if op == "" || t.kind != operator && t.kind != name || t.text == "not" && p.after(1).text != "in" {
			return n
		}
		p.at++
		switch {
		case t.text == "not":
			p.at++
		case t.text == "is" && p.take("not"):
			op = "!="
		}
		right := p.binary(depth+1, level+1)
		if long > maxDepth {
			n = p.node(Unread, t.line, "")
			continue
		}
		n = p.node(Binary, t.line, op, n, right)
	}
}

func (p *python) unary(depth int) *Node {
	if depth > maxDepth {
		return p.unread()
	}
	if t := p.peek(); t.kind == operator && (t.text == "-" || t.text == "+" || t.text == "~") {
		p.at++
		return p.node(Unary, t.line, t.text, p.unary(depth+1))
	}
	if p.is("await") {
		p.at++
	}
	n := p.primary(depth)
	if p.is("**") {
		line := p.next().line
		return p.node(Binary, line, "**", n, p.unary(depth+1))
	}
	return n
}

// primary is an atom with its calls, indexes and members.
func (p *python) primary(depth int) *Node {
	n := p.atom(depth)
	for long := 0; ; long++ {
		t := p.peek()
		if t.kind != operator || long > maxDepth {
			return n
		}
		switch t.text {
		case ".":
			p.at++
			n = p.node(Member, p.peek().line, p.next().text, n)
		case "(":
			p.at++
			n = p.node(Call, t.line, "", append([]*Node{n}, p.arguments(depth+1, ")")...)...)
		case "[":
			p.at++
			inner := p.expressions(depth + 1)
			if !p.is("]") {
				inner = p.node(Unread, t.line, "") // a slice
			}
			p.closing("]")
			n = p.node(Index, t.line, "", n, inner)
		default:
			return n
		}
	}
}

func (p *python) isEach() bool { return p.is("for") || p.is("async") && p.after(1).text == "for" }

// each is a comprehension, whose element was read. Conditions, and loops in
// loops, are not.
func (p *python) each(depth int, element *Node) *Node {
	p.take("async")
	p.take("for")
	n := p.node(Each, element.Line, "", element)
	n.Names = p.variables()
	n.Kids = append(n.Kids, p.binary(depth+1, 0))
	if p.is("if") || p.isEach() {
		return p.node(Unread, element.Line, "")
	}
	return n
}

// variables are the names of a loop, up to in, which is taken.
func (p *python) variables() []string {
	var out []string
	for p.peek().kind == name && !p.is("in") || p.peek().kind == operator && strings.Contains("(),", p.peek().text) {
		if t := p.next(); t.kind == name {
			out = append(out, t.text)
		}
	}
	p.take("in")
	return out
}

var pythonConstants = map[string]string{"True": "true", "False": "false", "None": "null"}

func (p *python) atom(depth int) *Node {
	t := p.peek()
	switch t.kind {
	case name:
		if word := pythonConstants[t.text]; word != "" {
			p.at++
			return p.node(Constant, t.line, word)
		}
		switch t.text {
		case "yield", "if", "else", "for", "in", "and", "or", "not", "is", "as", "import", "lambda", "def", "class", "return":
			return p.unread()
		}
		p.at++
		return p.node(Name, t.line, t.text)
	case number:
		p.at++
		return p.number(t)
	case text:
		return p.texts(depth)
	case operator:
		switch t.text {
		case "(":
			return p.parentheses(depth)
		case "[":
			p.at++
			list := p.node(List, t.line, "", p.arguments(depth+1, "]")...)
			if len(list.Kids) == 1 && list.Kids[0].Kind == Each {
				return list.Kids[0]
			}
			return list
		case "{":
			p.at++
			return p.braces(depth + 1)
		}
	}
	return p.unread()
}
