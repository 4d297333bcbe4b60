package stats

import (
	"fmt"
	"math"
)

// Stalls counts the pairs in which one arm froze and the other did not, which
// percentiles of short slices cannot show. Each such pair is a fair coin between
// identical targets.
type Stalls struct {
	Class        string
	OnlyA, OnlyB int
	Pairs        int // all, also those without a stall
	// Gap is the longest time between stalls that was seen, in pairs: twice as much
	// has to be measured before an interim look passes. 0: none was seen.
	Gap int
	// Matters is the share of pairs by which B's stalls must possibly exceed A's to
	// block a pass; 0: 5%.
	Matters float64
}

// Errors are the failed requests of one class, or of all together.
type Errors struct {
	Class string
	// Whole: these are all requests. They decide whether anything was measured,
	// and must prove their limit; a class with too few requests to do so is
	// excused unless its errors look uneven. Latencies are withheld in the Class
	// where errors differ too much.
	Whole bool
	// Watched: of a class that may stay open.
	Watched bool
	Pairs   []ErrorPair // of single runs one entry each, with the other arm's counts 0
	Margin  float64     // tolerated difference of shares: 0.005 is half a percentage point
}

// ErrorPair counts one pair.
type ErrorPair struct {
	ErrorsA, RequestsA int
	ErrorsB, RequestsB int
}

func (s Stalls) check() error {
	if s.OnlyA < 0 || s.OnlyB < 0 || s.OnlyA > s.Pairs || s.OnlyB > s.Pairs-s.OnlyA {
		return fmt.Errorf("stalls of %q: %d only in A and %d only in B of %d pairs", s.Class, s.OnlyA, s.OnlyB, s.Pairs)
	}
	return nil
}

// measure tests by the sign test.
func (s Stalls) measure() test {
	t := newTest(StallShare, "stalls", s.Class)
	t.N, t.onlyA, t.onlyB, t.matters = s.Pairs, s.OnlyA, s.OnlyB, s.Matters
	if s.Pairs > 0 {
		t.Estimate = float64(s.OnlyB-s.OnlyA) / float64(s.Pairs)
	}
	if s.Pairs >= MinValues {
		t.P, t.PBetter = SignTest(s.OnlyA, s.OnlyB), SignTest(s.OnlyB, s.OnlyA)
	}
	return t
}

// decideStalls is left when no stalls are proven.
func (t *test) decideStalls(s *standard, k int) {
	if !uneven(t.onlyA, t.onlyB, t.N, t.matters) {
		t.Outcome = OK
		return
	}
	t.Outcome, t.Reason = Inconclusive, MaybeStalls
	// More of the same proportion, in steps of 5%.
	for f := 1.05; f < maxMore; f *= 1.05 {
		a, b := math.Round(f*float64(t.onlyA)), math.Round(f*float64(t.onlyB))
		if SignTest(int(a), int(b)) <= s.alpha*s.share/float64(k) {
			t.MoreTime = f
			return
		}
	}
}

func (e *Errors) check() error {
	if !(e.Margin >= 0 && e.Margin <= 1) {
		return fmt.Errorf("errors of %q: margin %v is no share", e.Class, e.Margin)
	}
	for _, p := range e.Pairs {
		if p.ErrorsA < 0 || p.ErrorsA > p.RequestsA || p.ErrorsB < 0 || p.ErrorsB > p.RequestsB || int64(max(p.RequestsA, p.RequestsB)) > maxRequests {
			return fmt.Errorf("errors of %q: %d of %d requests in A, %d of %d in B", e.Class, p.ErrorsA, p.RequestsA, p.ErrorsB, p.RequestsB)
		}
	}
	return nil
}

// maxRequests in a pair: sums stay exact.
const maxRequests = 1 << 40

// totals sums the pairs.
func (e *Errors) totals() (errA, reqA, errB, reqB float64) {
	for _, p := range e.Pairs {
		errA, reqA = errA+float64(p.ErrorsA), reqA+float64(p.RequestsA)
		errB, reqB = errB+float64(p.ErrorsB), reqB+float64(p.RequestsB)
	}
	return errA, reqA, errB, reqB
}

// shares are those that failed of each arm's requests; 0 without requests.
func (e *Errors) shares() (a, b float64) {
	errA, reqA, errB, reqB := e.totals()
	return errA / max(reqA, 1), errB / max(reqB, 1)
}

// differences are the shares of B less those of A, of pairs in which both had
// requests.
func (e *Errors) differences() []float64 {
	var d []float64
	for _, p := range e.Pairs {
		if p.RequestsA > 0 && p.RequestsB > 0 {
			d = append(d, float64(p.ErrorsB)/float64(p.RequestsB)-float64(p.ErrorsA)/float64(p.RequestsA))
		}
	}
	return d
}

// Withholds says why latencies of the class must not be judged; "" if they may.
func (e *Errors) Withholds() Reason {
	errA, reqA, errB, reqB := e.totals()
	if reqA == 0 || reqB == 0 {
		return ""
	}
	if math.Abs(errB/reqB-errA/reqA) > survivorsDiff && (e.Whole || max(errA, errB) > 1) {
		return SurvivorsOnly
	}
	if max(errA/reqA, errB/reqB) > mostErrors && max(errA, errB) > 1 {
		return MostlyErrors
	}
	return ""
}

// measure tests by sign flips and bounds the difference by Newcombe's interval.
func (e *Errors) measure(s *standard) test {
	t := newTest(ErrorShare, "errors", e.Class)
	if e.Watched {
		t.Role = Watched
	}
	t.Limit = e.Margin
	errA, reqA, errB, reqB := e.totals()
	d := e.differences()
	t.N = len(d)
	switch {
	case t.N >= MinValues:
		t.P, t.PBetter = SignFlip(d, s.seed)
	case e.Whole && e.oneFails():
		t.P, t.PBetter = e.fewPairs(), 1
	case e.Whole && e.mirrored().oneFails():
		t.P, t.PBetter = 1, e.mirrored().fewPairs()
	}
	if reqA == 0 || reqB == 0 {
		t.empty, t.excused = true, !e.Whole
		return t
	}
	t.Estimate = errB/reqB - errA/reqA
	t.clean = errA+errB == 0
	t.needs = -math.Log(s.beta) / min(reqA, reqB) / e.Margin
	t.excused = !e.Whole && t.needs >= 1
	deff := e.designEffect(d)
	errA, reqA, errB, reqB = errA/deff, reqA/deff, errB/deff, reqB/deff
	bounds := func(alpha float64) (lo, hi float64) {
		if t.clean {
			return -RuleOfThree(reqA, alpha), RuleOfThree(reqB, alpha)
		}
		return Newcombe(errA, reqA, errB, reqB, alpha)
	}
	t.Low, t.High = bounds(s.interval)
	t.Lower, t.Upper = bounds(s.beta)
	return t
}

// designEffect is how many times as variable the difference of shares is as it
// would be of independent requests: errors come in bursts, and some runs have
// more of them than others. Never below 1.
func (e *Errors) designEffect(d []float64) float64 {
	errA, reqA, errB, reqB := e.totals()
	pa, pb := errA/reqA, errB/reqB
	independent := pa*(1-pa)/reqA + pb*(1-pb)/reqB
	if independent <= 0 {
		return 1
	}
	if len(d) == 0 {
		return max(1, e.betweenRuns()/independent)
	}
	if len(d) < MinValues {
		return 1
	}
	var mean, squares float64
	for _, x := range d {
		mean += x
	}
	n := float64(len(d))
	mean /= n
	for _, x := range d {
		squares += (x - mean) * (x - mean)
	}
	return max(1, squares/(n-1)/n/independent)
}

// betweenRuns is the variance of the difference of shares as single runs show
// it, each weighing as many requests as it made (a ratio estimator). An arm of
// one run shows none.
func (e *Errors) betweenRuns() float64 {
	errA, reqA, errB, reqB := e.totals()
	of := func(share, requests float64, run func(ErrorPair) (failed, requests int)) float64 {
		runs, squares := 0.0, 0.0
		for _, p := range e.Pairs {
			if failed, n := run(p); n > 0 {
				x := float64(failed) - share*float64(n)
				runs, squares = runs+1, squares+x*x
			}
		}
		if runs < 2 {
			return 0
		}
		return squares * runs / (runs - 1) / (requests * requests)
	}
	return of(errA/reqA, reqA, func(p ErrorPair) (int, int) { return p.ErrorsA, p.RequestsA }) +
		of(errB/reqB, reqB, func(p ErrorPair) (int, int) { return p.ErrorsB, p.RequestsB })
}

// decideErrors is left when no change of errors is proven.
func (t *test) decideErrors(s *standard, k int) {
	uneven := !math.IsNaN(t.P) && t.P <= suspicion
	switch {
	case t.excused && !uneven:
		t.Reason = TooFewRequests
		if t.needs < maxMore {
			t.MoreTime = t.needs
		}
	case t.empty:
		t.Outcome, t.Reason = Inconclusive, TooFewRequests
	default:
		t.decideLimit(s, k)
	}
}
