package cli

import (
	"slices"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

func TestTheWeightiestFindingDecidesTheExitCode(t *testing.T) {
	const ok, open, invalid, regression = verdict.OK, verdict.Inconclusive, verdict.Invalid, verdict.Regression
	for _, tc := range []struct {
		made []verdict.Verdict
		want Outcome
	}{
		{[]verdict.Verdict{ok}, ExitOK},
		{[]verdict.Verdict{ok, ok}, ExitOK},
		{[]verdict.Verdict{ok, open}, ExitInconclusive},
		{[]verdict.Verdict{open, invalid, ok}, ExitInvalid},
		{[]verdict.Verdict{invalid, regression, open}, ExitRegression},
		{[]verdict.Verdict{regression, ok}, ExitRegression},
	} {
		var made []*verdict.Comparison
		for _, v := range tc.made {
			made = append(made, &verdict.Comparison{Verdict: v})
		}
		if got := Compared(made...); got != tc.want {
			t.Errorf("%v come to %d, want %d", tc.made, got, tc.want)
		}
	}
}

// A1: of several findings the exit code is the first of regression, parity,
// objective, invalid, inconclusive.
func TestExitCodeIsOfTheWeightiestFinding(t *testing.T) {
	missed := []summary.ObjectiveResult{{Expr: "p99<50ms"}}
	undecided := []summary.ObjectiveResult{{Expr: "p90<50ms", Undecided: true}}
	differs := &results.Parity{Differing: 1}
	for _, tc := range []struct {
		c    verdict.Comparison
		want Outcome
	}{
		{verdict.Comparison{Verdict: verdict.OK}, ExitOK},
		{verdict.Comparison{Verdict: verdict.OK, Objectives: []summary.ObjectiveResult{{Expr: "p99<50ms", Held: true}}}, ExitOK},
		{verdict.Comparison{Verdict: verdict.OK, Objectives: missed}, ExitObjective},
		{verdict.Comparison{Verdict: verdict.OK, Objectives: undecided}, ExitInconclusive},
		{verdict.Comparison{Verdict: verdict.OK, Objectives: append(undecided, missed...)}, ExitObjective},
		{verdict.Comparison{Verdict: verdict.Invalid, Objectives: undecided}, ExitInvalid},
		{verdict.Comparison{Verdict: verdict.Inconclusive, Objectives: missed}, ExitObjective},
		{verdict.Comparison{Verdict: verdict.Invalid, Objectives: missed}, ExitObjective},
		{verdict.Comparison{Verdict: verdict.Invalid, Objectives: missed, Parity: differs}, ExitParity},
		{verdict.Comparison{Verdict: verdict.Regression, Objectives: missed, Parity: differs}, ExitRegression},
	} {
		if got := Compared(&tc.c); got != tc.want {
			t.Errorf("%+v: exit %d, want %d", tc.c, got, tc.want)
		}
	}
}

// What is proven decides the exit code before what could not be decided, whatever a
// gate makes of that.
func TestGatedTakesOnlyWhatIsOpenInItsWay(t *testing.T) {
	same, different := &results.Parity{Requests: 9}, &results.Parity{Requests: 9, Differing: 1}
	for _, tc := range []struct {
		verdict    verdict.Verdict
		parity     *results.Parity
		want, fail Outcome
	}{
		{verdict.OK, nil, ExitOK, ExitOK},
		{verdict.OK, same, ExitOK, ExitOK},
		{verdict.OK, different, ExitParity, ExitParity},
		{verdict.Inconclusive, same, ExitInconclusive, ExitRegression},
		{verdict.Inconclusive, different, ExitParity, ExitParity},
		{verdict.Invalid, same, ExitInvalid, ExitInvalid},
		{verdict.Invalid, different, ExitParity, ExitParity},
		{verdict.Regression, different, ExitRegression, ExitRegression},
	} {
		c := &verdict.Comparison{Verdict: tc.verdict, Parity: tc.parity}
		// Of these nothing says that they lack data alone, so that they do not pass.
		got := []Outcome{Compared(c), Gated(c, "exit4"), Gated(c, "pass"), Gated(c, "fail")}
		if want := []Outcome{tc.want, tc.want, tc.want, tc.fail}; !slices.Equal(got, want) {
			t.Errorf("%s with %+v: exits %v, want %v", tc.verdict, tc.parity, got, want)
		}
	}
}
