package report

import (
	"strings"
	"unicode"
)

// plain makes s safe to print on one line of a terminal: white space becomes a
// space; control characters, bidirectional overrides and other invisible ones
// vanish.
func plain(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, s))
}

// form is text or markdown: how foreign strings enter a page.
type form struct{ markdown bool }

var markdownEscapes = func() *strings.Replacer {
	var pairs []string
	for _, c := range "\\`*_[]~|<>&#" {
		pairs = append(pairs, string(c), `\`+string(c))
	}
	return strings.NewReplacer(pairs...)
}()

// name is a foreign string: a name or a sentence.
func (f form) name(s string) string {
	s = plain(s)
	if f.markdown {
		s = markdownEscapes.Replace(s)
	}
	return s
}

// code is a foreign string to be shown literally: a URL, path or expression.
func (f form) code(s string) string {
	s = plain(s)
	// Inside a table a code span cannot hold a bar, nor anywhere a backtick.
	if !f.markdown || s == "" || strings.ContainsAny(s, "`|") {
		return f.name(s)
	}
	return "`" + s + "`"
}
