package verdict

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// spreads is a calibration of legacy with these spreads of ln p50 and ln p99.
func spreads(p50, p99 float64) *Calibration {
	c := calibrated(0.01)
	c.Spreads = []Spread{
		{results.TotalClass, "p50", p50, 11}, {results.TotalClass, "p99", p99, 11}, {"predict", "p50", p50 / 2, 11},
	}
	return c
}

func TestAdvisedLimits(t *testing.T) {
	throughput := func(sigma float64) *Calibration {
		return &Calibration{Spreads: []Spread{{results.TotalClass, "throughput", sigma, 11}}}
	}
	for _, tt := range []struct {
		c    *Calibration
		want string
	}{
		// By hand: exp(3.3·0.01)−1 = 3.3551%, exp(3.3·0.1)−1 = 39.097%.
		{spreads(0.01, 0.1), "p50=3.4%,p99=40%"},
		// exp(3.3·0.05)−1 = 17.939%, exp(3.3·0.5)−1 = 420.70%; the wider class decides.
		{spreads(0.05, 0.5), "p50=18%,p99=430%"},
		// Throughput falls by 1−exp(−3.3·0.02) = 6.3869%.
		{throughput(0.02), "throughput=6.4%"},
		// 3.3e-7 is finer than limits are.
		{throughput(1e-7), "throughput=0.0001%"},
		// 1−exp(−3.3·2) = 99.86%, which no limit allows.
		{throughput(2), ""},
		{&Calibration{}, ""},
	} {
		got := tt.c.MaxRegression()
		if got != tt.want {
			t.Errorf("%+v: advised %q, want %q", tt.c.Spreads, got, tt.want)
		}
		l, err := ParseLimits(got)
		if err != nil {
			t.Errorf("advised %q, which is no limit: %v", got, err)
		}
		// What is advised is wide enough by the advice itself.
		tt.c.Host, tt.c.Target.Name = new(results.Host).Fingerprint(), "x"
		f := &results.File{Header: results.Header{Scenario: tt.c.Scenario, Model: tt.c.Model, Arrivals: tt.c.Arrivals, Shape: tt.c.Shape, RateRPS: tt.c.RateRPS, Connections: tt.c.Connections, Classes: tt.c.Classes, Start: tt.c.Made}}
		if note := tt.c.Caution(f, l); note != nil && got != "" {
			t.Errorf("advised %q, and then: %v", got, note)
		}
	}
	for v, want := range map[float64]string{4.13: "4.2", 4.2: "4.2", 100: "100", 101: "110", 0.66: "0.66", 7: "7", 6.99: "7", 1234: "1300", 0.00001: "0.0001"} {
		if got := twoDigitsUp(v); got != want {
			t.Errorf("%v rounded up is %s, want %s", v, got, want)
		}
	}
}

// The smallest change that can be proven is where CompareRuns begins to prove.
func TestCallableIsWhereProofBegins(t *testing.T) {
	c := spreads(0.02, 0.1)
	c.Spreads = c.Spreads[:2]
	// By hand: two tests, so α = 0.5%; t of 11 degrees of freedom 3.106; times √2·0.02.
	if got := c.Callable(c.Spreads[0]); math.Abs(got-0.0918) > 1e-4 {
		t.Errorf("callable %.4f, want 0.0918", got)
	}
	limits, err := ParseLimits("p50=1%")
	if err != nil {
		t.Fatal(err)
	}
	callable := c.Callable(c.Spreads[0])
	for factor, want := range map[float64]Verdict{0.97: Inconclusive, 1.03: Regression} {
		a, b := savedRuns("legacy", 1, 1, 0), savedRuns("modern", 1, 1+factor*callable, 0)
		if c.Host = a[0].Header.Host.Fingerprint(); c.differs(a, c.Target, c.Target) != nil {
			t.Fatal("the calibration is of something else")
		}
		got, err := CompareRuns(a, b, Options{Calibration: c, Limits: &limits})
		if err != nil {
			t.Fatal(err)
		}
		if got.Verdict != want {
			t.Errorf("slower by %.3g times the callable change of %.3g%%: %s, want %s: %q", factor, 100*callable, got.Verdict, want, told(got))
		}
	}
}

func TestCaution(t *testing.T) {
	c := spreads(0.05, 0.01)
	f := savedRuns("legacy", 1, 1, 0)[0]
	h := &f.Header
	got := c.Caution(f, DefaultLimits())
	want := because(TightLimits, args{"launches": int64(6), "target": "legacy", "advised": "p50=18%,p99=3.4%", "limits": []TightLimit{
		{results.TotalClass, "p50", 5, "18"}, {"predict", "p50", 5, "8.6"},
	}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := spreads(0.01, 0.01).Caution(f, DefaultLimits()); got != nil {
		t.Errorf("limits are wide enough: %v", got)
	}
	h.RateRPS++
	if got := c.Caution(f, DefaultLimits()); got == nil || got.Code != CalibrationUnfit || got.Args["why"].(summary.Reason).Code != OtherLoad {
		t.Errorf("at another rate: %v", got)
	}
	closed := closedRuns(savedRuns("legacy", 3, 1, 0.01), 1)
	cc, err := Calibrate(closed, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	cc.Spreads[0].Sigma = 0.02 // 6.39%
	for limit, tight := range map[float64]bool{0.06: true, 0.07: false} {
		if got := cc.Caution(closed[0], Limits{Throughput: limit}); (got != nil) != tight {
			t.Errorf("throughput limit %v: %v", limit, got)
		}
	}
}

func TestSoundRuns(t *testing.T) {
	runs := savedRuns("legacy", 6, 1, 0.01)
	cutOff(runs[:1])
	runs[1].Footer = &results.Footer{Ended: results.Interrupted}
	failAt(runs[2:5], results.ErrLocal, 1)                                                  // in the third of them
	runs[5].Slices[0].Classes["predict"].Errors = map[string]int64{results.ErrStatus: 4000} // of 8000
	sound, left := Sound(runs)
	leave := func(file string, why summary.Reason) summary.Reason {
		return summary.Reason{Code: summary.UnsoundRun, Args: args{"file": file, "reason": why}}
	}
	want := []summary.Reason{
		leave("legacy1.jsonl", summary.Reason{Code: summary.CutOffEarly}),
		leave("legacy2.jsonl", summary.Reason{Code: summary.InterruptedEarly}),
		leave("legacy5.jsonl", summary.Reason{Code: summary.OutOfResources, Invalid: true, Args: args{"requests": int64(1)}}),
		leave("legacy6.jsonl", summary.Reason{Code: summary.HighErrors, Args: args{"requests": int64(4000), "of": int64(8000)}}),
	}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	if len(sound) != 2 || sound[0] != runs[2] || sound[1] != runs[3] {
		t.Errorf("%d sound runs", len(sound))
	}
}

func TestCalibrationOfWhat(t *testing.T) {
	runs := savedRuns("legacy", 3, 1, 0.01)
	c, err := Calibrate(short(savedRuns("legacy", 3, 1, 0.01)), DefaultLimits())
	if err != nil || len(c.Spreads) != 0 || len(c.Unknown) != 9 || c.Unknown[0] != "total p50" {
		t.Errorf("of too few requests: %+v, %v", c, err)
	}
	equal, err := Calibrate(closedEqual(savedRuns("legacy", 3, 1, 0.01)), DefaultLimits())
	if err != nil || len(equal.Spreads) != 1 || equal.Spreads[0].Sigma != stats.Resolution {
		t.Errorf("of runs that agree: %+v, %v", equal, err)
	}
	runs[1].Slices[0].DurationS = 15
	if c, err = Calibrate(runs, DefaultLimits()); err != nil || c.DurationS != 15 {
		t.Errorf("duration %v of runs of 15 and 20 s (%v)", c.DurationS, err)
	}
	a, b := savedRuns("legacy", 1, 1, 0.01), savedRuns("modern", 1, 1, 0.01)
	judged, err := CompareRuns(a, b, Options{Calibration: c})
	if err != nil || judged.Findings[0].Code == UnfitForFewRuns {
		t.Errorf("longer runs: %q (%v)", told(judged), err)
	}
	b[0].Slices[0].DurationS = 13
	judged, err = CompareRuns(a, b, Options{Calibration: c})
	want := because(ShorterRuns, args{"s": 15.0, "file": "modern1.jsonl", "of_s": 13.0})
	if diff := cmp.Diff(*want, judged.Findings[0].Args["why"]); err != nil || diff != "" {
		t.Errorf("a shorter run: %q (%v)", told(judged), err)
	}
	runs[2].Header.Targets[0].Name = "other"
	if _, err := Calibrate(runs, DefaultLimits()); err == nil || !strings.Contains(err.Error(), "legacy3.jsonl is of another target (other) than legacy1.jsonl (legacy)") {
		t.Errorf("of two targets: %v", err)
	}
}

// closedEqual are runs of the same throughput.
func closedEqual(runs []*results.File) []*results.File {
	for _, f := range closedRuns(runs, 1) {
		for _, d := range f.Slices[0].Classes {
			d.Done, d.Sent, d.Planned = 1000, 1000, 1000
		}
	}
	return runs
}
