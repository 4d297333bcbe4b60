package stats

import "math"

// binomialTail is P(X ≥ x) of n trials with probability p each.
func binomialTail(x, n int, p float64) float64 {
	switch {
	case x <= 0:
		return 1
	case x > n:
		return 0
	}
	return regularizedBeta(float64(x), float64(n-x+1), p)
}

// ClopperPearson is the exact confidence interval of a share of which x of n
// were seen, alpha the error probability of each end. Without trials it is
// [0, 1].
func ClopperPearson(x, n int, alpha float64) (lo, hi float64) {
	lo, hi = 0, 1
	if x > 0 {
		lo = bisect(0, 1, alpha, func(p float64) float64 { return binomialTail(x, n, p) })
	}
	if x < n {
		hi = bisect(0, 1, 1-alpha, func(p float64) float64 { return binomialTail(x+1, n, p) })
	}
	return lo, hi
}

// SignTest is the one-sided p value of b against a events when each was as
// likely to fall on either side: P(Bin(a+b, ½) ≥ b).
func SignTest(a, b int) float64 { return binomialTail(b, a+b, 0.5) }

// RuleOfThree is the upper confidence bound of a share of which none of n was
// seen: −ln(alpha)/n, which is 3/n at 5%; never above 1.
func RuleOfThree(n, alpha float64) float64 { return min(1, -math.Log(alpha)/n) }

// Newcombe is the confidence interval of a difference of shares, b of nB minus
// a of nA, alpha the error probability of each end (Newcombe 1998, method 10:
// from two Wilson intervals). Counts need not be whole: correlated requests
// count for fewer than they are.
func Newcombe(a, nA, b, nB, alpha float64) (lo, hi float64) {
	z := upperZ(alpha)
	pa, pb := a/nA, b/nB
	lowA, highA := wilson(pa, nA, z)
	lowB, highB := wilson(pb, nB, z)
	d := pb - pa
	return max(-1, d-math.Hypot(pb-lowB, highA-pa)), min(1, d+math.Hypot(highB-pb, pa-lowA))
}

// wilson is the score interval of a share p of n.
func wilson(p, n, z float64) (lo, hi float64) {
	centre := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (centre-half)/(1+z*z/n)), min(1, (centre+half)/(1+z*z/n))
}
