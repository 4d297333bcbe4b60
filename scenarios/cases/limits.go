package cases

import (
	"math"
	"math/big"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// maxSchemaDepth bounds how deep limits are looked for.
const maxSchemaDepth = 8

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
	here := limit{min: floatOf(s.Min), max: floatOf(s.Max), choice: len(s.Enum) > 0}
	switch s.Type {
	case "array":
		here.size = &scenarios.Span{Min: s.MinItems, Max: most(s.MaxItems)}
	case "string":
		if s.MinLength > 0 || s.MaxLength != nil {
			here.length = &scenarios.Span{Min: s.MinLength, Max: most(s.MaxLength)}
		}
	}
	l[at] = here
	l.ofSchema(s.Items, at+"[*]", depth+1)
	for name, p := range s.Properties {
		l.ofSchema(p, at+"."+name, depth+1)
	}
}

// floatOf is the nearest float; nil for none.
func floatOf(r *big.Rat) *float64 {
	if r == nil {
		return nil
	}
	f, _ := r.Float64()
	return &f
}
