package verify

import (
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios/cases"
)

func TestClassesInTurn(t *testing.T) {
	var all []cases.Case
	for _, class := range []string{"a", "a", "a", "b", "c", "c"} {
		all = append(all, cases.Case{Class: class})
	}
	got := ""
	for _, c := range inTurn(all) {
		got += c.Class
	}
	if got != "abcaca" {
		t.Errorf("order %s, want abcaca", got)
	}
}

// As many are asked as the share says, over many slices, and only after pairs.
func TestParityShare(t *testing.T) {
	c := &Sample{share: 0.01}
	classes := map[string]*results.ClassData{"a": {Sent: 20}, "b": {Sent: 5}}
	asked := c.due(&results.Slice{Arm: results.ArmB, Phase: results.Warmup, Classes: classes}, true)
	for pair := 1; pair <= 40; pair++ {
		for _, arm := range []string{results.ArmB, results.ArmControl} {
			if n := c.due(&results.Slice{Arm: arm, Phase: results.Measure, Pair: pair, Classes: classes}, false); n != 0 {
				t.Errorf("%d are asked within pair %d", n, pair)
			}
		}
		asked += c.due(&results.Slice{Arm: results.ArmA, Phase: results.Measure, Pair: pair, Classes: classes}, true)
	}
	if asked != 9 && asked != 10 { // 40 pairs of 25 requests; sums of hundredths are not exact
		t.Errorf("%d are asked, want 1%% of the 1,000 of each arm", asked)
	}
}
