package verdict

import (
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results/summary"
)

// withObjectives holds B against objectives and adds to the findings those that
// it missed, and those that are not decided: behind what decided the verdict.
func (c *Comparison) withObjectives(findings []Finding, objectives []summary.Objective) []Finding {
	var missed []Finding
	for i := range objectives {
		o := &objectives[i]
		out, err := o.Judge(c.ArmB)
		if err != nil { // a class that the file does not have
			out = summary.ObjectiveResult{Expr: o.Expr, Note: "there is no such request class"}
		}
		c.Objectives = append(c.Objectives, out)
		switch {
		case out.Undecided:
			missed = append(missed, objectiveFinding(FoundUndecided, ObjectiveOpen, o, out))
		case out.Missed():
			missed = append(missed, objectiveFinding(FoundMissed, ObjectiveMiss, o, out))
		}
	}
	return slices.Insert(findings, min(1, len(findings)), missed...)
}

func objectiveFinding(kind FindingKind, code summary.Code, o *summary.Objective, out summary.ObjectiveResult) Finding {
	a := args{"objective": o.Expr}
	if out.Value != nil {
		a["value"], a["unit"] = *out.Value, strings.TrimSpace(o.Unit())
	}
	if out.Note != "" {
		a["text"] = out.Note
	}
	return Finding{Kind: kind, Reason: summary.Reason{Code: code, Args: a}}
}

// Undecided says whether one of B's objectives is.
func (c *Comparison) Undecided() bool {
	return slices.ContainsFunc(c.Objectives, func(o summary.ObjectiveResult) bool { return o.Undecided })
}

// MissesObjective says whether B missed one of its objectives.
func (c *Comparison) MissesObjective() bool {
	return slices.ContainsFunc(c.Objectives, func(o summary.ObjectiveResult) bool { return o.Missed() })
}
