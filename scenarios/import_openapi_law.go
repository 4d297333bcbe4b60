package scenarios

import (
	"math"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

// lawOf says how numbers are spread. Scaled features look like N(0,1): the
// language's default is kept where the bounds leave it room.
func lawOf(s *openapi.Schema, hint any) pairs {
	lo, hi, hasLo, hasHi := boundsOf(s)
	at, given := toFloat(hint)
	given = given && (!hasLo || at >= lo) && (!hasHi || at <= hi)
	const room = 2 // standard deviations
	var out pairs
	switch {
	case hasLo && hasHi && (lo > -room || hi < room):
		out = pairs{{key: "dist", value: "uniform"}}
	case given && !hasLo && !hasHi && math.Abs(at) > room:
		return pairs{{key: "mean", value: at}, {key: "stddev", value: math.Abs(at) / 10}}
	case hasLo && !hasHi && lo > -room:
		out, hi, hasHi = pairs{{key: "dist", value: "uniform"}}, reach(lo, at, given, 1), true
	case hasHi && !hasLo && hi < room:
		out, lo, hasLo = pairs{{key: "dist", value: "uniform"}}, reach(hi, at, given, -1), true
	}
	if hasLo {
		out = append(out, pair{key: "min", value: lo})
	}
	if hasHi {
		out = append(out, pair{key: "max", value: hi})
	}
	return out
}

// reach is a bound where there is none: about twice an example, or one's own
// size away.
func reach(bound, at float64, given bool, sign float64) float64 {
	away := max(1, math.Abs(bound))
	if given {
		away = max(away, 2*math.Abs(at-bound))
	}
	return bound + sign*away
}

// boundsOf are included in what is allowed: exclusive ones are a little inside.
func boundsOf(s *openapi.Schema) (lo, hi float64, hasLo, hasHi bool) {
	if s.Min != nil {
		lo, hasLo = *s.Min, true
	}
	if s.Max != nil {
		hi, hasHi = *s.Max, true
	}
	step := 1e-6 * max(1, math.Abs(lo), math.Abs(hi))
	if hasLo && hasHi {
		step = min(step, (hi-lo)/1000)
	}
	if s.ExclusiveMin {
		lo += step
	}
	if s.ExclusiveMax {
		hi -= step
	}
	return lo, hi, hasLo, hasHi
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	}
	return 0, false
}
