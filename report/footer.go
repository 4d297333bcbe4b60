package report

import (
	"fmt"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// originFacts say what was measured, for who reads the report a year later.
func originFacts(o *summary.Origin, tags map[string]string) []fact {
	var facts []fact
	if when := measuredText(o); when != "" {
		facts = append(facts, fact{"measured", foreign(when)})
	}
	if source := o.Source.String(); source != "" {
		facts = append(facts, fact{"commit", foreign(source)})
	}
	if o.Source != nil && o.Source.Run != "" {
		facts = append(facts, fact{"CI run", literal(o.Source.Run)})
	}
	if o.Host.OS != "" {
		facts = append(facts, fact{"host", foreign(o.Host.Fingerprint())})
	}
	if o.Planned.Text != "" {
		facts = append(facts, fact{"load", foreign(loadText(o))})
	}
	return append(facts, tagFacts(tags)...)
}

// measuredText is when, and by which version.
func measuredText(o *summary.Origin) string {
	text := ""
	if !o.Start.IsZero() {
		text = o.Start.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	if o.Version != "" {
		text += " by mlbench " + o.Version
	}
	return text
}

// loadText is the load in full.
func loadText(o *summary.Origin) string {
	l := &o.Planned
	text := l.Text
	if l.Model == results.Open && l.Connections > 0 {
		text += fmt.Sprintf(", at most %d in flight", l.Connections)
	}
	if l.TimeoutS > 0 {
		text += fmt.Sprintf(", timeout %.4g s", l.TimeoutS)
	}
	if l.BudgetS > 0 {
		text += fmt.Sprintf(", budget %.4g s", l.BudgetS)
	}
	return text
}

// comparisonFooter is that of both arms; of saved runs each has its own time and
// commit.
func comparisonFooter(c *verdict.Comparison) []fact {
	facts := originFacts(&c.Origin, c.Tags)
	for i := range facts {
		if facts[i].label == "load" && c.Runs == nil {
			facts[i].value = compose("{}, seed {}", facts[i].value, c.Seed)
		}
	}
	if c.Runs == nil || c.ArmA == nil || c.ArmB == nil {
		return facts
	}
	var out []fact
	for _, arm := range []struct {
		label  string
		origin *summary.Origin
	}{{"A", &c.ArmA.Origin}, {"B", &c.ArmB.Origin}} {
		text := measuredText(arm.origin)
		if source := arm.origin.Source.String(); source != "" {
			text += ", commit " + source
		}
		out = append(out, fact{"measured " + arm.label, foreign(text)})
	}
	for _, x := range facts {
		if x.label != "measured" && x.label != "commit" {
			out = append(out, x)
		}
	}
	return out
}
