package verdict

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
)

func ending(ends ...results.TargetEnd) func(*results.File) {
	return func(f *results.File) {
		f.Ends = ends
		f.Footer = &results.Footer{Ended: results.Failed, Reason: "a target ended"}
	}
}

// silentB has every request to B time out; of the measured ones only some pairs
// are left.
func silentB(pairs int) func(*results.File) {
	return func(f *results.File) {
		warm := map[string]*results.ClassData{"predict": {Planned: 300, Sent: 300, Errors: map[string]int64{results.ErrTimeout: 300}}}
		for i := range f.Slices {
			s := &f.Slices[i]
			switch {
			case s.Phase == results.Warmup && s.Arm == results.ArmB:
				s.Classes = warm
			case s.Phase == results.Warmup:
				s.Classes = map[string]*results.ClassData{"predict": served(300)}
			case s.Arm == results.ArmB:
				d := s.Classes["predict"]
				d.Done, d.Errors, d.Status = 0, map[string]int64{results.ErrTimeout: d.Sent}, nil
			}
		}
		f.Slices = slices.DeleteFunc(f.Slices, func(s results.Slice) bool { return s.Pair > pairs })
	}
}

// unfinishedB is a B whose timeouts are longer than the budget.
func unfinishedB(f *results.File) {
	silentB(0)(f)
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == results.ArmB {
			s.Unfinished, s.Classes = s.Classes["predict"].Sent, map[string]*results.ClassData{"predict": {}}
		}
	}
	ending(results.TargetEnd{Arm: results.ArmB, Planned: 1})(f)
}

// A3: a head that crashes is a regression that says so first; of a base that
// does, there is nothing to compare with.
// A4: a head that never answers is one, however few pairs there were.
func TestHeadThatIsGoneIsARegression(t *testing.T) {
	crash := results.TargetEnd{Arm: results.ArmB, Pairs: 9, Planned: 12, Ended: "exit 137", Said: "FATAL: out of memory", Answered: true}
	const crashed = "target_ended arm=B end="
	ofA := crash
	ofA.Arm = results.ArmA
	for _, tc := range []struct {
		name  string
		file  *results.File
		want  Verdict
		first string
	}{
		{"crash", after(with(minute(), ofPairs(9)), ending(crash)), Regression, crashed},
		{"crash after enough pairs", after(minute(), ending(crash)), Regression, crashed},
		{"crash of the base", after(with(minute(), ofPairs(9)), ending(ofA)), Invalid, "no_baseline why={target_ended arm=A"},
		{"crash of both", after(with(minute(), ofPairs(9)), ending(crash, ofA)), Invalid, "no_baseline why={target_ended arm=A"},
		{"crash in the warm-up", after(with(minute(), ofPairs(0)), ending(results.TargetEnd{Arm: results.ArmB, Ended: "exit 1"})), Regression, crashed},
		{"end by itself", after(with(minute(), ofPairs(9)), ending(results.TargetEnd{Arm: results.ArmB, Pairs: 9, Planned: 48, Ended: "exit 0"})), Regression, crashed},
		{"refused from then on", after(with(minute(), ofPairs(9)), ending(results.TargetEnd{Arm: results.ArmB, Pairs: 9, Planned: 12, Answered: true, Error: "connection refused"})), Regression, crashed},
		{"silent until the budget ended", after(minute(), unfinishedB), Regression, crashed},
		{"silent in 12 pairs", after(minute(), silentB(12)), Regression, "never_answered arm=B error=timeout of_error=900 requests=900 warm_up=true"},
		{"silent in one pair", after(minute(), silentB(1)), Regression, "never_answered arm=B error=timeout of_error=350 requests=350 warm_up=true"},
		{"silent in the warm-up, which took all the time", after(minute(), silentB(0)), Regression, "never_answered arm=B error=timeout of_error=300 requests=300"},
		{"silent in a closed model of one connection", after(minute(), func(f *results.File) {
			silentB(0)(f)
			f.Header.Model, f.Header.Connections = results.Closed, 1
			f.Slices[1].Classes = map[string]*results.ClassData{"predict": {Planned: 1, Sent: 1, Errors: map[string]int64{results.ErrTimeout: 1}}}
		}), Regression, "never_answered arm=B error=timeout of_error=1 requests=1"},
		{"both silent", after(with(minute(), failOf("predict", 50, results.ArmA)), silentB(1)), Invalid, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := Compare(tc.file, Options{})
			if c.Verdict != tc.want || !strings.HasPrefix(told(c)[0], tc.first) {
				t.Errorf("%s: %q; want %s: %q", c.Verdict, told(c), tc.want, tc.first)
			}
		})
	}
}

// A4: errors need no pairs free of lag.
func TestErrorsAreJudgedOnLatePairsToo(t *testing.T) {
	for _, tc := range []struct {
		name        string
		late, pairs int
		failing     string
		want        Verdict
		says        string
	}{
		{"2 of 12 late", 2, 12, results.ArmB, Regression, "worse total.errors=+60["},
		{"13 of 48 late", 13, 48, results.ArmB, Regression, "worse total.errors=+60["},
		{"13 of 48 late, both fail", 13, 48, results.ArmA + results.ArmB, Invalid, "late_pairs lag_ms=1 of=48 pairs=13"},
		{"13 of 48 late, the base fails", 13, 48, results.ArmA, Invalid, "late_pairs lag_ms=1 of=48 pairs=13"},
	} {
		c := Compare(with(with(with(minute(), ofPairs(tc.pairs)), lateIn(tc.late)), failOf("predict", 30, tc.failing)).file(), Options{})
		if c.Verdict != tc.want || !strings.HasPrefix(told(c)[0], tc.says) {
			t.Errorf("%s: %s: %q; want %s: %q", tc.name, c.Verdict, told(c), tc.want, tc.says)
		}
	}
}

// P12: what timed out took at least so long, which no percentage says.
func TestTimeoutsAreNoPercentages(t *testing.T) {
	tr := minute()
	tr.slice = func(_ int, s *results.Slice) {
		if d := s.Classes["predict"]; s.Arm == results.ArmB {
			slow := make([]float64, d.Sent)
			for i := range slow {
				slow[i] = 5000.2
			}
			d.Done, d.Errors, d.Status, d.Clocks[results.ClockResponse], d.Clocks[results.ClockService] = 0, map[string]int64{results.ErrTimeout: d.Sent}, nil, hist(slow...), hist(slow...)
		}
	}
	c := Compare(tr.file(), Options{})
	for _, metric := range []string{"min", "mean", "p50", "p99", "max"} {
		if m := c.Row(results.TotalClass, metric); !m.CensoredB || m.CensoredA || m.ChangePct != nil || m.CI95Pct != nil {
			t.Errorf("%s: %+v; want B censored, and no change", metric, m)
		}
	}
	for _, f := range c.Findings {
		for _, m := range f.Metrics {
			if m.Metric == "p50" && !m.Censored {
				t.Errorf("%+v", m)
			}
		}
	}
}

// P18: answers that failed are throughput, and no goodput.
func TestFailuresAreNoGoodput(t *testing.T) {
	c := Compare(with(minute(), failOf("predict", 50, results.ArmB)).file(), Options{})
	if m := c.Row(results.TotalClass, "goodput"); m == nil || *m.B != 0 || *m.A < 90 || *m.ChangePct != -100 {
		t.Errorf("goodput %+v; want 100/s and none", m)
	}
}

// The headline counts what the tables do not, and says so.
func TestNeverAnsweredSaysWhenItCountsTheWarmUp(t *testing.T) {
	for name, want := range map[string]bool{string(results.Warmup): true, string(results.Measure): false} {
		f := &results.File{Slices: []results.Slice{
			{Arm: results.ArmB, Phase: results.Phase(name), Classes: map[string]*results.ClassData{"info": {Sent: 3}}},
			{Arm: results.ArmA, Phase: results.Warmup, Classes: map[string]*results.ClassData{"info": {Sent: 3}}},
		}}
		if of, all, other := withWarmUp(f, results.ArmB, "info"), withWarmUp(f, results.ArmB, results.TotalClass), withWarmUp(f, results.ArmB, "other"); of != want || all != want || other {
			t.Errorf("%s: %v of the class, %v of all, %v of another", name, of, all, other)
		}
	}
}
