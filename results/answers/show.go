package answers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ohler55/ojg/jp"
)

// shownRunes bounds a value in a report.
const shownRunes = 120

// show is the value at a place on one line, shortened if long, and without texts
// in fields whose names promise a secret.
func (c *comparison) show(where string, v any) string {
	return shorten(c.hide(encode(conceal(where, v))))
}

// hide comes before texts are shortened: half a secret is not found any more.
func (c *comparison) hide(s string) string {
	if c.rules.Hide == nil {
		return s
	}
	return c.rules.Hide(s)
}

func encode(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v) // not of Decode
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// secretName does not match max_tokens or token_type.
var secretName = regexp.MustCompile(`(?i)(token|secret|password|passwd|api_?key|credentials?|authorization)('\])?$`)

const redacted = "[redacted]"

func conceal(name string, v any) any {
	switch v := v.(type) {
	case string:
		if secretName.MatchString(name) {
			return redacted
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = conceal(k, item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = conceal(name, item)
		}
		return out
	}
	return v
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= shownRunes {
		return s
	}
	return string([]rune(s)[:shownRunes-1]) + "…"
}

// divergence is the first byte in which two texts differ.
func divergence(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// excerpt quotes a text around a byte of it.
func excerpt(body string, at int) string {
	const before = 20
	from := max(0, at-before)
	s := body[from:min(len(body), from+shownRunes)]
	quoted := strconv.Quote(s)
	if from > 0 {
		quoted = "…" + quoted
	}
	if from+len(s) < len(body) {
		quoted += "…"
	}
	return quoted
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

var keyEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

// member is the step into an object.
func member(key string) string {
	if plainKey.MatchString(key) {
		return "." + key
	}
	return "['" + keyEscapes.Replace(key) + "']"
}

// locations are the places that p selects of a document, as Compare writes them.
func (p Path) locations(document any) []string {
	if p.expr == nil || len(p.expr) == 1 { // "$" alone, which Locate does not find
		return []string{"$"}
	}
	var out []string
	for _, expr := range p.expr.Locate(document, 0) {
		var b strings.Builder
		b.WriteString("$")
		for _, step := range expr {
			switch s := step.(type) {
			case jp.Child:
				b.WriteString(member(string(s)))
			case jp.Nth:
				fmt.Fprintf(&b, "[%d]", int(s))
			}
		}
		out = append(out, b.String())
	}
	return out
}

var index = regexp.MustCompile(`\[[0-9]+\]`)

// pattern is a location for all items of its lists: $.scores[*].
func pattern(where string) string { return index.ReplaceAllString(where, "[*]") }

// Printable is text that no terminal takes for commands: of what cannot be seen,
// such as control characters and marks that turn the direction of writing, only
// line breaks and tabs stay, the others show as �; bytes that are no text show as
// their number.
func Printable(b []byte) string {
	text := string(b)
	for cut := range utf8.UTFMax { // the end may be within a character
		if cut < len(b) && utf8.Valid(b[:len(b)-cut]) {
			text = text[:len(b)-cut]
			break
		}
	}
	if !utf8.ValidString(text) {
		return fmt.Sprintf("(%d bytes that are no text)", len(b))
	}
	return strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && !unicode.IsGraphic(c) {
			return '�'
		}
		return c
	}, text)
}
