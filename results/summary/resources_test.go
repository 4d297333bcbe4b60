package summary

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

func used(cpu, memory float64) *results.TargetUse {
	return &results.TargetUse{CPUSeconds: cpu, PeakRSSMB: memory}
}

// sliceUsing is a slice of n requests.
func sliceUsing(arm string, phase results.Phase, n int64, u *results.TargetUse) results.Slice {
	if u != nil {
		u.Requests = n
	}
	return results.Slice{Arm: arm, Phase: phase, DurationS: 1, TargetUse: u, Classes: map[string]*results.ClassData{"a": {Planned: n, Sent: n, Done: n, Status: map[string]int64{"200": n}, Clocks: map[string]*stats.Histogram{results.ClockService: repeat(int(n), 1)}}}}
}

func resourceFile(slices ...results.Slice) *results.File {
	return &results.File{
		Header: results.Header{Model: results.Closed, Connections: 1, Classes: []results.Class{{Name: "a", Share: 1}}, Targets: []results.Target{{Arm: results.ArmA, Name: "x", URL: ""}, {Arm: results.ArmB, Name: "y", URL: ""}}},
		Slices: slices, Footer: &results.Footer{Ended: results.Completed},
	}
}

func TestResources(t *testing.T) {
	per := func(v float64) *float64 { return &v }
	for name, tt := range map[string]struct {
		slices []results.Slice
		want   *Resources
	}{
		"sum and peak": {
			[]results.Slice{
				sliceUsing(results.ArmA, results.Warmup, 1000, used(9, 999)),
				sliceUsing(results.ArmA, results.Measure, 1000, used(1, 80)),
				sliceUsing(results.ArmA, results.Measure, 3000, used(2, 70)),
				sliceUsing(results.ArmB, results.Measure, 1000, used(9, 999)),
			},
			&Resources{per(.75), 3, 80},
		},
		"one slice unknown": {
			[]results.Slice{sliceUsing(results.ArmA, results.Measure, 7, nil), sliceUsing(results.ArmA, results.Measure, 1000, used(1, 80)), sliceUsing(results.ArmA, results.Measure, 99, nil)},
			&Resources{per(1), 1, 80},
		},
		"none known":       {[]results.Slice{sliceUsing(results.ArmA, results.Measure, 1, nil)}, nil},
		"nothing measured": {nil, nil},
		"no request":       {[]results.Slice{sliceUsing(results.ArmA, results.Measure, 0, used(.5, 80))}, &Resources{nil, .5, 80}},
	} {
		f := resourceFile(tt.slices...)
		if d := cmp.Diff(tt.want, Of(f, Select{Arm: results.ArmA}, nil).Resources); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		// Added up while read, as of long runs, it is the same.
		f.Header.Targets = f.Header.Targets[:1]
		f.Slices = slices.DeleteFunc(f.Slices, func(s results.Slice) bool { return s.Arm == results.ArmB })
		path := write(t, f)
		summed, err := results.ReadSummed(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, Of(summed, Select{Arm: results.ArmA}, nil).Resources); d != "" {
			t.Errorf("%s, summed: %s", name, d)
		}
	}
}
