package importer

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

// schemaOf draws a schema in which the keywords meet in ways that nobody thought
// of.
func schemaOf(t *rapid.T, depth int) any {
	o := map[string]any{}
	some := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) == 0 }
	small := func(name string) int { return rapid.IntRange(0, 4).Draw(t, name) }
	kinds := []string{"string", "integer", "number", "boolean"}
	if depth > 0 {
		kinds = append(kinds, "object", "array", "object", "array", "oneOf", "anyOf", "allOf", "ref", "if")
	}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	list := func() []any { return []any{schemaOf(t, depth-1), schemaOf(t, depth-1)} }
	switch kind {
	case "oneOf", "anyOf":
		return map[string]any{kind: list()}
	case "allOf":
		return map[string]any{kind: []any{schemaOf(t, depth-1), map[string]any{"not": map[string]any{"const": small("not")}}}}
	case "ref":
		name := rapid.SampledFrom([]string{"Small", "Tree", "Chain", "Linked", "Named", "Cat", "Bird"}).Draw(t, "ref")
		return map[string]any{"$ref": "#/components/schemas/" + name}
	case "if":
		return map[string]any{"if": schemaOf(t, 0), "then": schemaOf(t, depth-1), "else": schemaOf(t, depth-1)}
	}
	o["type"] = kind
	if some("null") {
		o["type"] = []any{kind, "null"}
	}
	switch kind {
	case "string":
		switch rapid.IntRange(0, 3).Draw(t, "text") {
		case 0:
			o["pattern"] = rapid.SampledFrom([]string{"^[A-Z]{2,5}$", "a", "^x?y+z*$", "[0-9]$", "^(on|off|auto)$", "^.{3,}$", `\d{3}`}).Draw(t, "pattern")
		case 1:
			o["format"] = rapid.SampledFrom([]string{"date", "date-time", "time", "email", "uuid", "uri", "ipv4", "ipv6", "hostname", "duration"}).Draw(t, "format")
		case 2:
			o["minLength"] = small("minLength")
			o["maxLength"] = small("maxLength") + 4
		}
	case "integer", "number":
		if some("min") {
			o["minimum"] = rapid.IntRange(-50, 50).Draw(t, "minimum")
		}
		if some("max") {
			o["exclusiveMaximum"] = rapid.IntRange(51, 99).Draw(t, "maximum")
		}
		if some("multiple") {
			o["multipleOf"] = rapid.SampledFrom([]any{2, 3, json.Number("0.5"), json.Number("0.1"), 7}).Draw(t, "multipleOf")
		}
	case "array":
		o["items"] = schemaOf(t, depth-1)
		if some("minItems") {
			o["minItems"] = small("minItems")
		}
		if some("maxItems") {
			o["maxItems"] = 4 + small("maxItems")
		}
		o["uniqueItems"] = some("unique")
		if some("contains") {
			o["contains"] = schemaOf(t, 0)
		}
	case "object":
		properties := map[string]any{}
		for _, name := range []string{"a", "b", "n_c"}[:rapid.IntRange(0, 3).Draw(t, "properties")] {
			properties[name] = schemaOf(t, depth-1)
		}
		o["properties"] = properties
		required := []any{}
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if some("required") {
				required = append(required, name)
			}
		}
		o["required"] = required
		switch rapid.IntRange(0, 5).Draw(t, "more") {
		case 0:
			o["additionalProperties"] = false
		case 1:
			o["additionalProperties"] = schemaOf(t, 0)
			o["minProperties"] = small("minProperties")
		case 2:
			o["patternProperties"] = map[string]any{"^n_": schemaOf(t, 0)}
		case 3:
			o["dependentRequired"] = map[string]any{"a": []any{"b"}}
		case 4:
			o["maxProperties"] = small("maxProperties")
		}
	}
	return o
}

// F08: whatever the schema, what is sent meets it, or is said to be left out.
func TestValuesMeetRandomSchemas(t *testing.T) {
	tried, left := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(schemaOf(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		document := bodySchema("3.1.0", string(raw))
		importer, verify, why := made(t, document)
		tried++
		if len(importer) == 0 || len(verify) == 0 {
			left++
			if why == "" {
				t.Fatalf("nothing is sent, and nothing said: %s", raw)
			}
		}
		s := reader(t, document, "", jsonschema.Draft2020)
		for _, body := range slices.Concat(importer, verify) {
			if err := meets(s, body); err != nil {
				t.Fatalf("%s does not take %s: %v", raw, body, err)
			}
		}
	})
	if left > tried/3 {
		t.Errorf("of %d schemas %d were left out", tried, left)
	}
}
