package scenarios

import (
	"maps"
	"math"
	"slices"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

// number is a generator, or a choice of multiples.
func (g *schemaFiller) number(s *openapi.Schema, hint any) any {
	if s.MultipleOf > 0 {
		return multiples(s)
	}
	lo, hi, hasLo, hasHi := boundsOf(s)
	if hasLo && hasHi && lo > hi {
		g.fail("its limits allow no number")
	}
	if p := lawOf(s, hint); len(p) > 0 {
		return generated{"$number", p}
	}
	return generated{"$number", nil}
}

// multiples are some that lie within the bounds.
func multiples(s *openapi.Schema) any {
	lo, hi, hasLo, hasHi := boundsOf(s)
	switch {
	case !hasLo && hasHi:
		lo = hi - 10*s.MultipleOf
	case !hasHi:
		hi = lo + 10*s.MultipleOf
	}
	first, last := math.Ceil(lo/s.MultipleOf), math.Floor(hi/s.MultipleOf)
	const most = 10
	step := max(1, math.Floor((last-first)/most))
	var values []any
	for k := first; k <= last && len(values) < most; k += step {
		values = append(values, exactly(k, s.MultipleOf))
	}
	if len(values) == 0 {
		return exactly(first, s.MultipleOf)
	}
	return generated{"$choice", values}
}

// exactly is k·unit without the dust of binary fractions: 3 × 0.1 is 0.3.
func exactly(k, unit float64) any {
	v := k * unit
	if inverse := math.Round(1 / unit); unit < 1 && inverse*unit == 1 {
		v = k / inverse
	}
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return int64(v)
	}
	return v
}

// integer is a generator; without bounds, it stays near an example, or small.
func (g *schemaFiller) integer(s *openapi.Schema, hint any) any {
	if s.MultipleOf > 1 {
		return multiples(s)
	}
	const far = 100
	lo, hi, hasLo, hasHi := wholeBounds(s)
	at, given := toFloat(hint)
	switch {
	case given && !hasLo && !hasHi:
		lo, hi = min(0, at), max(at, min(0, at)+1)
	case !hasLo && !hasHi:
		hi = far
	case !hasHi:
		hi = lo + far
		if given {
			hi = max(hi, at)
		}
	case !hasLo:
		lo = min(0, hi-far)
	}
	const most = 1 << 62 // an int64, and so is the difference
	lo, hi = max(lo, -most/2), min(hi, most/2)
	if lo > hi {
		g.fail("its limits allow no whole number")
		return nil
	}
	if lo == hi {
		return int64(lo)
	}
	args := pairs{{key: "max", value: int64(hi)}}
	if lo != 0 {
		args = append(pairs{{key: "min", value: int64(lo)}}, args...)
	}
	return generated{"$int", args}
}

func wholeBounds(s *openapi.Schema) (lo, hi float64, hasLo, hasHi bool) {
	if s.Min != nil {
		lo, hasLo = math.Ceil(*s.Min), true
		if s.ExclusiveMin && lo == *s.Min {
			lo++
		}
	}
	if s.Max != nil {
		hi, hasHi = math.Floor(*s.Max), true
		if s.ExclusiveMax && hi == *s.Max {
			hi--
		}
	}
	return lo, hi, hasLo, hasHi
}

// text is an example, a generator where the format has one, or made up.
func (g *schemaFiller) text(s *openapi.Schema, hint any) any {
	if given, ok := hint.(string); ok && s.Accepts(given) {
		return given
	}
	if s.Format == "uuid" && s.Pattern == "" {
		return generated{"$uuid", nil}
	}
	v, ok := s.Text()
	if !ok {
		g.fail("no text could be made up that its limits allow (pattern " + s.Pattern + ")")
	}
	return v
}

// constantOf is a value without generators: for parameters and logins.
func constantOf(s *openapi.Schema) any {
	g := schemaFiller{features: 1}
	return plainValue(g.value(s, nil, 0))
}

// plainValue draws what a generator would: its least or first value.
func plainValue(v any) any {
	switch v := v.(type) {
	case generated:
		args, _ := v.args.(pairs)
		switch v.name {
		case "$choice":
			return v.args.([]any)[0]
		case "$uuid":
			return "00000000-0000-4000-8000-000000000000"
		case "$vector":
			return []any{plainValue(generated{"$number", args[1:]})}
		case "$matrix":
			return []any{[]any{plainValue(generated{"$number", args[2:]})}}
		}
		for _, key := range []string{"min", "mean", "max"} {
			if bound := args.get(key); bound != nil {
				return bound
			}
		}
		return int64(0)
	case []any:
		for i := range v {
			v[i] = plainValue(v[i])
		}
	case pairs:
		for i := range v {
			v[i].value = plainValue(v[i].value)
		}
	}
	return v
}

// ordered is a decoded JSON value as drafts have it.
func ordered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := pairs{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, pair{key: key, value: ordered(v[key])})
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = ordered(item)
		}
		return out
	}
	return v
}
