package script

func (p *python) parentheses(depth int) *Node {
	t := p.next()
	if p.take(")") {
		return p.node(List, t.line, "")
	}
	n := p.expressions(depth + 1)
	if p.isEach() {
		n = p.each(depth, n)
	}
	if !p.is(")") {
		n = p.node(Unread, t.line, "")
	}
	p.closing(")")
	return n
}

// braces are an object or a set.
func (p *python) braces(depth int) *Node {
	object := p.node(Object, p.peek().line, "")
	for {
		t := p.peek()
		if t.kind == newline || t.kind == endOfSource || p.take("}") {
			return object
		}
		n := p.expression(depth)
		switch {
		case n.Kind == Spread:
			object.Kids = append(object.Kids, n)
		case p.take(":"):
			object.Kids = append(object.Kids, p.node(Pair, t.line, "", n, p.expression(depth)))
		default: // a set
			p.closing("}")
			return p.node(Unread, t.line, "")
		}
		if !p.take(",") && !p.is("}") {
			p.closing("}")
			return p.node(Unread, t.line, "")
		}
	}
}

// closing goes behind the bracket that closes, over what was not read.
func (p *python) closing(end string) {
	for open := 0; p.peek().kind != newline && p.peek().kind != endOfSource; {
		t := p.next()
		if t.kind != operator {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open++
		case ")", "]", "}":
			if open == 0 && t.text == end {
				return
			}
			open--
		}
	}
}

// arguments reads up to the end, which is taken. A comprehension is one argument.
func (p *python) arguments(depth int, end string) []*Node {
	var out []*Node
	for {
		t := p.peek()
		if t.kind == newline || t.kind == endOfSource || p.take(end) {
			return out
		}
		if t.kind == name && p.after(1).kind == operator && p.after(1).text == "=" {
			p.at += 2
			out = append(out, p.node(Keyword, t.line, t.text, p.expression(depth)))
		} else {
			n := p.expression(depth)
			if p.isEach() {
				n = p.each(depth, n)
			}
			out = append(out, n)
		}
		if !p.take(",") && !p.is(end) {
			p.closing(end)
			return append(out, p.node(Unread, t.line, ""))
		}
	}
}
