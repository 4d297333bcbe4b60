package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// sentences is the verdict in plain words, the weightiest first: what a metric
// was and is, by how much in its own unit, how sure that is, and what is allowed.
// The statistics behind it are in Explain.
func sentences(c *verdict.Comparison) []string {
	var out []string
	var last []string // what is as it should be goes behind what is to be known
	claims := false   // that one build is better than the other
	var distrusted []verdict.Claim
	distrusting := doubted(c)
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
		lines := findingText(c, found)
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
		out = append(out, "not decided for that: "+distrustedText(distrusted))
	}
	out = append(out, last...)
	if claims && c.Runs == nil { // those have a note
		out = append(out, startsText(c))
	}
	if len(out) == 0 {
		out = []string{"no reason is given"}
	}
	if c.Interrupted != nil && c.Verdict == verdict.Regression { // which stands
		out[0] = Sentence(*c.Interrupted) + "; " + out[0]
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
func findingText(c *verdict.Comparison, found *verdict.Finding) []string {
	var lines []string
	if !measures(found) && found.Kind != verdict.FoundWithin {
		return []string{explained(c, found)}
	}
	for i := range found.Metrics {
		claim := &found.Metrics[i]
		m := c.Row(claim.Class, claim.Metric)
		if m == nil || !toldByRow(m) {
			if found.Kind == verdict.FoundWithin {
				continue // stalls: the table has them
			}
			return []string{explained(c, found)}
		}
		line := metricLine(c, m, found.Kind, claim)
		switch {
		case found.Kind == verdict.FoundWithin:
		case found.Kind == verdict.FoundImprovement && i == 0 && claim.Class == results.TotalClass:
			line = openings[found.Kind] + line + costText(c)
		default:
			line = openings[found.Kind] + line
		}
		lines = append(lines, line)
	}
	switch {
	case found.Kind == verdict.FoundWithin:
		return slices.Concat([]string{withinText(c, found)}, lines)
	case found.Advice != nil:
		s := speaking(c)
		s.metrics = found.Metrics
		lines[0] += ". " + s.reason(*found.Advice)
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
		_, is := summary.ParsePercentile(m.Metric)
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
