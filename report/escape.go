package report

import (
	"strings"
	"unicode"

	"github.com/mlbench/mlbench/report/chart"
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

// OneLine is what every report does with text from files and from the network,
// for pages that are not of this package: one line without anything that a
// terminal would act on.
func OneLine(s string) string { return short(plain(s)) }

// longest bounds a foreign string of a page, in bytes: a page has many.
const longest = 2000

// short cuts what is too long for a page; JSON has all of it.
func short(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + " …"
}

// form is how a page is written. Only what writes one knows it: words and cells
// are raw until then.
type form uint8

const (
	inText form = iota
	inMarkdown
	inHTML
	inASCII // text where nothing else can be shown
)

// asciiOf is what stands for the signs that pages have; heights of strips become
// denser.
var asciiOf = strings.NewReplacer("→", "->", "–", "-", "─", "-", "…", "...", "≥", ">=", "≤", "<=", "✓", "+", "✗", "x", "÷", "/", "−", "-", "×", "x", "·", ".",
	"▁", ".", "▂", ":", "▃", "-", "▄", "=", "▅", "+", "▆", "*", "▇", "%", "█", "#")

// folded leaves nothing but ASCII.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, asciiOf.Replace(s))
}

var markdownEscapes = func() *strings.Replacer {
	var pairs []string
	for _, c := range "\\`*_[]~|<>&" {
		pairs = append(pairs, string(c), `\`+string(c))
	}
	// A mention would call people, and a bare link or reference would be one of
	// ours: a space of no width behind its beginning makes it text.
	pairs = append(pairs, "@", "@&#8203;", "#", `\#&#8203;`, "://", ":&#8203;//", "www.", "www&#8203;.")
	return strings.NewReplacer(pairs...)
}()

// name is a foreign string: a name or a sentence.
func (f form) name(s string) string {
	s = short(plain(s))
	switch f {
	case inMarkdown:
		s = markdownEscapes.Replace(s)
	case inHTML:
		s = chart.Escape(s)
	case inASCII:
		s = folded(s)
	}
	return s
}

// code is a foreign string to be shown literally: a URL, path or expression.
func (f form) code(s string) string {
	s = short(plain(s))
	if f == inHTML && s != "" {
		return "<code>" + f.name(s) + "</code>"
	}
	// Inside a table a code span cannot hold a bar, nor anywhere a backtick.
	if f != inMarkdown || s == "" || strings.ContainsAny(s, "`|") {
		return f.name(s)
	}
	return "`" + s + "`"
}
