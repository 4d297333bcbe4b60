package script

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Python reads a program in Python. Statements that it does not know are Unread;
// an error is of a text that is no Python at all.
func Python(src []byte) ([]*Node, error) {
	if err := readable(src); err != nil {
		return nil, err
	}
	tokens, err := pythonTokens(string(src))
	if err != nil {
		return nil, err
	}
	p := &python{tokens: tokens}
	block := p.statements(0, func() bool { return p.peek().kind == endOfSource })
	return block, p.err
}

// readable refuses what no program is.
func readable(src []byte) error {
	switch {
	case len(src) > maxSource:
		return fmt.Errorf("%d bytes, want at most %d", len(src), maxSource)
	case !utf8.Valid(src) || strings.ContainsRune(string(src), 0):
		return errors.New("it is no text in UTF-8")
	}
	return nil
}

// python is a reader of tokens. It never fails: what it does not know is Unread.
type python struct {
	tokens []token
	at     int
	nodes  int
	err    error // too many nodes
}

func (p *python) peek() token { return p.tokens[min(p.at, len(p.tokens)-1)] }

func (p *python) after(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *python) next() token {
	t := p.peek()
	p.at++
	return t
}

// is says whether the next token is that operator or word.
func (p *python) is(s string) bool {
	t := p.peek()
	return t.text == s && (t.kind == operator || t.kind == name)
}

func (p *python) take(s string) bool {
	if p.is(s) {
		p.at++
		return true
	}
	return false
}

func (p *python) node(kind Kind, line int, s string, kids ...*Node) *Node {
	if p.nodes++; p.nodes > maxNodes && p.err == nil {
		p.err = fmt.Errorf("line %d: a program of more than %d parts", line, maxNodes)
		p.at = len(p.tokens) - 1
	}
	return &Node{Kind: kind, Line: line, Text: s, Kids: kids}
}

func (p *python) unread() *Node { return p.node(Unread, p.peek().line, "") }

func (p *python) statements(depth int, end func() bool) []*Node {
	var out []*Node
	for !end() && p.peek().kind != endOfSource {
		before := p.at
		out = append(out, p.statement(depth)...)
		if p.at == before {
			p.at++
		}
	}
	return out
}

// block reads what is behind a colon: an indented block, or statements on the
// same line.
func (p *python) block(depth int) []*Node {
	for !p.is(":") && p.peek().kind != newline && p.peek().kind != endOfSource {
		p.at++
	}
	p.take(":")
	if p.peek().kind != newline {
		return p.simple(depth)
	}
	p.at++
	if p.peek().kind != indent {
		return nil
	}
	p.at++
	if depth > maxDepth {
		p.skipBlock()
		return []*Node{p.unread()}
	}
	out := p.statements(depth+1, func() bool { return p.peek().kind == dedent })
	if p.peek().kind == dedent {
		p.at++
	}
	return out
}

// skipBlock goes behind the end of the block that it is in.
func (p *python) skipBlock() {
	for open := 1; open > 0 && p.peek().kind != endOfSource; {
		switch p.next().kind {
		case indent:
			open++
		case dedent:
			open--
		}
	}
}

// statement reads one, or the several of a line.
func (p *python) statement(depth int) []*Node {
	t := p.peek()
	switch t.kind {
	case newline, dedent:
		p.at++
		return nil
	case indent: // of what was not read
		p.at++
		p.skipBlock()
		return []*Node{p.node(Unread, t.line, "")}
	}
	if n := p.compound(depth, t); n != nil {
		return []*Node{n}
	}
	return p.simple(depth)
}

// compound statements have blocks; nil: it is none.
func (p *python) compound(depth int, t token) *Node {
	if t.kind == operator && t.text == "@" {
		return p.decorated(depth)
	}
	if t.kind != name {
		return nil
	}
	if t.text == "async" {
		switch p.after(1).text {
		case "def", "for", "with":
			p.at++
			t = p.peek()
		}
	}
	switch t.text {
	case "class":
		p.at++
		n := p.node(Class, t.line, p.next().text)
		if p.take("(") {
			n.Kids = p.arguments(depth+1, ")")
		}
		n.Block = p.block(depth)
		return n
	case "def":
		return p.function(depth)
	case "if", "elif":
		p.at++
		n := p.node(If, t.line, "", p.expression(depth+1))
		n.Block = p.block(depth)
		n.Else = p.otherwise(depth)
		return n
	case "while":
		p.at++
		n := p.node(Loop, t.line, "while", p.expression(depth+1))
		n.Block = p.block(depth)
		p.otherwise(depth)
		return n
	case "for":
		p.at++
		n := p.node(Loop, t.line, "for")
		n.Names = p.variables()
		n.Kids = []*Node{p.expressions(depth + 1)}
		n.Block = p.block(depth)
		p.otherwise(depth)
		return n
	case "with":
		return p.with(depth)
	case "try":
		p.at++
		n := p.node(Try, t.line, "")
		n.Block = p.block(depth)
		for p.is("except") || p.is("else") || p.is("finally") {
			plain := !p.is("except")
			p.at++
			if more := p.block(depth); plain {
				n.Block = append(n.Block, more...)
			} else {
				n.Else = append(n.Else, more...)
			}
		}
		return n
	}
	return nil
}

// otherwise is what elif and else say.
func (p *python) otherwise(depth int) []*Node {
	if depth > maxDepth {
		return nil
	}
	if p.is("elif") {
		return []*Node{p.compound(depth+1, p.peek())}
	}
	if p.is("else") {
		p.at++
		return p.block(depth)
	}
	return nil
}

func (p *python) decorated(depth int) *Node {
	var marks []*Node
	for p.is("@") {
		p.at++
		marks = append(marks, p.expression(depth+1))
		p.endLine()
	}
	n := p.compound(depth+1, p.peek())
	if n == nil {
		return p.unread()
	}
	n.Else = marks
	return n
}

func (p *python) function(depth int) *Node {
	line := p.next().line
	n := p.node(Function, line, p.next().text)
	if p.take("(") {
		p.parameters(depth, n, ")")
	}
	n.Block = p.block(depth)
	return n
}

// parameters reads names and defaults up to the end, which is taken.
func (p *python) parameters(depth int, n *Node, end string) {
	for !p.take(end) && p.peek().kind != newline && p.peek().kind != endOfSource {
		if p.peek().kind != name {
			p.at++
			continue
		}
		n.Names = append(n.Names, p.next().text)
		if end == ")" && p.take(":") {
			p.expression(depth + 1)
		}
		var preset *Node
		if p.take("=") {
			preset = p.expression(depth + 1)
		}
		n.Kids = append(n.Kids, preset)
	}
}
