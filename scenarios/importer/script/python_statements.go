package script

import (
	"strings"
)

// simple reads the statements of a line, between semicolons.
func (p *python) simple(depth int) []*Node {
	var out []*Node
	for p.peek().kind != newline && p.peek().kind != endOfSource {
		if n := p.small(depth + 1); n != nil {
			out = append(out, n)
		}
		if !p.take(";") {
			break
		}
	}
	p.endLine()
	return out
}

// endLine goes behind the line's end, over what was not read.
func (p *python) endLine() {
	for p.peek().kind != newline && p.peek().kind != endOfSource {
		p.at++
	}
	if p.peek().kind == newline {
		p.at++
	}
}

func (p *python) small(depth int) *Node {
	t := p.peek()
	if t.kind == name {
		switch t.text {
		case "break":
			p.skipSmall()
			return p.node(Break, t.line, "")
		case "pass", "continue", "global", "nonlocal", "del":
			p.skipSmall()
			return nil
		case "return":
			p.at++
			n := p.node(Return, t.line, "")
			if k := p.peek().kind; k != newline && k != endOfSource && !p.is(";") {
				n.Kids = []*Node{p.expressions(depth)}
			}
			return n
		case "raise":
			p.skipSmall()
			return p.node(Raise, t.line, "")
		case "assert":
			p.at++
			n := p.node(Assert, t.line, "", p.expression(depth))
			p.skipSmall()
			return n
		case "import", "from":
			return p.imports()
		}
	}
	n := p.expressions(depth)
	if p.take(":") { // a type
		p.expression(depth)
	}
	switch op := p.peek().text; {
	case p.peek().kind != operator:
	case op == "=":
		p.at++
		value := p.expressions(depth)
		targets := []*Node{n}
		for p.take("=") && len(targets) < maxDepth {
			targets = append(targets, value)
			value = p.expressions(depth)
		}
		n = p.node(Assign, t.line, "=", targets[0], value)
		n.Else = nil
		for _, more := range targets[1:] {
			n.Else = append(n.Else, p.node(Assign, t.line, "=", more, value))
		}
	case len(op) > 1 && strings.HasSuffix(op, "=") && !strings.ContainsAny(op, "!<>:") && op != "==":
		p.at++
		n = p.node(Assign, t.line, op, n, p.expressions(depth))
	}
	return n
}

func (p *python) skipSmall() {
	for p.peek().kind != newline && p.peek().kind != endOfSource && !p.is(";") {
		p.at++
	}
}

func (p *python) imports() *Node {
	first := p.next()
	n := p.node(Import, first.line, "")
	if first.text == "from" {
		n.Text = p.dotted()
		p.take("import")
		p.take("(")
		for p.peek().kind == name || p.is("*") || p.is(",") {
			t := p.next()
			if t.text == "," {
				continue
			}
			as := t.text
			if p.take("as") {
				as = p.next().text
			}
			n.Names = append(n.Names, as+"="+t.text)
		}
		p.skipSmall()
		return n
	}
	p.module(n)
	for p.take(",") {
		more := p.node(Import, p.peek().line, "")
		p.module(more)
		n.Else = append(n.Else, more)
	}
	p.skipSmall()
	return n
}

// module is one that is imported under a name.
func (p *python) module(n *Node) {
	n.Text = p.dotted()
	as, _, _ := strings.Cut(n.Text, ".")
	if p.take("as") {
		as = p.next().text
	} else {
		n.Text = as // a.b is found through a
	}
	n.Names = []string{as + "=*"}
}

func (p *python) dotted() string {
	var b strings.Builder
	for p.peek().kind == name && !p.is("import") && !p.is("as") || p.is(".") || p.is("...") {
		b.WriteString(p.next().text)
	}
	return b.String()
}

func (p *python) with(depth int) *Node {
	first := p.next()
	p.take("(") // of several lines; the end of it is skipped
	var all []*Node
	for {
		n := p.node(With, first.line, "", p.expression(depth+1))
		if p.take("as") {
			n.Names = []string{p.next().text}
		}
		all = append(all, n)
		if !p.take(",") || p.is(")") || p.is(":") {
			break
		}
	}
	inner := p.block(depth)
	for i := len(all) - 1; i >= 0; i-- {
		all[i].Block = inner
		inner = []*Node{all[i]}
	}
	return all[0]
}
