package results

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// machine is a run of three intervals, in each of which n requests took 1…n ms.
func machine(name string, n int) *File {
	f := openFile(nil)
	f.Path, f.Header.Seed = "runs/"+name+".jsonl", uint64(n)
	f.Header.Start = f.Header.Start.Add(time.Duration(n) * time.Millisecond)
	f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Warmup, DurationS: 1, RateRPS: 100, Classes: map[string]*ClassData{"predict": served(n)}})
	for k := range 3 {
		f.Slices = append(f.Slices, Slice{
			Arm: ArmA, Phase: Measure, StartS: float64(1 + k), DurationS: 1, RateRPS: 100, InFlightMax: 2,
			Telemetry: &Telemetry{SpanS: 1, CPUSeconds: 0.1}, Classes: map[string]*ClassData{"predict": served(n), "health": served(n)},
		})
	}
	return f
}

func merged(t *testing.T, files ...*File) *File {
	t.Helper()
	f, err := Merge(files...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What several machines sent is one run: rates add up, and percentiles are those
// of all requests, however the files are grouped.
func TestMergedRunsAreOneRunWhateverTheOrder(t *testing.T) {
	a, b, c := func() *File { return machine("a", 10) }, func() *File { return machine("b", 30) }, func() *File { return machine("c", 60) }
	want := Summarize(merged(t, a(), b(), c()), Select{}, nil)
	if want.Requests != 600 || !near(want.DurationS, 3) || !near(want.ThroughputRPS, 200) || !near(want.Latency[ClockResponse].Max, 60) || !want.Valid {
		t.Fatalf("%d requests in %v s, %v/s, latency %+v, valid %v", want.Requests, want.DurationS, want.ThroughputRPS, want.Latency[ClockResponse], want.Valid)
	}
	if got := merged(t, a(), b(), c()).Header.RateRPS; got != 300 {
		t.Errorf("rate %v, want 300", got)
	}
	for name, f := range map[string]*File{
		"another order":  merged(t, c(), a(), b()),
		"one by one":     func() *File { ab := merged(t, a(), b()); ab.Path = "ab.jsonl"; return merged(t, ab, c()) }(),
		"from the right": func() *File { bc := merged(t, b(), c()); bc.Path = "bc.jsonl"; return merged(t, a(), bc) }(),
	} {
		got := Summarize(f, Select{}, nil)
		if g, w := fmt.Sprint(got.Requests, got.DurationS, got.Latency, got.Status), fmt.Sprint(want.Requests, want.DurationS, want.Latency, want.Status); g != w {
			t.Errorf("%s:\n got %s\nwant %s", name, g, w)
		}
	}
}

// A machine keeps its own figures, and the file all of it.
func TestMergedFilesKeepTheirMachines(t *testing.T) {
	f := merged(t, machine("a", 10), machine("b", 30))
	w, err := Create(t.TempDir()+"/all.jsonl", &f.Header)
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
	if err := w.Close(Completed, ""); err != nil {
		t.Fatal(err)
	}
	for _, summed := range []bool{false, true} {
		read, err := w.Read(summed)
		if err != nil || !read.Complete() {
			t.Fatalf("%v, damage %q", err, read.Damage)
		}
		for node, want := range map[string]string{"": "240 in 3 s", "a": "60 in 3 s", "b": "180 in 3 s", "none": "0 in 0 s"} {
			s := Summarize(read, Select{Node: node}, nil)
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
				d.Clocks[ClockResponse], d.Clocks[ClockLag] = repeat(10, 100), repeat(10, 90)
			}
		}
		s := Summarize(merged(t, late, machine("good", tt.others)), Select{}, nil)
		if s.Valid != tt.valid || !has(s, OfNode) || has(s, InvalidNodes) == tt.valid {
			t.Errorf("beside %d requests: valid %v, %v", tt.others, s.Valid, s.Warnings)
		}
	}
}

func TestMergeRefusesWhatWasNotOneLoad(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*File)
		want   string
	}{
		"another scenario":    {func(f *File) { f.Header.Scenario.Name = "ramp" }, "the scenarios differ"},
		"another target":      {func(f *File) { f.Header.Targets[0].URL = "http://127.0.0.2:1" }, "the targets differ"},
		"one after the other": {func(f *File) { f.Header.Start = f.Header.Start.Add(4 * time.Second) }, "measured 3.99 s apart"},
		"shorter":             {func(f *File) { f.Slices = f.Slices[:3] }, "shorter than the others"},
		"longer":              {func(f *File) { f.Slices = append(f.Slices, f.Slices[3]) }, "longer than the others"},
		"another interval":    {func(f *File) { f.Slices[2].DurationS = 1.01 }, "want runs of one --duration"},
		"interrupted":         {func(f *File) { f.Footer.Ended = Interrupted }, "did not come to its end"},
		"the same name":       {func(f *File) { f.Path = "other/a.jsonl" }, "a second machine called a"},
		"the same run":        {func(f *File) { *f = *machine("b", 30); f.Path = "copy.jsonl" }, "are the same run"},
		"a comparison":        {func(f *File) { f.Header.Targets = append(f.Header.Targets, Target{Arm: ArmB}) }, "no single run"},
	} {
		f := machine("c", 10)
		tt.change(f)
		if _, err := Merge(machine("a", 20), machine("b", 30), f); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := Merge(machine("a", 20)); err == nil {
		t.Error("one file is merged")
	}
}
