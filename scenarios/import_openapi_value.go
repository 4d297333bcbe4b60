package scenarios

import (
	"fmt"
	"slices"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

// schemaFiller makes values, with generators in them, that a schema allows. Examples
// say what the limits leave open.
type schemaFiller struct {
	features int
	notes    []string
	failed   string // why no value can be made
	made     int
}

const (
	maxFilled   = 2_000 // values of one body
	maxFillRows = 10    // rows of a matrix, where the document allows more
)

// value is for one schema. The hint is an example of it, or nil.
func (g *schemaFiller) value(s *openapi.Schema, hint any, depth int) any {
	if g.made++; g.made > maxFilled || depth > maxJSONDepth {
		g.fail("its body is too large to be made up")
		return nil
	}
	if hint == nil {
		hint = exampleOf(nil, s)
	}
	switch {
	case s.Recursive:
		g.fail("its body contains itself")
		return nil
	case len(s.Enum) > 0:
		return choiceOf(s)
	}
	switch s.Type {
	case "object":
		return g.object(s, hint, depth)
	case "array":
		return g.array(s, hint, depth)
	case "number":
		return g.number(s, hint)
	case "integer":
		return g.integer(s, hint)
	case "boolean":
		return generated{"$choice", []any{true, false}}
	case "string":
		return g.text(s, hint)
	case "null":
		return nil
	}
	if hint != nil {
		return ordered(hint)
	}
	return pairs{} // anything goes
}

func (g *schemaFiller) fail(why string) {
	if g.failed == "" {
		g.failed = why
	}
}

func choiceOf(s *openapi.Schema) any {
	values := make([]any, 0, len(s.Enum))
	for _, v := range s.Enum[:min(len(s.Enum), 50)] {
		if v != nil || len(s.Enum) == 1 {
			values = append(values, ordered(v))
		}
	}
	if len(values) == 1 {
		return values[0]
	}
	return generated{"$choice", values}
}

// object has the required properties; all of them, if none is.
func (g *schemaFiller) object(s *openapi.Schema, hint any, depth int) any {
	given, _ := hint.(map[string]any)
	out := pairs{}
	for _, name := range sortedKeys(s.Properties) {
		p := s.Properties[name]
		if p.ReadOnly || len(s.Required) > 0 && !s.Requires(name) {
			continue
		}
		if p.Recursive && !s.Requires(name) {
			continue
		}
		out = append(out, pair{key: name, value: g.value(p, given[name], depth+1), note: commentOf(p)})
	}
	for _, name := range s.Required { // of which nothing else is said
		if s.Properties[name] == nil {
			v := given[name]
			if v == nil {
				v = "text"
			}
			out = append(out, pair{key: name, value: ordered(v)})
		}
	}
	if len(s.Properties) == 0 && len(s.Required) == 0 {
		if given != nil {
			return ordered(hint)
		}
		for i := range max(s.MinProperties, 1) {
			if s.Additional != nil && i < 50 {
				out = append(out, pair{key: fmt.Sprintf("key%d", i+1), value: g.value(s.Additional, nil, depth+1)})
			}
		}
	}
	return out
}

// commentOf is a property's description, if it is short.
func commentOf(p *openapi.Schema) string {
	if len(p.Description) > 70 || p.Description == "An enumeration." { // pydantic's, of every enum
		return ""
	}
	return p.Description
}

func (g *schemaFiller) array(s *openapi.Schema, hint any, depth int) any {
	given, _ := hint.([]any)
	items := s.Items
	if items == nil {
		items = &openapi.Schema{}
		if s.Prefix == nil {
			if given != nil {
				return ordered(given)
			}
			items.Type = "number"
		}
	}
	if s.Prefix != nil {
		return g.tuple(s, items, depth)
	}
	simple := func(s *openapi.Schema) bool { return s.Type == "number" && len(s.Enum) == 0 && s.MultipleOf == 0 }
	if simple(items) {
		return generated{"$vector", append(pairs{{key: "size", value: g.size(s, given)}}, lawOf(items, nil)...)}
	}
	if rows := items; rows.Type == "array" && rows.Items != nil && rows.Prefix == nil && simple(rows.Items) {
		var first []any
		if len(given) > 0 {
			first, _ = given[0].([]any)
		} else if row, ok := exampleOf(nil, rows).([]any); ok {
			first = row
		}
		dims := pairs{{key: "rows", value: rowsOf(s)}, {key: "cols", value: g.size(rows, first)}}
		return generated{"$matrix", append(dims, lawOf(rows.Items, nil)...)}
	}
	n := max(1, s.MinItems)
	if s.MaxItems != nil {
		n = min(n, *s.MaxItems)
	}
	if items.Type == "integer" && s.MaxItems == nil && s.MinItems <= 1 {
		n = g.unknownSize(given)
	}
	if n > maxFilled {
		g.fail("its body is too large to be made up")
		return nil
	}
	out := make([]any, 0, n)
	for i := range n {
		var one any
		if i < len(given) {
			one = given[i]
		}
		out = append(out, g.value(items, one, depth+1))
	}
	return out
}

func (g *schemaFiller) tuple(s, items *openapi.Schema, depth int) any {
	out := []any{}
	for i := range max(len(s.Prefix), min(s.MinItems, maxFilled)) {
		item := items
		if i < len(s.Prefix) {
			item = s.Prefix[i]
		}
		out = append(out, g.value(item, nil, depth+1))
	}
	return out
}

// size is a number or a range, from the limits or else an example.
func (g *schemaFiller) size(s *openapi.Schema, given []any) any {
	least, most := s.MinItems, s.MaxItems
	if most == nil && least <= 1 {
		return g.unknownSize(given)
	}
	if most == nil || *most < least {
		most = &least
	}
	if *most > maxNumbers/maxFillRows {
		n := max(least, min(*most, g.features))
		most = &n
	}
	if least > maxNumbers/maxFillRows {
		g.fail("its body is too large to be made up")
	}
	return spanOf(max(least, min(1, *most)), *most)
}

func (g *schemaFiller) unknownSize(given []any) int {
	if len(given) > 0 {
		return len(given)
	}
	text := "The document does not say how many numbers there are: check the sizes."
	if !slices.Contains(g.notes, text) {
		g.notes = append(g.notes, text)
	}
	return g.features
}

func rowsOf(s *openapi.Schema) any {
	least := max(1, s.MinItems)
	most := max(least, maxFillRows)
	if s.MaxItems != nil {
		most = min(most, *s.MaxItems)
		least = min(least, most)
	}
	return spanOf(least, most)
}

func spanOf(least, most int) any {
	if least == most {
		return least
	}
	return bare(fmt.Sprintf("%d..%d", least, most))
}
