package example

import (
	"errors"
	"fmt"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// array is a generator of numbers, or a list of values.
func (g *Filler) array(s *openapi.Schema, hint any, depth int) (any, error) {
	given, _ := hint.([]any)
	items := s.Items
	if items == nil {
		items = &openapi.Schema{}
		if s.Prefix == nil && s.Contains == nil {
			if given != nil {
				return Ordered(given), nil
			}
			items.Type = "number"
		}
	}
	switch {
	case s.Prefix != nil || s.Contains != nil:
		return g.tuple(s, items, depth)
	case s.MaxItems != nil && *s.MaxItems == 0:
		return []any{}, nil
	}
	if simple(items) {
		size, err := g.size(s, given)
		if err != nil {
			return nil, err
		}
		law, err := lawOf(items, nil)
		return Generated{"$vector", append(Pairs{{Key: "size", Value: size}}, law...)}, err
	}
	if rows := items; rows.Type == "array" && rows.Items != nil && rows.Prefix == nil && !rows.Hard && !s.UniqueItems && simple(rows.Items) {
		return g.matrix(s, given)
	}
	return g.list(s, items, given, depth)
}

// simple numbers are those that vectors are made of.
func simple(s *openapi.Schema) bool {
	return s.Type == "number" && len(s.Enum) == 0 && s.MultipleOf == nil && !s.Hard && s.Forms() == 1 && !narrow(s)
}

func (g *Filler) matrix(s *openapi.Schema, given []any) (any, error) {
	rows := s.Items
	var first []any
	if len(given) > 0 {
		first, _ = given[0].([]any)
	} else if row, ok := Of(nil, rows).([]any); ok {
		first = row
	}
	cols, err := g.size(rows, first)
	if err != nil {
		return nil, err
	}
	law, err := lawOf(rows.Items, nil)
	return Generated{"$matrix", append(Pairs{{Key: "rows", Value: rowsOf(s)}, {Key: "cols", Value: cols}}, law...)}, err
}

// list has as many items as it must, one at least; none, where none can be made
// and none is needed: so what contains itself comes to an end.
func (g *Filler) list(s, items *openapi.Schema, given []any, depth int) (any, error) {
	n := max(1, s.MinItems)
	if s.MaxItems != nil {
		n = min(n, *s.MaxItems)
	}
	if items.Type == "integer" && len(items.Enum) == 0 && s.MaxItems == nil && s.MinItems <= 1 && !s.UniqueItems {
		n = g.unknownSize(given)
	}
	if n > maxFilled {
		return nil, errTooLarge
	}
	if s.UniqueItems && n > 1 {
		return g.distinct(items, n, max(1, s.MinItems), depth)
	}
	out := make([]any, 0, n)
	for i := range n {
		var one any
		if i < len(given) {
			one = given[i]
		}
		v, err := g.value(items, one, depth+1)
		if err != nil && s.MinItems <= i {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// distinct are n different values, or as many as there are if that is enough.
func (g *Filler) distinct(items *openapi.Schema, n, least, depth int) (any, error) {
	vary := g.vary
	g.vary = true
	defer func() { g.vary = vary }()
	v, err := g.value(items, nil, depth+1)
	if err != nil {
		return nil, err
	}
	t, err := Drawn(v)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out []any
	for seed := range 30*n + 100 {
		one, text, err := sample(t, uint64(seed))
		if err != nil {
			return nil, err
		}
		if !seen[text] && len(out) < n {
			seen[text] = true
			out = append(out, Ordered(one))
		}
	}
	if len(out) < least {
		return nil, errors.New("no list could be made up of which all items differ")
	}
	return out, nil
}

// tuple has items that are told one by one, and those that it must contain.
func (g *Filler) tuple(s, items *openapi.Schema, depth int) (any, error) {
	kinds := append([]*openapi.Schema{}, s.Prefix...)
	if s.MaxItems != nil && len(kinds) > *s.MaxItems {
		kinds = kinds[:*s.MaxItems]
	}
	if s.Contains != nil {
		for range min(s.MinContains, maxFilled) {
			kinds = append(kinds, s.Contains)
		}
	}
	for len(kinds) < min(s.MinItems, maxFilled) {
		kinds = append(kinds, items)
	}
	if s.MinItems > maxFilled || s.MinContains > maxFilled {
		return nil, errTooLarge
	}
	vary := g.vary
	g.vary = vary || s.UniqueItems
	defer func() { g.vary = vary }()
	out, seen := []any{}, map[string]bool{}
	for i, kind := range kinds {
		v, err := g.value(kind, nil, depth+1)
		if err != nil && i >= s.MinItems && s.Contains == nil {
			break
		}
		if err != nil {
			return nil, err
		}
		if s.UniqueItems {
			if v, err = another(v, seen); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// another is a value that was not seen so far.
func another(v any, seen map[string]bool) (any, error) {
	t, err := Drawn(v)
	if err != nil {
		return nil, err
	}
	const tries = 100
	for seed := range uint64(tries) {
		one, text, err := sample(t, seed)
		if err != nil {
			return nil, err
		}
		if !seen[text] {
			seen[text] = true
			return Ordered(one), nil
		}
	}
	return nil, errors.New("no list could be made up of which all items differ")
}

// size is a number or a range, from the limits or else an example.
func (g *Filler) size(s *openapi.Schema, given []any) (any, error) {
	least, most := s.MinItems, s.MaxItems
	if most == nil && least <= 1 {
		return g.unknownSize(given), nil
	}
	if most == nil || *most < least {
		most = &least
	}
	if *most > scenarios.MaxNumbers/maxFillRows {
		n := max(least, min(*most, g.Features))
		most = &n
	}
	if least > scenarios.MaxNumbers/maxFillRows {
		return nil, errTooLarge
	}
	return spanOf(max(least, min(1, *most)), *most), nil
}

func (g *Filler) unknownSize(given []any) int {
	if len(given) > 0 {
		return len(given)
	}
	g.note("The document does not say how many numbers there are: check the sizes.")
	return g.Features
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
