package scenarios

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

const (
	maxSchemaDepth = 8
	// maxSampleItems are made of a list beyond its least: enough to be a list.
	maxSampleItems = 3
)

// sampler makes values that a schema allows, as far as it says.
type sampler struct{ rng *rand.Rand }

func (s *sampler) value(schema *openapi.Schema, depth int) any {
	switch {
	case schema == nil || depth > maxSchemaDepth:
		return nil
	case len(schema.Enum) > 0:
		return schema.Enum[s.rng.IntN(len(schema.Enum))]
	}
	switch schema.Type {
	case "object", "":
		if schema.Type == "" && len(schema.Properties) == 0 {
			return schema.Example
		}
		return s.object(schema, depth)
	case "array":
		return s.array(schema, depth)
	case "string":
		return s.text(schema)
	case "number", "integer":
		return s.number(schema)
	case "boolean":
		return s.rng.IntN(2) == 0
	}
	return schema.Example
}

func (s *sampler) object(schema *openapi.Schema, depth int) any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		if !p.ReadOnly && !p.Recursive {
			out[name] = s.value(p, depth+1)
		}
	}
	return out
}

func (s *sampler) array(schema *openapi.Schema, depth int) any {
	out := []any{}
	for _, p := range schema.Prefix {
		out = append(out, s.value(p, depth+1))
	}
	size := max(1, schema.MinItems) + s.rng.IntN(maxSampleItems)
	if schema.MaxItems != nil {
		size = min(size, *schema.MaxItems)
	}
	for len(out) < min(size, maxItems) {
		if schema.Items == nil {
			out = append(out, len(out))
			continue
		}
		out = append(out, s.value(schema.Items, depth+1))
	}
	return out
}

// text prefers the example where the schema asks for a form that only it shows.
func (s *sampler) text(schema *openapi.Schema) any {
	if schema.Pattern != "" || schema.Format != "" {
		for _, shown := range []any{schema.Example, schema.Default} {
			if text, ok := shown.(string); ok {
				return text
			}
		}
	}
	switch schema.Format {
	case "date-time":
		return "2026-01-02T15:04:05Z"
	case "date":
		return "2026-01-02"
	case "email":
		return fmt.Sprintf("user%d@example.com", s.rng.IntN(1e6))
	case "uuid":
		return fmt.Sprintf("%08x-0000-4000-8000-%012x", s.rng.Uint32(), s.rng.Uint64N(1<<48))
	case "uri", "url":
		return "https://example.com/"
	}
	text := fmt.Sprintf("text-%d", s.rng.IntN(1e6))
	if n := schema.MinLength - len(text); n > 0 && n <= maxItems {
		text += strings.Repeat("x", n)
	}
	if schema.MaxLength != nil && utf8.RuneCountInString(text) > *schema.MaxLength {
		text = text[:max(0, *schema.MaxLength)]
	}
	return text
}

// number is near zero where it may be, as scaled features are: see numbers.
func (s *sampler) number(schema *openapi.Schema) any {
	lo, hi := math.Inf(-1), math.Inf(1)
	if schema.Min != nil {
		lo = *schema.Min
	}
	if schema.Max != nil {
		hi = *schema.Max
	}
	v := s.rng.NormFloat64()
	if schema.Type == "integer" || schema.MultipleOf > 0 {
		v = float64(s.rng.IntN(100))
	}
	if v < lo || v > hi {
		width := min(hi-lo, 100)
		v = lo + s.rng.Float64()*width
		if math.IsInf(lo, 0) {
			v = hi - s.rng.Float64()*width
		}
	}
	if m := schema.MultipleOf; m > 0 {
		v = m * math.Ceil(v/m)
	}
	if schema.Type == "integer" {
		v = math.Round(v)
		if v <= lo && schema.ExclusiveMin {
			v = lo + 1
		}
		return int64(v)
	}
	return v
}

// parameter is a value as text.
func (s *sampler) parameter(p *openapi.Parameter) string {
	v := p.Example
	if v == nil {
		v = s.value(p.Schema, 0)
	}
	if text, ok := v.(string); ok {
		return text
	}
	raw, err := marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

// ofSchema collects what a schema allows.
func (l limits) ofSchema(s *openapi.Schema, at string, depth int) {
	if s == nil || depth > maxSchemaDepth {
		return
	}
	const unbounded = math.MaxInt32 // sizes and lengths beyond maxItems are not tried
	most := func(n *int) int {
		if n == nil {
			return unbounded
		}
		return *n
	}
	here := limit{min: s.Min, max: s.Max, choice: len(s.Enum) > 0}
	switch s.Type {
	case "array":
		here.size = &Span{s.MinItems, most(s.MaxItems)}
	case "string":
		if s.MinLength > 0 || s.MaxLength != nil {
			here.length = &Span{s.MinLength, most(s.MaxLength)}
		}
	}
	l[at] = here
	l.ofSchema(s.Items, at+"[*]", depth+1)
	for name, p := range s.Properties {
		l.ofSchema(p, at+"."+name, depth+1)
	}
}
