package scenarios

import (
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/targets/strict"
)

// MaxNumbers bounds a vector or matrix.
const MaxNumbers = 1_000_000

// generatorNames are the generators of JSON bodies.
func generatorNames() []string {
	return []string{
		"$vector", "$matrix", "$number", "$int", "$choice", "$sequence", "$zipf", "$text", "$blob", "$row", "$id", "$uuid",
		"$join",
	}
}

// generator reads one generator, or notes what is wrong with it.
func (b *templateBuilder) generator(key strict.Key, n *strict.Node) generator {
	switch key.Name {
	case "$vector":
		g := &vectorGen{numbers: normal()}
		b.d.Decode(n, g)
		g.check(b.d, n)
		b.need(n, "size")
		b.bound(n, "size", g.Size.Max, 1)
		return g
	case "$matrix":
		g := &matrixGen{numbers: normal()}
		b.d.Decode(n, g)
		g.check(b.d, n)
		b.need(n, "rows", "cols")
		b.bound(n, "rows", g.Rows.Max, max(1, g.Cols.Max))
		return g
	case "$number":
		g := &numberGen{numbers: normal()}
		if n.Kind != strict.Null {
			b.d.Decode(n, g)
		}
		g.check(b.d, n)
		return g
	case "$int":
		return b.integer(n)
	case "$choice":
		return b.choice(n)
	case "$sequence":
		return b.sequence(n)
	case "$zipf":
		return b.zipf(n)
	case "$text":
		return b.text(n)
	case "$blob":
		return b.blob(n)
	case "$row":
		return b.row(n)
	case "$join":
		return b.join(n)
	case "$id", "$uuid":
		g := &idGen{uuid: key.Name == "$uuid"}
		if n.Kind != strict.Null {
			g.decode(b.d, n)
		}
		return g
	}
	hint := ""
	if s := strict.Suggest(key.Name, generatorNames()); s != "" {
		hint = fmt.Sprintf(", did you mean %q?", s)
	}
	b.d.BadAt(key.Line, key.Col, "unknown generator %q%s (known: %s; write $%s for a plain key)",
		key.Name, hint, strings.Join(generatorNames(), ", "), key.Name)
	return nil
}

// need notes missing keys.
func (b *templateBuilder) need(n *strict.Node, keys ...string) {
	for _, key := range keys {
		if n.Kind == strict.Map && n.Get(key) == nil {
			b.d.Bad(n, "no %s", key)
		}
	}
}

// size wants a number of things, which the key names.
func (b *templateBuilder) size(n *strict.Node, key string, s Span, most int) {
	if b.need(n, key); s.Max > most {
		b.d.Bad(n.Get(key), "up to %d %s, want at most %d", s.Max, key, most)
	}
}

// bound limits most × others.
func (b *templateBuilder) bound(n *strict.Node, key string, most, others int) {
	if most > MaxNumbers/others && n.Get(key) != nil {
		b.d.Bad(n.Get(key), "up to %d × %d numbers, want at most %d", most, others, MaxNumbers)
	}
}

// intGen is a whole number of min … max, all as likely.
type intGen struct {
	Min int64 `yaml:"min"`
	Max int64 `yaml:"max"`
}

func (b *templateBuilder) integer(n *strict.Node) generator {
	g := &intGen{}
	b.d.Decode(n, g)
	switch limit := n.Get("max"); {
	case limit == nil && n.Kind == strict.Map:
		b.d.Bad(n, "no max")
	case limit != nil && limit.Kind == strict.Int && (g.Max < g.Min || g.Max-g.Min < 0):
		b.d.Bad(n, "found min %d and max %d, want min <= max, less than 2^63 apart", g.Min, g.Max)
	}
	return g
}

// choiceGen is one of the values: all as likely, or by weight.
type choiceGen struct {
	values  []template
	weights []float64
	sum     float64
}

func (b *templateBuilder) choice(n *strict.Node) generator {
	g, values := &choiceGen{}, n
	if n.Kind == strict.Map {
		var c struct {
			Values  *strict.Node `yaml:"values"`
			Weights []float64    `yaml:"weights"`
		}
		b.d.Decode(n, &c)
		b.need(n, "values", "weights")
		if values = c.Values; values == nil {
			return g
		}
		g.weights = c.Weights
		for i, w := range g.weights {
			if w < 0 {
				b.d.Bad(n.Get("weights").Items[i], "found %v, want 0 or more", w)
			}
			g.sum += w
		}
		if at := n.Get("weights"); at != nil && at.Kind == strict.List {
			switch {
			case len(g.weights) != len(values.Items):
				b.d.Bad(at, "found %d weights for %d values", len(g.weights), len(values.Items))
			case !(g.sum > 0 && g.sum*0 == 0):
				b.d.Bad(at, "weights of %v in all, want more than 0", g.sum)
			}
		}
	}
	g.values = b.list(values)
	return g
}

// list reads one or more values.
func (b *templateBuilder) list(n *strict.Node) (values []template) {
	if n.Kind != strict.List || len(n.Items) == 0 {
		b.d.Bad(n, "found %s, want a list of one or more values", n.Describe())
	}
	for _, item := range n.Items {
		values = append(values, b.nested(item))
	}
	return values
}

// sequenceGen counts the payloads of a pool, or takes the values in turn.
type sequenceGen struct {
	Start  int64 `yaml:"start"`
	Step   int64 `yaml:"step"`
	values []template
}

func (b *templateBuilder) sequence(n *strict.Node) generator {
	g := &sequenceGen{Start: 1, Step: 1}
	switch n.Kind {
	case strict.Null:
	case strict.List:
		g.values = b.list(n)
	default:
		b.d.Decode(n, g)
		const most = 1 << 40 // with maxPool steps far from the limits of int64
		if g.Start < -most || g.Start > most || g.Step < -most || g.Step > most {
			b.d.Bad(n, "found start %d and step %d, want at most %d", g.Start, g.Step, most)
		}
	}
	return g
}

// idGen is a text that no other request of the run has.
type idGen struct {
	Prefix string `yaml:"prefix"` // of $id
	uuid   bool
}

func (g *idGen) decode(d *strict.Document, n *strict.Node) {
	if g.uuid {
		d.Decode(n, &struct{}{}) // takes no keys
		return
	}
	d.Decode(n, g)
}
