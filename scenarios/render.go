package scenarios

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/mlbench/mlbench/loadgen/send"
)

// writer collects one body, or what is before it.
type writer struct {
	buf   []byte
	rng   *rand.Rand
	index int   // of the request in its pool
	fresh []int // offsets of digits that the engine makes unique
	// hidden is where secrets are.
	hidden []send.Span
	// unique lets the engine overwrite digits; without it bodies repeat when the
	// pool has been through.
	unique bool

	data     map[*dataSource]*classRows // of data files
	hot      map[*zipfGen]*hotSet
	hotValue bool // a value of a hot set is rendered, not a body

	values *values // of ${NAME}s

	err error // the first
}

// begin makes ready for the next text of the same request.
func (w *writer) begin() { w.buf, w.fresh, w.hidden = w.buf[:0], nil, nil }

// expand writes a literal with its ${NAME}s filled in.
func (w *writer) expand(p *piece) {
	text, hidden, err := w.values.expand(string(p.literal), p.escape)
	if w.err == nil {
		w.err = err
	}
	w.write([]byte(text), hidden)
}

// write writes a text that has secrets.
func (w *writer) write(text []byte, hidden []send.Span) {
	w.hidden = append(w.hidden, shifted(hidden, len(w.buf))...)
	w.buf = append(w.buf, text...)
}

// full stops generators from filling the memory.
func (w *writer) full() bool { return len(w.buf) > maxPoolBytes }

// span draws a size.
func (w *writer) span(s Span) int { return s.Min + w.rng.IntN(s.Max-s.Min+1) }

// digits appends FreshDigits digits which the engine makes unique, here random
// ones.
func (w *writer) digits() {
	w.fresh = append(w.fresh, len(w.buf))
	w.buf = fmt.Appendf(w.buf, "%0*d", send.FreshDigits, w.rng.Int64N(1e12))
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

func (g *choiceGen) render(w *writer) {
	if g.weights == nil {
		g.values[w.rng.IntN(len(g.values))].render(w)
		return
	}
	i, u := 0, w.rng.Float64()*g.sum
	for ; i < len(g.weights)-1 && u >= g.weights[i]; i++ {
		u -= g.weights[i]
	}
	for g.weights[i] == 0 { // rounding went beyond the last that has a weight
		i--
	}
	g.values[i].render(w)
}

func (g *sequenceGen) render(w *writer) {
	if g.values != nil {
		g.values[w.index%len(g.values)].render(w)
		return
	}
	w.buf = strconv.AppendInt(w.buf, g.Start+g.Step*int64(w.index), 10)
}

func (g *idGen) render(w *writer) {
	prefix, _ := Marshal(g.Prefix) // a string always encodes
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
		w.buf = fmt.Appendf(w.buf, "%0*d", send.FreshDigits, w.index)
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
		w.drawNumber(s)
	}
	w.buf = append(w.buf, ']')
}

// first draws a number and writes it with fresh digits where it can.
func (w *writer) first(s *numbers) {
	if !w.unique || s.Decimals != nil {
		w.drawNumber(s)
	} else if v := s.draw(w.rng); !w.freshNumber(v, s) {
		w.buf = AppendNumber(w.buf, v)
	}
}
