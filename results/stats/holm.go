package stats

import (
	"cmp"
	"slices"
)

// Holm returns the p values adjusted for being len(p) tests (Holm 1979):
// rejecting those ≤ α keeps the probability of even one false rejection ≤ α,
// however the tests depend on each other. The order is that of p.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted := make([]float64, len(p))
	last := 0.0
	for rank, i := range order {
		last = max(last, min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = last
	}
	return adjusted
}
