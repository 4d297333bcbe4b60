package stats

import "math"

// A target that hangs makes every slice last as long as its timeout, so that
// there are never MinValues pairs of it. What fails that plainly is judged by the
// pairs that there are.

// oneFails says that over a twentieth of B's requests failed in every pair, and
// of A's in none.
func (e *Errors) oneFails() bool {
	for _, p := range e.Pairs {
		if float64(p.ErrorsB) <= mostErrors*float64(p.RequestsB) || float64(p.ErrorsA) > mostErrors*float64(p.RequestsA) {
			return false
		}
	}
	return len(e.Pairs) > 0
}

// mirrored has A and B exchanged.
func (e *Errors) mirrored() *Errors {
	out := *e
	out.Pairs = make([]ErrorPair, len(e.Pairs))
	for i, p := range e.Pairs {
		out.Pairs[i] = ErrorPair{p.ErrorsB, p.RequestsB, p.ErrorsA, p.RequestsA}
	}
	return &out
}

// fewPairs is the p value of oneFails between identical targets: the larger of
// two. Fisher's is of requests that fail each by itself; the other is of whatever
// makes whole slices fail: of pairs in which that strikes either slice by itself,
// however often it does, B's alone is struck in all of n with 4^-n at most.
func (e *Errors) fewPairs() float64 {
	errA, reqA, errB, reqB := e.totals()
	return max(math.Pow(4, -float64(len(e.Pairs))), FisherExact(errA, reqA, errB, reqB))
}

// FisherExact is the one-sided p value of b or more failures of nB, and a or
// fewer of nA, if all failures fell on either side by lot.
func FisherExact(a, nA, b, nB float64) float64 {
	choose := func(n, k float64) float64 {
		x, _ := math.Lgamma(n + 1)
		y, _ := math.Lgamma(k + 1)
		z, _ := math.Lgamma(n - k + 1)
		return x - y - z
	}
	all, p := a+b, 0.0
	for x := b; x <= min(all, nB); x++ {
		p += math.Exp(choose(nB, x) + choose(nA, all-x) - choose(nA+nB, all))
	}
	return min(1, p)
}
