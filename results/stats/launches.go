package stats

import "math"

// MinLaunches is how many launches of each target their own spread needs.
const MinLaunches = 4

// Launch is what one launch of each target, beside each other, says of a metric.
type Launch struct {
	D      float64 // ln(B/A), positive is worse
	Within float64 // its variance by the spread between its own pairs; 0: not known
	Pairs  int     // behind it
}

// hlVariance is how many times the variance of a mean Hodges and Lehmann's
// estimate has, of normal data.
const hlVariance = math.Pi / 3

// LaunchOf sums up the pairs of one launch, the slot's effect taken out.
func LaunchOf(d []float64) Launch {
	n := float64(len(d))
	l := Launch{D: HodgesLehmann(d), Pairs: len(d)}
	if n < 2 {
		return l
	}
	mean, squares := 0.0, 0.0
	for _, x := range d {
		mean += x / n
	}
	for _, x := range d {
		squares += (x - mean) * (x - mean)
	}
	l.Within = hlVariance * squares / (n - 1) / n
	return l
}

// Launches is a comparison with the launch as its unit.
type Launches struct {
	Shift // mean D and its standard error, as a paired t test has them
	// Between is the standard deviation, of ln, between launches of one target: of
	// what the pairs of a launch cannot show. P is that of launches not differing.
	// Both are NaN where it is not known how exact single launches are.
	Between, P float64
}

// ByLaunches compares launches: each one's D is a draw of two, whatever a launch
// looks like symmetric about the difference of the builds (paired t; the signed
// rank could reject with nine and more only). Not ok means fewer than
// MinLaunches. Those that agree in all digits have the spread that these could
// hide.
//
// Between is by the method of moments, P by Cochran's Q with the launches' mean
// variance, which is the F of an analysis of variance: with a variance of its own
// for each launch, out of a few pairs, Q alarms where nothing differs.
func ByLaunches(l []Launch) (out Launches, ok bool) {
	k := float64(len(l))
	if len(l) < MinLaunches {
		return Launches{}, false
	}
	var mean, squares, within, pairs float64
	known := true
	for _, x := range l {
		mean += x.D / k
		within += x.Within / k
		pairs += float64(x.Pairs - 1)
		known = known && x.Within > 0 && x.Pairs > 1
	}
	for _, x := range l {
		squares += (x.D - mean) * (x.D - mean)
	}
	s2 := squares / (k - 1)
	out.Shift = Shift{Estimate: mean, SE: math.Sqrt(max(s2, Resolution*Resolution) / k), DF: k - 1}
	out.Between, out.P = math.NaN(), math.NaN()
	if known {
		// Of the difference of two launches: each has half of the variance.
		out.Between = math.Sqrt(max(0, s2-within) / 2)
		out.P = fisherTail(s2/within, k-1, pairs)
	}
	return out, true
}

// fisherTail is P(F > f) with so many degrees of freedom.
func fisherTail(f, df1, df2 float64) float64 {
	return regularizedBeta(df2/2, df1/2, df2/(df2+df1*f))
}
