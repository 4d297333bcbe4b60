package example

import (
	"math/rand/v2"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// Drawn reads a value as a scenario would: what is drawn of it is
// what requests send.
func Drawn(v any) (*scenarios.Drawn, error) {
	return scenarios.ParseDrawn(Flow(escaped(v)))
}

// escaped keeps ${NAME} from being a variable.
func escaped(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "${", "$${")
	case Generated:
		return Generated{v.Name, escaped(v.Args)}
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = escaped(item)
		}
		return out
	case Pairs:
		out := make(Pairs, len(v))
		for i, p := range v {
			out[i] = Pair{Key: p.Key, Value: escaped(p.Value)}
		}
		return out
	}
	return v
}

// sample is a value that may be drawn, and its JSON.
func sample(t *scenarios.Drawn, seed uint64) (any, string, error) {
	raw, err := t.Draw(rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		return nil, "", err
	}
	v, err := answers.Decode(raw)
	return v, string(raw), err
}

// checked is the value if all that is drawn of it meets the schema; else one that
// was drawn and does, as a constant.
func checked(s *openapi.Schema, v any) (any, error) {
	const samples = 32
	good, broken, err := drawn(s, v, samples)
	switch {
	case err != nil:
		return nil, err
	case broken == nil:
		return v, nil
	case len(good) > 0:
		return Ordered(good[0]), nil
	}
	return nil, broken
}

// someOf is a choice of what is drawn and meets the schema: where a generator
// could meet what is forbidden, at last.
func someOf(s *openapi.Schema, v any) (any, error) {
	const samples, large = 12, 2_000
	good, broken, err := drawn(s, v, samples)
	if err != nil {
		return nil, err
	}
	values, seen, size := []any{}, map[string]bool{}, 0
	for _, one := range good {
		text := Flow(escaped(Ordered(one)))
		if seen[text] || len(values) > 0 && size+len(text) > large {
			continue
		}
		seen[text], size = true, size+len(text)
		values = append(values, Ordered(one))
	}
	switch len(values) {
	case 0:
		return nil, broken
	case 1:
		return values[0], nil
	}
	return Generated{"$choice", values}, nil
}

// drawn are n values of v that meet the schema, and what is wrong with the first
// that does not.
func drawn(s *openapi.Schema, v any, n int) (good []any, broken, err error) {
	t, err := Drawn(v)
	if err != nil {
		return nil, nil, err
	}
	if t.Constant() {
		n = 1
	}
	for seed := range uint64(n) {
		one, _, err := sample(t, seed)
		if err != nil {
			return nil, nil, err
		}
		if err := s.Check(one); err == nil {
			good = append(good, one)
		} else if broken == nil {
			broken = unmet(err)
		}
	}
	return good, broken, nil
}
