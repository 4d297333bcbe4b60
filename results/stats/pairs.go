package stats

import "math"

// MinPairs is the smallest number of pairs with which a regression can be found
// among so many tests at level alpha, and a verdict given at all: with fewer,
// not even B worse in every pair would be proof.
func MinPairs(tests int, alpha float64) int {
	n := math.Ceil(math.Log2(float64(max(tests, 1))/alpha) - 1e-9)
	return max(MinValues, int(min(n, 1024)))
}

// MergeSize is how many consecutive pairs must be merged for slices of n
// requests on average to have about one beyond the quantile q; 0 if none will do.
// A tenth less than one will do, for random arrivals are a few more or fewer than
// planned: half of all measurements would otherwise have a fifth fewer groups.
func MergeSize(n, q float64) int {
	beyond := n * (1 - q)
	if !(beyond > 0) {
		return 0
	}
	g := math.Ceil(0.9/beyond - 1e-9)
	if g > 1e6 {
		return 0
	}
	return max(1, int(g))
}

// Groups cuts pairs 0…n−1 into consecutive groups of size, as [from, to); what
// is left over joins the last. Merging whole pairs keeps the proof exact: the
// coins of a group all turned over are as likely as they were.
func Groups(n, size int) [][2]int {
	if size < 1 || n < size {
		return nil
	}
	groups := make([][2]int, n/size)
	for i := range groups {
		groups[i] = [2]int{i * size, (i + 1) * size}
	}
	groups[len(groups)-1][1] = n
	return groups
}
