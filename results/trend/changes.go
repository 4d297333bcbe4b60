package trend

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Rule is how change points are found. Its zero value is the default of each field.
type Rule struct {
	// Level is the share of series without any change in which one is found.
	Level float64
	// Least is the smallest effect that is pointed out: a share (0.05: 5%), or of a
	// metric that is not Relative a difference in its unit.
	Least    float64
	Relative bool
	Seed     uint64 // of permutations: the same series has the same change points
}

const (
	defaultLevel = 0.01
	defaultLeast = 0.05
	// leastSegment is how many results there must be before, between and behind change
	// points: one or two are anything.
	leastSegment = 3
	// leastPoints are so many that a change can be proven at the default level: of n
	// results the last three are larger than all others by chance in 2 of n!/(3!(n−3)!)
	// orders.
	leastPoints = 12
)

// Change is a point from which on a series is another.
type Change struct {
	At     int     // the first value after it
	Before float64 // median of the values since the change before
	After  float64 // and until the next
	Effect float64 // After/Before − 1, or of what is not Relative After − Before
	P      float64 // of the permutation test
}

// Changes are the change points of a series by E-divisive (Matteson and James, "A
// Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", 2014,
// with α = 1, one dimension and ends of eighths), as MongoDB's continuous integration uses it (Daly and others, "The Use of
// Change Point Detection to Identify Software Performance Regressions in a Continuous
// Integration System", ICPE 2020): the most likely place of a change is tested against
// permutations of the values within each segment; where it is significant it divides
// its segment, and so on. What is then smaller than the least effect goes, the smallest
// first, as in Hunter (Fleming and others, ICPE 2023). Values must be finite.
func Changes(series []float64, rule Rule) []Change {
	if rule.Level == 0 {
		rule.Level = defaultLevel
	}
	if rule.Least == 0 {
		rule.Least = defaultLeast
	}
	scale := series
	if rule.Relative && !slices.ContainsFunc(series, func(v float64) bool { return !(v > 0) }) {
		// On their logarithms doubling and halving are the same distance.
		scale = make([]float64, len(series))
		for i, v := range series {
			scale[i] = math.Log(v)
		}
	}
	return rule.worthwhile(series, divide(scale, rule.Level, rule.Seed))
}

// found is a significant division, at the value before which it is.
type found struct {
	at int
	p  float64
}

// segment is a part of the series that no division divides so far.
type segment struct {
	from   int
	splits *splits
	ranks  []int
	at     int // its best split
	q      float64
}

func newSegment(series []float64, from, to int) *segment {
	s := &segment{from: from}
	s.splits, s.ranks = splitting(series[from:to])
	s.at, s.q = s.splits.best(s.ranks, leastSegment)
	return s
}

// divide finds divisions until the best one that is left is not significant.
func divide(series []float64, level float64, seed uint64) (all []found) {
	if len(series) < leastPoints {
		return nil
	}
	random := rand.New(rand.NewPCG(seed, 0x7e57))
	segments := []*segment{newSegment(series, 0, len(series))}
	for {
		best := slices.MaxFunc(segments, func(a, b *segment) int {
			switch {
			case a.q > b.q:
				return 1
			case a.q < b.q:
				return -1
			}
			return b.from - a.from // the same in every order
		})
		if math.IsInf(best.q, -1) {
			return settled(series, all)
		}
		p := significance(segments, best.q, level, random)
		if p > level {
			return settled(series, all)
		}
		at, end := best.from+best.at, best.from+len(best.ranks)
		all = append(all, found{at, p})
		i := slices.Index(segments, best)
		segments = slices.Replace(segments, i, i+1, newSegment(series, best.from, at), newSegment(series, at, end))
	}
}

// settled looks again where each division is, between its neighbours: while it was found
// they were not known.
func settled(series []float64, all []found) []found {
	slices.SortFunc(all, func(a, b found) int { return a.at - b.at })
	for i := range all {
		from, to := 0, len(series)
		if i > 0 {
			from = all[i-1].at
		}
		if i+1 < len(all) {
			to = all[i+1].at
		}
		if s := newSegment(series, from, to); !math.IsInf(s.q, -1) {
			all[i].at = from + s.at
		}
	}
	return all
}

// significance is the share of permutations, of the values within each segment, whose
// best split is as good as q, the one at hand among them. Of so many orders three may be
// as good at the level. It is above the level as soon as that is certain.
func significance(segments []*segment, q, level float64, random *rand.Rand) float64 {
	const sameSum = 1e-9 // what the order of a sum may make of it
	q -= sameSum * math.Abs(q)
	as, permutations := 1, int(math.Ceil(3/level))-1
	for range permutations {
		for _, s := range segments {
			if len(s.ranks) < 2*leastSegment {
				continue
			}
			ranks := slices.Clone(s.ranks)
			random.Shuffle(len(ranks), func(i, j int) { ranks[i], ranks[j] = ranks[j], ranks[i] })
			if _, got := s.splits.best(ranks, leastSegment); got >= q {
				as++
				break
			}
		}
		if p := float64(as) / float64(permutations+1); p > level {
			return p
		}
	}
	return float64(as) / float64(permutations+1)
}

// worthwhile are the divisions, in the order of time, whose effect is large enough.
func (rule *Rule) worthwhile(series []float64, divisions []found) []Change {
	for {
		changes := make([]Change, len(divisions))
		smallest := -1
		for i, d := range divisions {
			from, to := 0, len(series)
			if i > 0 {
				from = divisions[i-1].at
			}
			if i+1 < len(divisions) {
				to = divisions[i+1].at
			}
			c := Change{At: d.at, Before: median(series[from:d.at]), After: median(series[d.at:to]), P: d.p}
			c.Effect = c.After - c.Before
			if rule.Relative {
				c.Effect = c.After/c.Before - 1
			}
			changes[i] = c
			if rule.size(c) < rule.bound() && (smallest < 0 || rule.size(c) < rule.size(changes[smallest])) {
				smallest = i
			}
		}
		if smallest < 0 {
			return changes
		}
		divisions = slices.Delete(divisions, smallest, smallest+1)
	}
}

// size is that of an effect, the same for an increase and for what takes it back.
func (rule *Rule) size(c Change) float64 {
	if !rule.Relative {
		return math.Abs(c.Effect)
	}
	if size := math.Abs(math.Log(c.After / c.Before)); !math.IsNaN(size) {
		return size
	}
	return 0 // of nothing to nothing
}

func (rule *Rule) bound() float64 {
	if rule.Relative {
		return math.Log1p(rule.Least) - 1e-12
	}
	return rule.Least
}

// median of values, of which there is at least one.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
