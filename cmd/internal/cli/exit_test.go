package cli

import (
	"testing"

	"github.com/mlbench/mlbench/results"
)

func TestTheWeightiestFindingDecidesTheExitCode(t *testing.T) {
	const ok, open, invalid, regression = results.VerdictOK, results.VerdictInconclusive, results.VerdictInvalid, results.VerdictRegression
	for _, tc := range []struct {
		made []results.Verdict
		want Outcome
	}{
		{[]results.Verdict{ok}, ExitOK},
		{[]results.Verdict{ok, ok}, ExitOK},
		{[]results.Verdict{ok, open}, ExitInconclusive},
		{[]results.Verdict{open, invalid, ok}, ExitInvalid},
		{[]results.Verdict{invalid, regression, open}, ExitRegression},
		{[]results.Verdict{regression, ok}, ExitRegression},
	} {
		var made []*results.Comparison
		for _, v := range tc.made {
			made = append(made, &results.Comparison{Verdict: v})
		}
		if got := Compared(made...); got != tc.want {
			t.Errorf("%v come to %d, want %d", tc.made, got, tc.want)
		}
	}
}

// A1: of several findings the exit code is the first of regression, parity,
// objective, invalid, inconclusive.
func TestExitCodeIsOfTheWeightiestFinding(t *testing.T) {
	missed := []results.Outcome{{Expr: "p99<50ms"}}
	differs := &results.Parity{Differing: 1}
	for _, tc := range []struct {
		c    results.Comparison
		want Outcome
	}{
		{results.Comparison{Verdict: results.VerdictOK}, ExitOK},
		{results.Comparison{Verdict: results.VerdictOK, Objectives: []results.Outcome{{Expr: "p99<50ms", Held: true}}}, ExitOK},
		{results.Comparison{Verdict: results.VerdictOK, Objectives: missed}, ExitObjective},
		{results.Comparison{Verdict: results.VerdictInconclusive, Objectives: missed}, ExitObjective},
		{results.Comparison{Verdict: results.VerdictInvalid, Objectives: missed}, ExitObjective},
		{results.Comparison{Verdict: results.VerdictInvalid, Objectives: missed, Parity: differs}, ExitParity},
		{results.Comparison{Verdict: results.VerdictRegression, Objectives: missed, Parity: differs}, ExitRegression},
	} {
		if got := Compared(&tc.c); got != tc.want {
			t.Errorf("%+v: exit %d, want %d", tc.c, got, tc.want)
		}
	}
}
