package script

import (
	"strconv"
	"strings"
)

func (p *python) number(t token) *Node {
	if s := jsonNumber(t.text); s != "" {
		return p.node(Number, t.line, s)
	}
	return p.node(Unread, t.line, "")
}

// jsonNumber is a literal of Python or JavaScript as JSON writes it, or empty.
func jsonNumber(s string) string {
	s = strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(s, 0, 64); err == nil {
		return strconv.FormatInt(i, 10)
	}
	if strings.ContainsAny(s, "xX") {
		return ""
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f-f != 0 {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// texts are literals one behind the other, which are one text.
func (p *python) texts(depth int) *Node {
	line := p.peek().line
	var parts []*Node
	for p.peek().kind == text {
		t := p.next()
		raw := strings.Contains(t.prefix, "r")
		switch {
		case strings.Contains(t.prefix, "f"):
			parts = append(parts, p.formatted(depth, t, raw)...)
		default:
			parts = append(parts, p.node(Text, t.line, unescapePython(t.text, raw)))
		}
	}
	return p.template(line, parts)
}

// template joins texts; without an expression between them it is a text.
func (p *python) template(line int, parts []*Node) *Node {
	var joined []*Node
	for _, n := range parts {
		if last := len(joined) - 1; n.Kind == Text && last >= 0 && joined[last].Kind == Text {
			joined[last] = p.node(Text, n.Line, joined[last].Text+n.Text)
			continue
		}
		joined = append(joined, n)
	}
	if len(joined) == 0 {
		return p.node(Text, line, "")
	}
	if len(joined) == 1 && joined[0].Kind == Text {
		return joined[0]
	}
	return p.node(Template, line, "", joined...)
}

// formatted takes an f-string apart: texts, and what stands in braces.
func (p *python) formatted(depth int, t token, raw bool) []*Node {
	var out []*Node
	s := t.text
	for s != "" {
		i := strings.IndexAny(s, "{}")
		if i < 0 {
			i = len(s)
		}
		if i > 0 {
			out = append(out, p.node(Text, t.line, unescapePython(s[:i], raw)))
		}
		if s = s[i:]; s == "" {
			break
		}
		if len(s) > 1 && s[1] == s[0] {
			out = append(out, p.node(Text, t.line, s[:1]))
			s = s[2:]
			continue
		}
		if s[0] == '}' {
			s = s[1:]
			continue
		}
		inner, format, rest := upToBrace(s[1:])
		s = rest
		n := p.inner(depth, t.line, inner)
		if format != "" {
			n = p.node(Formatted, t.line, format, n)
		}
		out = append(out, n)
	}
	return out
}

// upToBrace cuts at the brace that closes, and what it says of the format off.
func upToBrace(s string) (inner, format, rest string) {
	open, quote, colon := 0, byte(0), -1
	cut := func(end int, rest string) (string, string, string) {
		if colon < 0 {
			return s[:end], "", rest
		}
		return s[:colon], s[colon+1 : end], rest
	}
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[' || c == '(':
			open++
		case (c == '}' || c == ']' || c == ')') && open > 0:
			open--
		case c == '}':
			return cut(i, s[i+1:])
		case c == ':' && open == 0 && colon < 0:
			colon = i
		}
	}
	return cut(len(s), "")
}

// inner reads the expression within a text.
func (p *python) inner(depth, line int, src string) *Node {
	if depth > maxDepth/4 {
		return p.node(Unread, line, "")
	}
	tokens, err := pythonTokens("(" + strings.TrimSuffix(strings.TrimSpace(src), "!s") + ")")
	if err != nil {
		return p.node(Unread, line, "")
	}
	for i := range tokens {
		tokens[i].line += line - 1
	}
	sub := &python{tokens: tokens, nodes: p.nodes}
	n := sub.expression(depth + 1)
	p.nodes, p.err = sub.nodes, sub.err
	if sub.err != nil {
		p.at = len(p.tokens) - 1
	}
	return n
}

// unescapePython replaces the escapes of a text.
func unescapePython(s string, raw bool) string {
	if raw || !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case '\n':
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case '\\', '\'', '"':
			b.WriteByte(c)
		case 'x', 'u', 'U':
			digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			if i+1+digits <= len(s) {
				if r, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32); err == nil && r <= 0x10ffff {
					b.WriteRune(rune(r))
					i += digits
					continue
				}
			}
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}
