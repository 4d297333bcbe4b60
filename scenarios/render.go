package scenarios

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/mlbench/mlbench/loadgen"
)

// writer collects one body.
type writer struct {
	buf   []byte
	rng   *rand.Rand
	index int   // of the body in its pool
	fresh []int // offsets of digits that the engine makes unique
	// unique lets the engine overwrite digits; without it bodies repeat when the
	// pool has been through.
	unique bool
}

// full stops generators from filling the memory.
func (w *writer) full() bool { return len(w.buf) > maxPoolBytes }

// span draws a size.
func (w *writer) span(s Span) int { return s.Min + w.rng.IntN(s.Max-s.Min+1) }

// digits appends FreshDigits digits which the engine makes unique, here random
// ones.
func (w *writer) digits() {
	w.fresh = append(w.fresh, len(w.buf))
	w.buf = fmt.Appendf(w.buf, "%0*d", loadgen.FreshDigits, w.rng.Int64N(1e12))
}

func (g *vectorGen) render(w *writer) { w.vector(&g.numbers, w.span(g.Size)) }

func (g *matrixGen) render(w *writer) {
	rows, cols := w.span(g.Rows), w.span(g.Cols)
	w.buf = append(w.buf, '[')
	for i := 0; i < rows && !w.full(); i++ {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.vector(&g.numbers, cols)
	}
	w.buf = append(w.buf, ']')
}

func (g *numberGen) render(w *writer) { w.first(&g.numbers) }

func (g *intGen) render(w *writer) {
	v := g.Min
	if width := uint64(g.Max - g.Min); width > 0 {
		v += int64(w.rng.Uint64N(width + 1))
	}
	w.buf = strconv.AppendInt(w.buf, v, 10)
}

func (g *choiceGen) render(w *writer) { g.values[w.rng.IntN(len(g.values))].render(w) }

func (g *idGen) render(w *writer) {
	prefix, _ := marshal(g.Prefix) // a string always encodes
	w.buf = append(w.buf, prefix[:len(prefix)-1]...)
	if g.uuid {
		// Version 4, random (RFC 9562 §5.4); its last group is as wide as the
		// fresh digits.
		a, b := w.rng.Uint64(), w.rng.Uint64()
		w.buf = fmt.Appendf(w.buf, "%08x-%04x-4%03x-%04x-", uint32(a), uint16(a>>32), a>>52, 0x8000|uint16(b)&0x3fff)
	}
	if w.unique {
		w.digits()
	} else {
		w.buf = fmt.Appendf(w.buf, "%0*d", loadgen.FreshDigits, w.index)
	}
	w.buf = append(w.buf, '"')
}

// vector makes the first number of a vector the unique one.
func (w *writer) vector(s *numbers, size int) {
	w.buf = append(w.buf, '[')
	for i := 0; i < size && !w.full(); i++ {
		if i == 0 {
			w.first(s)
			continue
		}
		w.buf = append(w.buf, ',')
		w.buf = appendNumber(w.buf, s.draw(w.rng))
	}
	w.buf = append(w.buf, ']')
}

// first draws a number and writes it with fresh digits where it can.
func (w *writer) first(s *numbers) {
	v := s.draw(w.rng)
	if !w.unique || !w.freshNumber(v, s) {
		w.buf = appendNumber(w.buf, v)
	}
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

// appendNumber writes all digits that a float64 has, as clients in Python or
// JavaScript do.
func appendNumber(b []byte, v float64) []byte {
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}
