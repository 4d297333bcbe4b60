package verdict

import "github.com/mlbench/mlbench/results/stats"

// Finding is one sentence of a verdict and what it is about, so that reports can
// say it in words of their own.
type Finding struct {
	Kind    FindingKind `json:"code"`
	Metrics []metricID  `json:"metrics,omitempty"` // that it is about; none: about the comparison
	Text    string      `json:"-"`                 // as Comparison.Reasons has it
	// Advice is what would settle it, and Basis what there is of evidence for what
	// is within its limits; both are in Text, too.
	Advice string `json:"-"`
	Basis  string `json:"-"`
}

// FindingKind is what a finding says: of its metrics, or of the comparison. It is
// part of the JSON form and never changes.
type FindingKind string

const (
	FoundRegression  FindingKind = "regression"
	FoundImprovement FindingKind = "improvement"
	FoundWithin      FindingKind = "within" // its limit
	FoundSlower      FindingKind = "slower" // proven to be worse, but within its limit
	FoundLikely      FindingKind = "likely" // worse by estimate, not proven
	FoundOpen        FindingKind = "open"
	FoundMissed      FindingKind = "missed"          // an objective
	foundInvalid     FindingKind = "invalid"         // generator, host or failures decided the numbers
	foundGone        FindingKind = "gone"            // B's target ended, or never answered
	foundUnfinished  FindingKind = "unfinished"      // a part of a comparison is no pass
	foundBlocked     FindingKind = "no_pass"         // why nothing may pass, whatever the metrics say
	foundNoVerdict   FindingKind = "no_verdict"      // why nothing can be judged
	foundFailing     FindingKind = "failing"         // B fails more, in too few pairs to prove it
	foundTooLittle   FindingKind = "too_little_data" // for any verdict
	foundWithheld    FindingKind = "withheld"        // metrics that failures would flatter
	foundUnjudged    FindingKind = "unjudged"        // metrics
	foundNote        FindingKind = "note"
)

// metricID names a row of Comparison.Metrics.
type metricID struct {
	Class  string `json:"class"`
	Metric string `json:"metric"`
}

// found is a finding on metrics.
func found(kind FindingKind, text string, metrics ...*stats.Judgement) Finding {
	f := Finding{Kind: kind, Text: text}
	for _, m := range metrics {
		f.Metrics = append(f.Metrics, metricID{m.Class, m.Name})
	}
	return f
}

// plainly are sentences about the comparison as a whole.
func plainly(kind FindingKind, texts ...string) []Finding {
	var out []Finding
	for _, text := range texts {
		out = append(out, Finding{Kind: kind, Text: text})
	}
	return out
}

// Note adds a sentence about the comparison as a whole.
func (c *Comparison) Note(text string) {
	c.tell(append(c.Findings[:len(c.Findings):len(c.Findings)], Finding{Kind: foundNote, Text: text}))
}

// tell puts the findings, and their sentences, into the comparison.
func (c *Comparison) tell(findings []Finding) {
	c.Findings, c.Reasons = findings, nil
	for _, f := range findings {
		c.Reasons = append(c.Reasons, f.Text)
	}
}
