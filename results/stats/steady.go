package stats

import (
	"fmt"
	"math"
	"slices"
)

// A coin for each pair makes identical targets look alike whatever the noise.
// It does not help where a slice changes the next one, nor does the middle of a
// measurement stand for a target that is still warming up. The pairs show both.

// Course is one metric that every pair has, in the order of time: what tells
// whether the pairs speak of a state that lasts.
type Course struct {
	D    []float64 // ln(B/A)
	Slot []float64 // as in Metric
	// After is +1 for each pair whose first slice followed one on the other
	// target, −1 where it followed one on its own, 0 where nothing came before.
	// Empty: not known.
	After []float64
}

func (c *Course) check() error {
	if c == nil {
		return nil
	}
	if n := len(c.D); c.Slot != nil && len(c.Slot) != n || c.After != nil && len(c.After) != n {
		return fmt.Errorf("course: %d pairs, %d slots and %d predecessors", n, len(c.Slot), len(c.After))
	}
	for _, x := range c.D {
		if !(math.Abs(x) <= maxLogRatio) {
			return fmt.Errorf("course: %v is no logarithm of a ratio", x)
		}
	}
	return nil
}

// examine makes both tests of the course; NaN where there is none.
func (c *Course) examine() (Trend, CarryOver) {
	if c == nil {
		return trendOf(nil), carryOverOf(nil, nil)
	}
	d := c.D
	if len(c.Slot) > 0 {
		d, _ = WithoutSlot(d, c.Slot)
	}
	return trendOf(d), carryOverOf(d, c.After)
}

// Trend says whether the difference of the targets changed while it was measured.
type Trend struct {
	P           float64 // two-sided, of Spearman's rank correlation with time; NaN: too few pairs
	First, Last float64 // Hodges-Lehmann estimates of the first and the last third
}

// trendOf tests d, in the order of time, by Student's approximation of Spearman's
// rank correlation.
func trendOf(d []float64) Trend {
	n := len(d)
	if n < MinValues {
		return Trend{P: math.NaN(), First: math.NaN(), Last: math.NaN()}
	}
	t := Trend{P: 1, First: HodgesLehmann(d[:n/3]), Last: HodgesLehmann(d[n-n/3:])}
	// Ranks about their mean; time's have no ties.
	var product, ofD, ofTime float64
	for i, r := range doubleRanks(d) {
		x, y := r/2-float64(n+1)/2, float64(i+1)-float64(n+1)/2
		product, ofD, ofTime = product+x*y, ofD+x*x, ofTime+y*y
	}
	if ofD > 0 {
		rho := min(math.Abs(product)/math.Sqrt(ofD*ofTime), 1)
		df := float64(n - 2)
		t.P = min(1, 2*studentTail(rho*math.Sqrt(df/max(1-rho*rho, 1e-300)), df))
	}
	return t
}

// CarryOver says whether a slice depends on which target the one before it was
// on. A slice of B follows one of A in three cases of four, one of A in one of
// four: half of such an effect is in every estimate.
type CarryOver struct {
	P      float64 // two-sided; NaN: too few pairs
	Effect float64 // ln of how much slower what follows A is; below 0: faster
}

// fewestFollowers is how many pairs with either kind of predecessor carryOverOf
// needs: the normal approximation of its test is no good with fewer.
const fewestFollowers = 5

// carryOverOf compares pairs by what their first slice followed (after: see
// Course), by Mann and Whitney's test in its normal approximation. Where it
// followed the other target, A's successors are B's slices, and an effect of A on
// what follows is in ln(B/A) as a whole; otherwise it is in both slices, or
// neither, and cancels.
func carryOverOf(d, after []float64) CarryOver {
	var own, other []float64
	for i, a := range after {
		switch {
		case a > 0:
			other = append(other, d[i])
		case a < 0:
			own = append(own, d[i])
		}
	}
	if len(own) < fewestFollowers || len(other) < fewestFollowers {
		return CarryOver{P: math.NaN(), Effect: math.NaN()}
	}
	worse := normalMannWhitney(own, other)
	better := normalMannWhitney(other, own)
	return CarryOver{P: min(1, 2*min(worse, better)), Effect: HodgesLehmann(other) - HodgesLehmann(own)}
}

// normalMannWhitney approximates the one-sided p value of "B tends to be larger",
// with corrections for continuity and ties.
func normalMannWhitney(a, b []float64) float64 {
	na, nb := float64(len(a)), float64(len(b))
	ranks := doubleRanks(slices.Concat(a, b))
	var sum, squares float64 // of mid-ranks: B's; all about their mean
	mean := (na + nb + 1) / 2
	for i, r := range ranks {
		squares += (r/2 - mean) * (r/2 - mean)
		if i >= len(a) {
			sum += r / 2
		}
	}
	if squares == 0 {
		return 1
	}
	n := na + nb
	return normalTail((sum - nb*mean - 0.5) / math.Sqrt(na*nb/n*squares/(n-1)))
}

// doubleRanks are twice the mid-ranks of the values, in their order.
func doubleRanks(v []float64) []float64 {
	sorted := slices.Sorted(slices.Values(v))
	out := make([]float64, len(v))
	for i, x := range v {
		from, _ := slices.BinarySearch(sorted, x)
		to := from
		for to < len(sorted) && sorted[to] == x {
			to++
		}
		out[i] = float64(from + to + 1)
	}
	return out
}

// Control says whether A differs from itself.
type Control struct {
	P      float64 // two-sided, adjusted for all metrics; NaN: not measured, or too little
	Metric int     // the index of the one with this p; −1 if there is none
	Effect float64 // ln of A's second slices against its first, in the metric's sense
}

func (e *Evidence) control(seed uint64, null nullRanks) Control {
	out := Control{P: math.NaN(), Metric: -1, Effect: math.NaN()}
	var ps []float64
	var of []int
	for i := range e.Control {
		if m := &e.Control[i]; len(m.D) >= MinValues {
			worse, better := m.test(0, seed, null)
			ps, of = append(ps, min(1, 2*min(worse, better))), append(of, i)
		}
	}
	for i, p := range Holm(ps) {
		if out.Metric < 0 || p < out.P {
			out.P, out.Metric = p, of[i]
		}
	}
	if out.Metric >= 0 {
		m := &e.Control[out.Metric]
		d := m.D
		if len(m.Slot) > 0 {
			d, _ = WithoutSlot(d, m.Slot)
		}
		out.Effect = HodgesLehmann(d)
	}
	return out
}

// Late counts the pairs in which the generator was late in one slice only. They
// are left out; where it is late beside B more than beside A, B may be the cause,
// and its worst slices are what is left out: no pass rests on the rest. Beside A,
// A's worst are left out, and B passed against its better ones.
type Late struct {
	OnlyA, OnlyB int
	Pairs        int // all that were measured
}

func (l Late) check() error {
	if l.OnlyA < 0 || l.OnlyB < 0 || l.OnlyA > l.Pairs || l.OnlyB > l.Pairs-l.OnlyA {
		return fmt.Errorf("late slices: %d only in A and %d only in B of %d pairs", l.OnlyA, l.OnlyB, l.Pairs)
	}
	return nil
}

// lopsided says that lateness may have hidden the worst of B.
func (l Late) lopsided() bool { return uneven(l.OnlyA, l.OnlyB, l.Pairs, 0) }

const (
	// suspicion: unevenness that chance makes at least this rare (two to none,
	// four to one) is suspicious.
	suspicion = 0.25
	// unevenShare of the pairs is what an excess must possibly amount to. Without
	// a size such a suspicion falls on a quarter of all identical targets, the
	// sooner the longer one measures.
	unevenShare = 0.05
)

// uneven says that of n pairs suspiciously more have something in B alone than in
// A alone, and that its excess may be a share that matters (0: 5%): by the upper 95%
// bound of a difference of paired shares.
func uneven(onlyA, onlyB, n int, share float64) bool {
	if n == 0 || SignTest(onlyA, onlyB) > suspicion {
		return false
	}
	if share == 0 {
		share = unevenShare
	}
	a, b, all := float64(onlyA), float64(onlyB), float64(n)
	spread := math.Sqrt(max(0, a+b-(b-a)*(b-a)/all))
	return ((b-a)+upperZ(0.05)*spread)/all >= share
}
