package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
)

// mutation makes an odd body of an ordinary one.
type mutation struct {
	kind, about string
	apply       func(body []byte) ([]byte, bool) // false: not of this body
}

const (
	// maxPlaces bounds how many values of a body are varied, the outer ones first.
	maxPlaces = 24
	// nestingLevels is deep, but no attack: parsers in use stop at 500 or later.
	nestingLevels = 100
	maxItems      = 10_000
	// longText is beyond what most fields take, and still fits a command line.
	longText = 1000
)

// place is a value in a body.
type place struct {
	steps []any // keys of objects, indexes of lists
	value any
}

func (p place) String() string { return "$" + stepsText(p.steps, false) }

// pattern is the place for all items of lists.
func (p place) pattern() string { return "$" + stepsText(p.steps, true) }

func stepsText(steps []any, all bool) string {
	var b strings.Builder
	for _, s := range steps {
		switch {
		case isIndex(s) && all:
			b.WriteString("[*]")
		case isIndex(s):
			fmt.Fprintf(&b, "[%d]", s)
		default:
			fmt.Fprintf(&b, ".%s", s)
		}
	}
	return b.String()
}

func isIndex(step any) bool {
	_, ok := step.(int)
	return ok
}

// placesOf are the values of a document, outer ones first; of a list, the first
// item stands for all.
func placesOf(doc any) []place {
	out := []place{{nil, doc}}
	for i := 0; i < len(out) && len(out) < maxPlaces; i++ {
		p := out[i]
		in := func(step, value any) { out = append(out, place{append(slices.Clone(p.steps), step), value}) }
		switch v := p.value.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				in(k, v[k])
			}
		case []any:
			if len(v) > 0 {
				in(0, v[0])
			}
		}
	}
	return out[:min(len(out), maxPlaces)]
}

// mutations are all that is odd to send instead of a document.
func mutations(doc any, limits limits) []mutation {
	var out []mutation
	for _, p := range placesOf(doc) {
		out = append(out, wrongTypes(p)...)
		switch v := p.value.(type) {
		case map[string]any:
			out = append(out, fields(p, v)...)
		case []any:
			out = append(out, sizes(p, len(v), limits[p.pattern()])...)
		case json.Number:
			out = append(out, numbersAt(p, limits[p.pattern()])...)
		case string:
			out = append(out, texts(p, limits[p.pattern()])...)
		}
	}
	return append(out, broken()...)
}

// put replaces the value at a place by JSON as it is written here.
func put(kind string, p place, value string) mutation {
	return change(kind, p.String()+" = "+value, p, func(any) (any, bool) { return json.RawMessage(value), true })
}

func change(kind, about string, p place, f func(any) (any, bool)) mutation {
	return mutation{kind, about, func(body []byte) ([]byte, bool) {
		doc, err := answers.Decode(body)
		if err != nil {
			return nil, false
		}
		changed, ok := replace(doc, p.steps, f)
		if !ok {
			return nil, false
		}
		out, err := scenarios.Marshal(changed)
		return out, err == nil
	}}
}

// replace changes the value at the end of the steps; the document itself stays.
func replace(doc any, steps []any, f func(any) (any, bool)) (any, bool) {
	if len(steps) == 0 {
		return f(doc)
	}
	switch step := steps[0].(type) {
	case string:
		object, ok := doc.(map[string]any)
		if _, has := object[step]; !ok || !has {
			return nil, false
		}
		inner, ok := replace(object[step], steps[1:], f)
		object = maps.Clone(object)
		object[step] = inner
		return object, ok
	case int:
		list, ok := doc.([]any)
		if !ok || step >= len(list) {
			return nil, false
		}
		inner, ok := replace(list[step], steps[1:], f)
		list = slices.Clone(list)
		list[step] = inner
		return list, ok
	}
	return nil, false
}

func wrongTypes(p place) (out []mutation) {
	values := []string{`null`, `"text"`, `7`, `true`, `[]`, `{}`}
	own := map[string]bool{}
	switch v := p.value.(type) {
	case nil:
		own[`null`] = true
	case string:
		own[`"text"`] = true
	case json.Number:
		own[`7`] = true
		values = append(values, strconv.Quote(string(v))) // the number, as text
	case bool:
		own[`true`] = true
	case []any:
		own[`[]`] = true
	case map[string]any:
		own[`{}`] = true
	}
	for _, v := range values {
		if !own[v] {
			out = append(out, put(wrongType, p, v))
		}
	}
	return out
}

// fields leave out, add and double fields of an object.
func fields(p place, object map[string]any) (out []mutation) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		out = append(out, change(missingField, p.String()+" without "+key, p, func(v any) (any, bool) {
			object, ok := v.(map[string]any)
			object = maps.Clone(object)
			delete(object, key)
			return object, ok
		}))
	}
	extra := func(kind, name string, value json.RawMessage) mutation {
		return change(kind, fmt.Sprintf("%s with %s = %.40s", p, name, value), p, func(v any) (any, bool) {
			object, ok := v.(map[string]any)
			if ok {
				object = maps.Clone(object)
				object[name] = value
			}
			return object, ok
		})
	}
	out = append(out, extra(extraField, "mlbench_extra", json.RawMessage(`1`)))
	if len(p.steps) > 0 {
		return out
	}
	nested := strings.Repeat("[", nestingLevels) + strings.Repeat("]", nestingLevels)
	out = append(out, extra(deepNesting, "mlbench_extra", json.RawMessage(nested)))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		quoted, _ := scenarios.Marshal(key) // a string always encodes
		out = append(out, mutation{doubleField, "$." + key + " twice, the first a text", func(body []byte) ([]byte, bool) {
			rest, ok := bytes.CutPrefix(bytes.TrimSpace(body), []byte("{"))
			return slices.Concat([]byte("{"), quoted, []byte(`:"text",`), rest), ok
		}})
	}
	return out
}
