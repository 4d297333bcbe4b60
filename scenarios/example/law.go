package example

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// lawOf says how numbers are spread. Scaled features look like N(0,1): the
// language's default is kept where the bounds leave it room.
func lawOf(s *openapi.Schema, hint any) (Pairs, error) {
	lo, hi, hasLo, hasHi := boundsOf(s)
	if hasLo && hasHi && lo > hi {
		return nil, errors.New("its limits allow no number")
	}
	at, given := toFloat(hint)
	given = given && (!hasLo || at >= lo) && (!hasHi || at <= hi)
	const room = 2 // standard deviations
	var out Pairs
	switch {
	case hasLo && hasHi && (lo > -room || hi < room):
		out = Pairs{{Key: "dist", Value: "uniform"}}
	case given && !hasLo && !hasHi && math.Abs(at) > room:
		return Pairs{{Key: "mean", Value: at}, {Key: "stddev", Value: math.Abs(at) / 10}}, nil
	case hasLo && !hasHi && lo > -room:
		out, hi, hasHi = Pairs{{Key: "dist", Value: "uniform"}}, reach(lo, at, given, 1), true
	case hasHi && !hasLo && hi < room:
		out, lo, hasLo = Pairs{{Key: "dist", Value: "uniform"}}, reach(hi, at, given, -1), true
	}
	if hasLo {
		out = append(out, Pair{Key: "min", Value: lo})
	}
	if hasHi {
		out = append(out, Pair{Key: "max", Value: hi})
	}
	return out, nil
}

// reach is a bound where there is none: about twice an example, or one's own
// size away.
func reach(bound, at float64, given bool, sign float64) float64 {
	away := max(1, math.Abs(bound))
	if given {
		away = max(away, 2*math.Abs(at-bound))
	}
	return max(-math.MaxFloat64, min(math.MaxFloat64, bound+sign*away))
}

// boundsOf are included in what is allowed: exclusive ones are a little inside,
// and so are those that lie between two floats.
func boundsOf(s *openapi.Schema) (lo, hi float64, hasLo, hasHi bool) {
	if hasLo = s.Min != nil; hasLo {
		lo = toward(s.Min, 1)
	}
	if hasHi = s.Max != nil; hasHi {
		hi = toward(s.Max, -1)
	}
	step := 1e-6 * max(1, math.Abs(lo), math.Abs(hi))
	if hasLo && hasHi {
		step = min(step, (hi-lo)/1000)
	}
	if hasLo && s.ExclusiveMin {
		lo = max(lo+step, math.Nextafter(lo, math.Inf(1)))
	}
	if hasHi && s.ExclusiveMax {
		hi = min(hi-step, math.Nextafter(hi, math.Inf(-1)))
	}
	return lo, hi, hasLo, hasHi
}

// toward is the nearest float that lies on that side of a limit, as JSON shows it.
func toward(limit *big.Rat, side int) float64 {
	f, _ := limit.Float64()
	f = max(-math.MaxFloat64, min(math.MaxFloat64, f))
	shown := ratOf(f)
	if shown != nil && shown.Cmp(limit)*side < 0 {
		f = math.Nextafter(f, math.Inf(side))
	}
	return f
}

// ratOf is a float as it is written.
func ratOf(f float64) *big.Rat {
	r, _ := new(big.Rat).SetString(string(scenarios.AppendNumber(nil, f)))
	return r
}

// exact is an exact number, an int64 or a json.Number; false, if it has no end.
func exact(r *big.Rat) (any, bool) {
	if r.IsInt() {
		if r.Num().IsInt64() {
			return r.Num().Int64(), true
		}
		return json.Number(r.Num().String()), true
	}
	digits, exact := r.FloatPrec()
	return json.Number(r.FloatString(digits)), exact
}

// toFloat is a number of a document, if it is one.
func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// NumberText is an exact number as it is written.
func NumberText(r *big.Rat) string {
	v, _ := exact(r)
	return fmt.Sprint(v)
}
