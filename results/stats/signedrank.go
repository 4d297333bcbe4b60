package stats

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// exactRanks is the largest number of pairs whose null distribution is computed
// exactly: about N³/6 additions. Above it the normal approximation is within
// 0.2% for p of 2.5% and more, and below too large: 1% at p = 0.01, 8% at 1e-4.
const exactRanks = 300

// SignedRank is Wilcoxon's signed-rank test of per-pair differences d: worse is
// the one-sided p value of "d tends to be positive", better of the mirrored
// claim. It is exact if every d is as likely as −d, whatever their spread, which
// a fair coin per pair guarantees for two identical targets.
//
// Ties get mid-ranks and the null distribution of those very ranks. Zeros are
// left out up to a tenth of all pairs; with more, ranks say too little and the
// sign-flip test decides (seed: see SignFlip). Without any difference both p
// are 1.
func SignedRank(d []float64, seed uint64) (worse, better float64) {
	return nullRanks{}.test(d, seed)
}

// nullRanks has P(W ≤ w) for w up to the middle, of so many pairs without ties
// or effect: the metrics and looks of a comparison share a few.
type nullRanks map[int][]float64

// of computes the distribution of n pairs, 1 to exactRanks, once.
func (c nullRanks) of(n int) []float64 {
	if p, known := c[n]; known {
		return p
	}
	ranks := make([]int, n)
	for i := range ranks {
		ranks[i] = i + 1
	}
	p := subsetSums(ranks, n*(n+1)/4)
	for w := 1; w < len(p); w++ {
		p[w] += p[w-1]
	}
	c[n] = p
	return p
}

// test is SignedRank.
func (c nullRanks) test(d []float64, seed uint64) (worse, better float64) {
	v := bySize(d)
	if len(v) == 0 {
		return 1, 1
	}
	if zeros := len(d) - len(v); 10*zeros > len(d) {
		return SignFlip(d, seed)
	}
	ranks, tied := midRanks(v)
	minus, total := 0, 0
	for i, x := range v {
		total += ranks[i]
		if x < 0 {
			minus += ranks[i]
		}
	}
	if len(v) > exactRanks {
		return normalRanks(ranks, minus), normalRanks(ranks, total-minus)
	}
	// One distribution serves both sides: it is symmetric about total/2.
	less := min(minus, total-minus)
	var p []float64
	if tied {
		p = subsetSums(ranks, less)
		for w := 1; w <= less; w++ {
			p[w] += p[w-1]
		}
	} else {
		p = c.of(len(v))
	}
	upTo, below := min(p[less], 1), 0.0
	if less > 0 {
		below = p[less-1]
	}
	switch {
	case minus < total-minus:
		return upTo, 1 - below
	case minus > total-minus:
		return 1 - below, upTo
	}
	return upTo, upTo
}

// CriticalRank returns the largest k with P(W ≤ k) ≤ alpha, W being the
// signed-rank statistic of n pairs without effect; alpha is below ½. Not ok
// means that n pairs are too few for that level: even P(W = 0) = 2⁻ⁿ is larger.
func CriticalRank(n int, alpha float64) (k int, ok bool) { return nullRanks{}.critical(n, alpha) }

// critical is CriticalRank.
func (c nullRanks) critical(n int, alpha float64) (k int, ok bool) {
	if n < 1 || !(alpha > 0 && alpha < 0.5) {
		return 0, false
	}
	if n > exactRanks {
		f := float64(n)
		k := math.Floor(f*(f+1)/4 - upperZ(alpha)*math.Sqrt(f*(f+1)*(2*f+1)/24) - 0.5)
		return int(k), k >= 0
	}
	p := c.of(n)
	k = sort.Search(len(p), func(w int) bool { return p[w] > alpha }) - 1
	return k, k >= 0
}

// subsetSums returns for s = 0…limit the probability that ranks, each kept or
// left out by a fair coin, sum to s. All terms are positive, so nothing cancels,
// and the smallest, 2⁻³⁰⁰, is far above underflow.
func subsetSums(ranks []int, limit int) []float64 {
	p := make([]float64, limit+1)
	p[0] = 1
	top := 0
	for _, r := range ranks {
		top = min(top+r, limit)
		for s := top; s >= r; s-- {
			p[s] = 0.5 * (p[s] + p[s-r])
		}
		for s := range min(r, top+1) {
			p[s] *= 0.5
		}
	}
	return p
}

// bySize returns the values that are not zero in ascending order of size.
func bySize(d []float64) []float64 {
	v := make([]float64, 0, len(d))
	for _, x := range d {
		if x != 0 {
			v = append(v, x)
		}
	}
	slices.SortFunc(v, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	return v
}

// midRanks returns the ranks of v, sorted by size: 1…n, or twice the mid-ranks
// where there are ties, so that they stay whole.
func midRanks(v []float64) (ranks []int, tied bool) {
	ranks = make([]int, len(v))
	for from := 0; from < len(v); {
		to := from + 1
		for to < len(v) && math.Abs(v[to]) == math.Abs(v[from]) {
			to++
		}
		for i := from; i < to; i++ {
			ranks[i] = from + 1 + to // twice the mean of from+1…to
		}
		tied = tied || to > from+1
		from = to
	}
	if !tied {
		for i := range ranks {
			ranks[i] /= 2
		}
	}
	return ranks, tied
}

// normalRanks approximates P(W ≤ w) with a continuity correction of half the
// smallest step.
func normalRanks(ranks []int, w int) float64 {
	var sum, squares float64
	for _, r := range ranks {
		sum += float64(r)
		squares += float64(r) * float64(r)
	}
	return normalTail((sum/2 - float64(w) - 0.5) / math.Sqrt(squares/4))
}
