package draft

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios/example"
)

// textBody is a body as it is: text, or bytes as base64. Texts that YAML cannot
// say are bytes.
func (v *Vault) textBody(raw []byte, mediaType string) *Body {
	if utf8.Valid(raw) {
		open := Vault{Open: true}
		if plain := (&Body{Form: "text", Value: open.Text(string(raw))}); plain.Exactly(raw) {
			return &Body{Form: "text", Value: v.body(string(raw), mediaType)}
		}
	}
	blind := Vault{bytes: true}
	b := &Body{Form: "base64", Value: base64.StdEncoding.EncodeToString([]byte(blind.body(string(raw), mediaType)))}
	if blind.used {
		b.About = append(b.About, RedactedText+" stands where secrets were: bytes take no variables.")
	}
	return b
}

// UnescapeQuery is url.QueryUnescape for what is UTF-8.
func UnescapeQuery(s string) (string, bool) {
	out, err := url.QueryUnescape(s)
	return out, err == nil && utf8.ValidString(out)
}

// VectorHint says how to replace recorded numbers by fresh ones, if there are
// any: a target that caches answers is not measured by sending one again.
func VectorHint(v any) string {
	object, ok := v.(example.Pairs)
	if !ok {
		return ""
	}
	for _, p := range object {
		rows, ok := p.Value.([]any)
		if !ok || len(rows) < 2 && !nested(rows) {
			continue
		}
		if n := numbersIn(rows); n > 0 {
			return "For fresh numbers in every request: " + example.Key(p.Key) + ": {$vector: {size: " + strconv.Itoa(n) + "}}"
		}
		if nested(rows) {
			if n := numbersIn(rows[0].([]any)); n > 0 {
				return "For fresh numbers in every request: " + example.Key(p.Key) +
					": {$matrix: {rows: " + strconv.Itoa(len(rows)) + ", cols: " + strconv.Itoa(n) + "}}"
			}
		}
	}
	return ""
}

func nested(rows []any) bool {
	if len(rows) == 0 {
		return false
	}
	_, ok := rows[0].([]any)
	return ok
}

// numbersIn is the length of a list of numbers, else 0.
func numbersIn(list []any) int {
	for _, v := range list {
		if _, ok := v.(json.Number); !ok {
			return 0
		}
	}
	return len(list)
}
