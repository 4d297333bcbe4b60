package stats

import "math"

// Sections is into how many spans of equal time a single run is cut for its
// intervals.
const Sections = 10

// Sectioning is the 95% confidence interval of a quantile within one run:
// pooled over all of it, and of each section of equal time. It allows for
// requests that are slow together, but knows nothing of how runs differ from
// each other: label it "this run only". Not ok without two sections, or with a
// value that is not above zero.
func Sectioning(pooled float64, sections []float64) (lo, hi float64, ok bool) {
	b := float64(len(sections))
	if len(sections) < 2 || !positive(pooled) {
		return math.NaN(), math.NaN(), false
	}
	var squares float64
	for _, q := range sections {
		if !positive(q) {
			return math.NaN(), math.NaN(), false
		}
		// About the pooled value, not the sections' mean: sections' quantiles are
		// biased, and that belongs to the error.
		d := math.Log(q) - math.Log(pooled)
		squares += d * d
	}
	half := studentQuantile(0.025, b-1) * math.Sqrt(squares/(b-1)/b)
	return pooled * math.Exp(-half), pooled * math.Exp(half), true
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }

// MinCount is the smallest number of values from which a two-sided 95% interval
// of the quantile q has both ends: 6 for p50, 36 for p90, 368 for p99.
func MinCount(q float64) int {
	if !(q > 0 && q < 1) {
		return math.MaxInt
	}
	// Both the smallest and the largest value must miss the quantile's far side
	// with at most 2.5%.
	n := int(math.Log(0.025) / math.Log(max(q, 1-q)))
	for n < 1 || math.Pow(max(q, 1-q), float64(n)) > 0.025 {
		n++
	}
	return n
}

// SectionCount is the smallest number of values for which Sectioning says
// something about the quantile q: ten beyond it in each of sections.
func SectionCount(q float64, sections int) int {
	if !(q > 0 && q < 1) {
		return math.MaxInt
	}
	return max(MinCount(q), sections*int(math.Ceil(10/(1-q)-1e-9)))
}
