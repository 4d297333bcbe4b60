package results

import (
	"encoding/json"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results/stats"
)

// hist records latencies in milliseconds.
func hist(ms ...float64) *stats.Histogram {
	l := stats.NewLive()
	for _, v := range ms {
		l.Record(time.Duration(v * float64(time.Millisecond)))
	}
	return l.Drain()
}

// steps is 1, 2, … n milliseconds.
func steps(n int) *stats.Histogram {
	l := stats.NewLive()
	for i := range n {
		l.Record(time.Duration(i+1) * time.Millisecond)
	}
	return l.Drain()
}

// served is a class in the open model of which every request was answered,
// after 1, 2, … n ms, sent 1 µs after its instant.
func served(n int) *ClassData {
	lag := stats.NewLive()
	for range n {
		lag.Record(2 * time.Microsecond)
	}
	return &ClassData{
		Planned: int64(n), Sent: int64(n), Done: int64(n),
		Status: map[string]int64{"200": int64(n)},
		Clocks: histograms{ClockResponse: steps(n), ClockService: steps(n), ClockLag: lag.Drain()},
	}
}

// openFile is a complete measurement of one slice in the open model.
func openFile(classes map[string]*ClassData) *File {
	f := &File{
		Path: "run.jsonl",
		Header: Header{
			Type: "header", Schema: ownSchema, Tool: "test", Command: "run",
			Scenario: Scenario{Name: "mix"},
			Targets:  []Target{{Arm: ArmA, Name: "modern", URL: "http://127.0.0.1:8000"}},
			Model:    Open, Arrivals: "poisson", RateRPS: 100, TimeoutS: 5,
			Classes: []Class{{Name: "predict", Share: 0.7}, {Name: "health", Share: 0.3}},
			Seed:    42, Start: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC),
			Host: Host{OS: "linux", Arch: "amd64", Cores: 2, Go: "go1.26", GOMAXPROCS: 2},
		},
		Footer: &Footer{Type: "footer", End: time.Date(2026, 1, 2, 15, 4, 15, 0, time.UTC), Ended: Completed},
	}
	if classes != nil {
		f.Slices = []Slice{{Type: "slice", Arm: ArmA, Phase: Measure, DurationS: 10, Classes: classes}}
	}
	return f
}

// write stores f through Writer and returns its path.
func write(t *testing.T, f *File) string {
	t.Helper()
	w, err := Output{File: filepath.Join(t.TempDir(), "out", "file.jsonl")}.Create(&f.Header)
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
		err = w.Close(f.Footer.Ended, f.Footer.Reason)
	} else {
		err = w.f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.Path()
}

func jsonLine(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(b, '\n'), err
}

// repeat is n times the same latency in ms.
func repeat(n int, ms float64) *stats.Histogram {
	vs := make([]float64, n)
	for i := range vs {
		vs[i] = ms
	}
	return hist(vs...)
}

// readBothWays looks at a file as it is read whole, and summed.
func readBothWays(t *testing.T, saved *File, look func(how string, f *File)) {
	t.Helper()
	path := write(t, saved)
	for how, read := range map[string]func(string, io.Reader) (*File, error){"whole": ReadFile, "summed": ReadSummed} {
		f, err := read(path, nil)
		if err != nil || f.Damage != "" {
			t.Fatalf("%s: %v, %v", how, err, f)
		}
		look(how, f)
	}
}
