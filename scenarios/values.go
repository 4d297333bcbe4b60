package scenarios

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// shown is a value for a message: short, and redacted where its name looks like
// that of a secret.
func shown(name string, value any) string {
	const most = 60 // runes
	text, err := Marshal(value)
	if err != nil {
		text = fmt.Append(nil, value)
	}
	s := targets.Field{Name: name, Value: string(text)}.Shown()
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

func wanted(n *strict.Node) string {
	switch v := n.Value.(type) {
	case capturedValue:
		return "the value of " + v.reference
	case sentValue:
		return v.String()
	}
	if n.Kind == strict.List || n.Kind == strict.Map {
		return "the " + strings.TrimPrefix(string(n.Kind), "a ") + " of the scenario"
	}
	text, err := Marshal(n.Value)
	if err != nil {
		return n.Text
	}
	return string(text)
}

// wantedOf lists the values of one_of.
func wantedOf(n *strict.Node) string {
	if v, ok := n.Value.(sentValue); ok {
		return v.String()
	}
	texts := make([]string, len(n.Items))
	for i, item := range n.Items {
		texts[i] = wanted(item)
	}
	return strings.Join(texts, ", ")
}

func isType(value any, t jsonType) bool {
	switch v := value.(type) {
	case nil:
		return t == "null"
	case bool:
		return t == "boolean"
	case string:
		return t == "string"
	case []any:
		return t == "array"
	case map[string]any:
		return t == "object"
	case json.Number:
		if t == "integer" {
			f, err := v.Float64() // 1.0 and 1e3 are integers of JSON Schema
			return err == nil && f == math.Trunc(f)
		}
		return t == "number"
	}
	return false
}

// same compares a value of an answer with one of the scenario, numbers as
// numbers.
func same(value any, want *strict.Node) bool {
	switch w := want.Value.(type) {
	case capturedValue:
		return w.is(value)
	case sentValue:
		return sameJSON(value, w.value)
	}
	switch v := value.(type) {
	case json.Number:
		return want.Kind == strict.Int && sameWhole(v, want) || want.Kind == strict.Float && sameFloat(v, want.Value)
	case []any:
		if want.Kind != strict.List || len(v) != len(want.Items) {
			return false
		}
		for i := range v {
			if !same(v[i], want.Items[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		if want.Kind != strict.Map || len(v) != len(want.Keys) {
			return false
		}
		for i, key := range want.Keys {
			if item, ok := v[key.Name]; !ok || !same(item, want.Items[i]) {
				return false
			}
		}
		return true
	}
	return want.Kind != strict.List && want.Kind != strict.Map && value == want.Value
}

// sameWhole is exact where the answer writes a whole number, too.
func sameWhole(have json.Number, want *strict.Node) bool {
	text := fmt.Sprint(want.Value)
	if n, err := strconv.ParseInt(have.String(), 10, 64); err == nil {
		w, err := strconv.ParseInt(text, 10, 64)
		return err == nil && n == w
	}
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && sameFloat(have, f)
}

func sameFloat(have json.Number, want any) bool {
	f, err := have.Float64()
	return err == nil && f == want
}

// asNumber is the number that a JSON number is, or a header's text says.
func asNumber(value any, header bool) (float64, bool) {
	text, ok := value.(string)
	ok = ok && header
	if n, is := value.(json.Number); is {
		text, ok = n.String(), true
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, ok && err == nil
}

func spanText(s *Span) string {
	if s.Min == s.Max {
		return strconv.Itoa(s.Min)
	}
	return fmt.Sprintf("%d to %d", s.Min, s.Max)
}

func lengthOf(value any) (int, bool) {
	switch v := value.(type) {
	case string:
		return len([]rune(v)), true
	case []any:
		return len(v), true
	case map[string]any:
		return len(v), true
	}
	return 0, false
}

// asText is the text of a single value.
func asText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
