package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
)

// This file has a comparison of each kind that there is, made as package loadgen
// makes them and judged for real: documents have them, so that each has its golden
// pages.

// experiment is a comparison of legacy and modern, as it is planned by default, of
// which so many pairs were measured: in random order, each slice with luck of its
// own of about 1.5%.
type experiment struct {
	pairs   int
	seed    uint64
	control bool
	factor  func(place) float64   // on the latencies; nil: 1
	change  []func(*results.File) // of the file
}

// place is where a latency is from.
type place struct {
	arm, before, class string
	pair               int
}

// drawn is as class is, with latencies that are not the same in every slice.
func drawn(lot *rand.Rand, n int, lo, hi float64) *results.ClassData {
	d := class(n, lo, hi)
	l := stats.NewLive()
	for i := range n {
		v := lo * math.Pow(hi/lo, (float64(i)+lot.Float64())/float64(n))
		l.Record(time.Duration(v * float64(time.Millisecond)))
	}
	h := l.Drain()
	d.Clocks[results.ClockResponse], d.Clocks[results.ClockService] = h, h
	return d
}

// file is what is written of it.
func (e experiment) file() *results.File {
	const rate, slice, settle = 200, 0.25, 0.15
	f := compareFile()
	h := &f.Header
	h.Classes = []results.Class{{Name: "predict", Share: 0.94}, {Name: "health", Share: 0.06}}
	h.Arrivals, h.RateRPS, h.WarmupS, h.BudgetS, h.Looks, h.Warnings = "poisson", rate, 3, 120, []int{24, 48, 96, 192}, nil
	f.Slices = nil
	lot := rand.New(rand.NewPCG(1, e.seed))
	at, before := 2*h.WarmupS, ""
	h.Control = e.control
	for pair := 1; pair <= e.pairs; pair++ {
		arms := []string{results.ArmA, results.ArmB}
		if e.control {
			arms = append(arms, results.ArmControl)
		}
		lot.Shuffle(len(arms), func(i, j int) { arms[i], arms[j] = arms[j], arms[i] })
		for _, arm := range arms {
			luck := 1 + 0.015*lot.NormFloat64()
			classes := map[string]*results.ClassData{}
			for i, size := range []struct {
				n      int
				lo, hi float64
			}{{47, 0.6, 9}, {3, 0.1, 0.6}} {
				by, name := luck, h.Classes[i].Name
				if e.factor != nil {
					by *= e.factor(place{arm, before, name, pair})
				}
				classes[name] = drawn(lot, size.n, by*size.lo, by*size.hi)
			}
			s := measured(arm, pair, slice, classes)
			s.StartS, s.Discarded = at+settle, int64(rate*settle)
			at, before = at+settle+slice, arm
			f.Slices = append(f.Slices, s)
		}
	}
	for _, change := range e.change {
		change(f)
	}
	return f
}

func (e experiment) judged() *verdict.Comparison { return judged(e.file()) }

// modern is a factor on B's latencies in every pair.
func modern(by float64) func(place) float64 {
	return func(p place) float64 {
		if p.arm == results.ArmB {
			return by
		}
		return 1
	}
}

// eachOf changes every slice of an arm.
func eachOf(arm string, change func(*results.Slice)) func(*results.File) {
	return func(f *results.File) {
		for i := range f.Slices {
			if s := &f.Slices[i]; s.Arm == arm {
				change(s)
			}
		}
	}
}

// verdicts are a comparison of each kind.
var verdicts = map[string]func() *verdict.Comparison{
	"verdict-regression": experiment{pairs: 24, factor: modern(1.12), change: []func(*results.File){commands}}.judged,
	"verdict-ok":         experiment{pairs: 48, factor: modern(1.004)}.judged,
	"verdict-improved":   experiment{pairs: 24, factor: modern(0.8)}.judged,
	// The end of the budget, near the limit.
	"verdict-open": experiment{pairs: 192, factor: modern(1.047)}.judged,
	// Stopped by the user before the first look.
	"verdict-interrupted": experiment{pairs: 9, change: []func(*results.File){func(f *results.File) {
		f.Footer = &results.Footer{Ended: results.Interrupted, Planned: 192}
	}}}.judged,
	"verdict-unsteady": experiment{pairs: 192, factor: func(p place) float64 {
		if p.arm == results.ArmB {
			return 1 + 0.4/float64(1+p.pair/12)
		}
		return 1
	}}.judged,
	"verdict-late": experiment{pairs: 192, seed: 3, change: []func(*results.File){eachOf(results.ArmB, late(12))}}.judged,
	"verdict-stalls": experiment{pairs: 192, change: []func(*results.File){eachOf(results.ArmB, func(s *results.Slice) {
		if s.Pair%19 == 0 {
			s.Classes["predict"].Clocks[results.ClockResponse].Merge(spread(1, 400, 400))
		}
	})}}.judged,
	"verdict-closed": experiment{pairs: 48, change: []func(*results.File){closedModel}}.judged,
	"verdict-cpu": experiment{pairs: 24, factor: modern(0.8), change: []func(*results.File){
		commands, eachOf(results.ArmA, use(0.030)), eachOf(results.ArmB, use(0.0315)),
	}}.judged,
	// A budget too small for p99, on a machine with much luck in it.
	"verdict-few": experiment{pairs: 14, factor: func(p place) float64 {
		return 1 + 0.25*math.Sin(float64(37*p.pair+11*len(p.before)+5*int(p.arm[0])))
	}, change: []func(*results.File){func(f *results.File) { f.Header.BudgetS, f.Header.Looks = 20, []int{14} }}}.judged,
	// The tail of the closed model, which no throughput shows.
	"verdict-closed-guard": experiment{pairs: 192, factor: func(p place) float64 {
		if p.arm == results.ArmB && p.pair%4 == 0 {
			return 1.6
		}
		return 1
	}, change: []func(*results.File){closedModel}}.judged,
	// A slow path in few slices.
	"verdict-slow-path": experiment{pairs: 192, change: []func(*results.File){eachOf(results.ArmB, func(s *results.Slice) {
		if s.Pair%16 == 0 {
			d := s.Classes["predict"]
			d.Clocks[results.ClockResponse].Merge(spread(12, 30, 40))
		}
	})}}.judged,
	"verdict-saved":   savedInTurn,
	"verdict-invalid": experiment{pairs: 24, change: []func(*results.File){eachOf(results.ArmB, late(2))}}.judged,
	"verdict-carry-over": experiment{pairs: 192, factor: func(p place) float64 {
		if p.before == results.ArmA {
			return 1.2
		}
		return 1
	}}.judged,
	"verdict-control": experiment{pairs: 192, control: true, factor: func(p place) float64 {
		return map[string]float64{results.ArmA: 1, results.ArmB: 1.12, results.ArmControl: 1.05}[p.arm]
	}}.judged,
	"verdict-launches": experiment{pairs: 64, factor: func(p place) float64 {
		luck := rand.New(rand.NewPCG(uint64((p.pair-1)/8), uint64(p.arm[0]))).NormFloat64()
		return modern(1.12)(p) * (1 + 0.02*luck)
	}, change: []func(*results.File){commands, func(f *results.File) {
		f.Header.Launches, f.Header.Looks = 16, []int{4, 8, 12, 16}
		for i := range f.Slices {
			f.Slices[i].Launch = 1 + (f.Slices[i].Pair-1)/8
		}
	}}}.judged,
}

// commands are of targets that mlbench starts.
func commands(f *results.File) {
	f.Header.Targets[0].Command, f.Header.Targets[1].Command = "./legacy --port {port}", "./modern --port {port}"
}

// late makes every nth slice one in which the generator was late.
func late(n int) func(*results.Slice) {
	return func(s *results.Slice) {
		if s.Pair%n == 0 {
			for _, d := range s.Classes {
				d.Clocks[results.ClockLag] = spread(int(d.Sent), 20, 30)
			}
		}
	}
}

// use is CPU time of a managed target.
func use(seconds float64) func(*results.Slice) {
	return func(s *results.Slice) {
		s.TargetUse = &results.TargetUse{CPUSeconds: seconds, Requests: 80, PeakRSSMB: 96}
	}
}

// closedModel is the same of workers.
func closedModel(f *results.File) {
	f.Header.Model, f.Header.Arrivals, f.Header.RateRPS, f.Header.Connections = results.Closed, "", 0, 8
	for i := range f.Slices {
		for _, d := range f.Slices[i].Classes {
			d.Clocks[results.ClockLag] = nil
		}
	}
}

// savedInTurn are five runs of each, A, B, A, B, …
func savedInTurn() *verdict.Comparison {
	var sides [2][]*results.File
	lot := rand.New(rand.NewPCG(5, 6))
	for i := range 10 {
		f := file(results.Open, results.Class{Name: "predict", Share: 1})
		f.Header.Start = f.Header.Start.Add(time.Duration(i) * time.Minute)
		f.Header.Host.Boot, f.Header.Seed = "1f2e3d4c", uint64(i)
		name := []string{"legacy", "modern"}[i%2]
		f.Header.Targets[0].Name, f.Path = name, fmt.Sprintf("%s-%d.jsonl", name, i/2+1)
		by := (1 + 0.12*float64(i%2)) * (1 + 0.01*lot.NormFloat64())
		f.Slices = []results.Slice{measured(results.ArmA, 0, 10, map[string]*results.ClassData{"predict": drawn(lot, 2000, 0.4*by, 9*by)})}
		sides[i%2] = append(sides[i%2], f)
	}
	c, err := verdict.CompareRuns(sides[0], sides[1], verdict.Options{})
	if err != nil {
		panic(err)
	}
	return c
}

// A comparison fits 100 columns, with targets of ordinary names.
func TestComparisonFits(t *testing.T) {
	for name := range verdicts {
		for line := range strings.Lines(render(t, name, Text, Options{})) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > comparisonWidth {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
	}
}

// Whatever says that one build is better says of how many starts that is.
func TestDifferencesSayOfHowManyStarts(t *testing.T) {
	for name, want := range map[string]string{
		"verdict-regression": "one start of each, at this time", "verdict-cpu": "one start of each, at this time",
		"verdict-improved": "of these two processes", "verdict-launches": "over 8 starts of each; starts of one build differ by about ",
		"verdict-saved": "these are saved runs", "verdict-ok": "",
	} {
		page := render(t, name, Text, Options{})
		opening, _, _ := strings.Cut(page, "\n\n")
		if !strings.Contains(opening, want) || want == "" && strings.Contains(opening, "start") {
			t.Errorf("%s: no %q in\n%s", name, want, opening)
		}
	}
}
