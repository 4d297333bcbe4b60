package answers

import (
	"cmp"
	"slices"
)

// groupKey is what findings in several classes and cases have in common if they
// have one cause.
type groupKey struct {
	kind             Kind
	where, a, b      string
	statusA, statusB int  // of statuses only
	refused          bool // of bodies: they are those of refusals
}

func (f *finding) key() groupKey {
	k := groupKey{kind: f.Kind, where: f.Where, a: f.a, b: f.b}
	switch f.Kind {
	case Status:
		k.statusA, k.statusB = f.StatusA, f.StatusB
	case Header, NoAnswer:
	default:
		k.refused = f.StatusA > 299
	}
	return k
}

// group puts a finding with those of the same cause.
func (p *Parity) group(f *finding) {
	i := slices.IndexFunc(p.Differences, func(g Group) bool { return g.key == f.key() })
	if i < 0 {
		i = len(p.Differences)
		p.Differences = append(p.Differences, Group{
			Difference: f.Kind, Where: f.Where, StatusA: f.StatusA, StatusB: f.StatusB, key: f.key(), example: f.example,
		})
		p.Differences[i].exemplify(f)
	}
	g := &p.Differences[i]
	if g.StatusA != f.StatusA || g.StatusB != f.StatusB {
		g.StatusA, g.StatusB = 0, 0
	}
	if f.example.plainer(&g.example) {
		g.exemplify(f)
	}
	g.Requests += f.requests
	if s := slices.IndexFunc(g.Seen, func(s Seen) bool { return s.Class == f.Class && s.Case == f.Case }); s >= 0 {
		g.Seen[s].Requests += f.requests
	} else {
		g.Seen = append(g.Seen, Seen{f.Class, f.Case, f.requests})
	}
}

func (g *Group) exemplify(f *finding) {
	g.example = f.example
	g.Example = Example{Number: f.example.number, Class: f.Class, Case: f.Case, A: f.example.shown.A, B: f.example.shown.B}
}

// noise lists where A differs from itself.
func (c *Collector) noise(p *Parity) {
	for s, v := range c.spots {
		if n := v.itself + v.moved; n > 0 {
			p.Noise = append(p.Noise, Noise{s.class, s.kind, s.where, n})
		}
	}
}

// sort makes the order that of the causes, not of chance.
func (p *Parity) sort() {
	rank := func(k Kind) int { return slices.Index(Kinds, k) }
	slices.SortFunc(p.Differences, func(a, b Group) int {
		x, y := a.key, b.key
		return cmp.Or(cmp.Compare(rank(x.kind), rank(y.kind)), cmp.Compare(x.where, y.where), cmp.Compare(x.statusA, y.statusA),
			cmp.Compare(x.statusB, y.statusB), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(btoi(x.refused), btoi(y.refused)))
	})
	for i := range p.Differences {
		slices.SortFunc(p.Differences[i].Seen, func(a, b Seen) int {
			return cmp.Or(cmp.Compare(a.Class, b.Class), -cmp.Compare(a.Requests, b.Requests), cmp.Compare(a.Case, b.Case))
		})
	}
	slices.SortFunc(p.Noise, func(a, b Noise) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(rank(a.Difference), rank(b.Difference)), cmp.Compare(a.Where, b.Where))
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
