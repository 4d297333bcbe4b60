package scenarios

import (
	"math"
	"strconv"
	"strings"
)

// Why fresh digits: requests are prepared before the clock starts and used in
// turn, so a fast target sees each of them many times. Were they sent
// unchanged, a target that caches answers would be measured by its cache. So the
// first number of every vector ends in digits that the engine overwrites with
// the request's number, at no cost: -1.234 is sent as -1.234dddddddddddd. What
// the number is stays decided here, by the digits before them.

// freshNumber writes v with fresh digits after the places that matter:
//   - whatever the digits, the number stays within the bounds;
//   - it moves by less than a hundredth of the distribution's scale, and by at
//     most 0.001 where float64 allows;
//   - where the first two leave room, numbers that differ in the digits differ as
//     float64, too.
//
// It returns false when nothing fits: the numbers are constant.
func (w *writer) freshNumber(v float64, s *numbers) bool {
	scale := s.scale()
	if !(scale > 0) {
		return false
	}
	lo, hi := s.bounds()
	if v < 0 {
		lo, hi = -hi, -lo
	}
	lo = max(0, lo) // of the magnitude: the digits only ever add to it
	const morePlaces = 12
	for k, last := places(math.Abs(v), scale), 0; last < morePlaces; k, last = k+1, last+1 {
		head := math.Floor(shift(math.Abs(v), k))
		if head >= 1<<53 {
			return false
		}
		for _, h := range []float64{head, head - 1, head + 1} {
			if h >= 0 && shift(h, -k) >= lo && shift(h+1, -k) <= hi {
				w.freshDecimal(v < 0, strconv.FormatInt(int64(h), 10), k)
				return true
			}
		}
	}
	return false
}

// places is the number of decimal places to keep before the fresh digits; below
// zero: of digits before the point to give up.
func places(a, scale float64) int {
	// The last fresh digit must not fall below the distance to the next float64.
	ulp := math.Nextafter(a, math.Inf(1)) - a
	k := min(3, math.Floor(-math.Log10(ulp*1e12)))
	return int(max(k, math.Ceil(2-math.Log10(scale))))
}

// freshDecimal writes the number head·10^-places, followed by fresh digits.
func (w *writer) freshDecimal(negative bool, head string, places int) {
	if negative {
		w.buf = append(w.buf, '-')
	}
	if places > 0 {
		if pad := places + 1 - len(head); pad > 0 {
			head = strings.Repeat("0", pad) + head
		}
		w.buf = append(w.buf, head[:len(head)-places]...)
		w.buf = append(w.buf, '.')
		w.buf = append(w.buf, head[len(head)-places:]...)
		w.digits()
		return
	}
	w.buf = append(w.buf, head...)
	w.buf = append(w.buf, '.')
	w.digits()
	if places < 0 {
		w.buf = append(w.buf, 'e')
		w.buf = strconv.AppendInt(w.buf, int64(-places), 10)
	}
}

// shift is a·10^k. Powers of ten are exact up to 10^22, and dividing by one
// rounds once, like the reader of the written number.
func shift(a float64, k int) float64 {
	if k < 0 {
		return a / math.Pow10(-k)
	}
	return a * math.Pow10(k)
}
