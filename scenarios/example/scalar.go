package example

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

// number is a generator, or a choice of multiples; where no float lies within the
// limits, an exact number.
func (g *Filler) number(s *openapi.Schema, hint any) (any, error) {
	if s.MultipleOf != nil {
		return multiples(s)
	}
	if narrow(s) {
		return between(s)
	}
	law, err := lawOf(s, hint)
	if err != nil || len(law) == 0 {
		return Generated{"$number", nil}, err
	}
	return Generated{"$number", law}, nil
}

// narrow says whether there is hardly a float between the limits.
func narrow(s *openapi.Schema) bool {
	if s.Min == nil || s.Max == nil {
		return false
	}
	lo, hi, _, _ := boundsOf(s)
	return !(lo < hi) && s.Min.Cmp(s.Max) <= 0
}

func between(s *openapi.Schema) (any, error) {
	for _, r := range []*big.Rat{s.Min, s.Max, new(big.Rat).Quo(new(big.Rat).Add(s.Min, s.Max), big.NewRat(2, 1))} {
		if r.Cmp(s.Min) == 0 && s.ExclusiveMin || r.Cmp(s.Max) == 0 && s.ExclusiveMax {
			continue
		}
		if v, ok := exact(r); ok {
			return v, nil
		}
	}
	return nil, errors.New("its limits allow no number")
}

// multiples are some that lie within the bounds.
func multiples(s *openapi.Schema) (any, error) {
	unit := s.MultipleOf
	if s.Type == "integer" {
		unit = openapi.CommonMultiple(unit, big.NewRat(1, 1))
	}
	first, last := wholeBounds(s, unit)
	const most = 10
	ten := big.NewInt(most)
	switch {
	case first == nil && last == nil:
		first, last = new(big.Int), ten
	case first == nil:
		first = new(big.Int).Sub(last, ten)
	case last == nil:
		last = new(big.Int).Add(first, ten)
	}
	step := new(big.Int).Div(new(big.Int).Sub(last, first), ten)
	if step.Sign() <= 0 {
		step.SetInt64(1)
	}
	var values []any
	for k := new(big.Int).Set(first); k.Cmp(last) <= 0 && len(values) < most; k = new(big.Int).Add(k, step) {
		if v, ok := exact(new(big.Rat).Mul(new(big.Rat).SetInt(k), unit)); ok {
			values = append(values, v)
		}
	}
	switch len(values) {
	case 0:
		return nil, errors.New("its limits allow no multiple of its unit")
	case 1:
		return values[0], nil
	}
	return Generated{"$choice", values}, nil
}

// wholeBounds are the least and the greatest k for which k·unit is allowed; nil
// where there is no bound.
func wholeBounds(s *openapi.Schema, unit *big.Rat) (lo, hi *big.Int) {
	one := big.NewInt(1)
	if s.Min != nil {
		q := new(big.Rat).Quo(s.Min, unit)
		lo = new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(q.Num()), q.Denom())) // rounded up
		if s.ExclusiveMin && q.IsInt() {
			lo.Add(lo, one)
		}
	}
	if s.Max != nil {
		q := new(big.Rat).Quo(s.Max, unit)
		hi = new(big.Int).Div(q.Num(), q.Denom()) // rounded down, as the denominator is positive
		if s.ExclusiveMax && q.IsInt() {
			hi.Sub(hi, one)
		}
	}
	return lo, hi
}

// integer is a generator; without bounds, it stays near an example, or small.
func (g *Filler) integer(s *openapi.Schema, hint any) (any, error) {
	if s.MultipleOf != nil && s.MultipleOf.Cmp(big.NewRat(1, 1)) != 0 {
		return multiples(s)
	}
	lo, hi := wholeBounds(s, big.NewRat(1, 1))
	lo, hi = someWhole(lo, hi, hint)
	least, most := big.NewInt(math.MinInt64), big.NewInt(math.MaxInt64)
	if s.Format == "int32" {
		least, most = big.NewInt(math.MinInt32), big.NewInt(math.MaxInt32)
	}
	switch {
	case lo.Cmp(hi) > 0:
		return nil, errors.New("its limits allow no whole number")
	case lo.Cmp(most) > 0 || hi.Cmp(least) < 0: // beyond what a generator draws
		v, _ := exact(new(big.Rat).SetInt(lo))
		return v, nil
	}
	if lo.Cmp(least) < 0 {
		lo = least
	}
	if hi.Cmp(most) > 0 {
		hi = most
	}
	if width := new(big.Int).Sub(hi, lo); !width.IsInt64() {
		hi = new(big.Int).Add(lo, most)
		if lo.Sign() < 0 && hi.Cmp(most) < 0 { // about zero
			lo, hi = big.NewInt(-1<<61), big.NewInt(1<<61)
		}
	}
	if lo.Cmp(hi) == 0 {
		return lo.Int64(), nil
	}
	args := Pairs{{Key: "max", Value: hi.Int64()}}
	if lo.Sign() != 0 {
		args = append(Pairs{{Key: "min", Value: lo.Int64()}}, args...)
	}
	return Generated{"$int", args}, nil
}

// someWhole puts bounds where there are none.
func someWhole(lo, hi *big.Int, hint any) (*big.Int, *big.Int) {
	far := big.NewInt(100)
	at, given := toFloat(hint)
	near, _ := big.NewFloat(at).Int(nil)
	zero := new(big.Int)
	switch {
	case lo == nil && hi == nil && given:
		lo, hi = zero, near
		if near.Sign() <= 0 {
			lo, hi = near, new(big.Int).Add(near, big.NewInt(1))
		}
	case lo == nil && hi == nil:
		lo, hi = zero, far
	case hi == nil:
		if hi = new(big.Int).Add(lo, far); given && near.Cmp(hi) > 0 {
			hi = near
		}
	case lo == nil:
		if lo = new(big.Int).Sub(hi, far); lo.Sign() > 0 {
			lo = zero
		}
	}
	return lo, hi
}

// Constant is a value without generators, for parameters and logins; nil, if
// none can be made.
func Constant(s *openapi.Schema) any {
	g := Filler{Features: 1}
	v, err := g.Fill(s, nil)
	if err != nil {
		return nil
	}
	return plainValue(v)
}

// plainValue draws what a generator would: its least or first value.
func plainValue(v any) any {
	switch v := v.(type) {
	case Generated:
		args, _ := v.Args.(Pairs)
		switch v.Name {
		case "$choice":
			return v.Args.([]any)[0]
		case "$uuid":
			return "00000000-0000-4000-8000-000000000000"
		case "$vector":
			return []any{plainValue(Generated{"$number", args[1:]})}
		case "$matrix":
			return []any{[]any{plainValue(Generated{"$number", args[2:]})}}
		}
		for _, key := range []string{"min", "mean", "max"} {
			if bound := args.Get(key); bound != nil {
				return bound
			}
		}
		return int64(0)
	case []any:
		for i := range v {
			v[i] = plainValue(v[i])
		}
	case Pairs:
		for i := range v {
			v[i].Value = plainValue(v[i].Value)
		}
	}
	return v
}

// Ordered is a decoded JSON value with its objects as Pairs, by their keys.
func Ordered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := Pairs{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, Pair{Key: key, Value: Ordered(v[key])})
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = Ordered(item)
		}
		return out
	}
	return v
}

// Text is a value as a parameter or a field of a form has it.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = Text(item)
		}
		return strings.Join(parts, ",")
	case float64:
		return Flow(v)
	case map[string]any, Pairs:
		return jsonOf(v)
	}
	return fmt.Sprint(v)
}

// Of is the one given beside a schema, or the schema's own.
func Of(beside any, s *openapi.Schema) any {
	switch {
	case beside != nil:
		return beside
	case s.Example != nil:
		return s.Example
	}
	return s.Default
}
