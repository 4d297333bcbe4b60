package trend

import (
	"cmp"
	"math"
	"slices"
)

// The energy distance of two samples X and Y, of n and m values (Székely and Rizzo):
//
//	E = 2/(nm) ΣΣ|x−y| − 1/n² ΣΣ|x−x'| − 1/m² ΣΣ|y−y'|
//
// is 0 where the samples are the same and grows with whatever they differ in. Weighted,
// Q = nm/(n+m) · E, it is comparable between splits of one series at different places:
// the place where it is largest is where the series most likely changed.

// splits computes Q of splits of one set of values, in any order of them.
type splits struct {
	values []float64 // ascending, without their mean
	tree   []node    // of the values so far

	// Of the order at hand: Σ|v−w| over the values w before the k-th, v; the sum of these
	// over the first k; the place of each rank; and Σ|v−w| over the first end values, for
	// each rank.
	before, within []float64
	place          []int
	all            []float64
}

// node of a Fenwick tree: how many values there are, and their sum.
type node struct {
	n   int
	sum float64
}

// splitting prepares the splits of a series, and says which rank each of its values has.
func splitting(series []float64) (s *splits, ranks []int) {
	n := len(series)
	order := make([]int, n)
	mean := 0.0
	for i, v := range series {
		order[i] = i
		mean += v / float64(n)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(series[a], series[b]) })
	s = &splits{
		values: make([]float64, n), tree: make([]node, n+1),
		before: make([]float64, n), within: make([]float64, n+1), place: make([]int, n), all: make([]float64, n),
	}
	ranks = make([]int, n)
	for r, i := range order {
		ranks[i], s.values[r] = r, series[i]-mean
	}
	return s, ranks
}

// take makes an order of the values the one at hand. It takes n·log n steps.
func (s *splits) take(ranks []int) {
	clear(s.tree)
	sum := 0.0
	for k, r := range ranks {
		s.place[r] = k
		v := s.values[r]
		n, below := 0, 0.0
		for i := r + 1; i > 0; i -= i & -i {
			n += s.tree[i].n
			below += s.tree[i].sum
		}
		s.before[k] = v*float64(n) - below + (sum - below) - v*float64(k-n)
		s.within[k+1] = s.within[k] + s.before[k]
		for i := r + 1; i < len(s.tree); i += i & -i {
			s.tree[i].n++
			s.tree[i].sum += v
		}
		sum += v
	}
}

// each calls f with Q of every split of the first end values of the order at hand, which
// is this one: before the k-th, k from 1. It takes n steps.
func (s *splits) each(ranks []int, end int, f func(k int, q float64)) {
	sum := 0.0
	for _, r := range ranks[:end] {
		sum += s.values[r]
	}
	n, below := 0, 0.0
	for r, v := range s.values {
		if s.place[r] < end {
			s.all[r] = v*float64(n) - below + (sum - below - v) - v*float64(end-1-n)
			n++
			below += v
		}
	}
	across := 0.0 // of pairs of which one is before the split
	for k, r := range ranks[:end] {
		if k > 0 {
			a, b := float64(k), float64(end-k)
			within, after := s.within[k], s.within[end]-s.within[k]-across
			f(k, a*b/(a+b)*(2*across/(a*b)-2*within/(a*a)-2*after/(b*b)))
		}
		across += s.all[r] - 2*s.before[k]
	}
}

// ends are how many of the first values are divided, of eighths of them: what changes
// and changes back makes all of them behind the first change much like those before.
const ends = 8

// best is the split with the largest Q that leaves at least so many values on both
// sides, of all values or of the first of them; Q is −Inf if there is none.
func (s *splits) best(ranks []int, least int) (at int, q float64) {
	q = math.Inf(-1)
	s.take(ranks)
	for part, last := 1, 0; part <= ends; part++ {
		end := len(ranks) * part / ends
		if end < 2*least || end == last {
			continue
		}
		last = end
		s.each(ranks, end, func(k int, of float64) {
			if k >= least && end-k >= least && of > q {
				at, q = k, of
			}
		})
	}
	return at, q
}
