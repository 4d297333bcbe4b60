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
