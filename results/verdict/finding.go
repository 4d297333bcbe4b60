package verdict

import (
	"encoding/json"
	"maps"
	"math"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// Finding is one reason of a verdict: what it is about, and a code with values,
// of which package report makes the sentence.
type Finding struct {
	Kind    FindingKind `json:"code"`
	Metrics []Claim     `json:"metrics,omitempty"` // that it is about; none: about the comparison
	summary.Reason
	// Advice is what would settle it; nil: nothing, or it is not known.
	Advice *summary.Reason `json:"advice,omitempty"`
}

// MarshalJSON writes {"code":kind, "detail":code, "metrics":…, …}, the arguments
// beside them.
func (f Finding) MarshalJSON() ([]byte, error) {
	out := maps.Clone(f.Args)
	if out == nil {
		out = args{}
	}
	out["code"], out["detail"] = f.Kind, f.Code
	if f.Metrics != nil {
		out["metrics"] = f.Metrics
	}
	if f.Advice != nil {
		out["advice"] = f.Advice
	}
	return json.Marshal(out)
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
	FoundUndecided   FindingKind = "undecided"       // an objective, with the confidence asked for
	FoundInvalid     FindingKind = "invalid"         // generator, host or failures decided the numbers
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

// Claim is what is found of one metric. Changes are of B against A, in percent, or
// in percentage points of errors; less of throughput is below 0. What there is not
// is nil.
type Claim struct {
	Class  string `json:"class"`
	Metric string `json:"metric"`
	// Censored: it reaches the timeout, and nobody knows by how much it changed.
	Censored    bool        `json:"censored,omitempty"`
	EstimatePct *float64    `json:"estimate_pct,omitempty"`
	IntervalPct *[2]float64 `json:"interval_pct,omitempty"`
	LevelPct    float64     `json:"level_pct,omitempty"` // of the interval's confidence
	LimitPct    *float64    `json:"limit_pct,omitempty"` // of throughput below 0
	Errors      *Failures   `json:"errors,omitempty"`    // of a share of them
	Stalls      *StallCount `json:"stalls,omitempty"`    // of stalls
	Better      bool        `json:"better,omitempty"`
	// Requests are those of either target, and Needed how many would do: of what was
	// not judged for want of them.
	Requests *int64 `json:"requests,omitempty"`
	Needed   *int64 `json:"needed_requests,omitempty"`
}

// StallCount is in how many pairs one arm froze and the other did not: a request
// took over so many medians, and at least so long.
type StallCount struct {
	OnlyA   int     `json:"only_a"`
	OnlyB   int     `json:"only_b"`
	Pairs   int     `json:"pairs"`
	Medians int     `json:"medians"`
	LeastMS float64 `json:"least_ms"`
}

// claim is what a judgement says. Its interval is of 95%, or of what passed the one
// whose upper end decided that it did.
func (j *judging) claim(m *stats.Judgement) Claim {
	out := Claim{Class: m.Class, Metric: m.Name, Better: m.Outcome == stats.Improved}
	if m.Kind == stats.StallShare {
		out.Stalls = &StallCount{Pairs: m.N, Medians: stallMedians, LeastMS: results.Milliseconds(stallLeast)}
		for _, s := range j.e.Stalls {
			if s.Class == m.Class {
				out.Stalls.OnlyA, out.Stalls.OnlyB = s.OnlyA, s.OnlyB
			}
		}
		return out
	}
	limit := limitPct(m)
	if m.Name == "throughput" {
		limit = -limit
	}
	out.LimitPct = results.Number(limit).OrNil()
	if m.Kind == stats.ErrorShare {
		e := j.failures(m.Class)
		out.Errors = &e
	}
	if row := j.c.Row(m.Class, m.Name); row != nil && row.censored() && m.Kind == stats.LogRatio {
		out.Censored = true
	}
	estimate, low, high := change(m)
	out.LevelPct = 95
	if j.v.Confidence > 0 {
		out.LevelPct = math.Round(1e4*j.v.Confidence) / 100
	}
	if m.Outcome == stats.OK {
		within := *m
		within.Low, within.High = m.Lower, m.Upper
		_, low, high = change(&within)
		out.LevelPct = 100 * (1 - 2*j.v.Rule.Beta)
	}
	out.EstimatePct = results.Number(estimate).OrNil()
	if !math.IsNaN(low) && !math.IsNaN(high) {
		out.IntervalPct = &[2]float64{low, high}
	}
	return out
}

// named are metrics of which nothing else is said.
func named(metrics []*stats.Judgement) (out []Claim) {
	for _, m := range metrics {
		out = append(out, Claim{Class: m.Class, Metric: m.Name})
	}
	return out
}

// plainly are findings about the comparison as a whole.
func plainly(kind FindingKind, reasons ...*summary.Reason) []Finding {
	var out []Finding
	for _, r := range reasons {
		out = append(out, Finding{Kind: kind, Reason: *r})
	}
	return out
}

// Note adds a reason about the comparison as a whole.
func (c *Comparison) Note(r summary.Reason) {
	c.Findings = append(c.Findings[:len(c.Findings):len(c.Findings)], plainly(foundNote, &r)...)
}
