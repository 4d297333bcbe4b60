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
// s·d, whatever the coins say, and so is its middle. Turning a coin over turns
// the sign of what is left, and nothing else. (The estimate of WithoutSlot knows
// the coins. In return it is not led astray by a large difference of targets,
// which in s·d is noise.) So it is with all coins of merged pairs.
func exactWithoutSlot(d, slot []float64) []float64 {
	if merged(slot) {
		return minusSlot(d, slot, slotSlope(d, slot, true))
	}
	second := make([]float64, len(d))
	for i, x := range d {
		second[i] = slot[i] * x
	}
	return minusSlot(d, slot, HodgesLehmann(second))
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
	type slope struct{ by, weight float64 }
	var slopes []slope
	all := 0.0
	add := func(rise, run float64) {
		if run != 0 {
			slopes = append(slopes, slope{rise / run, math.Abs(run)})
			all += math.Abs(run)
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
	below := 0.0
	for i, s := range slopes {
		below += s.weight
		if math.Abs(2*below-all) < 1e-9*all {
			return (s.by + slopes[i+1].by) / 2
		}
		if 2*below > all {
			return s.by
		}
	}
	return 0
}
