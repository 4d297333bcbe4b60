package results

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Mistakes that tools are known for in what they make of measurements, one test
// each; those in measuring are in package loadgen, those in showing in report.

// No percentile is beyond the maximum, whatever the histogram's steps round.
func TestTrapPercentileBeyondTheMaximum(t *testing.T) {
	for _, max := range []float64{0.0015, 1.0009, 2.0475, 99.951, 1234.567, 119_999.9} {
		f := openFile(map[string]*ClassData{"predict": {
			Planned: 2, Sent: 2, Done: 2, Status: map[string]int64{"200": 2},
			Clocks: histograms{ClockResponse: hist(max/3, max), ClockService: hist(max/3, max), ClockLag: hist(0.001, 0.001)},
		}})
		l := Summarize(f, Select{Arm: ArmA}, []float64{0.5, 0.99, 0.999, 0.99999}).Latency[ClockResponse]
		for _, p := range l.Percentiles {
			if p.MS > l.Max || p.MS < l.Min {
				t.Errorf("of %v and %v ms: p%v is %v, beyond %v to %v", max/3, max, 100*p.Q, p.MS, l.Min, l.Max)
			}
		}
	}
}

// Thousands of requests of one slice share its luck: they are no thousands of
// samples. Identical targets whose slices differ by chance must pass, however
// many requests a slice has.
func TestTrapRequestsAsSamples(t *testing.T) {
	for _, requests := range []int{50, 5000} {
		regressions := 0
		for seed := range uint64(20) {
			tr := minute()
			tr.requests, tr.noise, tr.seed, tr.pairs = requests, 0.2, seed+1, 16
			if Compare(tr.file(), CompareOptions{}).Verdict == VerdictRegression {
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
		there := each(savedRuns("legacy", 6, 1, 0.01), func(h *Header) { h.Host.CPU = "another" })
		c, err := CompareFiles(there, here, CompareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Verdict != VerdictInconclusive || !strings.Contains(strings.Join(c.Reasons, " "), "another") {
			t.Errorf("%v times as slow on another machine: %s (%v)", slow, c.Verdict, c.Reasons)
		}
	}
}

// A figure that could not be computed is no zero, which would be the best there
// is.
func TestTrapMissingFigureIsNoPass(t *testing.T) {
	empty := minute()
	empty.total = func(_ int, d *ClassData) {
		*d = ClassData{Planned: d.Planned, Sent: d.Sent, Errors: map[string]int64{ErrReset: d.Sent}}
	}
	c := Compare(empty.file(), CompareOptions{})
	if c.Verdict == VerdictOK {
		t.Errorf("a target that answered nothing is %s: %v", c.Verdict, c.Reasons)
	}
	if row := c.Row(TotalClass, "p50"); row != nil && row.B != nil && !math.IsNaN(*row.B) {
		t.Errorf("its p50 is %v", fmt.Sprint(*row.B))
	}
}
