package session

import (
	"testing"

	"github.com/mlbench/mlbench/results/verdict"
)

// At a look for which too many pairs are left out nothing is judged at all.
func TestDecidedText(t *testing.T) {
	one := []verdict.Claim{{Metric: "p50"}}
	for want, p := range map[string]verdict.Progress{
		"1 of 2 metrics decided": {Decided: one, Open: one},
		"0 of 1 metrics decided": {Open: one},
		"nothing decided yet":    {},
	} {
		if got := decidedText(p); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// An ok does not end what an objective still waits for, a regression does.
func TestSettled(t *testing.T) {
	for _, tt := range []struct {
		p    verdict.Progress
		want bool
	}{
		{verdict.Progress{Verdict: verdict.OK}, true},
		{verdict.Progress{Verdict: verdict.OK, Undecided: true}, false},
		{verdict.Progress{Verdict: verdict.Regression, Undecided: true}, true},
		{verdict.Progress{Verdict: verdict.Inconclusive}, false},
	} {
		if got := settled(tt.p); got != tt.want {
			t.Errorf("%+v: %v", tt.p, got)
		}
	}
}
