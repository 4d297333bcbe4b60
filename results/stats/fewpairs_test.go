package stats

import (
	"math"
	"testing"
)

func TestFisherExact(t *testing.T) {
	for _, tc := range []struct{ a, nA, b, nB, want float64 }{
		{1, 4, 3, 4, 17. / 70},         // the lady tasting tea
		{0, 10, 10, 10, 1. / 184756},   // one way of C(20, 10)
		{5, 10, 5, 10, 0.67186},        // R: fisher.test(…, alternative = "less")
		{0, 10, 0, 10, 1},              // nothing failed
		{0, 115, 104, 115, 2.4454e-52}, // never 0
	} {
		got := FisherExact(tc.a, tc.nA, tc.b, tc.nB)
		if math.Abs(got-tc.want) > 1e-4*tc.want && tc.want > 1e-20 || got > 1e-20 && tc.want < 1e-20 || got <= 0 {
			t.Errorf("%v of %v, %v of %v: p=%g, want %g", tc.a, tc.nA, tc.b, tc.nB, got, tc.want)
		}
	}
}

// 2: of few pairs whole requests are judged only where B fails in each and A in
// none, and never more surely than the pairs can.
func TestFewPairsAreJudgedOnlyWhereOneArmFails(t *testing.T) {
	pairs := func(n int, p ErrorPair) []ErrorPair {
		out := make([]ErrorPair, n)
		for i := range out {
			out[i] = p
		}
		return out
	}
	for _, tc := range []struct {
		name  string
		pairs []ErrorPair
		want  float64
	}{
		{"B in all of 4", pairs(4, ErrorPair{0, 25, 20, 25}), 1. / 256},
		{"A in all of 4", pairs(4, ErrorPair{20, 25, 0, 25}), 1},
		{"both", pairs(4, ErrorPair{20, 25, 20, 25}), math.NaN()},
		{"B in 3 of 4", append(pairs(3, ErrorPair{0, 25, 20, 25}), ErrorPair{0, 25, 1, 25}), math.NaN()},
		{"few requests", pairs(6, ErrorPair{0, 1, 1, 1}), 1. / 924},
		{"none", nil, math.NaN()},
	} {
		e := Errors{Class: "total", Whole: true, Margin: 0.005, Pairs: tc.pairs}
		if got := e.measure(RuleFor(1).single()).P; math.Abs(got-tc.want) > 1e-9 || math.IsNaN(got) != math.IsNaN(tc.want) {
			t.Errorf("%s: p=%g, want %g", tc.name, got, tc.want)
		}
	}
}
