package summary

import (
	"encoding/json"
	"math"
	"os"
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

// A9: the course of a load over time, and at which stage the target broke.
func TestSeriesAndStagesTellWhereALoadInStagesBroke(t *testing.T) {
	f := staged()
	points := f.Series()
	if len(points) != 7 || points[0].Phase != results.Warmup {
		t.Fatalf("%d points, the first %+v; want 7, the warm-up first", len(points), points[0])
	}
	p := points[3]
	if p.StartS != 3 || *p.AskedRPS != 40 || *p.AchievedRPS != 40 || p.Errors.Total != 20 || p.Dropped != 5 || p.InFlightMax != 40 || math.Round(*p.P50) != 20 || math.Round(*p.P99) != 40 {
		t.Errorf("%+v", p)
	}
	if last := points[6]; last.AskedRPS != nil || last.AchievedRPS != nil || last.Requests != 3 {
		t.Errorf("answers awaited after the end: %+v, want a point without rates", last)
	}
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

// A file whose slices are added up as they are read has the same course.
func TestSeriesOfAFileReadSummed(t *testing.T) {
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
	if diff := cmp.Diff(asJSON(whole.Series()), asJSON(summed.Series())); diff != "" {
		t.Error("the series differ (-whole +summed):\n", diff)
	}
	if diff := cmp.Diff(asJSON(stagesOf(whole, results.ArmA, nil)), asJSON(stagesOf(summed, results.ArmA, nil))); diff != "" {
		t.Error("the stages differ (-whole +summed):\n", diff)
	}
}

// Files from before slices said their rate have a course all the same.
func TestSeriesOfAnOldFile(t *testing.T) {
	in, err := os.Open("../testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := results.ReadFile("-", in)
	if err != nil {
		t.Fatal(err)
	}
	points := f.Series()
	if len(points) != 5 || stagesOf(f, results.ArmA, nil) != nil {
		t.Fatalf("%d points and stages %v; want 5 and none", len(points), stagesOf(f, results.ArmA, nil))
	}
	for _, p := range points {
		if p.AskedRPS == nil || *p.AskedRPS != f.Header.RateRPS || p.P50 == nil {
			t.Errorf("%+v, want the header's rate", p)
		}
	}
}
