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
	by       float64
	pairs    int  // Metric.Pairs
	unpaired bool // of Metric.Unpaired
	// Of stalls.
	onlyA, onlyB int
	matters      float64
	// Of errors. empty: an arm without requests. clean: no error in either.
	// excused: a class with so few requests that not even a run without errors
	// would prove the limit; so many times as many could.
	empty, clean, excused bool
	needs                 float64
}

func newTest(k Kind, name, class string) test {
	nan := math.NaN()
	return test{Judgement: Judgement{
		Kind: k, Name: name, Class: class, Group: 1,
		Estimate: nan, Low: nan, High: nan, Lower: nan, Upper: nan, Limit: nan,
		P: nan, PHolm: nan, PBetter: nan, PBetterHolm: nan,
	}}
}

// interval is HLInterval of sorted values; NaN if they are too few.
func (c nullRanks) interval(sorted []float64, alpha float64) (lo, hi float64) {
	k, ok := c.critical(len(sorted), alpha)
	if !ok {
		return math.NaN(), math.NaN()
	}
	return walshInterval(sorted, k)
}

// measure finds everything about m that does not depend on other metrics.
func (m *Metric) measure(s *standard, null nullRanks) test {
	t := newTest(LogRatio, m.Name, m.Class)
	t.Role = m.Role
	t.Limit = math.Log1p(m.Margin)
	if s.strict {
		t.by = t.Limit
	}
	if shift := m.Unpaired; shift != nil {
		t.unpaired, t.Estimate = true, shift.Estimate
		t.Low, t.High = shift.Interval(s.interval)
		t.Lower, t.Upper = shift.Interval(s.beta)
		if t.Role != Guarding {
			t.P, t.PBetter = shift.Test(t.by)
		}
		return t
	}
	t.N, t.Group, t.pairs = len(m.D), max(m.Group, 1), m.Pairs
	if t.N == 0 {
		return t
	}
	d := m.D
	if len(m.Slot) > 0 {
		d, t.Slot = WithoutSlot(m.D, m.Slot)
	}
	sorted := slices.Sorted(slices.Values(d))
	t.Estimate = walshMedian(sorted)
	t.Low, t.High = null.interval(sorted, s.interval)
	t.Lower, t.Upper = null.interval(sorted, s.beta)
	if t.N >= MinValues && t.Role != Guarding {
		t.P, t.PBetter = m.test(t.by, s.seed, null)
	}
	return t
}

// test gives the one-sided p values of "d is above by" and "below −by".
func (m *Metric) test(by float64, seed uint64, null nullRanks) (worse, better float64) {
	about := func(center float64) (worse, better float64) {
		d := m.D
		if center != 0 {
			d = shifted(d, -center)
		}
		if len(m.Slot) > 0 {
			d = exactWithoutSlot(d, m.Slot)
		}
		return null.test(d, seed)
	}
	worse, better = about(by)
	if by != 0 {
		_, better = about(-by)
	}
	return worse, better
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
func (t *test) decide(s *standard, k int) {
	tested := !math.IsNaN(t.P)
	worse := tested && t.PHolm <= s.alpha
	better := tested && t.PBetterHolm <= s.alpha
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
		t.decideErrors(s, k)
	case !tested && t.N < MinValues && !t.unpaired:
		t.Reason = TooFewPairs
		switch {
		case t.N > 0:
			t.MoreTime = MinValues / float64(t.N)
		case t.pairs > 0:
			t.MoreTime = MinValues * float64(t.Group) / float64(t.pairs)
		}
	case t.Kind == StallShare:
		t.decideStalls(s, k)
	default:
		t.decideLimit(s, k)
	}
}

// decideLimit is left when nothing is proven beyond the limit.
func (t *test) decideLimit(s *standard, k int) {
	if t.Upper < t.Limit {
		t.Outcome = OK
		return
	}
	t.Outcome, t.Reason = Inconclusive, WideInterval
	if t.Estimate >= t.Limit {
		t.Reason = LikelyWorse
	}
	t.MoreTime = t.moreTime(s, k)
}

// maxMore: where more than so many times the data would be needed the change is
// as large as the limit itself, and measuring on is no advice.
const maxMore = 1000

// moreTime assumes that intervals shrink with the square root of time: until the
// upper bound falls below the limit, or, if the estimate is beyond it, until the
// difference is significant. Where no difference at all is possible, none is
// assumed: what the estimate is by chance is no plan.
func (t *test) moreTime(s *standard, k int) float64 {
	var f float64
	switch {
	case t.Estimate >= t.Limit:
		f = (t.Estimate - t.Lower) / (t.Estimate - t.by) * upperZ(s.alpha*s.share/float64(k)) / upperZ(s.beta)
		f *= f
	case t.clean:
		f = t.Upper / t.Limit // bounds of none shrink with time itself
	case t.Lower <= 0 && t.Upper >= 0:
		f = (t.Upper - t.Estimate) / t.Limit
		f *= f
	default:
		f = (t.Upper - t.Estimate) / (t.Limit - max(t.Estimate, 0))
		f *= f
	}
	if !(f <= maxMore) {
		return 0
	}
	if t.Kind == LogRatio && t.N > 0 {
		f = max(f, float64(MinPairs(k, s.alpha*s.share))/float64(t.N))
	}
	// The formula is of normal data; that it has not come true says it takes
	// longer.
	return max(f, 1.1)
}
