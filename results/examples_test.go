package results

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A7: a summary quotes the first failure of each kind, of files old and new.
func TestErrorsHaveTheirFirstExamples(t *testing.T) {
	failing := func() *ClassData {
		d := served(20)
		d.Errors = map[string]int64{ErrStatus: 7, ErrCheck: 1}
		d.Status = map[string]int64{"200": 13, "404": 2, "500": 5}
		return d
	}
	f := openFile(nil)
	add := func(phase Phase, at float64, examples ...Example) {
		f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: phase, StartS: at, DurationS: 1, Examples: examples, Classes: map[string]*ClassData{"predict": failing()}})
	}
	crash := Example{Error: ErrStatus, Status: "500", Class: "predict", AtS: 1.5, Text: "worker crashed"}
	later := Example{Error: ErrStatus, Status: "500", Class: "health", AtS: 2.5, Text: "later"}
	missing := Example{Error: ErrStatus, Status: "404", Class: "predict", AtS: 2.7, Text: "no such model"}
	check := Example{Error: ErrCheck, Class: "predict", AtS: 2.1, Text: "no id"}
	add(Warmup, 0, Example{Error: ErrStatus, Status: "503", Text: "warming up"})
	add(Measure, 1, crash)
	add(Measure, 2, check, missing, later, Example{Error: ErrTimeout, Text: "of settle traffic"})
	want := []Example{missing, crash, check}
	path := write(t, f)
	summed, err := ReadSummed(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*File{f, summed} {
		s := Summarize(f, Select{Arm: ArmA}, nil)
		if diff := cmp.Diff(want, s.Errors.Examples); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if !slices.ContainsFunc(s.Warnings, func(r Reason) bool {
			return r.Code == Failure && r.Args["status"] == StatusKey("500") && r.Args["requests"] == int64(10) && r.Args["text"] == "worker crashed"
		}) {
			t.Errorf("warnings %v", s.Warnings)
		}
	}
	if b, err := json.Marshal(Summarize(f, Select{Arm: ArmA}, nil)); err != nil || !strings.Contains(string(b), `"examples":[{"error":"status","status":404,"class":"predict","at_s":2.7,"text":"no such model"}`) {
		t.Errorf("%v: %s", err, b)
	}
	for i := range f.Slices {
		f.Slices[i].Examples, f.Slices[i].Samples = nil, map[string]string{ErrCheck: "of an old file"}
	}
	if got := Summarize(f, Select{Arm: ArmA}, nil).Errors.Examples; len(got) != 1 || got[0].Text != "of an old file" || got[0].AtS != 1 {
		t.Errorf("of an old file: %+v", got)
	}
}
