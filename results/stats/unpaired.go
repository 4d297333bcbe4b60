package stats

import (
	"math"
	"slices"
)

// MinRuns is how many runs each side needs before their own spread can judge
// them.
const MinRuns = 5

// Shift is how far the runs of B lie from those of A where nothing pairs them:
// each run is one value, however many requests it made. Estimate and SE are of
// ln(metric), positive is worse, as in Metric.
type Shift struct {
	Estimate float64 // mean ln B − mean ln A
	SE       float64 // its standard error
	DF       float64 // degrees of freedom behind SE
}

// Welch compares the logarithms of two groups of runs whose spreads may differ
// (Welch 1947; degrees of freedom by Satterthwaite). Not ok means fewer than
// MinRuns on a side, or a value that is not above zero. Runs that agree in all
// digits have the spread that those could hide.
func Welch(a, b []float64) (s Shift, ok bool) {
	if len(a) < MinRuns || len(b) < MinRuns || !allPositive(a) || !allPositive(b) {
		return Shift{}, false
	}
	meanA, varA := logMoments(a)
	meanB, varB := logMoments(b)
	na, nb := float64(len(a)), float64(len(b))
	ua, ub := max(varA, Resolution*Resolution)/na, max(varB, Resolution*Resolution)/nb
	s = Shift{Estimate: meanB - meanA, SE: math.Sqrt(ua + ub)}
	wa, wb := ua/(ua+ub), ub/(ua+ub)
	s.DF = 1 / (wa*wa/(na-1) + wb*wb/(nb-1))
	return s, true
}

// Calibrated compares groups of runs too small to know their own spread: sigma
// is the standard deviation of ln(metric) between launches, measured before
// with df degrees of freedom. Not ok means an empty side, a value that is not
// above zero, or no calibration.
func Calibrated(a, b []float64, sigma, df float64) (s Shift, ok bool) {
	if len(a) == 0 || len(b) == 0 || !allPositive(a) || !allPositive(b) || !positive(sigma) || !positive(df) {
		return Shift{}, false
	}
	meanA, _ := logMoments(a)
	meanB, _ := logMoments(b)
	se := sigma * math.Sqrt(1/float64(len(a))+1/float64(len(b)))
	return Shift{Estimate: meanB - meanA, SE: se, DF: df}, true
}

// Interval is the confidence interval, alpha the error probability of each end.
func (s Shift) Interval(alpha float64) (lo, hi float64) {
	half := studentQuantile(alpha, s.DF) * s.SE
	return s.Estimate - half, s.Estimate + half
}

// Test gives the one-sided p values of "the shift is above limit" and of "it is
// below −limit".
func (s Shift) Test(limit float64) (worse, better float64) {
	return studentTail((s.Estimate-limit)/s.SE, s.DF), studentTail((-s.Estimate-limit)/s.SE, s.DF)
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }

func allPositive(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return !positive(x) })
}

func logMoments(v []float64) (mean, variance float64) {
	for _, x := range v {
		mean += math.Log(x)
	}
	mean /= float64(len(v))
	for _, x := range v {
		d := math.Log(x) - mean
		variance += d * d
	}
	return mean, variance / float64(len(v)-1)
}

// maxRanked bounds the work of MannWhitney, which grows with its fourth power.
const maxRanked = 60

// MannWhitney is the exact one-sided p value of "B tends to be larger" from
// ranks alone, a cross-check of Welch that no single wild run can sway. Ties
// get mid-ranks and their own null distribution. Not ok means an empty side or
// more than 60 runs in all, or what is no number.
func MannWhitney(a, b []float64) (p float64, ok bool) {
	n := len(a) + len(b)
	all := slices.Concat(a, b)
	if len(a) == 0 || len(b) == 0 || n > maxRanked || slices.ContainsFunc(all, math.IsNaN) {
		return math.NaN(), false
	}
	ranks, seen := doubleRanks(all), 0
	for _, r := range ranks[len(a):] {
		seen += int(r)
	}
	// ways[m][s]: subsets of m values with rank sum s. Counts stay below
	// 2⁶⁰; floats hold them to 16 digits.
	top := n * (n + 1)
	ways := make([][]float64, len(b)+1)
	for m := range ways {
		ways[m] = make([]float64, top+1)
	}
	ways[0][0] = 1
	for _, rank := range ranks {
		r := int(rank)
		for m := len(b); m > 0; m-- {
			for s := top; s >= r; s-- {
				ways[m][s] += ways[m-1][s-r]
			}
		}
	}
	var above, total float64
	for s, w := range ways[len(b)] {
		total += w
		if s >= seen {
			above += w
		}
	}
	return above / total, true
}
