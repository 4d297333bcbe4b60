package verdict

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

func TestVerdicts(t *testing.T) {
	for _, tt := range verdictCases() {
		t.Run(tt.name, func(t *testing.T) {
			c := Compare(tt.file, tt.options)
			if got := describe(c); got != tt.want {
				t.Errorf("verdict %s, want %s; %q", got, tt.want, told(c))
			}
			for key, want := range tt.rows {
				class, metric, _ := strings.Cut(key, " ")
				row := c.Row(class, metric)
				switch {
				case row == nil:
					t.Errorf("no row %s", key)
				case row.Judged != (want != "-") || row.Judged && row.Outcome != want || !row.Judged && row.Outcome != "":
					t.Errorf("%s is %q (judged %v), want %q", key, row.Outcome, row.Judged, want)
				case row.Judged && metric != "stalls" && (row.CI95Pct == nil || row.LimitPct == nil):
					t.Errorf("%s is judged without interval or limit: %+v", key, row)
				}
			}
			check(t, c, tt.says)
			if advised := c.Findings[0].Advice != nil; advised != (c.MoreTimeS > 0) {
				t.Errorf("more time %v s; %q", c.MoreTimeS, told(c))
			}
		})
	}
}

// check holds what a comparison says against the beginnings of its findings.
func check(t *testing.T, c *Comparison, says []string) {
	t.Helper()
	if len(c.Findings) == 0 {
		t.Error("no reason at all")
	}
	got := told(c)
	for i, want := range says {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("reason %d does not begin %q: %q", i, want, got)
		}
	}
}

// told are the findings, a line each: the code, the metrics with their changes, and
// the arguments by name.
func told(c *Comparison) (out []string) {
	for i := range c.Findings {
		f := &c.Findings[i]
		line := string(f.Code)
		for _, m := range f.Metrics {
			line += " " + m.Class + "." + m.Metric
			if m.IntervalPct != nil {
				line += fmt.Sprintf("=%+.3g[%+.3g,%+.3g]", *m.EstimatePct, m.IntervalPct[0], m.IntervalPct[1])
			}
			if m.Errors != nil {
				line += fmt.Sprintf("(%d/%d,%d/%d)", m.Errors.A, m.Errors.OfA, m.Errors.B, m.Errors.OfB)
			}
			if m.Stalls != nil {
				line += fmt.Sprintf("(%d,%d)", m.Stalls.OnlyA, m.Stalls.OnlyB)
			}
		}
		line += toldArgs(f.Args)
		if f.Advice != nil {
			line += fmt.Sprintf("; %s%s", f.Advice.Code, toldArgs(f.Advice.Args))
		}
		out = append(out, line)
	}
	return out
}

func toldArgs(a args) (line string) {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		switch v := a[name].(type) {
		case float64:
			line += fmt.Sprintf(" %s=%.3g", name, v)
		case summary.Reason:
			line += fmt.Sprintf(" %s={%s%s}", name, v.Code, toldArgs(v.Args))
		default:
			line += fmt.Sprintf(" %s=%v", name, v)
		}
	}
	return line
}

// Only what more data would settle may pass for want of it.
func TestLacksData(t *testing.T) {
	lacks := map[string]bool{
		"8 pairs": true, "wide": true, "wide, at the limit": true, "4 new stalls": true, "and strict": true,
		"a few new errors": true, "a chosen p99.9 that cannot be judged": true,
		"identical": false, "20% slower": false, "13 of 48 pairs late": false,
		"damaged": false, "cut off": false, "interrupted": false, "B does not keep up": false, "0.2% dropped of B": false,
		"a class that B never got": false, "closed, the generator is busy in 13 pairs": false,
		"errors in 2% of A: only survivors are seen": false, "a class that fails in both": false,
	}
	unpaired := map[string]bool{
		"five of each, wide": true, "one of each": true, "one of each, calibrated as too noisy": true,
		"five of each, alike": false, "five of each, on two hosts": false, "calibrated on another host": false, "cut off": false, "invalid run": false,
	}
	tried := 0
	lacking := func(want map[string]bool, name string, c *Comparison) {
		if lacks, listed := want[name]; listed {
			if tried++; c.LacksData() != lacks {
				t.Errorf("%s: lacks data %v, want %v: %s, %q", name, c.LacksData(), lacks, c.Verdict, told(c))
			}
		}
		if c.LacksData() && c.Verdict != Inconclusive {
			t.Errorf("%s: %s, and lacks data", name, c.Verdict)
		}
	}
	for _, tt := range verdictCases() {
		lacking(lacks, tt.name, Compare(tt.file, tt.options))
	}
	for _, tt := range unpairedCases() {
		c, err := CompareRuns(tt.a, tt.b, tt.options)
		if err != nil {
			t.Fatal(err)
		}
		lacking(unpaired, tt.name, c)
	}
	if tried != len(lacks)+len(unpaired) {
		t.Errorf("%d of %d cases found", tried, len(lacks)+len(unpaired))
	}
}

// A journey that breaks off takes the rest of its steps along: what fails and
// what is dropped may explain that classes were sent differently often, and
// nothing else.
func TestJourneysMayBreakOff(t *testing.T) {
	for _, tt := range []struct {
		failed int64
		steps  int64 // of B, of 100
		want   int
	}{{0, 100, 0}, {0, 99, 1}, {3, 97, 0}, {3, 96, 1}, {3, 103, 0}} {
		f := openFile(nil)
		f.Header.Classes = []results.Class{{Name: "login", Share: 0.5}, {Name: "predict", Share: 0.5}}
		slice := func(arm string, steps, failed int64) results.Slice {
			login := &results.ClassData{Planned: 100, Sent: 100}
			failing(login, failed)
			return results.Slice{Arm: arm, Pair: 1, Phase: results.Measure, Classes: map[string]*results.ClassData{"login": login, "predict": {Planned: steps, Sent: steps}}}
		}
		f.Slices = []results.Slice{slice(results.ArmA, 100, 0), slice(results.ArmB, tt.steps, tt.failed)}
		if got := pairsOf(f).unequal(&f.Header); len(got) != tt.want {
			t.Errorf("%d logins failed and %d of 100 steps were sent: %v", tt.failed, tt.steps, got)
		}
	}
}

// Exchanging the arms exchanges regressions and improvements, and negates every
// change that was estimated.
func TestSwappingArms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := minute()
		if rapid.Bool().Draw(t, "mixed") {
			tr = mixed()
		}
		tr.requests = 20
		tr.seed = rapid.Uint64Range(1, 1e6).Draw(t, "seed")
		tr.pairs = rapid.IntRange(0, 40).Draw(t, "pairs")
		tr.noise = rapid.SampledFrom([]float64{0.01, 0.05, 0.2}).Draw(t, "noise")
		tr.slow = rapid.SampledFrom([]float64{0.7, 0.95, 1, 1.05, 1.3}).Draw(t, "slow")
		stallsOfA, stallsOfB := rapid.IntRange(0, 20).Draw(t, "stalls of A"), rapid.IntRange(0, 20).Draw(t, "stalls of B")
		tr.stall = func(pair int) (a, b bool) { return pair <= stallsOfA, pair <= stallsOfB }
		every := rapid.SampledFrom([]int{2, 7, 100}).Draw(t, "errors every")
		tr.total = func(pair int, d *results.ClassData) {
			if pair%every == 0 {
				failing(d, 1)
			}
		}
		f := tr.file()
		if rapid.Bool().Draw(t, "closed") {
			closedModel(f, tr.slow)
		}
		checkSwapped(t, Compare(f, Options{}), Compare(swapped(f), Options{}))
	})
}

func checkSwapped(t *rapid.T, c, s *Comparison) {
	if c.Pairs != s.Pairs || (c.Verdict == Invalid) != (s.Verdict == Invalid) {
		t.Fatalf("%s of %d pairs, exchanged %s of %d", c.Verdict, c.Pairs, s.Verdict, s.Pairs)
	}
	turned := map[string]string{"regression": "improved", "improved": "regression"}
	for i := range c.Metrics {
		a, b := &c.Metrics[i], &s.Metrics[i]
		name := a.Class + " " + a.Metric
		if diff := cmp.Diff([]*float64{a.A, a.B}, []*float64{b.B, b.A}); diff != "" {
			t.Fatalf("%s:\n%s", name, diff)
		}
		if want, proven := turned[a.Outcome]; proven && b.Outcome != want || turned[b.Outcome] != "" && turned[b.Outcome] != a.Outcome {
			t.Fatalf("%s is %q, exchanged %q", name, a.Outcome, b.Outcome)
		}
		if (a.CI95Pct == nil) != (b.CI95Pct == nil) {
			t.Fatalf("%s has an interval one way only", name)
		}
		if a.CI95Pct == nil {
			continue
		}
		if a.Unit == "%" {
			almost(t, name, a.CI95Pct[0], -b.CI95Pct[1])
			almost(t, name, a.CI95Pct[1], -b.CI95Pct[0])
			continue
		}
		inverse := func(change float64) float64 { return 100 * (1/(1+change/100) - 1) }
		almost(t, name, *a.ChangePct, inverse(*b.ChangePct))
		almost(t, name, a.CI95Pct[0], inverse(b.CI95Pct[1]))
		almost(t, name, a.CI95Pct[1], inverse(b.CI95Pct[0]))
	}
}

func almost(t *rapid.T, name string, got, want float64) {
	if math.Abs(got-want) > 1e-6*math.Max(1, math.Abs(want)) {
		t.Fatalf("%s: %v, exchanged %v", name, got, want)
	}
}

// What was saved is judged as what was measured.
func TestFromDisk(t *testing.T) {
	cases := []string{"strict by the file", "12 of 48 pairs late", "a few new errors", "a class that fails in both", "interrupted"}
	tried := 0
	for _, tt := range verdictCases() {
		if !slices.Contains(cases, tt.name) {
			continue
		}
		tried++
		measured := *tt.file
		measured.Path = write(t, tt.file)
		f, err := results.ReadFile(measured.Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, got := Compare(&measured, tt.options), Compare(f, tt.options)
		for _, pair := range [][2]any{{want, got}, {want.ArmA, got.ArmA}, {want.ArmB, got.ArmB}} {
			a, errA := json.MarshalIndent(pair[0], "", " ")
			b, errB := json.MarshalIndent(pair[1], "", " ")
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if diff := cmp.Diff(string(a), string(b)); diff != "" {
				t.Errorf("%s: read back (-measured +read):\n%s", tt.name, diff)
			}
		}
	}
	if tried != len(cases) {
		t.Errorf("%d of %d cases found", tried, len(cases))
	}
}

// Deciding after the last slice of a minute of four classes.
func BenchmarkCompare(b *testing.B) {
	f := with(mixed(), func(t *trial) { t.slow = 1.1 }).file()
	b.ReportAllocs()
	for b.Loop() {
		Compare(f, Options{})
	}
}
