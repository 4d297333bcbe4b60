package summary

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// A file read with its slices added up has the same summary, in two slices.
func TestReadSummed(t *testing.T) {
	f := openFile(nil)
	for i := range 40 {
		s := results.Slice{
			Arm: results.ArmA, Phase: results.Measure, DurationS: 1, InFlightMax: int64(i),
			Connections: results.Connections{Opened: 1, Stale: 1},
			Classes:     map[string]*results.ClassData{"predict": served(5), "health": served(2)},
			Telemetry:   &results.Telemetry{CPUSeconds: 0.1, StealPct: float64(i), RunDelayS: 0.4},
		}
		if i < 3 {
			s.Phase = results.Warmup
		}
		if i == 20 {
			d := s.Classes["predict"]
			d.Errors, d.Sent, d.Planned, d.Clocks[results.ClockLag] = map[string]int64{results.ErrReset: 3}, 8, 8, repeat(8, 0.01)
			s.Samples = map[string]string{results.ErrReset: "broken pipe"}
		}
		f.Slices = append(f.Slices, s)
	}
	path := write(t, f)
	whole, err := results.ReadFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	summed, err := results.ReadSummed(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole.Slices) != 40 || len(summed.Slices) != 2 {
		t.Errorf("%d slices read, %d when added up; want 40 and 2", len(whole.Slices), len(summed.Slices))
	}
	if diff := cmp.Diff(summaryJSON(t, whole), summaryJSON(t, summed)); diff != "" {
		t.Errorf("the summaries differ (-whole +summed):\n%s", diff)
	}
}

func summaryJSON(t *testing.T, f *results.File) string {
	t.Helper()
	b, err := json.MarshalIndent(Of(f, Select{Arm: results.ArmA}, nil), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
