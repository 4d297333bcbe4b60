package main

import (
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios/cases"
)

// What is proven decides the exit code before what could not be decided.
func TestComparedExit(t *testing.T) {
	same, different := &results.Parity{Requests: 9}, &results.Parity{Requests: 9, Differing: 1}
	for _, tt := range []struct {
		verdict results.Verdict
		parity  *results.Parity
		want    int
	}{
		{results.VerdictOK, nil, cli.ExitOK},
		{results.VerdictOK, same, cli.ExitOK},
		{results.VerdictOK, different, cli.ExitParity},
		{results.VerdictInconclusive, same, cli.ExitInconclusive},
		{results.VerdictInconclusive, different, cli.ExitParity},
		{results.VerdictInvalid, same, cli.ExitInvalid},
		{results.VerdictInvalid, different, cli.ExitParity},
		{results.VerdictRegression, different, cli.ExitRegression},
	} {
		c := &results.Comparison{Verdict: tt.verdict, Parity: tt.parity}
		// Of these nothing says that they lack data alone: that is for gate.txtar.
		gate := &gateOptions{inconclusive: "pass"}
		for name, got := range map[string][2]int{"compare": {int(cli.Compared(c)), tt.want}, "gate": {int(gate.exit(c)), tt.want}} {
			if got[0] != got[1] {
				t.Errorf("%s: %s with %+v: exit %d, want %d", name, tt.verdict, tt.parity, got[0], got[1])
			}
		}
	}
}

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
	c := &parityCheck{share: 0.01}
	classes := map[string]*results.ClassData{"a": {Sent: 20}, "b": {Sent: 5}}
	asked := c.due(&results.Slice{Phase: results.Warmup, Position: 2, Classes: classes})
	for pair := 1; pair <= 40; pair++ {
		if n := c.due(&results.Slice{Phase: results.Measure, Pair: pair, Position: 1, Classes: classes}); n != 0 {
			t.Errorf("%d are asked within pair %d", n, pair)
		}
		asked += c.due(&results.Slice{Phase: results.Measure, Pair: pair, Position: 2, Classes: classes})
	}
	if asked != 9 && asked != 10 { // 40 pairs of 25 requests; sums of hundredths are not exact
		t.Errorf("%d are asked, want 1%% of the 1,000 of each arm", asked)
	}
}
