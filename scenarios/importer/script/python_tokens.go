package script

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is read of a program at most.
const (
	maxSource = 1 << 20
	maxNodes  = 200_000
	maxDepth  = 150
)

type tokenKind int

const (
	endOfSource tokenKind = iota
	newline
	indent
	dedent
	name
	number
	text     // of Python: with its prefix
	operator // and brackets
)

type token struct {
	kind       tokenKind
	text       string // of texts: what stands between the quotes
	prefix     string // of texts, in small letters
	line       int
	start, end int
}

// lexer takes Python apart: tokens, with lines joined in brackets and indents of
// the others.
type lexer struct {
	src    string
	at     int
	line   int
	deep   int // in brackets
	levels []int
	out    []token
}

// operators of more than one character, the longest first.
var pythonOperators = []string{
	"**=", "//=", "<<=", ">>=", "...", "!=", "==", "<=", ">=", "->", ":=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "**", "//", "<<", ">>",
}

func pythonTokens(src string) ([]token, error) {
	l := &lexer{src: src, line: 1, levels: []int{0}}
	for l.at < len(l.src) {
		if err := l.logicalLine(); err != nil {
			return nil, err
		}
	}
	l.add(newline, "", l.at)
	for range l.levels[1:] {
		l.add(dedent, "", l.at)
	}
	l.add(endOfSource, "", l.at)
	return l.out, nil
}

func (l *lexer) add(kind tokenKind, s string, start int) {
	l.out = append(l.out, token{kind: kind, text: s, line: l.line, start: start, end: l.at})
}

// logicalLine reads the indent of a line and its tokens, up to the line break
// that ends it.
func (l *lexer) logicalLine() error {
	column := 0
	for l.at < len(l.src) {
		switch l.src[l.at] {
		case ' ':
			column++
		case '\t':
			column += 8 - column%8
		case '\f':
			column = 0
		default:
			goto text
		}
		l.at++
	}
text:
	rest := l.src[l.at:]
	if rest == "" {
		return nil
	}
	if c := rest[0]; c == '\n' || c == '\r' || c == '#' {
		l.skipLine()
		return nil
	}
	if err := l.indent(column); err != nil {
		return err
	}
	for l.at < len(l.src) {
		c := l.src[l.at]
		switch {
		case c == '\n' || c == '\r' && l.deep == 0:
			if l.deep == 0 {
				l.add(newline, "", l.at)
				l.lineBreak()
				return nil
			}
			l.lineBreak()
		case c == ' ' || c == '\t' || c == '\f' || c == '\r':
			l.at++
		case c == '#':
			for l.at < len(l.src) && l.src[l.at] != '\n' {
				l.at++
			}
		case c == '\\':
			l.at++
			if l.at < len(l.src) && (l.src[l.at] == '\n' || l.src[l.at] == '\r') {
				l.lineBreak()
			}
		default:
			if err := l.token(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *lexer) skipLine() {
	for l.at < len(l.src) && l.src[l.at] != '\n' {
		l.at++
	}
	l.lineBreak()
}

// lineBreak goes over \n, \r\n or \r.
func (l *lexer) lineBreak() {
	if l.at < len(l.src) && l.src[l.at] == '\r' {
		l.at++
	}
	if l.at < len(l.src) && l.src[l.at] == '\n' {
		l.at++
	}
	l.line++
}

func (l *lexer) indent(column int) error {
	top := l.levels[len(l.levels)-1]
	if column > top {
		if len(l.levels) > maxDepth {
			return fmt.Errorf("line %d: too deep", l.line)
		}
		l.levels = append(l.levels, column)
		l.add(indent, "", l.at)
		return nil
	}
	for column < l.levels[len(l.levels)-1] {
		l.levels = l.levels[:len(l.levels)-1]
		l.add(dedent, "", l.at)
	}
	if column != l.levels[len(l.levels)-1] {
		return fmt.Errorf("line %d: the indent is none of those before", l.line)
	}
	return nil
}

func (l *lexer) token() error {
	start := l.at
	rest := l.src[l.at:]
	c, size := utf8.DecodeRuneInString(rest)
	switch {
	case c == '"' || c == '\'':
		return l.text("")
	case c == '_' || unicode.IsLetter(c):
		for l.at < len(l.src) {
			c, size := utf8.DecodeRuneInString(l.src[l.at:])
			if c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
				break
			}
			l.at += size
		}
		word := l.src[start:l.at]
		if l.at < len(l.src) && (l.src[l.at] == '"' || l.src[l.at] == '\'') && len(word) <= 2 && strings.Trim(strings.ToLower(word), "rbfut") == "" {
			return l.text(strings.ToLower(word))
		}
		l.add(name, word, start)
	case c >= '0' && c <= '9' || c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		l.at += numberLength(rest)
		l.add(number, strings.ReplaceAll(l.src[start:l.at], "_", ""), start)
	default:
		for _, op := range pythonOperators {
			if strings.HasPrefix(rest, op) {
				l.at += len(op)
				l.add(operator, op, start)
				return nil
			}
		}
		switch c {
		case '(', '[', '{':
			l.deep++
		case ')', ']', '}':
			l.deep = max(0, l.deep-1)
		}
		l.at += size
		l.add(operator, l.src[start:l.at], start)
	}
	return nil
}

// numberLength is that of 12, 1_000, 0x1F, 1.5e-3.
func numberLength(s string) int {
	hex := len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '_', c == '.', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case (c == '+' || c == '-') && !hex && i > 0 && (s[i-1] == 'e' || s[i-1] == 'E'):
		default:
			return i
		}
	}
	return len(s)
}

// text reads a string literal: in one or three quotes, raw or not. What stands in
// braces of an f-string is part of it, quotes of its own kind within too.
func (l *lexer) text(prefix string) error {
	line, begin := l.line, l.at-len(prefix)
	quote := l.src[l.at : l.at+1]
	if strings.HasPrefix(l.src[l.at:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	l.at += len(quote)
	start, braces := l.at, 0
	formatted := strings.Contains(prefix, "f")
	for l.at < len(l.src) {
		c := l.src[l.at]
		switch {
		case c == '\\' && braces == 0:
			l.at++
			if l.at < len(l.src) && (l.src[l.at] == '\n' || l.src[l.at] == '\r') {
				l.lineBreak()
			} else {
				l.at++
			}
			continue
		case formatted && braces == 0 && strings.HasPrefix(l.src[l.at:], "{{"):
			l.at += 2
			continue
		case formatted && c == '{':
			braces++
		case formatted && c == '}' && braces > 0:
			braces--
		case strings.HasPrefix(l.src[l.at:], quote) && (braces == 0 || len(quote) == 1 && !closesLater(l.src[l.at+1:])):
			end := l.at
			l.at += len(quote)
			l.out = append(l.out, token{kind: text, text: l.src[start:end], prefix: prefix, line: line, start: begin, end: l.at})
			return nil
		case c == '\n':
			if len(quote) == 1 {
				return fmt.Errorf("line %d: a text without closing quote", line)
			}
			l.line++
		}
		l.at++
	}
	return fmt.Errorf("line %d: a text without closing quote", line)
}

// closesLater says whether a brace closes on the rest of the line: the quote
// before it was one of an expression's own.
func closesLater(rest string) bool {
	rest, _, _ = strings.Cut(rest, "\n")
	return strings.Contains(rest, "}")
}
