package stats

import "sort"

// QuantileBound says which of n values, sorted, is at least the quantile q with
// the given confidence: the (n−over)-th smallest, so that over values lie above
// it (Clopper and Pearson; MLPerf's early stopping). Not ok means that n values
// are too few even for their maximum: 299 are needed for 95% of p99.
//
// It takes requests to be independent. Those that are slow together count for
// fewer than they are, and the bound then is too low.
func QuantileBound(n int, q, confidence float64) (over int, ok bool) {
	if n < 1 || !(q > 0 && q < 1 && confidence > 0 && confidence < 1) {
		return 0, false
	}
	// The number above the quantile is binomial; as long as so few are unlikely,
	// the quantile is below the value that they begin at.
	first := sort.Search(n, func(t int) bool { return 1-binomialTail(t+1, n, 1-q) > 1-confidence })
	return first - 1, first > 0
}

// QuantileBoundCount is the smallest n for which QuantileBound is ok.
func QuantileBoundCount(q, confidence float64) int {
	const most = 1 << 40
	if !(q > 0 && q < 1 && confidence > 0 && confidence < 1) {
		return most
	}
	return 1 + sort.Search(most, func(i int) bool {
		_, ok := QuantileBound(i+1, q, confidence)
		return ok
	})
}
