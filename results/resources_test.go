package results

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func used(cpu, memory float64) *TargetUse { return &TargetUse{CPUSeconds: cpu, PeakRSSMB: memory} }

// sliceUsing is a slice of n requests.
func sliceUsing(arm string, phase Phase, n int64, u *TargetUse) Slice {
	if u != nil {
		u.Requests = n
	}
	return Slice{Arm: arm, Phase: phase, DurationS: 1, TargetUse: u, Classes: map[string]*ClassData{"a": {Planned: n, Sent: n, Done: n, Status: map[string]int64{"200": n}, Clocks: histograms{ClockService: repeat(int(n), 1)}}}}
}

func resourceFile(slices ...Slice) *File {
	return &File{
		Header: Header{Schema: Schema, Model: Closed, Connections: 1, Classes: []Class{{"a", 1}}, Targets: []Target{{Arm: ArmA, Name: "x", URL: ""}, {Arm: ArmB, Name: "y", URL: ""}}},
		Slices: slices, Footer: &Footer{Ended: Completed},
	}
}

func TestResources(t *testing.T) {
	per := func(v float64) *float64 { return &v }
	for name, tt := range map[string]struct {
		slices []Slice
		want   *Resources
	}{
		"sum and peak": {
			[]Slice{
				sliceUsing(ArmA, Warmup, 1000, used(9, 999)),
				sliceUsing(ArmA, Measure, 1000, used(1, 80)),
				sliceUsing(ArmA, Measure, 3000, used(2, 70)),
				sliceUsing(ArmB, Measure, 1000, used(9, 999)),
			},
			&Resources{per(.75), 3, 80},
		},
		"one slice unknown": {
			[]Slice{sliceUsing(ArmA, Measure, 7, nil), sliceUsing(ArmA, Measure, 1000, used(1, 80)), sliceUsing(ArmA, Measure, 99, nil)},
			&Resources{per(1), 1, 80},
		},
		"none known":       {[]Slice{sliceUsing(ArmA, Measure, 1, nil)}, nil},
		"nothing measured": {nil, nil},
		"no request":       {[]Slice{sliceUsing(ArmA, Measure, 0, used(.5, 80))}, &Resources{nil, .5, 80}},
	} {
		f := resourceFile(tt.slices...)
		if d := cmp.Diff(tt.want, Summarize(f, Select{Arm: ArmA}, nil).Resources); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		// Added up while read, as of long runs, it is the same.
		f.Header.Targets = f.Header.Targets[:1]
		f.Slices = slices.DeleteFunc(f.Slices, func(s Slice) bool { return s.Arm == ArmB })
		path := write(t, f)
		summed, err := ReadSummed(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, Summarize(summed, Select{Arm: ArmA}, nil).Resources); d != "" {
			t.Errorf("%s, summed: %s", name, d)
		}
	}
}
