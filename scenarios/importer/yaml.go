package importer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios/example"
)

// yamlWriter writes drafts in the style of the shipped scenarios.
type yamlWriter struct{ buf bytes.Buffer }

func (w *yamlWriter) line(indent int, format string, args ...any) {
	w.buf.WriteString(strings.Repeat(" ", indent))
	fmt.Fprintf(&w.buf, format, args...)
	w.buf.WriteByte('\n')
}

// comment wraps a sentence.
func (w *yamlWriter) comment(indent int, text string) {
	const width = 96
	line := ""
	for _, word := range strings.Fields(printable(text)) {
		if line != "" && indent+len(line)+len(word) > width {
			w.line(indent, "#%s", line)
			line = ""
		}
		line += " " + word
	}
	w.line(indent, "#%s", line)
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// body gives the fields of an object a line each, and what is long more.
func (w *yamlWriter) body(indent int, b *draftBody) {
	w.line(indent, "body:")
	if object, ok := b.value.(example.Pairs); ok && len(object) > 0 {
		w.block(indent+2, b.form+":", object, "")
	} else {
		w.value(indent+2, b.form+":", b.value, "")
	}
	for _, text := range b.about {
		w.comment(indent+4, text)
	}
}

// value writes "label value", on one line if that is short enough to read.
func (w *yamlWriter) value(indent int, label string, v any, remark string) {
	const width = 110
	line := example.Flow(v)
	if indent+len(label)+len(line) > width && splits(v) {
		w.block(indent, label, v, remark)
		return
	}
	w.line(indent, "%s %s%s", label, line, trailing(remark))
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

func (w *yamlWriter) block(indent int, label string, v any, remark string) {
	w.line(indent, "%s%s", label, trailing(remark))
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
