package resulttest

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Hist records latencies in milliseconds.
func Hist(ms ...float64) *stats.Histogram {
	l := stats.NewLive()
	for _, v := range ms {
		l.Record(time.Duration(v * float64(time.Millisecond)))
	}
	return l.Drain()
}

// Steps is 1, 2, … n milliseconds.
func Steps(n int) *stats.Histogram {
	l := stats.NewLive()
	for i := range n {
		l.Record(time.Duration(i+1) * time.Millisecond)
	}
	return l.Drain()
}

// Served is a class in the open model of which every request was answered,
// after 1, 2, … n ms, sent 1 µs after its instant.
func Served(n int) *results.ClassData {
	lag := stats.NewLive()
	for range n {
		lag.Record(2 * time.Microsecond)
	}
	return &results.ClassData{
		Planned: int64(n), Sent: int64(n), Done: int64(n),
		Status: map[string]int64{"200": int64(n)},
		Clocks: map[string]*stats.Histogram{results.ClockResponse: Steps(n), results.ClockService: Steps(n), results.ClockLag: lag.Drain()},
	}
}

// OpenFile is a complete measurement of one slice in the open model.
func OpenFile(classes map[string]*results.ClassData) *results.File {
	f := &results.File{
		Path: "run.jsonl",
		Header: results.Header{
			Type: "header", Tool: "test", Command: "run",
			Scenario: results.Scenario{Name: "mix"},
			Targets:  []results.Target{{Arm: results.ArmA, Name: "modern", URL: "http://127.0.0.1:8000"}},
			Model:    results.Open, Arrivals: "poisson", RateRPS: 100, TimeoutS: 5,
			Classes: []results.Class{{Name: "predict", Share: 0.7}, {Name: "health", Share: 0.3}},
			Seed:    42, Start: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC),
			Host: results.Host{OS: "linux", Arch: "amd64", Cores: 2, Go: "go1.26", GOMAXPROCS: 2},
		},
		Footer: &results.Footer{Type: "footer", End: time.Date(2026, 1, 2, 15, 4, 15, 0, time.UTC), Ended: results.Completed},
	}
	if classes != nil {
		f.Slices = []results.Slice{{Type: "slice", Arm: results.ArmA, Phase: results.Measure, DurationS: 10, Classes: classes}}
	}
	return f
}

// Write stores f through Writer and returns its path.
func Write(t testing.TB, f *results.File) string {
	t.Helper()
	w, err := results.Output{File: filepath.Join(t.TempDir(), "out", "file.jsonl")}.Create(&f.Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Slices {
		if err := w.Slice(&f.Slices[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range f.Ends {
		if err := w.TargetEnd(&f.Ends[i]); err != nil {
			t.Fatal(err)
		}
	}
	if f.Footer != nil {
		if err := w.Close(f.Footer.Ended, f.Footer.Reason); err != nil {
			t.Fatal(err)
		}
	}
	return w.Path()
}
