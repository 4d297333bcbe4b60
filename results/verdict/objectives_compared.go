package verdict

import (
	"fmt"
	"slices"

	"github.com/mlbench/mlbench/results"
)

// withObjectives holds B against objectives and adds to the findings those that
// it missed: behind what decided the verdict.
func (c *Comparison) withObjectives(findings []Finding, objectives []results.Objective) []Finding {
	_, b := c.names()
	var missed []Finding
	for i := range objectives {
		o := &objectives[i]
		out, err := o.Judge(c.ArmB)
		if err != nil { // a class that the file does not have
			out = results.ObjectiveResult{Expr: o.Expr, Note: "there is no such request class"}
		}
		c.Objectives = append(c.Objectives, out)
		if !out.Held {
			missed = append(missed, Finding{Kind: FoundMissed, Text: fmt.Sprintf("%s misses its objective %s: %s", b, o.Expr, foundOf(o, out))})
		}
	}
	return slices.Insert(findings, min(1, len(findings)), missed...)
}

// foundOf is an outcome in the limit's unit.
func foundOf(o *results.Objective, out results.ObjectiveResult) string {
	text := "no data"
	if out.Value != nil {
		text = fmt.Sprintf("%.4g%s", *out.Value, o.Unit())
	}
	if out.Note != "" {
		text += " (" + out.Note + ")"
	}
	return text
}

// MissesObjective says whether B missed one of its objectives.
func (c *Comparison) MissesObjective() bool {
	return slices.ContainsFunc(c.Objectives, func(o results.ObjectiveResult) bool { return !o.Held })
}
