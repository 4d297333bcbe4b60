package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// checkedRun has checks of its own names, of their own words and of an attacker's,
// one that never judged and one that failed.
func checkedRun() *summary.Run {
	f := file(results.Open, results.Class{Name: "predict", Share: 0.7, Checks: []string{"has-score", "$.scores length 1 to 10", hostile}}, results.Class{Name: "health", Share: 0.3, Checks: []string{"never"}})
	predict, health := class(2000, 0.3, 9), class(20, 0.1, 2)
	predict.Errors = map[string]int64{results.ErrCheck: 79}
	health.Errors, health.Status = map[string]int64{results.ErrStatus: 20}, map[string]int64{"503": 20}
	predict.CountCheck("has-score", 1921, 79)
	predict.ExemplifyCheck("has-score", 1.5, "$.score: not in the answer")
	predict.CountCheck("$.scores length 1 to 10", 2000, 0)
	predict.CountCheck(hostile, 1990, 10)
	predict.ExemplifyCheck(hostile, 1.5, hostile)
	f.Slices = []results.Slice{measured(results.ArmA, 0, 10, map[string]*results.ClassData{"predict": predict, "health": health})}
	f.Slices[0].Examples = []results.Example{{Error: results.ErrCheck, Class: "predict", AtS: 1.5, Text: "predict: $.score: not in the answer"}}
	s := summary.Of(f, summary.Select{}, nil)
	judge(s, "check:has-score>99%", "predict:check:has-score>=96%")
	return s
}

// manyChecks are more than a page has room for.
func manyChecks() *summary.Run {
	d := class(2000, 0.3, 9)
	d.Errors = map[string]int64{results.ErrCheck: 1}
	of := results.Class{Name: "predict", Share: 1}
	for i := range 30 {
		name := fmt.Sprintf("check-%d", i)
		of.Checks = append(of.Checks, name)
		d.CountCheck(name, 1999, 1)
		if i > 2 {
			d.CountCheck(name, 1, -1)
		}
		d.ExemplifyCheck(name, 1, "no")
	}
	f := file(results.Open, of)
	f.Slices = []results.Slice{measured(results.ArmA, 0, 10, map[string]*results.ClassData{"predict": d})}
	return summary.Of(f, summary.Select{}, nil)
}

// comparedByChecks fails one of two checks on one side.
func comparedByChecks() *verdict.Comparison {
	f := pairedFile(24, constantly(1))
	f.Header.Classes[0].Checks = []string{"has-score", "fast"}
	for i := range f.Slices {
		s := &f.Slices[i]
		d := s.Classes["predict"]
		failed := int64(0)
		if s.Arm == results.ArmB && s.Pair%12 == 0 {
			failed = 1
			d.Errors = map[string]int64{results.ErrCheck: 1}
			d.ExemplifyCheck("has-score", float64(s.Pair), "$.score: not in the answer")
		}
		d.CountCheck("has-score", d.Done-failed, failed)
		d.CountCheck("fast", d.Done, 0)
	}
	return judged(f)
}

// A verdict is of errors; checks only say which they are.
func TestChecksDecideNothing(t *testing.T) {
	with := comparedByChecks()
	f := pairedFile(24, constantly(1))
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == results.ArmB && s.Pair%12 == 0 {
			s.Classes["predict"].Errors = map[string]int64{results.ErrCheck: 1}
		}
	}
	without := judged(f)
	if with.Verdict != without.Verdict || len(with.Metrics) != len(without.Metrics) || len(with.Findings) != len(without.Findings) {
		t.Errorf("%s with checks, %s without", with.Verdict, without.Verdict)
	}
	page := render(t, "compared-checks", Text, Options{})
	if !strings.Contains(page, "has-score") || strings.Contains(page, "fast") {
		t.Errorf("the check that fails is to be shown, and no other:\n%s", page)
	}
}

// What a check shows as its first failure is no warning as well.
func TestFailuresOfChecksAreToldOnce(t *testing.T) {
	for _, f := range []Format{Text, Markdown} {
		if page := render(t, "checked", f, Options{}); strings.Count(page, "not in the answer") != 1 {
			t.Errorf("%s:\n%s", f, page)
		}
	}
}
