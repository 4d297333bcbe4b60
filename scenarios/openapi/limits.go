package openapi

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
)

// types are one, or several since 3.1. What two parts say of them must hold at
// once.
func (u *unfolding) types(s *Schema, o object) {
	s.Nullable = s.Nullable || o.flag("nullable")
	all := o.list("type")
	if t := o.text("type"); t != "" {
		all = []any{t}
	}
	var kinds []string
	for _, v := range all {
		t, _ := v.(string)
		switch {
		case t == "null":
			s.Nullable = true
		case t != "":
			kinds = append(kinds, t)
		}
	}
	if len(kinds) == 0 {
		if len(all) == 1 && all[0] == "null" && s.Type == "" {
			s.Type = "null"
		}
		return
	}
	first := u.pick(len(kinds))
	kinds = append(kinds[first:], kinds[:first]...)
	if s.Type != "" {
		own := &Schema{Type: kinds[0], Others: kinds[1:]}
		var both []string
		for _, t := range append([]string{s.Type}, s.Others...) {
			if own.Allows(t) {
				both = append(both, t)
			}
		}
		for _, t := range kinds {
			if s.Allows(t) && t != "null" && !slices.Contains(both, t) {
				both = append(both, t)
			}
		}
		if len(both) > 0 {
			kinds = both
			if slices.Contains(both, "integer") && both[0] == "number" {
				kinds = []string{"integer"}
			}
		}
	}
	s.Type, s.Others = kinds[0], nil
	for _, t := range kinds[1:] {
		addType(s, t)
	}
}

// limits become the tightest of all parts. Exclusive bounds are a flag in 3.0,
// and bounds of their own since 3.1.
func limits(s *Schema, o object) {
	lower := func(limit *big.Rat, exclusive bool) {
		if limit != nil && (s.Min == nil || limit.Cmp(s.Min) > 0 || limit.Cmp(s.Min) == 0 && exclusive) {
			s.Min, s.ExclusiveMin = limit, exclusive
		}
	}
	upper := func(limit *big.Rat, exclusive bool) {
		if limit != nil && (s.Max == nil || limit.Cmp(s.Max) < 0 || limit.Cmp(s.Max) == 0 && exclusive) {
			s.Max, s.ExclusiveMax = limit, exclusive
		}
	}
	lower(o.number("minimum"), o.flag("exclusiveMinimum"))
	upper(o.number("maximum"), o.flag("exclusiveMaximum"))
	lower(o.number("exclusiveMinimum"), true)
	upper(o.number("exclusiveMaximum"), true)
	if m := o.number("multipleOf"); m != nil && m.Sign() > 0 {
		s.MultipleOf = CommonMultiple(s.MultipleOf, m)
	}
	s.MinLength = max(s.MinLength, o.count("minLength"))
	s.MaxLength = o.least(s.MaxLength, "maxLength")
	if p := o.text("pattern"); p != "" {
		s.Pattern = p
		s.patterns = append(s.patterns, p)
	}
	s.Format = o.or("format", s.Format)
	s.Media = o.or("contentMediaType", s.Media)
	s.Encoding = o.or("contentEncoding", s.Encoding)
}

// CommonMultiple is the least number that is a multiple of both; a nil is none.
func CommonMultiple(a, b *big.Rat) *big.Rat {
	if a == nil {
		return b
	}
	x := new(big.Int).Mul(a.Num(), b.Denom())
	y := new(big.Int).Mul(b.Num(), a.Denom())
	least := new(big.Int).Div(new(big.Int).Mul(x, y), new(big.Int).GCD(nil, nil, x, y))
	return new(big.Rat).SetFrac(least, new(big.Int).Mul(a.Denom(), b.Denom()))
}

// count is a limit as an int, 0 without one.
func (o object) count(key string) int {
	r := o.number(key)
	if r == nil || r.Sign() <= 0 {
		return 0
	}
	if r.Cmp(big.NewRat(math.MaxInt32, 1)) > 0 {
		return math.MaxInt32
	}
	f, _ := r.Float64()
	return int(f)
}

func (o object) least(have *int, key string) *int {
	if o.number(key) == nil || have != nil && *have <= o.count(key) {
		return have
	}
	n := o.count(key)
	return &n
}

func (o object) or(key, have string) string {
	if s := o.text(key); s != "" {
		return s
	}
	return have
}

func annotations(s *Schema, o object) {
	if enum := o.list("enum"); len(enum) > 0 {
		s.Enum = common(s.Enum, enum)
	}
	if value, is := o["const"]; is {
		s.Enum = common(s.Enum, []any{value})
	}
	for _, value := range s.Enum {
		s.Nullable = s.Nullable || value == nil
	}
	if value := o["default"]; value != nil {
		s.Default = value
	}
	if value := o["example"]; value != nil {
		s.Example = value
	} else if several := o.list("examples"); len(several) > 0 && several[0] != nil {
		s.Example = several[0]
	}
	s.Description = o.or("description", s.Description)
	s.ReadOnly = s.ReadOnly || o.flag("readOnly")
}

// common are the values of both; of the second, if there is no first.
func common(have, more []any) []any {
	if len(have) == 0 {
		return more
	}
	text := func(v any) string {
		raw, _ := json.Marshal(v) // of JSON, or of YAML without what JSON cannot say
		return string(raw)
	}
	var both []any
	for _, v := range have {
		if slices.ContainsFunc(more, func(w any) bool { return text(v) == text(w) }) {
			both = append(both, v)
		}
	}
	if len(both) == 0 {
		return more
	}
	return both
}
