package results

import (
	"fmt"
	"slices"
	"strings"
)

// withObjectives holds B against objectives and adds to the findings those that
// it missed: behind what decided the verdict.
func (c *Comparison) withObjectives(findings []Finding, objectives []Objective) []Finding {
	_, b := c.names()
	var missed []Finding
	for i := range objectives {
		o := &objectives[i]
		out, err := o.Judge(c.ArmB)
		if err != nil { // a class that the file does not have
			out = Outcome{Expr: o.Expr, Note: "there is no such request class"}
		}
		c.Objectives = append(c.Objectives, out)
		if !out.Held {
			missed = append(missed, Finding{Kind: FoundMissed, Text: fmt.Sprintf("%s misses its objective %s: %s", b, o.Expr, o.found(out))})
		}
	}
	return slices.Insert(findings, min(1, len(findings)), missed...)
}

// found is an outcome in the limit's unit.
func (o *Objective) found(out Outcome) string {
	text := "no data"
	if out.Value != nil {
		unit := ""
		switch {
		case o.clock != "":
			unit = " ms"
		case o.stat == "throughput" || o.stat == "goodput":
			unit = "/s"
		case o.share:
			unit = "%"
		}
		text = fmt.Sprintf("%.4g%s", *out.Value, unit)
	}
	if out.Note != "" {
		text += " (" + out.Note + ")"
	}
	return text
}

// objectives are those that the file keeps. One that this version cannot read is
// never held.
func (h *Header) objectives() (out []Objective) {
	for _, text := range h.Objectives {
		o, err := ParseObjective(text)
		if err != nil {
			o = Objective{Expr: text, class: text} // which no scenario has
		}
		out = append(out, o)
	}
	return out
}

// MissesObjective says whether B missed one of its objectives.
func (c *Comparison) MissesObjective() bool {
	return slices.ContainsFunc(c.Objectives, func(o Outcome) bool { return !o.Held })
}

// CheckObjectives says which of the objectives are of no request class of the
// file, so that they could never be held.
func (h *Header) CheckObjectives(objectives []Objective) error {
	var names []string
	for _, c := range h.Classes {
		names = append(names, c.Name)
	}
	var wrong []string
	for i := range objectives {
		if err := objectives[i].CheckClasses(names); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if wrong == nil {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(wrong, "; "))
}
