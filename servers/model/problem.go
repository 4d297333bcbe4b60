package model

import "math/rand/v2"

// problem is a table of a regression problem, by column.
type problem struct {
	x [Features][]float32
	y []float64
}

// newProblem draws a linear problem as scikit-learn's make_regression states it:
// features from N(0,1); the informative ones, at random places, weigh 0 to 100;
// the target is their weighted sum plus normal noise.
//
// Features are float32 from the start, because a threshold between two values
// must still lie between them in a float32 runtime. Here and wherever a product
// meets a sum, float64(a*b) forbids the fused multiply-add that some processors
// would use: it rounds differently, and the forest would differ.
func newProblem(o Options) problem {
	r := rand.New(rand.NewPCG(o.Seed, 0))
	var weights [Features]float64
	for _, column := range r.Perm(Features)[:o.Informative] {
		weights[column] = 100 * r.Float64()
	}
	p := problem{y: make([]float64, o.Rows)}
	for c := range p.x {
		p.x[c] = make([]float32, o.Rows)
	}
	for i := range p.y {
		for c, w := range weights {
			v := float32(r.NormFloat64())
			p.x[c][i] = v
			p.y[i] += float64(w * float64(v))
		}
		p.y[i] += float64(o.Noise * r.NormFloat64())
	}
	return p
}

// cut splits the table after n rows.
func (p problem) cut(n int) (head, tail problem) {
	head.y, tail.y = p.y[:n], p.y[n:]
	for c := range p.x {
		head.x[c], tail.x[c] = p.x[c][:n], p.x[c][n:]
	}
	return head, tail
}

// row returns the features of row i.
func (p problem) row(i int) (x [Features]float64) {
	for c := range p.x {
		x[c] = float64(p.x[c][i])
	}
	return x
}
