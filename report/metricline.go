package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

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

// metricName is a metric with its class, where it is not of all requests.
func metricName(class, metric string) string {
	if class == results.TotalClass {
		return metric
	}
	return class + " " + metric
}

func rowName(m *verdict.MetricRow) string { return metricName(m.Class, m.Metric) }

// failed counts the errors of a class and its requests.
func failed(s *summary.Run, class string) (errors, requests int64, ok bool) {
	if s == nil {
		return 0, 0, false
	}
	if class == results.TotalClass {
		return s.Errors.Total, s.Requests, true
	}
	if k := s.Class(class); k != nil {
		return k.Errors.Total, k.Requests, true
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

// outside says that the change of all requests together lies clearly outside of the
// interval that the pairs give, by a quarter of its width: a few slices hold the slow
// ones. By less it may, as pairs are not all of the same number of requests.
func outside(m *verdict.MetricRow) bool {
	if !bothWays(m) {
		return false
	}
	clearly := max((m.CI95Pct[1]-m.CI95Pct[0])/4, 0.05) // no less than what is shown
	return *m.PooledPct < m.CI95Pct[0]-clearly || *m.PooledPct > m.CI95Pct[1]+clearly
}

// contradicted says that it does, or goes the other way than the pairs' estimate.
func contradicted(m *verdict.MetricRow) bool {
	if outside(m) {
		return true
	}
	if !bothWays(m) {
		return false
	}
	pooled, estimate := *m.PooledPct, *m.ChangePct
	const noticed = 0.5 // a change of less is none, whatever its sign
	return pooled*estimate < 0 && min(math.Abs(pooled), math.Abs(estimate)) >= noticed
}

// bothWays says that a metric has both a ratio and an estimate of it.
func bothWays(m *verdict.MetricRow) bool {
	return m.PooledPct != nil && m.CI95Pct != nil && m.ChangePct != nil
}

// unlike says that milliseconds of all requests and percent of the typical pair
// would not go together in one sentence: another sign, or noticeably more.
func unlike(m *verdict.MetricRow) bool {
	if m.PooledPct == nil || m.ChangePct == nil {
		return false
	}
	pooled, estimate := *m.PooledPct, *m.ChangePct
	smaller, larger := min(math.Abs(pooled), math.Abs(estimate)), max(math.Abs(pooled), math.Abs(estimate))
	const shown = 0.05  // percent: less is +0.0%
	const noticed = 1.0 // percentage points, and a quarter of the larger one
	return pooled*estimate < 0 && smaller >= shown || math.Abs(pooled-estimate) > max(noticed, larger/4)
}
