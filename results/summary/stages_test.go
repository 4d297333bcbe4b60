package summary

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// staged is a run of two stages, of which the second breaks the target.
func staged() *results.File {
	f := openFile(nil)
	f.Header.Shape = "steps(2s:10, 3s:40)"
	slice := func(at float64, stage int, rate float64, d *results.ClassData) {
		f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: results.Measure, StartS: at, DurationS: 1, Stage: stage, RateRPS: rate, InFlightMax: d.Sent, Classes: map[string]*results.ClassData{"predict": d}})
	}
	f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: results.Warmup, DurationS: 1, Stage: 1, RateRPS: 10, Classes: map[string]*results.ClassData{"predict": served(9)}})
	for i := range 5 {
		d := served(10)
		if i >= 2 {
			d = served(40)
			d.Dropped, d.Planned, d.Errors = 5, 45, map[string]int64{results.ErrStatus: 20}
			d.Status = map[string]int64{"200": 20, "500": 20}
		}
		slice(1+float64(i), 1+min(i/2, 1), []float64{10, 40}[min(i/2, 1)], d)
	}
	awaited := served(3)
	awaited.Late = 3
	f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: results.Measure, StartS: 6, Stage: 2, Classes: map[string]*results.ClassData{"predict": awaited}})
	return f
}

// A9: at which stage the target broke.
func TestStagesTellWhereALoadInStagesBroke(t *testing.T) {
	f := staged()
	stages := stagesOf(f, results.ArmA, nil)
	if len(stages) != 2 {
		t.Fatalf("%d stages, want 2", len(stages))
	}
	for i, want := range []stageSummary{
		{Stage: 1, StartS: 1, DurationS: 2, AskedRPS: 10, AchievedRPS: 10, Requests: 20, InFlightMax: 10},
		{Stage: 2, StartS: 3, DurationS: 3, AskedRPS: 40, AchievedRPS: 40, Requests: 123, Dropped: 15, InFlightMax: 40},
	} {
		got := stages[i]
		got.Errors, got.Response = results.Errors{}, Latency{}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stage %d (-want +got):\n%s", i+1, diff)
		}
	}
	if got := stages[1].Errors.Total; got != 60 {
		t.Errorf("%d errors in the second stage, want 60", got)
	}
}

// A file whose slices are added up as they are read has the same stages.
func TestStagesOfAFileReadSummed(t *testing.T) {
	path := write(t, staged())
	whole, err := results.ReadFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	summed, err := results.ReadSummed(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(summed.Slices) != 3 {
		t.Errorf("%d slices when added up, want 3: the warm-up and two stages", len(summed.Slices))
	}
	asJSON := func(v any) string {
		b, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(asJSON(stagesOf(whole, results.ArmA, nil)), asJSON(stagesOf(summed, results.ArmA, nil))); diff != "" {
		t.Error("the stages differ (-whole +summed):\n", diff)
	}
}

// Files from before slices said their stage have none.
func TestAnOldFileHasNoStages(t *testing.T) {
	f, err := results.ReadFile("../testdata/v1.jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	if stages := stagesOf(f, results.ArmA, nil); stages != nil {
		t.Errorf("%+v", stages)
	}
}
