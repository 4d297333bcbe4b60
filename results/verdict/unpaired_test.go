package verdict

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// savedRuns are n runs of a target, each with luck of its own of this standard
// deviation, slow times as slow as others.
func savedRuns(name string, n int, slow, luck float64) []*results.File {
	var out []*results.File
	for i := range n {
		tr := trial{requests: 8000, slow: 1, noise: luck, seed: uint64(int(name[0])*100 + i), classes: []results.Class{{Name: "predict", Share: 0.9}, {Name: "health", Share: 0.1}}}
		tr.slice = func(_ int, s *results.Slice) { s.DurationS = 20 }
		tr.class = func(string) float64 { return slow }
		f := openFile(nil)
		f.Path = fmt.Sprintf("%s%d.jsonl", name, i+1)
		f.Header.Classes, f.Header.Seed = tr.classes, tr.seed
		// In turn: one of each target, then the next of each.
		f.Header.Start = f.Header.Start.Add(time.Duration(60*i+int(name[0]-'a')) * time.Minute)
		f.Header.Targets = []results.Target{{Arm: results.ArmA, Name: name, URL: "http://127.0.0.1:8000"}}
		s := tr.measure(&f.Header, i, results.ArmB)
		s.Arm, s.Pair = results.ArmA, 0
		f.Slices = []results.Slice{*s}
		out = append(out, f)
	}
	return out
}

// each changes the header of every run.
func each(runs []*results.File, change func(*results.Header)) []*results.File {
	for _, f := range runs {
		change(&f.Header)
	}
	return runs
}

func closedRuns(runs []*results.File, rate float64) []*results.File {
	for i, f := range runs {
		closedModel(f, 1)
		for _, d := range f.Slices[0].Classes {
			d.Done = int64(rate * float64(1000+i))
			d.Sent, d.Planned = d.Done, d.Done
		}
	}
	return runs
}

// calibrated is a calibration of legacy, of six launches with this luck.
func calibrated(luck float64) *Calibration {
	c, err := Calibrate(savedRuns("legacy", 6, 1, luck), DefaultLimits())
	if err != nil {
		panic(err)
	}
	return c
}

type unpairedCase struct {
	name    string
	a, b    []*results.File
	options Options
	want    string
	says    []string
}

func unpairedCases() []unpairedCase {
	runs := savedRuns
	elsewhere := func(h *results.Header) { h.Host.CPU = "another" }
	with := func(c *Calibration, change func(*Calibration)) Options {
		change(c)
		return Options{Calibration: c}
	}
	return []unpairedCase{
		{"five of each, alike", runs("legacy", 5, 1, 0.01), runs("modern", 5, 1, 0.01), Options{}, "ok", []string{"within_limits total.p50=-0.127"}},
		{"five of each, 20% slower", runs("legacy", 5, 1, 0.01), runs("modern", 5, 1.2, 0.01), Options{}, "regression", []string{"worse total.p50=+19.9"}},
		{"five of each, 20% faster", runs("legacy", 5, 1, 0.01), runs("modern", 5, 0.8, 0.01), Options{}, "ok, improved", []string{"better total.p50=-20.1"}},
		{"five of each, wide", runs("legacy", 5, 1, 0.15), runs("modern", 6, 1.02, 0.15), Options{}, "inconclusive", []string{""}},
		{
			"five of each, on two hosts", runs("legacy", 5, 1, 0.01), each(runs("modern", 5, 1.2, 0.01), elsewhere),
			Options{},
			"inconclusive",
			[]string{"hosts_differ host=linux/amd64, 2 cores other=linux/amd64, another, 2 cores"},
		},
		{"five of each, one side after the other", runs("legacy", 5, 1, 0.01), later(runs("modern", 5, 1.2, 0.01)), Options{}, "inconclusive", []string{"sides_apart changes=1 runs_a=5 runs_b=5", "machine_unknown host=linux/amd64, 2 cores", "saved_runs"}},
		{"five of each, apart, calibrated", runs("legacy", 5, 1, 0.01), later(runs("modern", 5, 1.2, 0.01)), Options{Calibration: calibrated(0.01)}, "regression", []string{"worse total.p50=+19.9"}},
		{"five of each, apart, calibrated on another day", runs("legacy", 5, 1, 0.01), later(runs("modern", 5, 1.2, 0.01)), with(calibrated(0.01), func(c *Calibration) { c.Made = c.Made.Add(-33 * time.Hour) }), "inconclusive", []string{"sides_apart_unfit changes=1 runs_a=5 runs_b=5 why={other_day file=legacy1.jsonl h=28}"}},
		{"five of each, on two machines of a kind", booted(runs("legacy", 5, 1, 0.01), "one"), booted(runs("modern", 5, 1.2, 0.01), "two"), Options{}, "inconclusive", []string{"machines_differ host=linux/amd64, 2 cores"}},
		{"five of each, on one machine", booted(runs("legacy", 5, 1, 0.01), "one"), booted(runs("modern", 5, 1.2, 0.01), "one"), Options{}, "regression", []string{"worse total.p50=+19.9"}},
		{"calibrated on another machine of the kind", booted(runs("legacy", 1, 1, 0.01), "one"), booted(runs("modern", 1, 1.5, 0.01), "one"), with(calibrated(0.01), func(c *Calibration) { c.Boot = "two" }), "inconclusive", []string{"few_runs_unfit least=5 runs_a=1 runs_b=1 why={other_machine host=linux/amd64, 2 cores}"}},
		{"five of each, too short for any percentile", short(runs("legacy", 5, 1, 0.01)), short(runs("modern", 5, 1.2, 0.01)), Options{}, "inconclusive", []string{"few_requests runs_a=5 runs_b=5"}},
		{"closed, alike", closedRuns(runs("legacy", 5, 1, 0.01), 1), closedRuns(runs("modern", 5, 1, 0.01), 1), Options{}, "ok", []string{"within_limits total.throughput=-0"}},
		{"closed, 10% fewer", closedRuns(runs("legacy", 5, 1, 0.01), 1), closedRuns(runs("modern", 5, 1, 0.01), 0.9), Options{}, "regression", []string{"worse total.throughput=-10.1"}},
		{"closed, 10% more", closedRuns(runs("legacy", 5, 1, 0.01), 1), closedRuns(runs("modern", 5, 1, 0.01), 1.1), Options{}, "ok, improved", []string{"better total.throughput=+9.98"}},
		{"one of each", runs("legacy", 1, 1, 0.01), runs("modern", 1, 1.5, 0.01), Options{}, "inconclusive", []string{"few_runs least=5 runs_a=1 runs_b=1"}},
		{"one of each, calibrated", runs("legacy", 1, 1, 0.01), runs("modern", 1, 1.5, 0.01), Options{Calibration: calibrated(0.01)}, "regression", []string{"worse total.p50=+48.7"}},
		{"two of each, calibrated, alike", runs("legacy", 2, 1, 0.005), runs("modern", 2, 1, 0.005), Options{Calibration: calibrated(0.005), Limits: limitsOf("p50=10%").Limits}, "ok", []string{"within_limits"}},
		{"one of each, calibrated as too noisy", runs("legacy", 1, 1, 0.01), runs("modern", 1, 1.2, 0.01), Options{Calibration: calibrated(0.2)}, "inconclusive", []string{"possibly_worse total.p50=+18.9"}},
		{"calibrated on another host", runs("legacy", 1, 1, 0.01), runs("modern", 1, 1.5, 0.01), with(calibrated(0.01), func(c *Calibration) { c.Host = "elsewhere" }), "inconclusive", []string{"few_runs_unfit least=5 runs_a=1 runs_b=1 why={other_host host=elsewhere other=linux/amd64, 2 cores}"}},
		{"calibrated with another target", runs("legacy", 1, 1, 0.01), runs("modern", 1, 1.5, 0.01), with(calibrated(0.01), func(c *Calibration) { c.Target.Name = "other" }), "inconclusive", []string{"few_runs_unfit least=5 runs_a=1 runs_b=1 why={other_target target=other}"}},
		{"calibrated at another rate", runs("legacy", 1, 1, 0.01), runs("modern", 1, 1.5, 0.01), with(calibrated(0.01), func(c *Calibration) { c.RateRPS = 7 }), "inconclusive", []string{"few_runs_unfit least=5 runs_a=1 runs_b=1 why={other_load text=the arrivals differ, open model, poisson arrivals at 7/s and open model, poisson arrivals at 100/s}"}},
		{"calibrated without p90", runs("legacy", 1, 1, 0.01), runs("modern", 1, 1.5, 0.01), with(calibrated(0.01), func(c *Calibration) {
			c.Spreads = slices.DeleteFunc(c.Spreads, func(s Spread) bool { return s.Metric == "p90" })
		}), "regression", []string{"worse total.p50=+48.7", "worse total.p99=+43.8", "worse predict.p50=+48.2", "worse predict.p99=+43.4", "worse health.p50=+53.8", "worse health.p99=+55.7", "uncalibrated total.p90 predict.p90 health.p90"}},
		{"calibrated without a chosen p90", runs("legacy", 1, 1, 0.001), runs("modern", 1, 1, 0.001), Options{Limits: limitsOf("p90=12%").Limits, Calibration: func() *Calibration {
			c := calibrated(0.001)
			c.Spreads = slices.DeleteFunc(c.Spreads, func(s Spread) bool { return s.Metric == "p90" })
			return c
		}()}, "inconclusive", []string{"limit_unknown total.p90 runs_a=1 runs_b=1"}},
		{"closed, no two runs of a side differ", closedEqual(runs("legacy", 5, 1, 0.01)), closedEqual(runs("modern", 5, 1, 0.01)), Options{}, "ok", []string{"within_limits total.throughput=-0[-0.0588,+0.0588] total.errors=+0[-0.03,+0.03](0/10000,0/10000) runs_a=5 runs_b=5"}},
		{"invalid run", runs("legacy", 5, 1, 0.01), failAt(runs("modern", 5, 1, 0.01), results.ErrLocal, 1), Options{}, "invalid", []string{"invalid_run file=modern3.jsonl"}},
		{"errors in one run", runs("legacy", 5, 1, 0.01), failAt(runs("modern", 5, 1, 0.01), results.ErrStatus, 240), Options{}, "inconclusive", []string{"possibly_worse total.errors=+0.6[-1.72,+3.33](0/40000,240/40000) runs_a=5 runs_b=5"}},
		{"requests are dropped", runs("legacy", 5, 1, 0.01), droppedIn(runs("modern", 5, 1, 0.01), 60), Options{}, "inconclusive", []string{"requests_dropped arms="}},
		{"a class fails in one", runs("legacy", 5, 1, 0.01), failAll(runs("modern", 5, 1, 0.01), "health", 8), Options{}, "inconclusive", []string{"possibly_worse health.errors=+1.03"}},
		{"cut off", runs("legacy", 5, 1, 0.01), cutOff(runs("modern", 5, 1, 0.01)), Options{}, "inconclusive", []string{"part_only why={run file=modern1.jsonl reason={cut_off_early}}"}},
	}
}

// later are runs that were made after all others.
func later(runs []*results.File) []*results.File {
	return each(runs, func(h *results.Header) { h.Start = h.Start.Add(6 * time.Hour) })
}

func booted(runs []*results.File, boot string) []*results.File {
	return each(runs, func(h *results.Header) { h.Host.Boot = boot })
}

func short(runs []*results.File) []*results.File {
	for _, f := range runs {
		f.Slices[0].Classes = map[string]*results.ClassData{"predict": answered(1)}
	}
	return runs
}

func failAt(runs []*results.File, class string, n int64) []*results.File {
	runs[2].Slices[0].Classes["predict"].Errors = map[string]int64{class: n}
	return runs
}

func failAll(runs []*results.File, class string, n int64) []*results.File {
	for _, f := range runs {
		f.Slices[0].Classes[class].Errors = map[string]int64{results.ErrStatus: n}
	}
	return runs
}

func droppedIn(runs []*results.File, n int64) []*results.File {
	for _, f := range runs {
		f.Slices[0].Classes["predict"].Dropped, f.Slices[0].Classes["predict"].Planned = n, f.Slices[0].Classes["predict"].Planned+n
	}
	return runs
}

func cutOff(runs []*results.File) []*results.File {
	runs[0].Footer = nil
	return runs
}

func TestCompareRuns(t *testing.T) {
	for _, tt := range unpairedCases() {
		t.Run(tt.name, func(t *testing.T) {
			c, err := CompareRuns(tt.a, tt.b, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(c); got != tt.want {
				t.Errorf("verdict %s, want %s; %q", got, tt.want, told(c))
			}
			check(t, c, tt.says)
			if c.Pairs != 0 || c.Runs == nil || *c.Runs != (armCounts{int64(len(tt.a)), int64(len(tt.b))}) {
				t.Errorf("%d pairs, runs %+v", c.Pairs, c.Runs)
			}
			if row := c.Row(results.TotalClass, "throughput"); row.A == nil || row.B == nil || *row.A <= 0 {
				t.Errorf("the numbers are not shown: %+v", row)
			}
			if c.Row(results.TotalClass, "stalls") != nil {
				t.Error("stalls are counted without pairs")
			}
			if tt.a[0].Slices[0].Arm != results.ArmA || tt.b[0].Slices[0].Arm != results.ArmA || len(tt.a[0].Header.Targets) != 1 {
				t.Error("the runs were changed")
			}
		})
	}
}

// Two runs of 10, 11 … ms: estimate, interval and p by hand.
func TestWelchOfRuns(t *testing.T) {
	exactly := func(name string, ms ...float64) (out []*results.File) {
		for i, v := range ms {
			f := openFile(map[string]*results.ClassData{"predict": answered(times(10, v)...)})
			f.Header.Classes = f.Header.Classes[:1]
			f.Header.Seed = uint64(i + len(name)*10)
			f.Header.Start = f.Header.Start.Add(time.Duration(60*i+int(name[0]-'a')) * time.Minute)
			f.Header.Targets[0].Name, f.Path = name, fmt.Sprint(name, i)
			out = append(out, f)
		}
		return out
	}
	a, b := []float64{10, 11, 12, 10, 11}, []float64{12, 13, 14, 12, 13, 15}
	c, err := CompareRuns(exactly("legacy", a...), exactly("modern", b...), limitsOf("p90=off,p99=off"))
	if err != nil {
		t.Fatal(err)
	}
	shift, ok := stats.Welch(a, b)
	if !ok {
		t.Fatal("no shift")
	}
	low, high := shift.Interval(0.025)
	want := []float64{percent(shift.Estimate), percent(low), percent(high)}
	row := c.Row(results.TotalClass, "p50")
	if diff := cmp.Diff(want, []float64{*row.ChangePct, row.CI95Pct[0], row.CI95Pct[1]}, cmpopts.EquateApprox(0, 0.1)); diff != "" {
		t.Errorf("p50 (-want +got):\n%s", diff)
	}
	if row.Outcome != "regression" {
		t.Errorf("outcome %q of +%.1f%%", row.Outcome, *row.ChangePct)
	}
}

func TestNotComparable(t *testing.T) {
	one := func(name string, change func(*results.File)) []*results.File {
		runs := savedRuns(name, 1, 1, 0.01)
		if change != nil {
			change(runs[0])
		}
		return runs
	}
	header := func(change func(*results.Header)) []*results.File {
		return one("modern", func(f *results.File) { change(&f.Header) })
	}
	closed := func(connections int) func(*results.Header) {
		return func(h *results.Header) { h.Model, h.Connections = results.Closed, connections }
	}
	tests := []struct {
		name string
		a, b []*results.File
		want string
	}{
		{"nothing", nil, one("modern", nil), "0 runs against 1"},
		{"scenario", one("legacy", nil), header(func(h *results.Header) { h.Scenario.Name = "ramp" }), "legacy1.jsonl and modern1.jsonl: the scenarios differ, mix and ramp"},
		{"changed scenario", each(one("legacy", nil), func(h *results.Header) { h.Scenario.Digest = "sha256:1" }), header(func(h *results.Header) { h.Scenario.Digest = "sha256:2" }), "the scenario mix has changed between them"},
		{"model", one("legacy", nil), header(closed(8)), "the load models differ, open and closed"},
		{"connections", each(one("legacy", nil), closed(4)), header(closed(8)), "the connections differ, 4 and 8"},
		{"rate", one("legacy", nil), header(func(h *results.Header) { h.RateRPS = 200 }), "the arrivals differ, open model, poisson arrivals at 100/s and open model, poisson arrivals at 200/s"},
		{"arrivals", one("legacy", nil), header(func(h *results.Header) { h.Arrivals = "constant" }), "the arrivals differ"},
		{"shape", one("legacy", nil), header(func(h *results.Header) { h.Shape = "sine(100/s, 50/s, 1m)" }), "the arrivals differ, open model, poisson arrivals at 100/s and open model, poisson arrivals, sine(100/s, 50/s, 1m)"},
		{"shares", one("legacy", nil), header(func(h *results.Header) {
			h.Classes = []results.Class{{Name: "predict", Share: 0.5}, {Name: "health", Share: 0.5}}
		}), "the request classes or their shares differ"},
		{"within a side", slices.Concat(one("legacy", nil), header(func(h *results.Header) { h.RateRPS = 200 })), one("third", nil), "the arrivals differ"},
		{"a comparison", one("legacy", nil), []*results.File{minute().file()}, "compared.jsonl is no single run"},
		{"no target", one("legacy", nil), header(func(h *results.Header) { h.Targets = nil }), "modern1.jsonl is no single run"},
		{"itself", one("legacy", nil), one("legacy", nil), "legacy1.jsonl and legacy1.jsonl are the same run"},
		{"twice on a side", slices.Concat(one("legacy", nil), one("legacy", nil)), one("modern", nil), "are the same run"},
	}
	for _, tt := range tests {
		c, err := CompareRuns(tt.a, tt.b, Options{})
		if c != nil || !errors.Is(err, errNotComparable) || !strings.HasPrefix(err.Error(), "not comparable: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
	}
	// The limit of requests in flight is no load.
	if _, err := CompareRuns(one("legacy", nil), header(func(h *results.Header) { h.Connections = 99 }), Options{}); err != nil {
		t.Errorf("another in-flight limit: %v", err)
	}
}

// One wild run of ten must not decide without being named.
func TestRanksAreAsked(t *testing.T) {
	j := judging{rule: stats.RuleFor(1)}
	rng := rand.New(rand.NewPCG(1, 1))
	var a, b []float64
	for range 5 {
		a = append(a, math.Exp(0.01*rng.NormFloat64()))
		b = append(b, math.Exp(0.01*rng.NormFloat64()))
	}
	m := stats.Metric{Name: "p50", Class: results.TotalClass, Unpaired: &stats.Shift{Estimate: 0.2, SE: 0.01, DF: 5}}
	j.crossCheck(&m, a, b)
	if len(j.notes) != 1 || j.notes[0].Code != RanksDisagree || j.notes[0].Args["metric"] != "p50" || j.notes[0].Args["class"] != results.TotalClass {
		t.Errorf("notes %+v", j.notes)
	}
	j.notes = nil
	for i := range b {
		b[i] *= 1.2
	}
	j.crossCheck(&m, a, b)
	if len(j.notes) != 0 {
		t.Errorf("notes %+v though ranks agree", j.notes)
	}
}
