package model

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// ranks holds, for each feature, the rows in order of their value; ties in order
// of the row, so that sorting leaves nothing to chance.
type ranks [Features][]int32

func newRanks(p problem) *ranks {
	var rk ranks
	for c := range rk {
		rows := make([]int32, len(p.y))
		for i := range rows {
			rows[i] = int32(i)
		}
		column := p.x[c]
		slices.SortFunc(rows, func(a, b int32) int {
			return cmp.Or(cmp.Compare(column[a], column[b]), cmp.Compare(a, b))
		})
		rk[c] = rows
	}
	return &rk
}

// grower grows one tree at a time. Rows are sorted once per forest, not once per
// node: a node owns the same span of all ten lists in order, and splitting it
// partitions each list stably, which keeps them sorted.
type grower struct {
	problem problem
	ranks   *ranks
	depth   int

	weight []float64         // times a row is in the bootstrap sample
	order  [Features][]int32 // rows in the sample, by rank
	left   []bool            // whether a row goes left at the split at hand
	spare  []int32           // room for the rows that go right
}

// span is a node in the making: the rows it owns and the splits above it.
type span struct{ low, high, depth int }

func newGrower(p problem, rk *ranks, depth int) *grower {
	return &grower{
		problem: p,
		ranks:   rk,
		depth:   depth,
		weight:  make([]float64, len(p.y)),
		left:    make([]bool, len(p.y)),
		spare:   make([]int32, 0, len(p.y)),
	}
}

// grow grows a regression tree (CART, Breiman et al. 1984) on a bootstrap sample.
// Links in the result count from the tree's own root.
func (g *grower) grow(r *rand.Rand) []node {
	g.draw(r)
	spans := []span{{0, len(g.order[0]), 0}}
	var nodes []node
	for i := 0; i < len(spans); i++ { // breadth first: node i is spans[i]
		s := spans[i]
		feature, cut := -1, 0
		if s.depth < g.depth && !g.pure(s) {
			feature, cut = g.bestSplit(s)
		}
		if feature < 0 {
			nodes = append(nodes, leafNode(g.mean(s)))
			continue
		}
		rows, column := g.order[feature], g.problem.x[feature]
		threshold := between(column[rows[cut-1]], column[rows[cut]])
		nodes = append(nodes, splitNode(feature, threshold, len(spans)))
		g.partition(s, feature, cut)
		spans = append(spans, span{s.low, cut, s.depth + 1}, span{cut, s.high, s.depth + 1})
	}
	return nodes
}

// draw takes as many rows as there are, with replacement.
func (g *grower) draw(r *rand.Rand) {
	clear(g.weight)
	for range g.weight {
		g.weight[r.IntN(len(g.weight))]++
	}
	for c, ranked := range g.ranks {
		g.order[c] = g.order[c][:0]
		for _, row := range ranked {
			if g.weight[row] > 0 {
				g.order[c] = append(g.order[c], row)
			}
		}
	}
}

// pure says that no split can gain anything.
func (g *grower) pure(s span) bool {
	rows := g.order[0][s.low:s.high]
	for _, row := range rows[1:] {
		if g.problem.y[row] != g.problem.y[rows[0]] {
			return false
		}
	}
	return true
}

// sums returns the weighted sum of the targets of a node, and the weight.
func (g *grower) sums(s span) (sum, weight float64) {
	for _, row := range g.order[0][s.low:s.high] {
		sum += float64(g.weight[row] * g.problem.y[row])
		weight += g.weight[row]
	}
	return sum, weight
}

func (g *grower) mean(s span) float32 {
	sum, weight := g.sums(s)
	return float32(sum / weight)
}

// bestSplit finds the split that leaves the least squared error. That error is
// the node's sum of squares, which no split changes, less sumL²/nL + sumR²/nR:
// so the largest of the latter wins, and the first found among equals. The rows
// before cut, in the order of feature, go left. No split at all is feature -1.
func (g *grower) bestSplit(s span) (feature, cut int) {
	sum, weight := g.sums(s)
	feature, best := -1, math.Inf(-1)
	for c := range g.order {
		rows, column := g.order[c], g.problem.x[c]
		sumLeft, weightLeft := 0.0, 0.0
		for i := s.low; i < s.high-1; i++ {
			row := rows[i]
			sumLeft += float64(g.weight[row] * g.problem.y[row])
			weightLeft += g.weight[row]
			if column[row] == column[rows[i+1]] {
				continue
			}
			sumRight := sum - sumLeft
			score := sumLeft*sumLeft/weightLeft + sumRight*sumRight/(weight-weightLeft)
			if score > best {
				feature, cut, best = c, i+1, score
			}
		}
	}
	return feature, cut
}

// partition sorts the rows of a node into left and right, in all ten orders.
func (g *grower) partition(s span, feature, cut int) {
	for i, row := range g.order[feature][s.low:s.high] {
		g.left[row] = s.low+i < cut
	}
	for c := range g.order {
		rows := g.order[c][s.low:s.high]
		right, kept := g.spare[:0], 0
		for _, row := range rows {
			if g.left[row] {
				rows[kept] = row
				kept++
			} else {
				right = append(right, row)
			}
		}
		copy(rows[kept:], right)
	}
}

// between returns a threshold t with a <= t < b. Halfway can round up to b, which
// would send b's rows to the wrong side.
func between(a, b float32) float32 {
	if t := float32((float64(a) + float64(b)) / 2); t < b {
		return t
	}
	return a
}
