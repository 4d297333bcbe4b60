package summary

import (
	"fmt"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// machine is a run of three intervals, in each of which n requests took 1…n ms.
func machine(name string, n int) *results.File {
	f := openFile(nil)
	f.Path, f.Header.Seed = "runs/"+name+".jsonl", uint64(n)
	f.Header.Start = f.Header.Start.Add(time.Duration(n) * time.Millisecond)
	f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: results.Warmup, DurationS: 1, RateRPS: 100, Classes: map[string]*results.ClassData{"predict": served(n)}})
	for k := range 3 {
		f.Slices = append(f.Slices, results.Slice{
			Arm: results.ArmA, Phase: results.Measure, StartS: float64(1 + k), DurationS: 1, RateRPS: 100, InFlightMax: 2,
			Telemetry: &results.Telemetry{SpanS: 1, CPUSeconds: 0.1}, Classes: map[string]*results.ClassData{"predict": served(n), "health": served(n)},
		})
	}
	return f
}

func merged(t *testing.T, files ...*results.File) *results.File {
	t.Helper()
	f, err := files[0].Merge(files[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What several machines sent is one run: rates add up, and percentiles are those
// of all requests, however the files are grouped.
func TestMergedRunsAreOneRunWhateverTheOrder(t *testing.T) {
	a, b, c := func() *results.File { return machine("a", 10) }, func() *results.File { return machine("b", 30) }, func() *results.File { return machine("c", 60) }
	want := Of(merged(t, a(), b(), c()), Select{}, nil)
	if want.Requests != 600 || !near(want.DurationS, 3) || !near(want.ThroughputRPS, 200) || !near(want.Latency[results.ClockResponse].Max, 60) || !want.Valid {
		t.Fatalf("%d requests in %v s, %v/s, latency %+v, valid %v", want.Requests, want.DurationS, want.ThroughputRPS, want.Latency[results.ClockResponse], want.Valid)
	}
	if got := merged(t, a(), b(), c()).Header.RateRPS; got != 300 {
		t.Errorf("rate %v, want 300", got)
	}
	for name, f := range map[string]*results.File{
		"another order":  merged(t, c(), a(), b()),
		"one by one":     func() *results.File { ab := merged(t, a(), b()); ab.Path = "ab.jsonl"; return merged(t, ab, c()) }(),
		"from the right": func() *results.File { bc := merged(t, b(), c()); bc.Path = "bc.jsonl"; return merged(t, a(), bc) }(),
	} {
		got := Of(f, Select{}, nil)
		if g, w := fmt.Sprint(got.Requests, got.DurationS, got.Latency, got.Status), fmt.Sprint(want.Requests, want.DurationS, want.Latency, want.Status); g != w {
			t.Errorf("%s:\n got %s\nwant %s", name, g, w)
		}
	}
}

// A machine keeps its own figures, and the file all of it.
func TestMergedFilesKeepTheirMachines(t *testing.T) {
	f := merged(t, machine("a", 10), machine("b", 30))
	w, err := results.Output{File: t.TempDir() + "/all.jsonl"}.Create(&f.Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Slices {
		if err := w.Slice(&f.Slices[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range f.Nodes {
		if err := w.Node(&f.Nodes[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(results.Completed, ""); err != nil {
		t.Fatal(err)
	}
	for _, summed := range []bool{false, true} {
		read, err := w.Read(summed)
		if err != nil || !read.Complete() {
			t.Fatalf("%v, damage %q", err, read.Damage)
		}
		for node, want := range map[string]string{"": "240 in 3 s", "a": "60 in 3 s", "b": "180 in 3 s", "none": "0 in 0 s"} {
			s := Of(read, Select{Node: node}, nil)
			if got := fmt.Sprintf("%d in %.6g s", s.Requests, s.DurationS); got != want {
				t.Errorf("machine %q: %s, want %s", node, got, want)
			}
		}
	}
}

// One generator that was late is told, and makes the whole invalid if it sent much.
func TestMergedRunsAreJudgedByMachine(t *testing.T) {
	for _, tt := range []struct {
		others int
		valid  bool
	}{{11, false}, {400, true}} {
		late := machine("late", 10)
		for i := range late.Slices {
			for _, d := range late.Slices[i].Classes {
				d.Clocks[results.ClockResponse], d.Clocks[results.ClockLag] = repeat(10, 100), repeat(10, 90)
			}
		}
		s := Of(merged(t, late, machine("good", tt.others)), Select{}, nil)
		if s.Valid != tt.valid || !has(s, OfNode) || has(s, InvalidNodes) == tt.valid {
			t.Errorf("beside %d requests: valid %v, %v", tt.others, s.Valid, s.Warnings)
		}
	}
}
