package chart

import (
	"math"
	"slices"
)

// Scale is how values become positions.
type Scale uint8

const (
	Linear Scale = iota
	Log          // values above 0
	Tail         // of quantiles from 0 below 1: 90%, 99% and 99.9% are equally far apart
)

// Axis is one of a picture.
type Axis struct {
	Scale Scale
	Label string
	// From and To are its ends; both 0: what the marks need.
	From, To float64
	// Zero has 0 on a linear axis.
	Zero bool
	// Text is a tick's label; nil: its number.
	Text func(float64) string
	// Ticks replace those that would be found.
	Ticks []float64
}

// level is the value on a scale whose steps are equal.
func (s Scale) level(v float64) float64 {
	switch s {
	case Log:
		return math.Log10(v)
	case Tail:
		return -math.Log10(1 - v)
	}
	return v
}

// Share is where a value is between From and To, as a share of the way.
func (a *Axis) Share(v float64) float64 {
	from, to := a.Scale.level(a.From), a.Scale.level(a.To)
	return (a.Scale.level(v) - from) / (to - from)
}

// Value is what is at a share of the way.
func (a *Axis) Value(share float64) float64 {
	from, to := a.Scale.level(a.From), a.Scale.level(a.To)
	level := from + share*(to-from)
	switch a.Scale {
	case Log:
		return math.Pow(10, level)
	case Tail:
		return 1 - math.Pow(10, -level)
	}
	return level
}

// shown says whether a value has a place on the axis at all.
func (a *Axis) shown(v float64) bool {
	level := a.Scale.level(v)
	return !math.IsNaN(level) && !math.IsInf(level, 0)
}

// fit finds ends for values, with some room, unless they are given.
func (a *Axis) fit(values []float64) {
	if a.From != 0 || a.To != 0 {
		return
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if a.shown(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	switch {
	case low > high: // nothing
		low, high = 0, 1
		if a.Scale == Log {
			low = 0.1
		}
		if a.Scale == Tail {
			high = 0.9
		}
	case a.Scale == Log:
		room := max(0.02, 0.04*(math.Log10(high)-math.Log10(low)))
		low, high = low/math.Pow(10, room), high*math.Pow(10, room)
	case a.Scale == Linear:
		low, high = widened(low, high, a.Zero)
	case low == high:
		high = 1 - (1-high)/10
	}
	a.From, a.To = low, high
}

// widened gives a linear axis room beyond its values, but none below 0 for values
// that never are.
func widened(low, high float64, zero bool) (from, to float64) {
	if zero {
		low, high = min(low, 0), max(high, 0)
	}
	if low == 0 && high == 0 {
		return 0, 1
	}
	room := 0.06 * (high - low)
	if room == 0 {
		room = max(0.1*math.Abs(high), 1e-9)
	}
	from, to = low-room, high+room
	if low >= 0 && from < 0 {
		from = 0
	}
	if high <= 0 && to > 0 {
		to = 0
	}
	return from, to
}

// ticks are the values that are written, about so many.
func (a *Axis) ticks(about int) []float64 {
	var out []float64
	switch {
	case a.Ticks != nil:
		out = a.Ticks
	case a.Scale == Log:
		out = logTicks(a.From, a.To, about)
	case a.Scale == Tail:
		out = tailTicks(a.To)
	default:
		out = evenTicks(a.From, a.To, about)
	}
	return slices.DeleteFunc(slices.Clone(out), func(v float64) bool {
		at := a.Share(v)
		return math.IsNaN(at) || at < -1e-9 || at > 1+1e-9
	})
}

// evenTicks go by 1, 2 or 5 times a power of ten.
func evenTicks(from, to float64, about int) (out []float64) {
	span := to - from
	if !(span > 0) || math.IsInf(span, 0) {
		return []float64{from}
	}
	step := math.Pow(10, math.Floor(math.Log10(span/float64(about))))
	for _, by := range []float64{1, 2, 5, 10} {
		if span/(by*step) <= float64(about) {
			step *= by
			break
		}
	}
	for k := math.Ceil(from/step - 1e-9); k*step <= to+1e-9*step; k++ {
		out = append(out, rounded(k*step))
	}
	return out
}

// logTicks are powers of ten, with 2 and 5 between them where few are in sight, and
// even ones where none is.
func logTicks(from, to float64, about int) []float64 {
	decades := math.Log10(to) - math.Log10(from)
	every := 1
	for decades/float64(every) > float64(about) {
		every++
	}
	var out []float64
	for _, steps := range [][]float64{{1, 2, 5}, {1, 3}, {1}} {
		if out = powers(from, to, every, steps); len(out) <= about+1 {
			break
		}
	}
	if len(out) < 3 {
		return slices.DeleteFunc(evenTicks(from, to, about), func(v float64) bool { return v <= 0 })
	}
	return out
}

// powers are steps times each power of ten, or every so-manieth.
func powers(from, to float64, every int, steps []float64) (out []float64) {
	for e := math.Floor(math.Log10(from)); e <= math.Log10(to); e++ {
		if int(e)%every != 0 {
			continue
		}
		for _, s := range steps {
			if v := rounded(s * math.Pow(10, e)); v >= from && v <= to {
				out = append(out, v)
			}
		}
	}
	return out
}

// tailTicks are 0, 50%, 90%, 99%, 99.9% …
func tailTicks(to float64) []float64 {
	out := []float64{0, 0.5}
	for nines := 1.0; nines <= 9; nines++ {
		if v := 1 - math.Pow(10, -nines); v <= to+1e-12 {
			out = append(out, v)
		}
	}
	return out
}

// rounded takes out what sums and powers of ten leave behind.
func rounded(v float64) float64 {
	if v == 0 {
		return 0 // of −0 the sign would be written
	}
	if math.IsInf(v, 0) {
		return v
	}
	by := math.Pow(10, 12-math.Ceil(math.Log10(math.Abs(v))))
	return math.Round(v*by) / by
}
