package results

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// staged is a run of two stages, of which the second breaks the target.
func staged() *File {
	f := openFile(nil)
	f.Header.Shape = "steps(2s:10, 3s:40)"
	slice := func(at float64, stage int, rate float64, d *ClassData) {
		f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Measure, StartS: at, DurationS: 1, Stage: stage, RateRPS: rate, InFlightMax: d.Sent, Classes: map[string]*ClassData{"predict": d}})
	}
	f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Warmup, DurationS: 1, Stage: 1, RateRPS: 10, Classes: map[string]*ClassData{"predict": served(9)}})
	for i := range 5 {
		d := served(10)
		if i >= 2 {
			d = served(40)
			d.Dropped, d.Planned, d.Errors = 5, 45, map[string]int64{ErrStatus: 20}
			d.Status = map[string]int64{"200": 20, "500": 20}
		}
		slice(1+float64(i), 1+min(i/2, 1), []float64{10, 40}[min(i/2, 1)], d)
	}
	awaited := served(3)
	awaited.Late = 3
	f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Measure, StartS: 6, Stage: 2, Classes: map[string]*ClassData{"predict": awaited}})
	return f
}

// A9: the course of a load over time.
func TestSeriesTellsWhereALoadInStagesBroke(t *testing.T) {
	f := staged()
	points := f.Series()
	if len(points) != 7 || points[0].Phase != Warmup {
		t.Fatalf("%d points, the first %+v; want 7, the warm-up first", len(points), points[0])
	}
	p := points[3]
	if p.StartS != 3 || *p.AskedRPS != 40 || *p.AchievedRPS != 40 || p.Errors.Total != 20 || p.Dropped != 5 || p.InFlightMax != 40 || math.Round(*p.P50) != 20 || math.Round(*p.P99) != 40 {
		t.Errorf("%+v", p)
	}
	if last := points[6]; last.AskedRPS != nil || last.AchievedRPS != nil || last.Requests != 3 {
		t.Errorf("answers awaited after the end: %+v, want a point without rates", last)
	}
}

// A file whose slices are added up as they are read has the same course.
func TestSeriesOfAFileReadSummed(t *testing.T) {
	path := write(t, staged())
	whole, err := ReadFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	summed, err := ReadSummed(path, nil)
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
}

// Files from before slices said their rate have a course all the same.
func TestSeriesOfAnOldFile(t *testing.T) {
	in, err := os.Open("testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := readFrom(in, "v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	points := f.Series()
	if len(points) != 5 {
		t.Fatalf("%d points, want 5", len(points))
	}
	for _, p := range points {
		if p.AskedRPS == nil || *p.AskedRPS != f.Header.RateRPS || p.P50 == nil {
			t.Errorf("%+v, want the header's rate", p)
		}
	}
}
