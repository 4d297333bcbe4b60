package stats

import (
	"math"
	"slices"
)

// test is a Judgement in the making: what is measured of one metric before it
// is known how many others there are.
type test struct {
	Judgement
	// by is how far from zero a change must be to count: 0, or the limit if
	// strict.
	by    float64
	pairs int // Metric.Pairs
	// Of stalls.
	onlyA, onlyB int
	// Of errors. empty: an arm without requests. clean: no error in either.
	// excused: a class with so few requests that not even a run without errors
	// would prove the limit.
	empty, clean, excused bool
}

func newTest(k Kind, name, class string) test {
	nan := math.NaN()
	return test{Judgement: Judgement{
		Kind: k, Name: name, Class: class, Group: 1,
		Estimate: nan, Low: nan, High: nan, Lower: nan, Upper: nan, Limit: nan,
		P: nan, PHolm: nan, PBetter: nan, PBetterHolm: nan,
	}}
}

// criticalRanks keeps critical ranks: the metrics of a comparison share a few.
type criticalRanks map[rankLevel]int

type rankLevel struct {
	n     int
	alpha float64
}

// interval is HLInterval of sorted values; NaN if they are too few.
func (c criticalRanks) interval(sorted []float64, alpha float64) (lo, hi float64) {
	key := rankLevel{len(sorted), alpha}
	k, known := c[key]
	if !known {
		var ok bool
		if k, ok = CriticalRank(key.n, alpha); !ok {
			k = -1
		}
		c[key] = k
	}
	if k < 0 {
		return math.NaN(), math.NaN()
	}
	return walshInterval(sorted, k)
}

// measure finds everything about m that does not depend on other metrics.
func (m *Metric) measure(r Rule, critical criticalRanks) test {
	t := newTest(LogRatio, m.Name, m.Class)
	t.Limit = math.Log1p(m.Margin)
	if r.Strict {
		t.by = t.Limit
	}
	if s := m.Unpaired; s != nil {
		t.Estimate = s.Estimate
		t.Low, t.High = s.Interval(0.025)
		t.Lower, t.Upper = s.Interval(r.Beta)
		t.P, t.PBetter = s.Test(t.by)
		return t
	}
	t.N, t.Group, t.pairs = len(m.D), max(m.Group, 1), m.Pairs
	if t.N == 0 {
		return t
	}
	sorted := slices.Sorted(slices.Values(m.D))
	t.Estimate = walshMedian(sorted)
	t.Low, t.High = critical.interval(sorted, 0.025)
	t.Lower, t.Upper = critical.interval(sorted, r.Beta)
	switch {
	case t.N < MinValues:
	case t.by == 0:
		t.P, t.PBetter = SignedRank(m.D, r.Seed)
	default:
		t.P, _ = SignedRank(shifted(m.D, -t.by), r.Seed)
		_, t.PBetter = SignedRank(shifted(m.D, t.by), r.Seed)
	}
	return t
}

func shifted(d []float64, by float64) []float64 {
	out := make([]float64, len(d))
	for i, x := range d {
		out[i] = x + by
	}
	return out
}

// decide fills in Outcome, Reason, Proven and MoreTime once p is adjusted for k
// tests.
func (t *test) decide(r Rule, k int) {
	tested := !math.IsNaN(t.P)
	worse := tested && t.PHolm <= r.Alpha
	better := tested && t.PBetterHolm <= r.Alpha
	t.Proven = worse || better
	limit := t.Limit
	if t.Kind == StallShare {
		limit = 0 // any proven change counts
	}
	switch {
	case worse && t.Estimate >= limit:
		t.Outcome = Regression
	case better && -t.Estimate >= limit:
		t.Outcome = Improved
	case t.Kind == ErrorShare:
		t.decideErrors(r, k)
	case !tested && t.N < MinValues:
		t.Reason = TooFewPairs
		switch {
		case t.N > 0:
			t.MoreTime = MinValues / float64(t.N)
		case t.pairs > 0:
			t.MoreTime = MinValues * float64(t.Group) / float64(t.pairs)
		}
	case t.Kind == StallShare:
		t.decideStalls(r, k)
	default:
		t.decideLimit(r, k)
	}
}

// decideLimit is left when nothing is proven beyond the limit.
func (t *test) decideLimit(r Rule, k int) {
	if t.Upper < t.Limit {
		t.Outcome = OK
		return
	}
	t.Outcome, t.Reason = Inconclusive, WideInterval
	if t.Estimate >= t.Limit {
		t.Reason = LikelyWorse
	}
	t.MoreTime = t.moreTime(r, k)
}

// maxMore: where more than so many times the data would be needed the change is
// as large as the limit itself, and measuring on is no advice.
const maxMore = 1000

// moreTime assumes that intervals shrink with the square root of time: until the
// upper bound falls below the limit, or, if the estimate is beyond it, until the
// difference is significant.
func (t *test) moreTime(r Rule, k int) float64 {
	var f float64
	switch {
	case t.Estimate >= t.Limit:
		f = (t.Estimate - t.Lower) / (t.Estimate - t.by) * upperZ(r.Alpha/float64(k)) / upperZ(r.Beta)
		f *= f
	case t.clean:
		f = t.Upper / t.Limit // bounds of none shrink with time itself
	default:
		f = (t.Upper - t.Estimate) / (t.Limit - max(t.Estimate, 0))
		f *= f
	}
	if !(f <= maxMore) {
		return 0
	}
	if t.Kind == LogRatio && t.N > 0 {
		f = max(f, float64(MinPairs(k, r.Alpha))/float64(t.N))
	}
	// The formula is of normal data; that it has not come true says it takes
	// longer.
	return max(f, 1.1)
}
