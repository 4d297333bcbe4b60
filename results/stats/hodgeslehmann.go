package stats

import (
	"math"
	"slices"
)

// HodgesLehmann estimates the centre of d: the median of its Walsh averages
// (d_i+d_j)/2, i ≤ j. Half a dozen wild pairs of 48 hardly move it, and it loses
// 5% of the mean's precision on normal data. It is NaN without data.
func HodgesLehmann(d []float64) float64 {
	if len(d) == 0 {
		return math.NaN()
	}
	return walshMedian(slices.Sorted(slices.Values(d)))
}

// HLInterval is the confidence interval that belongs to HodgesLehmann and
// SignedRank, alpha the error probability of each end. Not ok means too few
// pairs for that level.
func HLInterval(d []float64, alpha float64) (lo, hi float64, ok bool) {
	k, ok := CriticalRank(len(d), alpha)
	if !ok {
		return math.NaN(), math.NaN(), false
	}
	lo, hi = walshInterval(slices.Sorted(slices.Values(d)), k)
	return lo, hi, true
}

// walshInterval is [w_(k+1), w_(M−k)] of the M sorted Walsh averages.
func walshInterval(sorted []float64, k int) (lo, hi float64) {
	m := len(sorted) * (len(sorted) + 1) / 2
	return walsh(sorted, k+1), walsh(sorted, m-k)
}

func walshMedian(sorted []float64) float64 {
	m := len(sorted) * (len(sorted) + 1) / 2
	if m%2 == 1 {
		return walsh(sorted, m/2+1)
	}
	return walsh(sorted, m/2)/2 + walsh(sorted, m/2+1)/2
}

// walsh returns the k-th smallest Walsh average (k from 1) of sorted values. It
// halves the range of possible float64 values until one is left: exact in at
// most 64 steps of len(sorted) each, where listing and sorting all averages of
// an hour's pairs would take seconds.
func walsh(sorted []float64, k int) float64 {
	lo, hi := floatOrder(sorted[0]), floatOrder(sorted[len(sorted)-1])
	for lo < hi {
		mid := lo&hi + (lo^hi)>>1 // floor of the mean, without overflow
		if walshUpTo(sorted, orderedFloat(mid)) >= k {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return orderedFloat(lo) + 0 // −0 becomes 0
}

// walshUpTo counts the Walsh averages ≤ t.
func walshUpTo(sorted []float64, t float64) int {
	n := 0
	for i, j := 0, len(sorted)-1; i <= j; {
		if sorted[i]/2+sorted[j]/2 <= t {
			n += j - i + 1
			i++
		} else {
			j--
		}
	}
	return n
}

// floatOrder maps floats to integers in the same order.
func floatOrder(x float64) int64 {
	b := int64(math.Float64bits(x))
	if b < 0 {
		b ^= math.MaxInt64
	}
	return b
}

// orderedFloat is the inverse of floatOrder.
func orderedFloat(b int64) float64 {
	if b < 0 {
		b ^= math.MaxInt64
	}
	return math.Float64frombits(uint64(b))
}
