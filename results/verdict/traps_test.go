package verdict

import (
	"fmt"
	"math"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// Mistakes that tools are known for in what they make of measurements, one test
// each; those in measuring are in package loadgen, those in showing in report.

// Thousands of requests of one slice share its luck: they are no thousands of
// samples. Identical targets whose slices differ by chance must pass, however
// many requests a slice has.
func TestTrapRequestsAsSamples(t *testing.T) {
	for _, requests := range []int{50, 5000} {
		regressions := 0
		for seed := range uint64(20) {
			tr := minute()
			tr.requests, tr.noise, tr.seed, tr.pairs = requests, 0.2, seed+1, 16
			if Compare(tr.file(), Options{}).Verdict == Regression {
				regressions++
			}
		}
		if regressions > 1 {
			t.Errorf("%d requests per slice: %d of 20 comparisons of identical targets are regressions", requests, regressions)
		}
	}
}

// History of other machines proves nothing: neither a regression nor its
// absence.
func TestTrapHistoryOfAnotherMachine(t *testing.T) {
	for _, slow := range []float64{1, 1.5} {
		here := savedRuns("modern", 6, slow, 0.01)
		there := each(savedRuns("legacy", 6, 1, 0.01), func(h *results.Header) { h.Host.CPU = "another" })
		c, err := CompareRuns(there, here, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Verdict != Inconclusive || c.Findings[0].Code != HostsDiffer {
			t.Errorf("%v times as slow on another machine: %s (%v)", slow, c.Verdict, told(c))
		}
	}
}

// A figure that could not be computed is no zero, which would be the best there
// is.
func TestTrapMissingFigureIsNoPass(t *testing.T) {
	empty := minute()
	empty.total = func(_ int, d *results.ClassData) {
		*d = results.ClassData{Planned: d.Planned, Sent: d.Sent, Errors: map[string]int64{results.ErrReset: d.Sent}}
	}
	c := Compare(empty.file(), Options{})
	if c.Verdict == OK {
		t.Errorf("a target that answered nothing is %s: %v", c.Verdict, told(c))
	}
	if row := c.Row(results.TotalClass, "p50"); row != nil && row.B != nil && !math.IsNaN(*row.B) {
		t.Errorf("its p50 is %v", fmt.Sprint(*row.B))
	}
}
