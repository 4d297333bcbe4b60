package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// shapes are symmetric distributions of d, among them the one that our coins
// guarantee: every pair with a noise of its own.
var shapes = []struct {
	name string
	draw func(*rand.Rand) float64
}{
	{"normal", func(r *rand.Rand) float64 { return r.NormFloat64() }},
	{"heavy tails", func(r *rand.Rand) float64 { return r.NormFloat64() / (0.05 + r.Float64()) }},
	{"two humps", func(r *rand.Rand) float64 { return float64(2*r.IntN(2)-1) + 0.1*r.NormFloat64() }},
	{"a coin on skewed noise", func(r *rand.Rand) float64 { return float64(2*r.IntN(2)-1) * r.ExpFloat64() }},
}

func TestLevelsAreExact(t *testing.T) {
	runs := 10_000
	if testing.Short() {
		runs = 2000
	}
	for _, shape := range shapes {
		for _, n := range []int{12, 24} {
			rng := rand.New(rand.NewPCG(uint64(n), 5))
			k, _ := CriticalRank(n, 0.05)
			ranks := make([]int, n)
			for i := range ranks {
				ranks[i] = i + 1
			}
			level := 0.0
			for _, p := range subsetSums(ranks, k) {
				level += p
			}
			const centre = 0.25
			low, high, rejected := 0, 0, 0
			d := make([]float64, n)
			for range runs {
				for i := range d {
					d[i] = shape.draw(rng)
				}
				if worse, _ := SignedRank(d, 0); worse <= 0.05 {
					rejected++
				}
				for i := range d {
					d[i] += centre
				}
				lo, hi, _ := HLInterval(d, 0.05)
				if lo > centre {
					low++
				}
				if hi < centre {
					high++
				}
			}
			// Four standard deviations: one of 24 figures in 700 such tests.
			slack := 4 * math.Sqrt(level*(1-level)/float64(runs))
			for what, n := range map[string]int{"lower bound above the centre": low, "upper bound below": high, "p ≤ 0.05": rejected} {
				if share := float64(n) / float64(runs); math.Abs(share-level) > slack {
					t.Errorf("%s, n = %d: %s in %.4f of runs, want %.4f ± %.4f", shape.name, len(d), what, share, level, slack)
				}
			}
		}
	}
}
