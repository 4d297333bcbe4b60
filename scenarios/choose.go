package scenarios

import (
	"math"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/targets/strict"
)

// branch is one of several steps of which a journey takes one, drawn by weight. One
// that has a weight alone is no request.
type branch struct {
	Weight float64 `yaml:"weight"` // relative to the others; default 1
	step
}

// DecodeNode is that of steps, with a weight.
func (b *branch) DecodeNode(d *strict.Document, n *strict.Node) {
	type plain step // without this method
	p := struct {
		Weight float64 `yaml:"weight"`
		plain
	}{1, plain(newStep())}
	d.Decode(n, &p)
	*b = branch{p.Weight, step(p.plain)}
	b.tidy(n)
}

// placedStep is a step, and which draws of a choice take it.
type placedStep struct {
	*step
	choice   int // of the journey, from 1; 0: every journey takes the step
	from, to float64
}

// placed are the steps of a journey one behind the other, the branches of a choice
// too.
func (r *Request) placed() (out []placedStep) {
	choices := 0
	for i := range r.Steps {
		s := &r.Steps[i]
		if s.Choose == nil {
			out = append(out, placedStep{step: s})
			continue
		}
		choices++
		before, sum := 0.0, s.weights()
		for k := range s.Choose {
			b := &s.Choose[k]
			from := before / sum
			if before += b.Weight; b.Name != "" {
				out = append(out, placedStep{&b.step, choices, from, before / sum})
			}
		}
	}
	return out
}

// weights is the sum of a choice's.
func (s *step) weights() (sum float64) {
	for i := range s.Choose {
		sum += s.Choose[i].Weight
	}
	return sum
}

// class is the step as the engine has it.
func (p *placedStep) class() *loadgen.Step {
	out := &loadgen.Step{Think: p.Think.law, Choice: p.choice, From: p.from, To: p.to}
	if p.Repeat != nil {
		out.AtMost, out.Pause = p.Repeat.AtMost, p.Repeat.Pause.law
	}
	return out
}

// request is the step as a request of its share of its journey's weight.
func (p *placedStep) request(journey *Request) Request {
	r := p.step.request(journey)
	if p.choice != 0 {
		r.Weight *= p.to - p.from
	}
	return r
}

// choice notes what is wrong with a step that is a choice: item has its branches.
func (v *validator) choice(r *Request, s *step, item *strict.Node, seen map[string]bool) {
	for i, key := range item.Keys {
		if key.Name != "choose" {
			v.d.Bad(item.Items[i], "goes within choose, with one of its steps: a choice has no keys of its own")
		}
	}
	n := item.Get("choose")
	if n.Kind != strict.List {
		return
	}
	if len(n.Items) < 2 {
		v.d.Bad(n, "found %d to choose from, want at least two: a step, and another or {weight: 1} for none", len(n.Items))
	}
	named := false
	for i := range s.Choose {
		b, at := &s.Choose[i], n.Items[i]
		if at.Kind != strict.Map {
			continue
		}
		if w := at.Get("weight"); w != nil {
			switch share := b.Weight / s.weights(); {
			case !(b.Weight > 0) || math.IsInf(b.Weight, 0):
				v.d.Bad(w, "found %s, want more than 0", w.Text)
			case !(share >= loadgen.LeastShare):
				v.d.Bad(w, "a weight of %v is a share of %.2g, want at least 1 in %.0f", b.Weight, share, 1/loadgen.LeastShare)
			}
			if len(at.Keys) == 1 {
				continue // none
			}
		}
		named = true
		if b.Choose != nil {
			v.d.Bad(at.Get("choose"), "a choice within a choice: multiply the weights, and put all of them into one")
			continue
		}
		v.step(r, &b.step, at, seen)
	}
	if !named && len(n.Items) > 1 {
		v.d.Bad(n, "nothing to choose: want at least one step")
	}
}
