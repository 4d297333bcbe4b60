package stats

// What standing second in its pair does to a slice, whichever target it is of (a
// cache that the first has warmed), is noise to the difference of targets, and
// can be taken out: slot is +1 for each pair in which B came second, −1 where A
// did.

// WithoutSlot takes the slot's effect out of ln(B/A) of pairs: it is half of what
// the middles of the two orders differ by. Where there is but one order it cannot
// be told, and d comes back as it is.
func WithoutSlot(d, slot []float64) (rest []float64, effect float64) {
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
// which in s·d is noise.)
func exactWithoutSlot(d, slot []float64) []float64 {
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
