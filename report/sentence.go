package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// sentences is the verdict in plain words, the weightiest first: what a metric
// was and is, by how much in its own unit, how sure that is, and what is allowed.
// The statistics behind it are in Explain.
func sentences(c *verdict.Comparison, f form) []string {
	var out []string
	var last []string // what is as it should be goes behind what is to be known
	for i := range c.Findings {
		lines := findingText(c, &c.Findings[i], f)
		if c.Findings[i].Kind == verdict.FoundWithin {
			if i == 0 { // else the tables have it
				last = lines[1:]
			}
			lines = lines[:1]
		}
		out = append(out, lines...)
	}
	out = append(out, last...)
	if len(out) == 0 {
		out = []string{"no reason is given"}
	}
	if c.Interrupted != nil && c.Verdict == verdict.Regression { // which stands
		out[0] = f.name(Sentence(*c.Interrupted)) + "; " + out[0]
	}
	return out
}

// findingText is one finding: a line for each metric.
func findingText(c *verdict.Comparison, found *verdict.Finding, f form) []string {
	var lines []string
	if !measures(found) && found.Kind != verdict.FoundWithin {
		return []string{f.name(explained(c, found))}
	}
	for _, id := range found.Metrics {
		m := c.Row(id.Class, id.Metric)
		if m == nil || !toldByRow(m) {
			if found.Kind == verdict.FoundWithin {
				continue // stalls: the table has them
			}
			return []string{f.name(explained(c, found))}
		}
		lines = append(lines, f.name(metricLine(c, m, found.Kind)))
	}
	switch {
	case found.Kind == verdict.FoundWithin:
		return slices.Concat([]string{f.name(withinText(c, found))}, lines)
	case found.Advice != nil:
		lines[0] += ". " + f.name(Sentence(*found.Advice))
	}
	return lines
}

// measures says that a finding is of how metrics changed, and names them not only.
func measures(found *verdict.Finding) bool {
	return slices.ContainsFunc(found.Metrics, func(m verdict.Claim) bool { return m.LevelPct > 0 || m.Stalls != nil })
}

// toldByRow says whether a row has all that a sentence needs.
func toldByRow(m *verdict.MetricRow) bool {
	return m.A != nil && m.B != nil && m.CI95Pct != nil && m.Unit != "pairs" && !m.CensoredA && !m.CensoredB
}

// withinText begins what is said of a comparison that passes: with what it does
// not say.
func withinText(c *verdict.Comparison, found *verdict.Finding) string {
	text := openings[verdict.FoundWithin]
	var unjudged []string
	for i := range c.Metrics {
		if m := &c.Metrics[i]; m.Class == results.TotalClass && m.LimitPct != nil && !m.Judged {
			unjudged = append(unjudged, m.Metric)
		}
	}
	if unjudged != nil {
		text += "; not judged, for too little data: " + strings.Join(unjudged, ", ")
	}
	if c.ArmA != nil && c.ArmA.Model == results.Closed {
		text += "; percentiles are not judged in the closed model"
	}
	return text + " (" + basis(found.Reason) + wordings["_in_classes"](said{}, found.Reason) + ")"
}

// metricLine is what became of one metric, for people.
func metricLine(c *verdict.Comparison, m *verdict.MetricRow, kind verdict.FindingKind) string {
	text := valuesText(c, m)
	if kind != verdict.FoundWithin {
		text = openings[kind] + text
	}
	low, high := percentText(m, m.CI95Pct[0]), percentText(m, m.CI95Pct[1])
	sure := ""
	switch kind {
	case verdict.FoundWithin:
	case verdict.FoundOpen, verdict.FoundLikely:
		sure = fmt.Sprintf("; anywhere from %s to %s", low, high)
	default:
		sure = fmt.Sprintf("; surely between %s and %s", low, high)
	}
	estimate := m.ChangePct
	if m.Unit == "%" {
		estimate = shareChange(m)
	}
	switch {
	case estimate == nil:
	case contradicted(m) || unlike(m):
		text += fmt.Sprintf(" over all requests; in the typical pair %s%s", percentText(m, *estimate), sure)
		if c.Runs != nil {
			text = strings.Replace(text, "typical pair", "typical run", 1)
		}
	case m.Unit == "ms":
		text += fmt.Sprintf(" (%s, %s%s)", differenceText(m), percentText(m, *estimate), sure)
	default:
		text += fmt.Sprintf(" (%s%s)", percentText(m, *estimate), sure)
	}
	if limit := limitText(m); limit != "" && kind != verdict.FoundImprovement {
		text += ", allowed " + limit
	}
	return text
}

// valuesText is a metric with its values in both arms; errors with their counts.
func valuesText(c *verdict.Comparison, m *verdict.MetricRow) string {
	name := m.Metric
	if m.Class != results.TotalClass {
		name = m.Class + " " + name
	}
	switch m.Unit {
	case "ms":
		return fmt.Sprintf("%s %s → %s ms", name, msText(*m.A), msText(*m.B))
	case "%":
		if ea, ra, ok := failed(c.ArmA, m.Class); ok {
			eb, rb, _ := failed(c.ArmB, m.Class)
			return fmt.Sprintf("%s %d of %d → %d of %d requests failed", name, ea, ra, eb, rb)
		}
		return fmt.Sprintf("%s %s%% → %s%%", name, shareText(*m.A), shareText(*m.B))
	}
	return fmt.Sprintf("%s %s → %s/s", name, rateText(*m.A), rateText(*m.B))
}

// failed counts the errors of a class and its requests.
func failed(s *results.Summary, class string) (errors, requests int64, ok bool) {
	if s == nil {
		return 0, 0, false
	}
	if class == results.TotalClass {
		return s.Errors.Total, s.Requests, true
	}
	for i := range s.Classes {
		if k := &s.Classes[i]; k.Name == class {
			return k.Errors.Total, k.Requests, true
		}
	}
	return 0, 0, false
}

// percentText is a change in percent, or in percentage points, no finer than it
// can be read.
func percentText(m *verdict.MetricRow, v float64) string {
	if m.Unit == "%" {
		return signedText(v, 2) + " pp"
	}
	if math.Abs(v) >= 9.95 {
		return signedText(v, 0) + "%"
	}
	return signedText(v, 1) + "%"
}

// differenceText is B less A in milliseconds, as fine as the larger one is shown.
func differenceText(m *verdict.MetricRow) string {
	shown := msText(max(*m.A, *m.B))
	_, fraction, _ := strings.Cut(shown, ".")
	return signedText(*m.B-*m.A, len(fraction)) + " ms"
}

// contradicted says that the change of all requests together lies outside of the
// interval that the pairs give, or goes the other way than their estimate: a few
// slices hold the slow ones.
func contradicted(m *verdict.MetricRow) bool {
	if m.Unit == "%" || m.CensoredA || m.CensoredB || m.CI95Pct == nil || m.ChangePct == nil || m.A == nil || m.B == nil || *m.A <= 0 {
		return false
	}
	pooled := 100 * (*m.B / *m.A - 1)
	const rounding = 0.05 // of what is shown
	if pooled < m.CI95Pct[0]-rounding || pooled > m.CI95Pct[1]+rounding {
		return true
	}
	const noticed = 0.5 // a change of less is none, whatever its sign
	return pooled*(*m.ChangePct) < 0 && min(math.Abs(pooled), math.Abs(*m.ChangePct)) >= noticed
}

// unlike says that milliseconds of all requests and percent of the typical pair
// would not go together in one sentence: another sign, or noticeably more.
func unlike(m *verdict.MetricRow) bool {
	if m.Unit == "%" || m.ChangePct == nil || m.A == nil || m.B == nil || *m.A <= 0 {
		return false
	}
	pooled, estimate := 100*(*m.B / *m.A - 1), *m.ChangePct
	smaller, larger := min(math.Abs(pooled), math.Abs(estimate)), max(math.Abs(pooled), math.Abs(estimate))
	const shown = 0.05  // percent: less is +0.0%
	const noticed = 1.0 // percentage points, and a quarter of the larger one
	return pooled*estimate < 0 && smaller >= shown || math.Abs(pooled-estimate) > max(noticed, larger/4)
}
