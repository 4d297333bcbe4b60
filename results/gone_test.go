package results

import (
	"slices"
	"strings"
	"testing"
)

func ending(ends ...TargetEnd) func(*File) {
	return func(f *File) {
		f.Ends = ends
		f.Footer = &Footer{Ended: Failed, Reason: "a target ended"}
	}
}

// silentB has every request to B time out; of the measured ones only some pairs
// are left.
func silentB(pairs int) func(*File) {
	return func(f *File) {
		warm := map[string]*ClassData{"predict": {Planned: 300, Sent: 300, Errors: map[string]int64{ErrTimeout: 300}}}
		for i := range f.Slices {
			s := &f.Slices[i]
			switch {
			case s.Phase == Warmup && s.Arm == ArmB:
				s.Classes = warm
			case s.Phase == Warmup:
				s.Classes = map[string]*ClassData{"predict": served(300)}
			case s.Arm == ArmB:
				d := s.Classes["predict"]
				d.Done, d.Errors, d.Status = 0, map[string]int64{ErrTimeout: d.Sent}, nil
			}
		}
		f.Slices = slices.DeleteFunc(f.Slices, func(s Slice) bool { return s.Pair > pairs })
	}
}

// A3: a head that crashes is a regression that says so first; of a base that
// does, there is nothing to compare with.
// A4: a head that never answers is one, however few pairs there were.
func TestHeadThatIsGoneIsARegression(t *testing.T) {
	crash := TargetEnd{Arm: ArmB, Pairs: 9, Planned: 12, Ended: "exit 137", Said: "FATAL: out of memory", Answered: true}
	ofA := crash
	ofA.Arm = ArmA
	for _, tc := range []struct {
		name  string
		file  *File
		want  Verdict
		first string
	}{
		{"crash", after(with(minute(), ofPairs(9)), ending(crash)), VerdictRegression, "modern crashed (exit 137) after 9 of 12 pairs: FATAL: out of memory"},
		{"crash after enough pairs", after(minute(), ending(crash)), VerdictRegression, "modern crashed (exit 137) after 9 of 12 pairs: "},
		{"crash of the base", after(with(minute(), ofPairs(9)), ending(ofA)), VerdictInvalid, "legacy crashed (exit 137) after 9 of 12 pairs: FATAL: out of memory: there is nothing to compare with"},
		{"crash of both", after(with(minute(), ofPairs(9)), ending(crash, ofA)), VerdictInvalid, "legacy crashed"},
		{"crash in the warm-up", after(with(minute(), ofPairs(0)), ending(TargetEnd{Arm: ArmB, Ended: "exit 1"})), VerdictRegression, "modern crashed (exit 1) in the warm-up"},
		{"end by itself", after(with(minute(), ofPairs(9)), ending(TargetEnd{Arm: ArmB, Pairs: 9, Planned: 48, Ended: "exit 0"})), VerdictRegression, "modern ended by itself (exit 0) after 9 of 48 pairs"},
		{"refused from then on", after(with(minute(), ofPairs(9)), ending(TargetEnd{Arm: ArmB, Pairs: 9, Planned: 12, Answered: true, Error: "connection refused"})), VerdictRegression, "modern answered no more after 9 of 12 pairs: connection refused"},
		{"silent in 12 pairs", after(minute(), silentB(12)), VerdictRegression, "modern never answered: all of 900 requests failed (timeout 900, warm-up included)"},
		{"silent in one pair", after(minute(), silentB(1)), VerdictRegression, "modern never answered: all of 350 requests failed (timeout 350, warm-up included)"},
		{"silent in the warm-up, which took all the time", after(minute(), silentB(0)), VerdictRegression, "modern never answered: all of 300 requests failed"},
		{"silent in a closed model of one connection", after(minute(), func(f *File) {
			silentB(0)(f)
			f.Header.Model, f.Header.Connections = Closed, 1
			f.Slices[1].Classes = map[string]*ClassData{"predict": {Planned: 1, Sent: 1, Errors: map[string]int64{ErrTimeout: 1}}}
		}), VerdictRegression, "modern never answered: its only request failed (timeout 1)"},
		{"both silent", after(with(minute(), failOf("predict", 50, ArmA)), silentB(1)), VerdictInvalid, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := Compare(tc.file, CompareOptions{})
			if c.Verdict != tc.want || len(c.Reasons) == 0 || !strings.HasPrefix(c.Reasons[0], tc.first) {
				t.Errorf("%s: %q; want %s: %q", c.Verdict, c.Reasons, tc.want, tc.first)
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
		{"2 of 12 late", 2, 12, ArmB, VerdictRegression, "modern fails: errors +60.00 pp"},
		{"13 of 48 late", 13, 48, ArmB, VerdictRegression, "modern fails: errors +60.00 pp"},
		{"13 of 48 late, both fail", 13, 48, ArmA + ArmB, VerdictInvalid, "the load generator was late in 13 of 48 pairs"},
		{"13 of 48 late, the base fails", 13, 48, ArmA, VerdictInvalid, "the load generator was late in 13 of 48 pairs"},
	} {
		c := Compare(with(with(with(minute(), ofPairs(tc.pairs)), lateIn(tc.late)), failOf("predict", 30, tc.failing)).file(), CompareOptions{})
		if c.Verdict != tc.want || !strings.HasPrefix(c.Reasons[0], tc.says) {
			t.Errorf("%s: %s: %q; want %s: %q", tc.name, c.Verdict, c.Reasons, tc.want, tc.says)
		}
	}
}

// P12: what timed out took at least so long, which no percentage says.
func TestTimeoutsAreNoPercentages(t *testing.T) {
	tr := minute()
	tr.slice = func(_ int, s *Slice) {
		if d := s.Classes["predict"]; s.Arm == ArmB {
			slow := make([]float64, d.Sent)
			for i := range slow {
				slow[i] = 5000.2
			}
			d.Done, d.Errors, d.Status, d.Clocks[ClockResponse], d.Clocks[ClockService] = 0, map[string]int64{ErrTimeout: d.Sent}, nil, hist(slow...), hist(slow...)
		}
	}
	c := Compare(tr.file(), CompareOptions{})
	for _, metric := range []string{"min", "mean", "p50", "p99", "max"} {
		if m := c.Row(TotalClass, metric); !m.CensoredB || m.CensoredA || m.ChangePct != nil || m.CI95Pct != nil {
			t.Errorf("%s: %+v; want B censored, and no change", metric, m)
		}
	}
	if all := strings.Join(c.Reasons, "; "); strings.Contains(all, "+458") || strings.Contains(all, "p50 +") {
		t.Error(all)
	}
}

// P18: answers that failed are throughput, and no goodput.
func TestFailuresAreNoGoodput(t *testing.T) {
	c := Compare(with(minute(), failOf("predict", 50, ArmB)).file(), CompareOptions{})
	if m := c.Row(TotalClass, "goodput"); m == nil || *m.B != 0 || *m.A < 90 || *m.ChangePct != -100 {
		t.Errorf("goodput %+v; want 100/s and none", m)
	}
}

// The headline counts what the tables do not, and says so.
func TestNeverAnsweredSaysWhenItCountsTheWarmUp(t *testing.T) {
	for name, want := range map[string]string{string(Warmup): ", warm-up included", string(Measure): ""} {
		f := &File{Slices: []Slice{
			{Arm: ArmB, Phase: Phase(name), Classes: map[string]*ClassData{"info": {Sent: 3}}},
			{Arm: ArmA, Phase: Warmup, Classes: map[string]*ClassData{"info": {Sent: 3}}},
		}}
		if got := f.beyond(ArmB, "info") + f.beyond(ArmB, TotalClass) + f.beyond(ArmB, "other"); got != want+want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
