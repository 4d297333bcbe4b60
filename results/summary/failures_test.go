package summary

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// A2: figures of nothing but failures are no success, unless somebody says so.
func TestARunWithoutASuccessMissesTheDefaultObjective(t *testing.T) {
	run := func(failed int64) *Run {
		d := served(20)
		d.Errors, d.Status = map[string]int64{results.ErrStatus: failed}, map[string]int64{"200": 20 - failed, "404": failed}
		return Of(openFile(map[string]*results.ClassData{"predict": d}), Select{Arm: results.ArmA}, nil)
	}
	objective := func(expr string) Objective {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	for _, tt := range []struct {
		name   string
		failed int64
		given  []Objective
		held   bool
		shown  int
	}{
		{"all failed", 20, nil, false, 1},
		{"one succeeded", 19, nil, true, 0},
		{"all failed, latency held", 20, []Objective{objective("p99<1m")}, false, 2},
		{"all failed, as is said to be right", 20, []Objective{objective("errors<=100%")}, true, 1},
		{"all failed, an objective on one class", 20, []Objective{objective("predict:errors<=100%")}, false, 2},
	} {
		s := run(tt.failed)
		held, err := s.JudgeAll(tt.given)
		if err != nil || held != tt.held || len(s.Objectives) != tt.shown {
			t.Errorf("%s: held %v, %+v, %v", tt.name, held, s.Objectives, err)
		}
		if !held {
			if last := s.Objectives[tt.shown-1]; last.Expr != "errors<100%" || !strings.Contains(last.Note, "no request succeeded") {
				t.Errorf("%s: %+v", tt.name, last)
			}
			if !has(s, NonePassed) {
				t.Errorf("%s: %v", tt.name, s.Warnings)
			}
		}
	}
}

// F22: what was in flight when it was interrupted was sent.
func TestAnInterruptedRunCountsWhatWasInFlight(t *testing.T) {
	f := openFile(map[string]*results.ClassData{"predict": {}})
	f.Footer.Ended = results.Interrupted
	f.Slices[0].Unfinished = 2
	s := Of(f, Select{Arm: results.ArmA}, nil)
	if s.Requests != 2 || s.Answered() != 0 || s.InFlight != 2 || s.Ended() != 0 {
		t.Errorf("sent %d, answered %d, unfinished %d", s.Requests, s.Answered(), s.InFlight)
	}
	if has(s, NoRequest) || !has(s, StoppedEarly) {
		t.Errorf("warnings %v", s.Warnings)
	}
	if b, err := json.Marshal(s); err != nil || !strings.Contains(string(b), `"requests":2,"dropped":0,"unfinished":2,`) {
		t.Errorf("%v: %s", err, b)
	}
	if held, err := s.JudgeAll(nil); err != nil || !held {
		t.Errorf("nothing failed: held %v, %v", held, err)
	}
}
