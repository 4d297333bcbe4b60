package scenarios

import (
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/mlbench/mlbench/targets/strict"
)

// numbers is the distribution of generated numbers. The default is N(0,1): what
// scaled features look like. Numbers spread evenly over a wide range would be
// valid too, but leave a regression forest by its outermost branches, which is
// cheaper than real traffic.
type numbers struct {
	Dist   string   `yaml:"dist"`   // normal or uniform
	Mean   float64  `yaml:"mean"`   // normal; default 0
	Stddev float64  `yaml:"stddev"` // normal; default 1
	Min    *float64 `yaml:"min"`    // never less; uniform: default 0
	Max    *float64 `yaml:"max"`    // never more; uniform: default 1

	Decimals *Count `yaml:"decimals"` // rounded to so many places; default as drawn
}

func normal() numbers { return numbers{Dist: "normal", Stddev: 1} }

// vectorGen is an array of numbers.
type vectorGen struct {
	Size Span `yaml:"size"`
	numbers
}

// matrixGen is an array of arrays of numbers, all of one length.
type matrixGen struct {
	Rows Span `yaml:"rows"`
	Cols Span `yaml:"cols"`
	numbers
}

// numberGen is a number.
type numberGen struct{ numbers }

// check notes contradictions.
func (s *numbers) check(d *strict.Document, n *strict.Node) {
	if n.Kind != strict.Map {
		return
	}
	switch s.Dist {
	case "normal":
		if s.Stddev < 0 {
			d.Bad(n.Get("stddev"), "found %v, want 0 or more", s.Stddev)
		}
	case "uniform":
		for _, key := range []string{"mean", "stddev"} {
			if n.Get(key) != nil {
				d.Bad(n.Get(key), "a uniform distribution has min and max")
			}
		}
	default:
		d.Bad(n.Get("dist"), "found %q, want normal or uniform", s.Dist)
		return
	}
	if s.Decimals != nil && *s.Decimals > maxDecimals {
		d.Bad(n.Get("decimals"), "found %d, want 0 to %d", *s.Decimals, maxDecimals)
		return
	}
	switch lo, hi := s.bounds(); {
	case s.Decimals != nil && lo <= hi && s.first() > s.last():
		d.Bad(n.Get("decimals"), "no number of %d places is between min %v and max %v", *s.Decimals, lo, hi)
	case lo > hi:
		d.Bad(n, "found min %v and max %v, want min <= max", lo, hi)
	case s.Dist == "normal" && s.Mean < lo:
		d.Bad(n, "found mean %v, want at least min, %v", s.Mean, lo)
	case s.Dist == "normal" && s.Mean > hi:
		d.Bad(n, "found mean %v, want at most max, %v", s.Mean, hi)
	}
}

// bounds are the least and the greatest number.
func (s *numbers) bounds() (lo, hi float64) {
	const most = math.MaxFloat64 / 2 // so that differences stay finite
	lo, hi = -most, most
	if s.Dist == "uniform" {
		lo, hi = 0, 1
	}
	if s.Min != nil {
		lo = max(-most, *s.Min)
	}
	if s.Max != nil {
		hi = min(most, *s.Max)
	}
	return lo, hi
}

// maxDecimals is what a float64 of about 1 can hold.
const maxDecimals = 15

// first and last are the bounds in units of the last place; a bound that has no
// exact float64, such as 0.07, is still reached.
func (s *numbers) first() float64 {
	lo, _ := s.bounds()
	lo = shift(lo, int(*s.Decimals))
	return math.Ceil(lo - 1e-9*math.Abs(lo))
}

func (s *numbers) last() float64 {
	_, hi := s.bounds()
	hi = shift(hi, int(*s.Decimals))
	return math.Floor(hi + 1e-9*math.Abs(hi))
}

// drawNumber appends a number of the distribution.
func (w *writer) drawNumber(s *numbers) {
	v := s.draw(w.rng)
	if s.Decimals != nil {
		v = shift(min(s.last(), max(s.first(), math.Round(shift(v, int(*s.Decimals))))), -int(*s.Decimals))
	}
	w.buf = AppendNumber(w.buf, v)
}

// draw is truncated at the bounds, not clamped to them: clamping would pile up
// requests that are all alike. The conversions forbid fused multiply-add, which
// would give other bytes on other architectures.
func (s *numbers) draw(rng *rand.Rand) float64 {
	lo, hi := s.bounds()
	if s.Dist == "uniform" {
		return min(hi, lo+float64(rng.Float64()*(hi-lo)))
	}
	const tries = 100 // enough unless the bounds cut off nearly everything
	v := s.Mean
	for range tries {
		if v = s.Mean + float64(s.Stddev*rng.NormFloat64()); v >= lo && v <= hi {
			return v
		}
	}
	return min(hi, max(lo, v))
}

// scale is how far apart the distribution's numbers typically are.
func (s *numbers) scale() float64 {
	lo, hi := s.bounds()
	if s.Dist == "uniform" {
		return hi - lo
	}
	return min(s.Stddev, hi-lo)
}

// AppendNumber writes all digits that a float64 has, as clients in Python or
// JavaScript do.
func AppendNumber(b []byte, v float64) []byte {
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}
