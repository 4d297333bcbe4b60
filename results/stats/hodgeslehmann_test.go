package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// differences draws what pairs may come to: spread, ties and zeros.
func differences(minLen, maxLen int) *rapid.Generator[[]float64] {
	grid := rapid.Map(rapid.IntRange(-5, 5), func(i int) float64 { return float64(i) / 8 })
	wide := rapid.Map(rapid.Int64Range(-3e9, 3e9), func(i int64) float64 { return float64(i) * 1e-9 })
	narrow := rapid.Map(rapid.Int64Range(-1e8, 1e8), func(i int64) float64 { return float64(i) * 1e-9 })
	return rapid.SliceOfN(rapid.OneOf(wide, narrow, grid), minLen, maxLen)
}

func negated(d []float64) []float64 {
	out := make([]float64, len(d))
	for i, x := range d {
		out[i] = -x
	}
	return out
}

// listedWalsh is the oracle: all averages, listed and sorted.
func listedWalsh(d []float64) []float64 {
	var w []float64
	for i, x := range d {
		for _, y := range d[i:] {
			w = append(w, x/2+y/2)
		}
	}
	slices.Sort(w)
	return w
}

func TestWalshIsThatOfTheSortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.OneOf(differences(1, 30), rapid.SliceOfN(rapid.Float64(), 1, 20)).Draw(t, "d")
		want := listedWalsh(d)
		sorted := slices.Sorted(slices.Values(d))
		for i := range want {
			if got := walsh(sorted, i+1); got != want[i] || math.Signbit(got) && got == 0 {
				t.Fatalf("%d-th Walsh average of %v = %v, want %v", i+1, d, got, want[i])
			}
		}
		m := len(want)
		if got, median := HodgesLehmann(d), want[(m-1)/2]/2+want[m/2]/2; !approx(got, median, 1e-15) {
			t.Fatalf("estimate %v, want %v", got, median)
		}
	})
}

func TestHLInterval(t *testing.T) {
	// 16 pairs at 5% per end: k = 35, so the 36th of 136 averages from either end.
	var d []float64
	for i := range 16 {
		d = append(d, math.Sin(float64(i)))
	}
	w := listedWalsh(d)
	if lo, hi, ok := HLInterval(d, 0.05); !ok || lo != w[35] || hi != w[136-36] {
		t.Errorf("interval [%v, %v], %v; want [%v, %v]", lo, hi, ok, w[35], w[136-36])
	}
	if lo, hi, ok := HLInterval(d[:4], 0.05); ok || !math.IsNaN(lo) || !math.IsNaN(hi) {
		t.Errorf("interval of 4 pairs [%v, %v], %v; want none", lo, hi, ok)
	}
	if got := HodgesLehmann(nil); !math.IsNaN(got) {
		t.Errorf("estimate of nothing %v, want NaN", got)
	}
}

func TestHodgesLehmannProperties(t *testing.T) {
	const alpha = 0.025
	rapid.Check(t, func(t *rapid.T) {
		d := differences(6, 60).Draw(t, "d")
		c := rapid.Float64Range(-2, 2).Draw(t, "c")
		centre := HodgesLehmann(d)
		lo, hi, ok := HLInterval(d, alpha)
		if !ok || !(lo <= centre && centre <= hi) {
			t.Fatalf("%v outside [%v, %v], %v", centre, lo, hi, ok)
		}
		if wideLo, wideHi, ok := HLInterval(d, alpha/1.5); ok && !(wideLo <= lo && hi <= wideHi) {
			t.Fatalf("[%v, %v] at a smaller level is within [%v, %v]", wideLo, wideHi, lo, hi)
		}
		negLo, negHi, _ := HLInterval(negated(d), alpha)
		if HodgesLehmann(negated(d)) != -centre || negLo != -hi || negHi != -lo {
			t.Fatalf("swapped: %v [%v, %v], want %v [%v, %v]", HodgesLehmann(negated(d)), negLo, negHi, -centre, -hi, -lo)
		}
		moved, scaled, raised := make([]float64, len(d)), make([]float64, len(d)), slices.Clone(d)
		for i, x := range d {
			moved[i], scaled[i] = x+c, 4*x
		}
		if got := HodgesLehmann(moved); math.Abs(got-centre-c) > 1e-12 {
			t.Fatalf("all moved by %v: estimate moved from %v to %v", c, centre, got)
		}
		scaledLo, scaledHi, _ := HLInterval(scaled, alpha)
		if HodgesLehmann(scaled) != 4*centre || scaledLo != 4*lo || scaledHi != 4*hi {
			t.Fatal("all times 4: estimate or interval is not")
		}
		raised[rapid.IntRange(0, len(d)-1).Draw(t, "raised")] += math.Abs(c)
		if HodgesLehmann(raised) < centre {
			t.Fatalf("one pair raised: estimate fell from %v to %v", centre, HodgesLehmann(raised))
		}
	})
}

// The interval excludes zero exactly when the test rejects it.
func TestIntervalAndTestAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfNDistinct(rapid.Float64Range(-1, 1.4), 8, 40, math.Abs).Draw(t, "d")
		alpha := rapid.SampledFrom([]float64{0.05, 0.025, 0.01, 0.005}).Draw(t, "alpha")
		if slices.Contains(d, 0) {
			t.Skip("a zero has no sign")
		}
		lo, hi, ok := HLInterval(d, alpha)
		if !ok {
			t.Skip("too few pairs")
		}
		worse, better := SignedRank(d, 0)
		if (lo > 0) != (worse <= alpha) || (hi < 0) != (better <= alpha) {
			t.Fatalf("interval [%v, %v] but p = %v, %v at level %v", lo, hi, worse, better, alpha)
		}
	})
}
