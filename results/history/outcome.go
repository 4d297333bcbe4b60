package history

import (
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// Outcome is what a measurement that was read as a whole came to, as its footer keeps it:
// the figures of each arm, and of a comparison its verdict.
func Outcome(f *results.File) (figures []results.Figure, word string) {
	if len(f.Header.Targets) < 2 {
		return summary.Of(f, summary.Select{}, nil).Figures(results.ArmA), ""
	}
	c := verdict.Compare(f, verdict.Options{})
	if c.ArmA == nil || c.ArmB == nil {
		return nil, string(c.Verdict)
	}
	return append(c.ArmA.Figures(results.ArmA), c.ArmB.Figures(results.ArmB)...), string(c.Verdict)
}
