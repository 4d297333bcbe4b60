package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// MLPerf's table of early stopping: the fewest queries with none and with one, or
// five, above the latency, of 99% confidence.
func TestQuantileBoundPublished(t *testing.T) {
	for _, tt := range []struct {
		q, confidence float64
		over, n       int
	}{
		{0.99, 0.95, 0, 299},
		{0.9, 0.95, 0, 29},
		{0.99, 0.99, 0, 459},
		{0.9, 0.99, 1, 64},
		{0.95, 0.99, 1, 130},
		{0.99, 0.99, 1, 662},
		{0.999, 0.99, 1, 6636},
		{0.9, 0.99, 5, 127},
		{0.95, 0.99, 5, 259},
		{0.99, 0.99, 5, 1307},
		{0.999, 0.99, 5, 13105},
	} {
		if over, ok := QuantileBound(tt.n, tt.q, tt.confidence); !ok || over != tt.over {
			t.Errorf("%v of %d: %d over, %v; want %d", tt.q, tt.n, over, ok, tt.over)
		}
		if over, ok := QuantileBound(tt.n-1, tt.q, tt.confidence); ok && over >= tt.over {
			t.Errorf("%v of %d: %d over, want fewer than %d", tt.q, tt.n-1, over, tt.over)
		}
		if got := QuantileBoundCount(tt.q, tt.confidence); tt.over == 0 && got != tt.n {
			t.Errorf("%v needs %d values, want %d", tt.q, got, tt.n)
		}
	}
	for _, bad := range [][3]float64{{0, 0.5, 0.9}, {100, 0, 0.9}, {100, 1, 0.9}, {100, 0.5, 1}, {100, math.NaN(), 0.9}} {
		if _, ok := QuantileBound(int(bad[0]), bad[1], bad[2]); ok {
			t.Errorf("%v has a bound", bad)
		}
	}
}

// The bound is above the quantile as often as it says.
func TestQuantileBoundHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	const n, q, runs = 400, 0.9, 2000
	over, _ := QuantileBound(n, q, 0.95)
	missed := 0
	v := make([]float64, n)
	for range runs {
		for i := range v {
			v[i] = rng.Float64()
		}
		slices.Sort(v)
		if v[n-over-1] < q {
			missed++
		}
	}
	if share := float64(missed) / runs; share > 0.065 || share < 0.02 {
		t.Errorf("the bound is below the quantile in %v, want just under 0.05", share)
	}
}
