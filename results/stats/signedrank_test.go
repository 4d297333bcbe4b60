package stats

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// approx says whether got is want within a relative error.
func approx(got, want, within float64) bool {
	return math.Abs(got-want) <= within*math.Abs(want) || math.IsNaN(got) && math.IsNaN(want)
}

func TestCriticalRankPublished(t *testing.T) {
	// One-tailed tables. The 2.5% column, n = 6…62, is OEIS A226330; those of 5%,
	// 1% and 0.5%, n = 5…30, are the usual textbook table (Wilcoxon & Wilcox 1964).
	columns := []struct {
		alpha float64
		first int
		want  []int
	}{
		{0.05, 5, []int{0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 30, 35, 41, 47, 53, 60, 67, 75, 83, 91, 100, 110, 119, 130, 140, 151}},
		{0.025, 6, []int{
			0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52, 58, 65, 73, 81, 89, 98, 107, 116, 126, 137, 147, 159, 170, 182,
			195, 208, 221, 235, 249, 264, 279, 294, 310, 327, 343, 361, 378, 396, 415, 434, 453, 473, 494, 514, 536, 557, 579, 602, 625, 648, 672, 697,
		}},
		{0.01, 7, []int{0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 43, 49, 55, 62, 69, 76, 84, 92, 101, 110, 120}},
		{0.005, 8, []int{0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 42, 48, 54, 61, 68, 75, 83, 91, 100, 109}},
	}
	for _, c := range columns {
		for i, want := range c.want {
			if k, ok := CriticalRank(c.first+i, c.alpha); !ok || k != want {
				t.Errorf("k(%d, %v) = %d, %v; want %d", c.first+i, c.alpha, k, ok, want)
			}
		}
		if k, ok := CriticalRank(c.first-1, c.alpha); ok {
			t.Errorf("k(%d, %v) = %d, want too few pairs", c.first-1, c.alpha, k)
		}
	}
	for n, want := range map[int][3]int{12: {17, 9, 5}, 16: {35, 23, 15}, 24: {91, 69, 54}} {
		for i, alpha := range []float64{0.05, 0.01, 0.0025} {
			if k, ok := CriticalRank(n, alpha); !ok || k != want[i] {
				t.Errorf("k(%d, %v) = %d, %v; want %d", n, alpha, k, ok, want[i])
			}
		}
	}
	// Half of 7 pairs' distribution lies below its middle, 14.
	if k, ok := CriticalRank(7, 0.4999); !ok || k != 13 {
		t.Errorf("k(7, 0.4999) = %d, %v; want 13", k, ok)
	}
	for _, alpha := range []float64{0, -1, 0.5, 1, math.NaN()} {
		if k, ok := CriticalRank(20, alpha); ok {
			t.Errorf("k(20, %v) = %d, want none", alpha, k)
		}
	}
}

// counts lists how many of all 2ⁿ subsets of ranks have each sum.
func counts(ranks []int) map[int]int {
	sums := map[int]int{}
	for pattern := range 1 << len(ranks) {
		sum := 0
		for i, r := range ranks {
			if pattern>>i&1 == 1 {
				sum += r
			}
		}
		sums[sum]++
	}
	return sums
}

func TestNullDistributionIsThatOfAllSigns(t *testing.T) {
	for n := 1; n <= 12; n++ {
		ranks := make([]int, n)
		for i := range ranks {
			ranks[i] = i + 1
		}
		want := counts(ranks)
		for s, p := range subsetSums(ranks, n*(n+1)/2) {
			// Dyadic numbers of so few digits are exact.
			if p != float64(want[s])/float64(int(1)<<n) {
				t.Fatalf("n = %d: P(W = %d) = %v, want %d/2^%d", n, s, p, want[s], n)
			}
		}
	}
}

func TestNullDistributionHasItsDigits(t *testing.T) {
	const n = exactRanks
	ways := make([]*big.Int, n*(n+1)/4+1)
	for s := range ways {
		ways[s] = new(big.Int)
	}
	ways[0].SetInt64(1)
	ranks := make([]int, n)
	for r := 1; r <= n; r++ {
		ranks[r-1] = r
		for s := len(ways) - 1; s >= r; s-- {
			ways[s].Add(ways[s], ways[s-r])
		}
	}
	p := subsetSums(ranks, len(ways)-1)
	for s := 0; s < len(ways); s += 97 {
		exact := new(big.Float).SetInt(ways[s])
		want, _ := exact.SetMantExp(exact, -n).Float64()
		if !approx(p[s], want, 1e-12) || want == 0 {
			t.Fatalf("P(W = %d) = %v, want %v", s, p[s], want)
		}
	}
}

// bruteSigned is the test by counting all sign patterns of mid-ranks.
func bruteSigned(d []float64) (worse, better float64) {
	var v []float64
	for _, x := range d {
		if x != 0 {
			v = append(v, x)
		}
	}
	twice := make([]int, len(v))
	minus, plus := 0, 0
	for i, x := range v {
		for _, y := range v {
			if math.Abs(y) < math.Abs(x) {
				twice[i] += 2
			} else if math.Abs(y) == math.Abs(x) {
				twice[i]++
			}
		}
		twice[i]++
		if x < 0 {
			minus += twice[i]
		} else {
			plus += twice[i]
		}
	}
	for sum, n := range counts(twice) {
		if sum <= minus {
			worse += float64(n)
		}
		if sum <= plus {
			better += float64(n)
		}
	}
	all := float64(int(1) << len(v))
	return worse / all, better / all
}

func TestSignedRankIsThatOfAllSigns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few distinct values, so that ties are met, and at most a tenth zeros.
		d := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1, 1), rapid.Map(rapid.IntRange(-4, 4), func(i int) float64 { return float64(i) })), 1, 11).Draw(t, "d")
		zeros := 0
		for _, x := range d {
			if x == 0 {
				zeros++
			}
		}
		if 10*zeros > len(d) {
			t.Skip("zeros: the sign-flip test's")
		}
		worse, better := SignedRank(d, 1)
		wantWorse, wantBetter := bruteSigned(d)
		if !approx(worse, wantWorse, 1e-12) || !approx(better, wantBetter, 1e-12) {
			t.Fatalf("p of %v = %v, %v; want %v, %v", d, worse, better, wantWorse, wantBetter)
		}
	})
}

// Hollander & Wolfe's depression data, the example of R's wilcox.test:
// V = 40, p = 0.01953 one-sided.
func TestSignedRankPublished(t *testing.T) {
	x := []float64{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	y := []float64{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	worse, _ := SignedRank(d, 0)
	if want := 10.0 / 512; worse != want {
		t.Errorf("p = %v, want %v", worse, want)
	}
	// The median of 45 Walsh averages; 40 of them are positive.
	if got := HodgesLehmann(d); math.Abs(got-0.46) > 0.005 {
		t.Errorf("estimate %v, want 0.46", got)
	}
}

func TestSignedRankZeros(t *testing.T) {
	d := make([]float64, 40)
	for i := range d {
		d[i] = float64(i%7) - 2.5
	}
	with := func(zeros int) (float64, float64) {
		return SignedRank(append(slices.Clone(d), make([]float64, zeros)...), 7)
	}
	worse, better := SignedRank(d, 7)
	if w, b := with(4); w != worse || b != better {
		t.Errorf("4 zeros of 44 give p %v, %v; want them left out: %v, %v", w, b, worse, better)
	}
	flipWorse, flipBetter := SignFlip(d, 7)
	if w, b := with(5); w != flipWorse || b != flipBetter {
		t.Errorf("5 zeros of 45 give p %v, %v; want those of the sign-flip test: %v, %v", w, b, flipWorse, flipBetter)
	}
	for _, nothing := range [][]float64{nil, {0}, make([]float64, 48)} {
		if w, b := SignedRank(nothing, 7); w != 1 || b != 1 {
			t.Errorf("p of %d zeros = %v, %v; want 1, 1", len(nothing), w, b)
		}
	}
}

// Beyond exactRanks the approximation takes over: compared where both exist.
func TestNormalApproximationAgrees(t *testing.T) {
	const n = exactRanks
	ranks := make([]int, n)
	for i := range ranks {
		ranks[i] = i + 1
	}
	upTo := 0.0
	for w, p := range subsetSums(ranks, n*(n+1)/4) {
		upTo += p
		if upTo < 1e-12 {
			continue
		}
		within := math.Inf(1) // far out it must only not be too small
		switch {
		case upTo > 0.025:
			within = 0.002
		case upTo > 0.0001:
			within = 0.1
		}
		got := normalRanks(ranks, w)
		if got < upTo*(1-0.002) || got > upTo*(1+within) {
			t.Fatalf("P(W ≤ %d) = %v approximately, %v exactly", w, got, upTo)
		}
	}
	exact, _ := CriticalRank(n, 0.025)
	next, ok := CriticalRank(n+1, 0.025)
	if grows := next - exact; !ok || grows < n/2-20 || grows > n/2 {
		t.Errorf("k(%d) = %d and k(%d) = %d: the approximation does not continue the table", n, exact, n+1, next)
	}
}

// Beyond exactRanks pairs, with and without ties, against the distribution
// computed all the same.
func TestSignedRankOfManyPairs(t *testing.T) {
	for name, step := range map[string]float64{"no ties": 0, "ties": 0.25} {
		for _, centre := range []float64{0, 0.05, -0.15} {
			d := around(centre, 1, exactRanks+60)
			if step > 0 {
				for i := range d {
					d[i] = (math.Floor(d[i]/step) + 0.5) * step // never zero
				}
			}
			v := bySize(d)
			ranks, _ := midRanks(v)
			minus, total := 0, 0
			for i, x := range v {
				total += ranks[i]
				if x < 0 {
					minus += ranks[i]
				}
			}
			var wantWorse, wantBetter float64
			for s, p := range subsetSums(ranks, total) {
				if s <= minus {
					wantWorse += p
				}
				if s <= total-minus {
					wantBetter += p
				}
			}
			worse, better := SignedRank(d, 0)
			if !approx(worse, wantWorse, 0.05) || !approx(better, wantBetter, 0.05) {
				t.Errorf("%s, centre %v: p = %v, %v; want about %v, %v", name, centre, worse, better, wantWorse, wantBetter)
			}
			if lo, hi, ok := HLInterval(d, 0.025); !ok || lo > centre || hi < centre || hi-lo > 0.3 {
				t.Errorf("%s, centre %v: interval [%v, %v], %v", name, centre, lo, hi, ok)
			}
		}
	}
}
