package verdict

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// jobs is a comparison of journeys whose spans take by times as long on B, where the
// step that repeats is sent more often for that.
func jobs(by float64, noise float64) trial {
	t := looked(nil)
	t.noise = noise
	looks := t.header
	t.classes = []results.Class{{Name: "job", Share: 0.5}, {Name: "job.state", Share: 0.5, Repeats: true}, {Name: "job.total", Span: true}}
	t.header = func(h *results.Header) { looks(h); h.RateRPS = 200 }
	t.slice = func(pair int, s *results.Slice) {
		factor := 1.0
		if s.Arm == results.ArmB {
			factor = by
			more := int64(float64(s.Classes["job.state"].Sent) * (by - 1))
			s.Classes["job.state"].Add(served(int(more)))
		}
		job := s.Classes["job"]
		d := &results.ClassData{}
		d.Add(job)
		for name := range d.Clocks {
			ms := factor * float64(20+pair%3)
			if name == results.ClockLag {
				ms = 0.01
			}
			d.Clocks[name] = repeat(int(d.Sent), ms)
		}
		s.Spans = map[string]*results.ClassData{"job.total": d}
	}
	return t
}

// A span that is slower is a regression, and one that is as quick passes, however
// often the steps of either arm were repeated.
func TestSpansAreWatched(t *testing.T) {
	c := Compare(jobs(1.3, 0.03).file(), Options{})
	row := c.Row("job.total", "p50")
	if c.Verdict != Regression || row == nil || row.Outcome != "regression" || row.Role != "watched" || *row.ChangePct < 25 || *row.ChangePct > 35 {
		t.Errorf("%s: %+v; %q", c.Verdict, row, told(c))
	}
	for _, metric := range []string{"throughput", "goodput"} {
		if c.Row("job.total", metric) != nil {
			t.Errorf("a span has a %s", metric)
		}
	}
	same := Compare(jobs(1, 0.03).file(), Options{})
	if row := same.Row("job.total", "p50"); same.Verdict != OK || row.Outcome != "ok" {
		t.Errorf("%s: %+v; %q", same.Verdict, row, told(same))
	}
}

// No pass waits for a span, but where a limit names it.
func TestSpansMayStayOpen(t *testing.T) {
	wild := func(limits string) *Comparison {
		l, err := ParseLimits(limits)
		if err != nil {
			t.Fatal(err)
		}
		f := jobs(1, 0.03)
		slice := f.slice
		f.slice = func(pair int, s *results.Slice) {
			slice(pair, s)
			luck := rand.New(rand.NewPCG(uint64(pair), uint64(s.Arm[0])))
			took := 20 * math.Exp(luck.NormFloat64())
			for name, h := range s.Spans["job.total"].Clocks {
				if name != results.ClockLag {
					s.Spans["job.total"].Clocks[name] = repeat(int(h.Count()), took)
				}
			}
		}
		return Compare(f.file(), Options{Limits: &l})
	}
	if c := wild(""); c.Verdict != OK || c.Row("job.total", "p50").Outcome != "inconclusive" {
		t.Errorf("%s: %+v; %q", c.Verdict, c.Row("job.total", "p50"), told(c))
	}
	if c := wild("job.total:p50=5%"); c.Verdict != Inconclusive {
		t.Errorf("with a limit of its own: %s; %q", c.Verdict, told(c))
	}
}

// Failed spans are in no sum of requests, and explain steps that were not sent.
func TestFailedSpansBreakJourneysOff(t *testing.T) {
	slice := func(arm string, ended int64) results.Slice {
		span := &results.ClassData{Planned: 100, Sent: 100, Done: 100, Errors: map[string]int64{results.ErrCheck: 100 - ended}}
		return results.Slice{
			Arm: arm, Pair: 1, Phase: results.Measure, Spans: map[string]*results.ClassData{"job.state.total": span},
			Classes: map[string]*results.ClassData{"job": {Planned: 100, Sent: 100}, "job.state": {Planned: 5 * ended, Sent: 5 * ended}, "job.end": {Planned: ended, Sent: ended}},
		}
	}
	for ended, want := range map[int64]int{100: 0, 90: 0} {
		f := openFile(nil)
		f.Header.Classes = []results.Class{{Name: "job", Share: 0.3}, {Name: "job.state", Share: 0.3, Repeats: true}, {Name: "job.end", Share: 0.3}, {Name: "job.state.total", Span: true}}
		f.Slices = []results.Slice{slice(results.ArmA, 100), slice(results.ArmB, ended)}
		if got := pairsOf(f).unequal(&f.Header); len(got) != want {
			t.Errorf("%d of 100 ended: %v", ended, got)
		}
		f.Slices[1].Spans = nil
		if got := pairsOf(f).unequal(&f.Header); ended < 100 && (len(got) != 1 || got[0].Class != "job.end") {
			t.Errorf("%d of 100 ended for no reason: %v", ended, got)
		}
	}
}

// Limits may name spans, and nobody knows before how often there is one.
func TestLimitsOfSpans(t *testing.T) {
	h := jobs(1, 0.03).file().Header
	h.Limits = "job.total:p95=10%"
	for _, name := range TooRare(&h, 100e9) {
		if strings.Contains(name, "total") {
			t.Errorf("%s is too rare", name)
		}
	}
	l, err := ParseLimits(h.Limits)
	if err != nil {
		t.Fatal(err)
	}
	c := Compare(jobs(1.3, 0.03).file(), Options{Limits: &l})
	if row := c.Row("job.total", "p95"); row == nil || row.Outcome != "regression" || *row.LimitPct != 10 || summary.PercentileName(0.95) != "p95" {
		t.Errorf("%+v", row)
	}
}
