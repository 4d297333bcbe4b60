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
	claims := false   // that one build is better than the other
	var distrusted []verdict.Claim
	distrusting := slices.ContainsFunc(c.Findings, func(found verdict.Finding) bool {
		return found.Code == verdict.Unsteady || found.Code == verdict.CarryOver || found.Code == verdict.Contaminated
	})
	for i := range c.Findings {
		found := &c.Findings[i]
		if found.Code == verdict.NotTrusted {
			distrusted = append(distrusted, found.Metrics...)
		}
		if found.Code == verdict.WatchedOpen {
			continue // the tables have it, and the first line of a pass
		}
		if distrusting && (len(found.Metrics) > 0 && found.Kind != verdict.FoundWithin) {
			continue // what pairs say that are not what they are taken for
		}
		lines := findingText(c, found, f)
		if found.Kind == verdict.FoundWithin {
			if i == 0 { // else the tables have it
				last = lines[1:]
			}
			lines = lines[:1]
		}
		out = append(out, lines...)
		claims = claims || compares(found)
	}
	if distrusted != nil {
		out = append(out, f.name("not decided for that: "+distrustedText(distrusted)))
	}
	out = append(out, last...)
	if claims && c.Runs == nil { // those have a note
		out = append(out, f.name(startsText(c)))
	}
	if len(out) == 0 {
		out = []string{"no reason is given"}
	}
	if c.Interrupted != nil && c.Verdict == verdict.Regression { // which stands
		out[0] = f.name(Sentence(*c.Interrupted)) + "; " + out[0]
	}
	return out
}

// distrustedText names changes that are not what they seem, the first few.
func distrustedText(claims []verdict.Claim) string {
	var out []string
	for i := range claims {
		m := &claims[i]
		if i >= mostNeeds && len(claims) > mostNeeds+1 {
			out = append(out, fmt.Sprintf("and %d more", len(claims)-i))
			break
		}
		text := claimName(m)
		if m.EstimatePct != nil {
			text += " " + claimChange(m, *m.EstimatePct)
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// compares says that a finding is a claim that one target is better than the other.
func compares(found *verdict.Finding) bool {
	return found.Code == verdict.Worse || found.Code == verdict.Better
}

// undecidedOnly says that a finding names metrics of which nothing was found.
func undecidedOnly(found *verdict.Finding) bool {
	return found.Code == verdict.TooFewData || found.Code == verdict.WatchedOpen
}

// findingText is one finding: a line for each metric.
func findingText(c *verdict.Comparison, found *verdict.Finding, f form) []string {
	var lines []string
	if !measures(found) && found.Kind != verdict.FoundWithin {
		return []string{f.name(explained(c, found))}
	}
	for i := range found.Metrics {
		claim := &found.Metrics[i]
		m := c.Row(claim.Class, claim.Metric)
		if m == nil || !toldByRow(m) {
			if found.Kind == verdict.FoundWithin {
				continue // stalls: the table has them
			}
			return []string{f.name(explained(c, found))}
		}
		line := metricLine(c, m, found.Kind, claim)
		switch {
		case found.Kind == verdict.FoundWithin:
		case found.Kind == verdict.FoundImprovement && i == 0 && claim.Class == results.TotalClass:
			line = openings[found.Kind] + line + costText(c)
		default:
			line = openings[found.Kind] + line
		}
		lines = append(lines, f.name(line))
	}
	switch {
	case found.Kind == verdict.FoundWithin:
		return slices.Concat([]string{f.name(withinText(c, found))}, lines)
	case found.Advice != nil:
		s := speaking(c)
		s.metrics = found.Metrics
		lines[0] += ". " + f.name(s.reason(*found.Advice))
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
	text := openings[verdict.FoundWithin] + " (" + basis(found.Reason) + wordings["_in_classes"](said{}, found.Reason) + ")"
	if unjudged := undecidedText(c); unjudged != "" {
		text += "; not decided: " + unjudged
	}
	if c.ArmA != nil && c.ArmA.Model == results.Closed && !judgedPercentiles(c) {
		text += "; percentiles are not judged in the closed model"
	}
	return text
}

// judgedPercentiles says whether a percentile of all requests was judged.
func judgedPercentiles(c *verdict.Comparison) bool {
	return slices.ContainsFunc(c.Metrics, func(m verdict.MetricRow) bool {
		_, is := results.ParsePercentile(m.Metric)
		return is && m.Judged && m.Class == results.TotalClass
	})
}

// startsText says what a difference of two processes says of the builds that they
// were started from.
func startsText(c *verdict.Comparison) string {
	switch {
	case c.Launches > 0:
		text := fmt.Sprintf("over %d starts of each", c.Launches)
		if m := largestSpread(c); m != nil {
			text += fmt.Sprintf("; starts of one build differ by about %s%% in %s", fixed(*m.LaunchSDPct, 1), rowName(m))
		}
		return text
	case c.A.Command != "" && c.B.Command != "":
		return "one start of each, at this time; others may differ by more: --launches 8 to speak of the builds"
	}
	return "of these two processes, at this time; other starts and times may differ by more"
}

// largestSpread is the metric of all requests in which launches of one target
// differ most; nil if in none.
func largestSpread(c *verdict.Comparison) *verdict.MetricRow {
	var out *verdict.MetricRow
	for i := range c.Metrics {
		if m := &c.Metrics[i]; total(m) && m.LaunchSDPct != nil && *m.LaunchSDPct >= 0.05 && (out == nil || *m.LaunchSDPct > *out.LaunchSDPct) {
			out = m
		}
	}
	return out
}

// metricLine is what became of one metric, for people.
func metricLine(c *verdict.Comparison, m *verdict.MetricRow, kind verdict.FindingKind, claim *verdict.Claim) string {
	text := valuesText(c, m, claim)
	estimate := m.ChangePct
	if m.Unit == "%" {
		estimate = shareChange(m)
	}
	sure := sureText(c, m, kind, claim)
	switch {
	case estimate == nil:
	case contradicted(m) || unlike(m):
		typical := "pair"
		switch {
		case c.Runs != nil:
			typical = "run"
		case c.Launches > 0:
			typical = "start"
		}
		few := ""
		if outside(m) {
			few = ", the slow ones in few slices"
		}
		text += fmt.Sprintf(" over all requests%s; in the typical %s %s (%s)", few, typical, percentText(m, *estimate), sure)
	case m.Unit == "ms":
		text += fmt.Sprintf(" (%s, %s; %s)", differenceText(m), percentText(m, *estimate), sure)
	default:
		text += fmt.Sprintf(" (%s; %s)", percentText(m, *estimate), sure)
	}
	if limit := limitText(m); limit != "" && kind != verdict.FoundImprovement {
		text += ", allowed " + limit
	}
	if m.Role == "guarding" && kind != verdict.FoundWithin {
		text += " (forbids an OK, proves no regression)"
	}
	return text
}

// costText is what an improvement costs, where that is known.
func costText(c *verdict.Comparison) string {
	if m := c.Row(results.TotalClass, "cpu"); m != nil && m.ChangePct != nil {
		return fmt.Sprintf(", at %s CPU per request", percentText(m, *m.ChangePct))
	}
	return ""
}

// sureText is how sure a change is: of what passed, the bound that decided.
func sureText(c *verdict.Comparison, m *verdict.MetricRow, kind verdict.FindingKind, claim *verdict.Claim) string {
	switch kind {
	case verdict.FoundWithin:
		if claim.IntervalPct == nil {
			return ""
		}
		bound, word := claim.IntervalPct[1], "at most"
		if m.Metric == "throughput" {
			bound, word = claim.IntervalPct[0], "at least"
		}
		return fmt.Sprintf("%g%% sure: %s %s", 50+claim.LevelPct/2, word, percentText(m, bound))
	case verdict.FoundOpen, verdict.FoundLikely:
		return "anywhere from " + rangeText(m)
	}
	return fmt.Sprintf("%g%% sure: %s", confidence(c), rangeText(m))
}

// confidence is that of a comparison's intervals, in percent.
func confidence(c *verdict.Comparison) float64 {
	if c.ConfidencePct > 0 {
		return c.ConfidencePct
	}
	return 95
}

// rangeText is a metric's interval, both ends as fine.
func rangeText(m *verdict.MetricRow) string {
	low, high := m.CI95Pct[0], m.CI95Pct[1]
	decimals, unit := 0, "%"
	switch {
	case m.Unit == "%":
		decimals, unit = 2, " pp"
	case min(math.Abs(low), math.Abs(high)) < 9.95:
		decimals = 1
	}
	return signedText(low, decimals) + unit + " to " + signedText(high, decimals) + unit
}

// valuesText is a metric with its values in both arms; errors with their counts.
func valuesText(c *verdict.Comparison, m *verdict.MetricRow, claim *verdict.Claim) string {
	name := rowName(m)
	switch m.Unit {
	case "ms":
		if m.Metric == "cpu" {
			return fmt.Sprintf("CPU per request %s → %s ms", msText(*m.A), msText(*m.B))
		}
		return fmt.Sprintf("%s %s → %s ms", name, msText(*m.A), msText(*m.B))
	case "%":
		if e := claim.Errors; e != nil {
			text := fmt.Sprintf("%s %d of %d → %d of %d requests failed", name, e.A, e.OfA, e.B, e.OfB)
			if _, measured, ok := failed(c.ArmA, m.Class); ok && int64(e.OfA) > measured {
				text += ", settling included"
			}
			return text
		}
		return fmt.Sprintf("%s %s%% → %s%%", name, shareText(*m.A), shareText(*m.B))
	}
	return fmt.Sprintf("%s %s → %s/s", name, rateText(*m.A), rateText(*m.B))
}

// rowName is a metric's name, and of which class.
func rowName(m *verdict.MetricRow) string {
	if total(m) {
		return m.Metric
	}
	return m.Class + " " + m.Metric
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

// outside says that the change of all requests together lies outside of the
// interval that the pairs give: a few slices hold the slow ones.
func outside(m *verdict.MetricRow) bool {
	if !bothWays(m) {
		return false
	}
	pooled := 100 * (*m.B / *m.A - 1)
	const rounding = 0.05 // of what is shown
	return pooled < m.CI95Pct[0]-rounding || pooled > m.CI95Pct[1]+rounding
}

// contradicted says that it does, or goes the other way than the pairs' estimate.
func contradicted(m *verdict.MetricRow) bool {
	if outside(m) {
		return true
	}
	if !bothWays(m) {
		return false
	}
	pooled := 100 * (*m.B / *m.A - 1)
	const noticed = 0.5 // a change of less is none, whatever its sign
	return pooled*(*m.ChangePct) < 0 && min(math.Abs(pooled), math.Abs(*m.ChangePct)) >= noticed
}

// bothWays says that a metric has both a ratio and an estimate of it.
func bothWays(m *verdict.MetricRow) bool {
	return m.Unit != "%" && !m.CensoredA && !m.CensoredB && m.CI95Pct != nil && m.ChangePct != nil && m.A != nil && m.B != nil && *m.A > 0
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
