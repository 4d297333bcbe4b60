package scenarios

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"github.com/mlbench/mlbench/targets/strict"
)

// Why hot sets: real traffic asks for some things again and again, and a target
// that caches answers lives on it. How much is asked again is a property of the
// traffic, so the scenario says it: value k of Distinct has a share proportional
// to 1/k^Exponent, and New of all draws are values that nobody asked for before.
// The values of a hot set are never made fresh, or none would be asked for twice.

// zipfGen is one of so many values, some far more often than others.
type zipfGen struct {
	Of       *strict.Node `yaml:"of"`
	Distinct int          `yaml:"distinct"`
	Exponent float64      `yaml:"exponent"` // default 1; 0: all as likely
	New      float64      `yaml:"new"`      // share of values that are in no hot set; default 0

	of template
}

func (b *templateBuilder) zipf(n *strict.Node) generator {
	g := &zipfGen{Exponent: 1}
	b.d.Decode(n, g)
	b.need(n, "of", "distinct")
	if b.hot {
		b.d.Bad(n, "a $zipf within a $zipf: leave one out")
	}
	if at := n.Get("distinct"); at != nil && at.Kind == strict.Int && (g.Distinct < 1 || g.Distinct > MaxNumbers) {
		b.d.Bad(at, "found %d, want 1 to %d", g.Distinct, MaxNumbers)
	}
	if g.Exponent < 0 || g.Exponent > 10 {
		b.d.Bad(n.Get("exponent"), "found %v, want 0 to 10", g.Exponent)
	}
	if g.New < 0 || g.New >= 1 {
		b.d.Bad(n.Get("new"), "found %v, want a share of 0 or more, below 1", g.New)
	}
	if g.Of == nil {
		return g
	}
	b.hot = true
	g.of = b.nested(g.Of)
	b.hot = false
	if g.New > 0 && !g.of.canBeFresh() {
		b.d.Bad(n.Get("new"), "nothing in the value can be new in every request: want a $vector, $matrix or $number without decimals, or a $text, $blob, $id or $uuid in it")
	}
	return g
}

// canBeFresh says whether some generator writes fresh digits.
func (t template) canBeFresh() bool {
	fresh := false
	t.walk(func(g generator) {
		switch g := g.(type) {
		case *vectorGen:
			fresh = fresh || g.Decimals == nil
		case *matrixGen:
			fresh = fresh || g.Decimals == nil
		case *numberGen:
			fresh = fresh || g.Decimals == nil
		case *textGen, *blobGen, *idGen:
			fresh = true
		}
	})
	return fresh
}

// hotSet is a zipfGen at work on one pool.
type hotSet struct {
	seed   uint64
	shares []float64       // cumulated
	values map[int]*writer // by rank, those drawn so far
	ranks  map[string]int  // and back
	turn   uint64          // of the decision about new values
}

func (w *writer) hotSet(g *zipfGen) *hotSet {
	h := w.hot[g]
	if h == nil {
		h = &hotSet{seed: w.rng.Uint64(), turn: w.rng.Uint64(), values: map[int]*writer{}, ranks: map[string]int{}}
		sum := 0.0
		for k := range g.Distinct {
			sum += math.Pow(float64(k+1), -g.Exponent)
			h.shares = append(h.shares, sum)
		}
		if w.hot == nil {
			w.hot = map[*zipfGen]*hotSet{}
		}
		w.hot[g] = h
	}
	return h
}

func (g *zipfGen) render(w *writer) {
	h := w.hotSet(g)
	if g.New > 0 {
		// Steps of the golden ratio (Weyl's sequence): any stretch of requests has
		// the share of new values nearly exactly, without a period.
		const golden = 0x9e3779b97f4a7c15 // 2^64/φ
		if h.turn += golden; float64(h.turn>>11) < g.New*(1<<53) {
			g.of.render(w)
			return
		}
	}
	rank := h.draw(w.rng)
	value, ok := h.values[rank]
	if !ok {
		value = h.make(w, g, rank)
	}
	if value != nil {
		w.write(value.buf, value.hidden)
	}
}

// draw is a rank, from 0.
func (h *hotSet) draw(rng *rand.Rand) int {
	last := len(h.shares) - 1
	u := rng.Float64() * h.shares[last]
	return min(last, sort.Search(last, func(i int) bool { return h.shares[i] > u }))
}

// make renders the value of a rank from a seed of its own, so that it does not
// matter when it is first drawn; again with another, if it is like one of another
// rank.
func (h *hotSet) make(w *writer, g *zipfGen, rank int) *writer {
	const tries = 100
	for try := range uint64(tries) {
		one := &writer{rng: rand.New(rand.NewPCG(h.seed+try, uint64(rank))), index: rank, data: w.data, hotValue: true, values: w.values}
		g.of.render(one)
		if w.err == nil {
			w.err = one.err
		}
		if _, taken := h.ranks[string(one.buf)]; !taken {
			h.values[rank] = one
			h.ranks[string(one.buf)] = rank
			return one
		}
	}
	if w.err == nil {
		w.err = fmt.Errorf("$zipf: found no %d different values: give a smaller distinct, or a value with more variety", g.Distinct)
	}
	return nil
}
