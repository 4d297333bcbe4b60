package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// spread is n latencies between lo and hi ms, even in their logarithm: as
// skewed as real ones, and the same on every machine.
func spread(n int, lo, hi float64) *stats.Histogram {
	l := stats.NewLive()
	for i := range n {
		v := lo * math.Pow(hi/lo, float64(i)/float64(max(n-1, 1)))
		l.Record(time.Duration(v * float64(time.Millisecond)))
	}
	return l.Drain()
}

// class is n requests of the open model, all answered with 200.
func class(n int, lo, hi float64) *results.ClassData {
	return &results.ClassData{
		Planned: int64(n), Sent: int64(n), Done: int64(n),
		Status: map[string]int64{"200": int64(n)},
		Clocks: map[string]*stats.Histogram{results.ClockResponse: spread(n, lo, hi), results.ClockService: spread(n, lo, 0.9*hi), results.ClockLag: spread(n, 0.002, 0.2)},
	}
}

func file(model results.Model, classes ...results.Class) *results.File {
	return &results.File{
		Path: "mlbench-results/20260102T150405Z-mix-modern.jsonl",
		Header: results.Header{
			Command:  "run",
			Scenario: results.Scenario{Name: "mix"},
			Targets:  []results.Target{{Arm: results.ArmA, Name: "modern", URL: "http://127.0.0.1:8000"}},
			Model:    model, Classes: classes, Seed: 42, TimeoutS: 10, Tool: "v1.2.3",
			Start:  time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC),
			Source: &results.Source{Commit: "0123456789abcdef0123456789abcdef01234567", Branch: "main", Dirty: true},
			Host:   results.Host{OS: "linux", Arch: "amd64", Kernel: "6.8.0", CPU: "Example CPU @ 2.50GHz", Cores: 2, MemoryMB: 8000, Go: "go1.26", GOMAXPROCS: 2},
		},
		Footer: &results.Footer{Ended: results.Completed},
	}
}

func measured(arm string, pair int, seconds float64, classes map[string]*results.ClassData) results.Slice {
	return results.Slice{Arm: arm, Pair: pair, Phase: results.Measure, DurationS: seconds, Classes: classes}
}

var mixClasses = []results.Class{{Name: "predict", Share: 0.7}, {Name: "batch-predict", Share: 0.2}, {Name: "model-info", Share: 0.07}, {Name: "health", Share: 0.03}}

// openRun has errors, drops, warnings, and held and missed objectives.
func openRun() *summary.Run {
	predict := class(4207, 0.31, 9)
	predict.Planned, predict.Dropped = 4210, 3
	predict.Done -= 2
	predict.Errors = map[string]int64{results.ErrTimeout: 2, results.ErrStatus: 1}
	predict.Status = map[string]int64{"200": 4204, "503": 1}
	f := file(results.Open, mixClasses...)
	f.Slices = []results.Slice{measured(results.ArmA, 0, 30.02, map[string]*results.ClassData{
		"predict": predict, "batch-predict": class(1190, 0.9, 31), "model-info": class(421, 0.2, 3.3), "health": class(179, 0.1, 120),
	})}
	f.Slices[0].Telemetry = &results.Telemetry{StealPct: 3.5}
	s := summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
	judge(s, "p99<50ms", "lag_p99<1ms", "errors<0.01%", "health:max<100ms", "goodput>150/s", "dropped<=3", "batch-predict:p50<1ms")
	return s
}

func judge(s *summary.Run, exprs ...string) {
	var os []summary.Objective
	for _, e := range exprs {
		o, err := summary.ParseObjective(e)
		if err != nil {
			panic(err)
		}
		os = append(os, o)
	}
	if _, err := s.JudgeAll(os); err != nil {
		panic(err)
	}
}

// managedRun is of a target that mlbench started.
func managedRun() *summary.Run {
	f := file(results.Open, results.Class{Name: "predict", Share: 1})
	f.Header.Targets[0].Command = "uvicorn app:app --port {port}"
	for i := range 3 {
		s := measured(results.ArmA, 0, 10, map[string]*results.ClassData{"predict": class(2000, 0.3, 5)})
		s.TargetUse = &results.TargetUse{CPUSeconds: 2.25 + float64(i), Requests: 2000, PeakRSSMB: 120.4 - 10*float64(i)}
		f.Slices = append(f.Slices, s)
	}
	return summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
}

// managedPair are two such targets; of those named otherwise nothing is known.
func managedPair(known ...string) *verdict.Comparison {
	f := compareFile()
	f.Header.Targets[0].Command, f.Header.Targets[1].Command = "./old/server --port {port}", "./new/server --port {port}"
	for i := range f.Slices {
		s := &f.Slices[i]
		use := map[string]*results.TargetUse{results.ArmA: {CPUSeconds: 1.5, Requests: 722, PeakRSSMB: 96.25}, results.ArmB: {CPUSeconds: 0.5, Requests: 722, PeakRSSMB: 41}}
		if slices.Contains(known, s.Arm) {
			s.TargetUse = use[s.Arm]
		}
	}
	return verdict.Compare(f, verdict.Options{})
}

// closedRun has one class, and the percentiles that its user asked for.
func closedRun() *summary.Run {
	d := class(800, 1, 1500)
	d.Clocks[results.ClockResponse], d.Clocks[results.ClockLag] = nil, nil
	f := file(results.Closed, results.Class{Name: "predict", Share: 1})
	f.Header.Scenario.Name = "concurrent"
	f.Slices = []results.Slice{measured(results.ArmA, 0, 10, map[string]*results.ClassData{"predict": d})}
	return summary.Of(f, summary.Select{Arm: results.ArmA}, []float64{0.5, 0.75, 0.999, 0.9999})
}

// emptyRun sent nothing: the generator's fault, so it is invalid.
func emptyRun() *summary.Run {
	f := file(results.Open, mixClasses[:2]...)
	f.Footer = nil
	s := summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
	judge(s, "p99<50ms")
	return s
}

// hostile is names as an attacker would choose them.
const hostile = "a|b\\|c <b>x</b> *d* `e` _f_\n\x1b[31mred\x1b]0;title\x07 \u202eevil\u009b2J 世界 é 🚀\t&amp;"

func hostileRun() *summary.Run {
	f := file(results.Open, results.Class{Name: hostile, Share: 0.5}, results.Class{Name: "世界", Share: 0.5})
	f.Path = "dir|`x\x1b[2J.jsonl"
	f.Header.Scenario.Name = hostile
	f.Header.Targets[0] = results.Target{Arm: results.ArmA, Name: hostile, URL: "http://h/`|\x1b[31m"}
	f.Header.Warnings = []string{hostile}
	d := class(30, 1, 2)
	d.Status = map[string]int64{"2\x1b[m|": 30}
	d.Errors = map[string]int64{"new|\x1b[m": 1}
	f.Slices = []results.Slice{measured(results.ArmA, 0, 1, map[string]*results.ClassData{hostile: d, "世界": class(30, 1, 2)})}
	s := summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
	s.Objectives = []summary.ObjectiveResult{{Expr: hostile + "<5ms"}}
	return s
}

// compareFile measures legacy and modern in two pairs; health is too rare for
// its higher percentiles.
func compareFile() *results.File {
	f := file(results.Open, results.Class{Name: "predict", Share: 0.7}, results.Class{Name: "health", Share: 0.3})
	f.Path = "mlbench-results/20260102T150405Z-mix-legacy-modern.jsonl"
	f.Header.Command = "compare"
	f.Header.Targets = []results.Target{{Arm: results.ArmA, Name: "legacy", URL: "http://127.0.0.1:5000"}, {Arm: results.ArmB, Name: "modern", URL: "http://127.0.0.1:8000"}}
	f.Header.Warnings = []string{"both targets share this machine with the generator"}
	for pair := 1; pair <= 2; pair++ {
		slow, fast := class(702, 0.5, 20), class(702, 0.4, 12)
		slow.Errors = map[string]int64{results.ErrStatus: 7}
		slow.Status = map[string]int64{"200": 695, "503": 7}
		f.Slices = append(f.Slices,
			measured(results.ArmA, pair, 5, map[string]*results.ClassData{"predict": slow, "health": class(20, 0.1, 2)}),
			measured(results.ArmB, pair, 5, map[string]*results.ClassData{"predict": fast, "health": class(20, 0.1, 2)}))
	}
	f.Slices[1].Telemetry = &results.Telemetry{StealPct: 4}
	return f
}

func comparison() *verdict.Comparison {
	return verdict.Compare(compareFile(), verdict.Options{})
}

// pairedFile measures legacy and modern in so many pairs, each slice with luck of
// its own of about 1%; modern takes factor times as long.
func pairedFile(pairs int, factor func(class string) float64) *results.File {
	f := compareFile()
	f.Header.Arrivals, f.Header.RateRPS, f.Header.WarmupS, f.Header.BudgetS = "poisson", 400, 3, 60
	f.Slices = nil
	for pair := 1; pair <= pairs; pair++ {
		for i, arm := range []string{results.ArmA, results.ArmB} {
			luck := 1 + 0.02*math.Sin(float64(37*pair+11*i))
			classes := map[string]*results.ClassData{}
			for name, size := range map[string]struct {
				n      int
				lo, hi float64
			}{"predict": {190, 0.4, 9}, "health": {10, 0.1, 0.6}} {
				by := luck
				if arm == results.ArmB {
					by *= factor(name)
				}
				classes[name] = class(size.n, by*size.lo, by*size.hi)
			}
			f.Slices = append(f.Slices, measured(arm, pair, 0.5, classes))
		}
	}
	return f
}

// constantly is a factor for every class.
func constantly(by float64) func(string) float64 { return func(string) float64 { return by } }

func judged(f *results.File) *verdict.Comparison {
	return verdict.Compare(f, verdict.Options{})
}

// regressed is slower in one class only, and a few of its requests fail.
func regressed() *verdict.Comparison {
	f := pairedFile(24, func(class string) float64 {
		if class == "health" {
			return 1.3
		}
		return 1.01
	})
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == results.ArmB && s.Pair%12 == 0 {
			d := s.Classes["predict"]
			d.Errors, d.Status = map[string]int64{results.ErrStatus: 1}, map[string]int64{"200": d.Sent - 1, "503": 1}
		}
	}
	return verdict.Compare(f, verdict.Options{Percentiles: []float64{0.25, 0.5}})
}

// missingObjective is no worse, and not good enough.
func missingObjective() *verdict.Comparison {
	f := pairedFile(48, constantly(1))
	f.Header.Objectives = []string{"p99<50ms", "health:p50<0.01ms", "errors<1%"}
	return judged(f)
}

// goneHead hangs, then crashes.
func goneHead() *verdict.Comparison {
	f := pairedFile(9, constantly(1))
	f.Header.TimeoutS = 10
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == results.ArmB && s.Pair > 4 {
			for _, d := range s.Classes {
				d.Done, d.Status, d.Errors = 0, nil, map[string]int64{results.ErrTimeout: d.Sent}
				d.Clocks[results.ClockResponse], d.Clocks[results.ClockService] = spread(int(d.Sent), 10000, 10001), spread(int(d.Sent), 10000, 10000)
			}
		}
	}
	f.Ends = []results.TargetEnd{{Arm: results.ArmB, AtS: 20, Pairs: 9, Planned: 12, Ended: "exit 137", Said: "FATAL: out of memory", Answered: true}}
	f.Footer = &results.Footer{Ended: results.Failed, Reason: f.Ends[0].Text("modern")}
	return judged(f)
}

// improvedInAll is better throughout, with more reasons than a page shows.
func improvedInAll() *verdict.Comparison {
	c := judged(pairedFile(24, constantly(0.6)))
	for i := range 7 {
		c.Note(summary.Reason{Code: summary.Noted, Args: map[string]any{"text": fmt.Sprintf("reason %d", i)}})
	}
	return c
}

// closedComparison judges throughput.
func closedComparison() *verdict.Comparison {
	f := pairedFile(24, constantly(1.1))
	f.Header.Model, f.Header.Arrivals, f.Header.RateRPS, f.Header.Connections = results.Closed, "", 0, 8
	for i := range f.Slices {
		s := &f.Slices[i]
		for _, d := range s.Classes {
			d.Clocks[results.ClockResponse], d.Clocks[results.ClockLag] = nil, nil
		}
		if s.Arm == results.ArmB {
			s.DurationS *= 1.1 + 0.001*float64(s.Pair%5)
		}
	}
	return verdict.Compare(f, verdict.Options{})
}

// slots is a comparison on a machine that slows down within each pair.
func slots() *verdict.Comparison {
	f := pairedFile(24, constantly(1))
	for i := range f.Slices {
		s := &f.Slices[i]
		s.StartS = float64(2 * s.Pair)
		if first := s.Arm == results.ArmA; first != (s.Pair%3 == 0) {
			continue
		}
		s.StartS++
		for name, d := range s.Classes {
			s.Classes[name] = class(int(d.Sent), 1.05*ms(d.Clocks[results.ClockResponse].Min()), 1.05*ms(d.Clocks[results.ClockResponse].Max()))
		}
	}
	return judged(f)
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// savedRuns are too few to be judged.
func savedRuns() *verdict.Comparison {
	run := func(name string, seed uint64, hi float64) *results.File {
		f := file(results.Open, mixClasses[:1]...)
		f.Header.Seed, f.Header.Targets[0].Name, f.Path = seed, name, name+".jsonl"
		f.Slices = []results.Slice{measured(results.ArmA, 0, 10, map[string]*results.ClassData{"predict": class(2000, 0.4, hi)})}
		return f
	}
	c, err := verdict.CompareRuns([]*results.File{run("legacy", 1, 9)}, []*results.File{run("modern", 2, 8)}, verdict.Options{})
	if err != nil {
		panic(err)
	}
	return c
}

// twins is a target compared with itself, with hostile names.
func twins() *verdict.Comparison {
	f := compareFile()
	f.Header.Targets[0].Name, f.Header.Targets[1].Name = hostile, hostile
	f.Header.Scenario.Name = hostile
	return verdict.Compare(f, verdict.Options{Percentiles: []float64{0.5}})
}

// unmeasured is a comparison that broke off before its first slice.
func unmeasured() *verdict.Comparison {
	f := compareFile()
	f.Slices, f.Footer = nil, nil
	return verdict.Compare(f, verdict.Options{})
}

// notes are reasons that are sentences already.
func notes(texts ...string) (out []summary.Reason) {
	for _, text := range texts {
		out = append(out, summary.Reason{Code: summary.Noted, Args: map[string]any{"text": text}})
	}
	return out
}
