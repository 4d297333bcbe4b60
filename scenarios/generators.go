package scenarios

import (
	"fmt"
	"math"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// maxNumbers bounds a vector or matrix.
const maxNumbers = 1_000_000

// generatorNames are the generators of JSON bodies.
func generatorNames() []string {
	return []string{"$vector", "$matrix", "$number", "$int", "$choice", "$id", "$uuid"}
}

// generator reads one generator, or notes what is wrong with it.
func (b *templateBuilder) generator(key targets.Key, n *targets.Node) generator {
	switch key.Name {
	case "$vector":
		g := &vectorGen{numbers: normal()}
		b.d.Decode(n, g)
		g.check(b.d, n)
		g.need(b.d, n, "size")
		b.bound(n, "size", g.Size.Max, 1)
		return g
	case "$matrix":
		g := &matrixGen{numbers: normal()}
		b.d.Decode(n, g)
		g.check(b.d, n)
		g.need(b.d, n, "rows", "cols")
		b.bound(n, "rows", g.Rows.Max, max(1, g.Cols.Max))
		return g
	case "$number":
		g := &numberGen{numbers: normal()}
		if n.Kind != targets.Null {
			b.d.Decode(n, g)
		}
		g.check(b.d, n)
		return g
	case "$int":
		g := &intGen{}
		b.d.Decode(n, g)
		switch limit := n.Get("max"); {
		case limit == nil && n.Kind == targets.Map:
			b.d.Bad(n, "no max")
		case limit != nil && limit.Kind == targets.Int && (g.Max < g.Min || g.Max-g.Min < 0):
			b.d.Bad(n, "found min %d and max %d, want min <= max, less than 2^63 apart", g.Min, g.Max)
		}
		return g
	case "$choice":
		g := &choiceGen{}
		if n.Kind != targets.List || len(n.Items) == 0 {
			b.d.Bad(n, "found %s, want a list of one or more values", n.Describe())
		}
		for _, item := range n.Items {
			g.values = append(g.values, parseTemplate(b.d, item))
		}
		return g
	case "$id", "$uuid":
		g := &idGen{uuid: key.Name == "$uuid"}
		if n.Kind != targets.Null {
			g.decode(b.d, n)
		}
		return g
	}
	hint := ""
	if s := targets.Suggest(key.Name, generatorNames()); s != "" {
		hint = fmt.Sprintf(", did you mean %q?", s)
	}
	b.d.BadAt(key.Line, key.Col, "unknown generator %q%s (known: %s; write $%s for a plain key)",
		key.Name, hint, strings.Join(generatorNames(), ", "), key.Name)
	return nil
}

// bound limits most × others.
func (b *templateBuilder) bound(n *targets.Node, key string, most, others int) {
	if most > maxNumbers/others && n.Get(key) != nil {
		b.d.Bad(n.Get(key), "up to %d × %d numbers, want at most %d", most, others, maxNumbers)
	}
}

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

// intGen is a whole number of min … max, all as likely.
type intGen struct {
	Min int64 `yaml:"min"`
	Max int64 `yaml:"max"`
}

// choiceGen is one of the values, all as likely.
type choiceGen struct{ values []template }

// idGen is a text that no other request of the run has.
type idGen struct {
	Prefix string `yaml:"prefix"` // of $id
	uuid   bool
}

func (g *idGen) decode(d *targets.Document, n *targets.Node) {
	if g.uuid {
		d.Decode(n, &struct{}{}) // takes no keys
		return
	}
	d.Decode(n, g)
}

// check notes contradictions.
func (s *numbers) check(d *targets.Document, n *targets.Node) {
	if n.Kind != targets.Map {
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
	switch lo, hi := s.bounds(); {
	case lo > hi:
		d.Bad(n, "found min %v and max %v, want min <= max", lo, hi)
	case s.Dist == "normal" && s.Mean < lo:
		d.Bad(n, "found mean %v, want at least min, %v", s.Mean, lo)
	case s.Dist == "normal" && s.Mean > hi:
		d.Bad(n, "found mean %v, want at most max, %v", s.Mean, hi)
	}
}

// need notes missing keys.
func (s *numbers) need(d *targets.Document, n *targets.Node, keys ...string) {
	for _, key := range keys {
		if n.Kind == targets.Map && n.Get(key) == nil {
			d.Bad(n, "no %s", key)
		}
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
