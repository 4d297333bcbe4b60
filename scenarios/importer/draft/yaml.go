package draft

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios/example"
)

// Writer writes drafts in the style of the shipped scenarios.
type Writer struct{ Buf bytes.Buffer }

// Line writes a line.
func (w *Writer) Line(indent int, format string, args ...any) {
	w.Buf.WriteString(strings.Repeat(" ", indent))
	fmt.Fprintf(&w.Buf, format, args...)
	w.Buf.WriteByte('\n')
}

// comment wraps a sentence.
func (w *Writer) comment(indent int, text string) {
	const width = 96
	line := ""
	for _, word := range strings.Fields(Printable(text)) {
		if line != "" && indent+len(line)+len(word) > width {
			w.Line(indent, "#%s", line)
			line = ""
		}
		line += " " + word
	}
	w.Line(indent, "#%s", line)
}

// Printable is a text without what terminals and comments must not have.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// Body gives the fields of an object a line each, and what is long more.
func (w *Writer) Body(indent int, b *Body) {
	w.Line(indent, "body:")
	if object, ok := b.Value.(example.Pairs); ok && len(object) > 0 {
		w.block(indent+2, b.Form+":", object, "")
	} else {
		w.value(indent+2, b.Form+":", b.Value, "")
	}
	for _, text := range b.About {
		w.comment(indent+4, text)
	}
}

// value writes "label value", on one line if that is short enough to read.
func (w *Writer) value(indent int, label string, v any, remark string) {
	const width = 110
	line := example.Flow(v)
	if indent+len(label)+len(line) > width && splits(v) {
		w.block(indent, label, v, remark)
		return
	}
	w.Line(indent, "%s %s%s", label, line, trailing(remark))
}

// splits says whether a value has parts that deserve lines of their own; lists
// of numbers have not.
func splits(v any) bool {
	switch v := v.(type) {
	case example.Pairs:
		return len(v) > 0
	case example.Generated:
		return splits(v.Args)
	case []any:
		return slices.ContainsFunc(v, splits)
	}
	return false
}

func (w *Writer) block(indent int, label string, v any, remark string) {
	w.Line(indent, "%s%s", label, trailing(remark))
	switch v := v.(type) {
	case example.Pairs:
		for _, p := range v {
			w.value(indent+2, example.Key(p.Key)+":", p.Value, p.Note)
		}
	case example.Generated:
		w.value(indent+2, v.Name+":", v.Args, "")
	case []any:
		for _, item := range v {
			w.value(indent+2, "-", item, "")
		}
	}
}
