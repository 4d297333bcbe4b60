package summary

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// A7: a summary quotes the first failure of each kind, of files old and new.
func TestErrorsHaveTheirFirstExamples(t *testing.T) {
	failing := func() *results.ClassData {
		d := served(20)
		d.Errors = map[string]int64{results.ErrStatus: 7, results.ErrCheck: 1}
		d.Status = map[string]int64{"200": 13, "404": 2, "500": 5}
		return d
	}
	f := openFile(nil)
	add := func(phase results.Phase, at float64, examples ...results.Example) {
		f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: phase, StartS: at, DurationS: 1, Examples: examples, Classes: map[string]*results.ClassData{"predict": failing()}})
	}
	crash := results.Example{Error: results.ErrStatus, Status: "500", Class: "predict", AtS: 1.5, Text: "worker crashed"}
	later := results.Example{Error: results.ErrStatus, Status: "500", Class: "health", AtS: 2.5, Text: "later"}
	missing := results.Example{Error: results.ErrStatus, Status: "404", Class: "predict", AtS: 2.7, Text: "no such model"}
	check := results.Example{Error: results.ErrCheck, Class: "predict", AtS: 2.1, Text: "no id"}
	add(results.Warmup, 0, results.Example{Error: results.ErrStatus, Status: "503", Text: "warming up"})
	add(results.Measure, 1, crash)
	add(results.Measure, 2, check, missing, later, results.Example{Error: results.ErrTimeout, Text: "of settle traffic"})
	want := []results.Example{missing, crash, check}
	path := write(t, f)
	summed, err := results.ReadSummed(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*results.File{f, summed} {
		s := Of(f, Select{Arm: results.ArmA}, nil)
		if diff := cmp.Diff(want, s.Errors.Examples); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if !slices.ContainsFunc(s.Warnings, func(r Reason) bool {
			return r.Code == Failure && r.Args["status"] == results.StatusKey("500") && r.Args["requests"] == int64(10) && r.Args["text"] == "worker crashed"
		}) {
			t.Errorf("warnings %v", s.Warnings)
		}
	}
	if b, err := json.Marshal(Of(f, Select{Arm: results.ArmA}, nil)); err != nil || !strings.Contains(string(b), `"examples":[{"error":"status","status":404,"class":"predict","at_s":2.7,"text":"no such model"}`) {
		t.Errorf("%v: %s", err, b)
	}
	for i := range f.Slices {
		f.Slices[i].Examples, f.Slices[i].Samples = nil, map[string]string{results.ErrCheck: "of an old file"}
	}
	if got := Of(f, Select{Arm: results.ArmA}, nil).Errors.Examples; len(got) != 1 || got[0].Text != "of an old file" || got[0].AtS != 1 {
		t.Errorf("of an old file: %+v", got)
	}
}
