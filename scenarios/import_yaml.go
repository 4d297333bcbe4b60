package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pairs is a JSON object that keeps its order.
type pairs []pair

type pair struct {
	key   string
	value any
	note  string // comment behind it, where it has a line of its own
}

// generated is a generator with its arguments.
type generated struct {
	name string // $vector, …
	args any
}

// bare is text that needs no quotes: 1..10.
type bare string

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
	if object, ok := b.value.(pairs); ok && len(object) > 0 {
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
	line := yamlFlow(v)
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
	case pairs:
		return len(v) > 0
	case generated:
		return splits(v.args)
	case []any:
		return slices.ContainsFunc(v, splits)
	}
	return false
}

func (w *yamlWriter) block(indent int, label string, v any, remark string) {
	w.line(indent, "%s%s", label, trailing(remark))
	switch v := v.(type) {
	case pairs:
		for _, p := range v {
			w.value(indent+2, plainKey(p.key)+":", p.value, p.note)
		}
	case generated:
		w.value(indent+2, v.name+":", v.args, "")
	case []any:
		for _, item := range v {
			w.value(indent+2, "-", item, "")
		}
	}
}

// yamlFlow is a value on one line.
func yamlFlow(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return yamlScalar(v)
	case json.Number:
		return string(v)
	case bare:
		return string(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = yamlFlow(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case pairs:
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = plainKey(p.key) + ": " + yamlFlow(p.value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case generated:
		if v.args == nil {
			return "{" + v.name + ": {}}"
		}
		return "{" + v.name + ": " + yamlFlow(v.args) + "}"
	}
	return fmt.Sprint(v) // truth values and integers
}

// plainKey writes a key of a JSON body: a leading $ would be a generator.
func plainKey(key string) string {
	if strings.HasPrefix(key, "$") {
		return yamlQuote("$" + key)
	}
	return yamlScalar(key)
}

var (
	unquotedForm = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./-]*$`)
	// words that YAML, in one version or another, does not take for text.
	yamlWords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)

// yamlScalar is text as YAML, quoted where it has to be.
func yamlScalar(s string) string {
	if unquotedForm.MatchString(s) && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	return yamlQuote(s)
}

// yamlQuote is YAML's double-quoted form, with escapes for what does not print.
func yamlQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == ' ' || unicode.IsPrint(r) && r < 0x10000:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
