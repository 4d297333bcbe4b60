package stats

import "math"

// RunsTest is the probability that two sides, in random order, change places so
// seldom or less (Wald and Wolfowitz 1940, one-sided, exact): b says of each
// value, in the order of time, whether it is the second side's. It is 1 where a
// side has no value.
func RunsTest(b []bool) float64 {
	var n [2]int
	runs := 0
	for i, second := range b {
		if i == 0 || second != b[i-1] {
			runs++
		}
		if second {
			n[1]++
		} else {
			n[0]++
		}
	}
	if n[0] == 0 || n[1] == 0 {
		return 1
	}
	// A side in k runs: its n values are cut at k−1 of n−1 places. Either side may
	// begin, and have one run more.
	p, all := 0.0, logChoose(len(b), n[0])
	for r := 2; r <= runs; r++ {
		more, fewer := (r+1)/2, r/2
		for _, k := range [][2]int{{more, fewer}, {fewer, more}} {
			p += math.Exp(logChoose(n[0]-1, k[0]-1) + logChoose(n[1]-1, k[1]-1) - all)
		}
	}
	return min(1, p)
}

// logChoose is ln of n over k; −∞ where there is no way.
func logChoose(n, k int) float64 {
	if k < 0 || k > n {
		return math.Inf(-1)
	}
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
