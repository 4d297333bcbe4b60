package example

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Pairs is a JSON object that keeps its order.
type Pairs []Pair

// Pair is a property.
type Pair struct {
	Key   string
	Value any
	Note  string // comment behind it, where it has a line of its own
}

// Generated is a generator with its arguments.
type Generated struct {
	Name string // $vector, …
	Args any
}

// bare is text that needs no quotes: 1..10.
type bare string

// Get is the value of a property; nil: it has none.
func (p Pairs) Get(key string) any {
	for _, f := range p {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}

// HasText says whether a property is a text that is not empty.
func (p Pairs) HasText(key string) bool {
	s, ok := p.Get(key).(string)
	return ok && s != ""
}

// Flow is a value as YAML on one line.
func Flow(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return Scalar(v)
	case json.Number:
		return string(v)
	case bare:
		return string(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = Flow(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Pairs:
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = Key(p.Key) + ": " + Flow(p.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case Generated:
		if v.Args == nil {
			return "{" + v.Name + ": {}}"
		}
		return "{" + v.Name + ": " + Flow(v.Args) + "}"
	}
	return fmt.Sprint(v) // truth values and integers
}

// Key writes a key of a JSON body: a leading $ would be a generator.
func Key(key string) string {
	if strings.HasPrefix(key, "$") {
		return quote("$" + key)
	}
	return Scalar(key)
}

var (
	unquotedForm = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./-]*$`)
	// words that YAML, in one version or another, does not take for text.
	yamlWords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)

// Scalar is text as YAML, quoted where it has to be.
func Scalar(s string) string {
	if unquotedForm.MatchString(s) && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	return quote(s)
}

// quote is YAML's double-quoted form, with escapes for what does not print.
func quote(s string) string {
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

// MaxDepth keeps what is written within the limits of YAML files.
const MaxDepth = 40
