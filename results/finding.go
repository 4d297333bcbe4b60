package results

import "github.com/mlbench/mlbench/results/stats"

// Finding is one sentence of a verdict and what it is about, so that reports can
// say it in words of their own.
type Finding struct {
	Kind    FindingKind
	Metrics []MetricID // that it is about; none: about the comparison
	Text    string     // as Comparison.Reasons has it
	// Advice is what would settle it, and Basis what there is of evidence for what
	// is within its limits; both are in Text, too.
	Advice, Basis string
}

// FindingKind is what a finding says of its metrics.
type FindingKind string

const (
	FoundRegression  FindingKind = "regression"
	FoundImprovement FindingKind = "improvement"
	FoundWithin      FindingKind = "within" // its limit
	FoundSlower      FindingKind = "slower" // proven to be worse, but within its limit
	FoundLikely      FindingKind = "likely" // worse by estimate, not proven
	FoundOpen        FindingKind = "open"
	FoundMissed      FindingKind = "missed" // an objective
	FoundElse        FindingKind = ""       // no finding on a metric's change
)

// MetricID names a row of Comparison.Metrics.
type MetricID struct{ Class, Metric string }

// Row is the row of a metric; nil if there is none.
func (c *Comparison) Row(id MetricID) *MetricRow { return c.row(id.Class, id.Metric) }

// found is a finding on metrics.
func found(kind FindingKind, text string, metrics ...*stats.Judgement) Finding {
	f := Finding{Kind: kind, Text: text}
	for _, m := range metrics {
		f.Metrics = append(f.Metrics, MetricID{m.Class, m.Name})
	}
	return f
}

// plainly are sentences about the comparison as a whole.
func plainly(texts ...string) []Finding {
	var out []Finding
	for _, text := range texts {
		out = append(out, Finding{Text: text})
	}
	return out
}

// Note adds a sentence about the comparison as a whole.
func (c *Comparison) Note(text string) {
	c.tell(append(c.Findings[:len(c.Findings):len(c.Findings)], Finding{Text: text}))
}

// tell puts the findings, and their sentences, into the comparison.
func (c *Comparison) tell(findings []Finding) {
	c.Findings, c.Reasons = findings, nil
	for _, f := range findings {
		c.Reasons = append(c.Reasons, f.Text)
	}
}
