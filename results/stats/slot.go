package stats

import (
	"cmp"
	"math"
	"slices"
)

// What standing second in its pair does to a slice, whichever target it is of (a
// cache that the first has warmed), is noise to the difference of targets, and
// can be taken out: slot is +1 for each pair in which B came second, −1 where A
// did, and their mean for pairs that are merged.

// WithoutSlot takes the slot's effect out of ln(B/A) of pairs: of single ones it
// is half of what the middles of the two orders differ by. Where there is but one
// order it cannot be told, and d comes back as it is.
func WithoutSlot(d, slot []float64) (rest []float64, effect float64) {
	if merged(slot) {
		effect = slotSlope(d, slot, false)
		return minusSlot(d, slot, effect), effect
	}
	var order [2][]float64
	for i, x := range d {
		if slot[i] > 0 {
			order[1] = append(order[1], x)
		} else {
			order[0] = append(order[0], x)
		}
	}
	if len(order[0]) == 0 || len(order[1]) == 0 {
		return d, 0
	}
	effect = (HodgesLehmann(order[1]) - HodgesLehmann(order[0])) / 2
	return minusSlot(d, slot, effect), effect
}

// exactWithoutSlot does the same for a test of whether d is symmetric about 0,
// and keeps that exact: between identical targets second/first is what it is,
// s·d, whatever the coins say, and so is all that is computed of it. Turning a coin
// over turns the sign of what is left, and nothing else; so it is with all coins of
// merged pairs. (The estimate of WithoutSlot knows the coins.)
//
// The effect is the middle of s·d, unless far more is left of that than of another:
// where the targets differ by many times the noise, s·d has two heaps, one for each
// order, and its middle is in the larger of them.
func exactWithoutSlot(d, slot []float64) []float64 {
	candidates := slotCandidates(d, slot)
	effect := candidates[len(candidates)/2]
	least := betterSlot * spreadWithout(d, slot, effect)
	for _, c := range append(candidates, 0) {
		if spread := spreadWithout(d, slot, c); spread < least {
			least, effect = spread, c
		}
	}
	return minusSlot(d, slot, effect)
}

const (
	// betterSlot is the share of what the middle leaves at which another effect is
	// taken.
	betterSlot = 0.7
	// slotQuantiles are the effects that are tried, less one.
	slotQuantiles = 16
)

// slotCandidates are effects of the slot between identical targets, ascending: the
// middle is Hodges and Lehmann's estimate of s·d, or slotSlope's.
func slotCandidates(d, slot []float64) (out []float64) {
	if merged(slot) {
		slopes := slotSlopes(d, slot, true)
		for i := 1; i < slotQuantiles; i++ {
			out = append(out, slopeQuantile(slopes, float64(i)/slotQuantiles))
		}
		return out
	}
	second := make([]float64, len(d))
	for i, x := range d {
		second[i] = slot[i] * x
	}
	slices.Sort(second)
	m := len(d) * (len(d) + 1) / 2
	for i := 1; i < slotQuantiles; i++ {
		if i == slotQuantiles/2 {
			out = append(out, walshMedian(second))
			continue
		}
		out = append(out, walsh(second, min(m, 1+m*i/slotQuantiles)))
	}
	return out
}

// spreadWithout is how unequal sizes are of what an effect leaves: their mean
// distance from their median. It is the same whatever the coins say.
func spreadWithout(d, slot []float64, effect float64) float64 {
	sizes := minusSlot(d, slot, effect)
	for i, x := range sizes {
		sizes[i] = math.Abs(x)
	}
	slices.Sort(sizes)
	middle, sum := sizes[len(sizes)/2], 0.0
	for _, x := range sizes {
		sum += math.Abs(x - middle)
	}
	return sum
}

func minusSlot(d, slot []float64, effect float64) []float64 {
	out := make([]float64, len(d))
	for i, x := range d {
		out[i] = x - slot[i]*effect
	}
	return out
}

func merged(slot []float64) bool {
	return slices.ContainsFunc(slot, func(s float64) bool { return math.Abs(s) != 1 })
}

// slotWindow bounds how far apart values are that slotSlope sets against each
// other: all that there are in most measurements.
const slotWindow = 128

// slotSlope is by how much d grows with slot: the weighted median of the slopes
// between two values (Theil and Sen). If the targets are identical, so that d is
// as well turned over together with its slot, also of those between one value and
// another turned over: of single pairs that makes Hodges and Lehmann's estimate of
// s·d. 0 where all slots are alike.
func slotSlope(d, slot []float64, identical bool) float64 {
	return slopeQuantile(slotSlopes(d, slot, identical), 0.5)
}

type slope struct{ by, weight float64 }

func slotSlopes(d, slot []float64, identical bool) (slopes []slope) {
	add := func(rise, run float64) {
		if run != 0 {
			slopes = append(slopes, slope{rise / run, math.Abs(run)})
		}
	}
	for i := range d {
		for k := max(0, i-slotWindow); k < i; k++ {
			add(d[i]-d[k], slot[i]-slot[k])
			if identical {
				add(d[i]+d[k], slot[i]+slot[k])
			}
		}
		if identical {
			add(2*d[i], 2*slot[i])
		}
	}
	slices.SortFunc(slopes, func(a, b slope) int { return cmp.Compare(a.by, b.by) })
	return slopes
}

// slopeQuantile is a weighted quantile of sorted slopes; 0 of none.
func slopeQuantile(slopes []slope, q float64) float64 {
	all := 0.0
	for _, s := range slopes {
		all += s.weight
	}
	below := 0.0
	for i, s := range slopes {
		below += s.weight
		if math.Abs(below-q*all) < 1e-9*all && i+1 < len(slopes) {
			return (s.by + slopes[i+1].by) / 2
		}
		if below > q*all {
			return s.by
		}
	}
	return 0
}
