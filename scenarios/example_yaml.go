package scenarios

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

func (p pairs) get(key string) any {
	for _, f := range p {
		if f.key == key {
			return f.value
		}
	}
	return nil
}

func (p pairs) hasText(key string) bool {
	s, ok := p.get(key).(string)
	return ok && s != ""
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

// maxJSONDepth keeps what is written within the limits of YAML files.
const maxJSONDepth = 40
