package results

import (
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
		if _, err := machine("a", 20).Merge(machine("b", 30), f); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := machine("a", 20).Merge(); err == nil {
		t.Error("one file is merged")
	}
}
