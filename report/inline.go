package report

import (
	"fmt"
	"strings"
)

// inline is what stands in one line of a page: pieces that follow one another,
// each raw and with its role.
type inline []Cell

// own are words of this program.
func own(s string) inline { return inline{{s, Own}} }

// foreign is text that nothing of may be obeyed.
func foreign(s string) inline { return inline{{s, Foreign}} }

// literal is foreign, and shown as it is.
func literal(s string) inline { return inline{{s, Literal}} }

// compose puts an argument in the place of each {} of own words. What is not
// inline already is foreign.
func compose(pattern string, args ...any) inline {
	words := strings.Split(pattern, "{}")
	out := own(words[0])
	for i, arg := range args {
		piece, is := arg.(inline)
		if !is {
			piece = foreign(fmt.Sprint(arg))
		}
		out = append(append(out, piece...), Cell{words[i+1], Own})
	}
	return out
}

// enumerate puts own words between pieces.
func enumerate(pieces []inline, between string) inline {
	var out inline
	for i, piece := range pieces {
		if i > 0 {
			out = append(out, own(between)...)
		}
		out = append(out, piece...)
	}
	return out
}

func foreignLines(texts []string) []inline {
	var out []inline
	for _, text := range texts {
		out = append(out, foreign(text))
	}
	return out
}

// inline is what the form shows of it.
func (f form) inline(in inline) string {
	var out strings.Builder
	for _, c := range in {
		out.WriteString(f.cell(c))
	}
	return out.String()
}
