package main

import (
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// What is proven decides the exit code before what could not be decided.
func TestComparedExit(t *testing.T) {
	same, different := &results.Parity{Requests: 9}, &results.Parity{Requests: 9, Differing: 1}
	for _, tt := range []struct {
		verdict verdict.Verdict
		parity  *results.Parity
		want    int
	}{
		{verdict.OK, nil, cli.ExitOK},
		{verdict.OK, same, cli.ExitOK},
		{verdict.OK, different, cli.ExitParity},
		{verdict.Inconclusive, same, cli.ExitInconclusive},
		{verdict.Inconclusive, different, cli.ExitParity},
		{verdict.Invalid, same, cli.ExitInvalid},
		{verdict.Invalid, different, cli.ExitParity},
		{verdict.Regression, different, cli.ExitRegression},
	} {
		c := &verdict.Comparison{Verdict: tt.verdict, Parity: tt.parity}
		// Of these nothing says that they lack data alone: that is for gate.txtar.
		gate := &gateOptions{}
		gate.out.Inconclusive = "pass"
		for name, got := range map[string][2]int{"compare": {int(cli.Compared(c)), tt.want}, "gate": {int(gate.exit(c)), tt.want}} {
			if got[0] != got[1] {
				t.Errorf("%s: %s with %+v: exit %d, want %d", name, tt.verdict, tt.parity, got[0], got[1])
			}
		}
	}
}
