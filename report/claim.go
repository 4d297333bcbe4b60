package report

import (
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/results/verdict"
)

// each joins what is said of each metric.
func (s said) each(between string, say func(*verdict.Claim) string) string {
	var out []string
	for i := range s.metrics {
		out = append(out, say(&s.metrics[i]))
	}
	return strings.Join(out, between)
}

func claimName(m *verdict.Claim) string { return metricName(m.Class, m.Metric) }

// changed names a metric and its change with its interval.
func (s said) changed(m *verdict.Claim) string {
	switch {
	case m.Stalls != nil:
		what := "new stalls"
		if m.Better {
			what = "fewer stalls"
		}
		return fmt.Sprintf("%s: only %s froze (a request of over %d medians and %g ms) in %d of %s, only %s in %d", what, s.b, m.Stalls.Medians, m.Stalls.LeastMS, m.Stalls.OnlyB, count(m.Stalls.Pairs, "pair"), s.a, m.Stalls.OnlyA)
	case m.Censored:
		return claimName(m) + " reaches the timeout"
	}
	text := claimName(m) + " " + missing
	if m.EstimatePct != nil {
		text = claimName(m) + " " + claimChange(m, *m.EstimatePct)
	}
	if m.IntervalPct != nil {
		unit := claimUnit(m)
		text += fmt.Sprintf(" [%.4g%% CI %s, %s]", m.LevelPct, strings.TrimSuffix(claimChange(m, m.IntervalPct[0]), unit), strings.TrimSuffix(claimChange(m, m.IntervalPct[1]), unit))
	}
	if m.Errors != nil {
		text += ", " + claimErrors(m)
	}
	return text
}

func (s said) changedWithLimit(m *verdict.Claim) string {
	if m.LimitPct == nil {
		return s.changed(m)
	}
	return s.changed(m) + ", limit " + claimLimit(m)
}

// held is a metric that is within its limit.
func (s said) held(m *verdict.Claim) string {
	switch {
	case m.Stalls != nil:
		return fmt.Sprintf("stalls %d vs %d", m.Stalls.OnlyA, m.Stalls.OnlyB)
	case m.Errors != nil && m.IntervalPct != nil:
		return fmt.Sprintf("errors %s, at most %+.2g pp <%s", claimErrors(m), m.IntervalPct[1], claimLimit(m))
	case m.Metric == "throughput":
		return s.changed(m) + " >" + claimLimit(m)
	}
	return s.changed(m) + " <" + claimLimit(m)
}

// starts says of how many starts of either target the evidence is; "" of saved
// runs.
func (s said) starts() string {
	switch {
	case s.of == nil || s.of.Runs != nil:
		return ""
	case s.of.Launches > 0:
		return fmt.Sprintf("%d starts of each", s.of.Launches)
	}
	return "one start of each"
}

// claimErrors is the counts behind a share of errors.
func claimErrors(m *verdict.Claim) string {
	return fmt.Sprintf("%d/%d vs %d/%d", m.Errors.A, m.Errors.OfA, m.Errors.B, m.Errors.OfB)
}

func claimLimit(m *verdict.Claim) string {
	if m.LimitPct == nil {
		return missing
	}
	return fmt.Sprintf("%.6g%s", *m.LimitPct, claimUnit(m))
}

func claimUnit(m *verdict.Claim) string {
	if m.Errors != nil {
		return " pp"
	}
	return "%"
}

// claimChange is a change with its sign and unit.
func claimChange(m *verdict.Claim, v float64) string {
	decimals := 1
	if m.Errors != nil {
		decimals = 2
	}
	text := signedText(v, decimals) + claimUnit(m)
	if text[0] != '+' && text[0] != '-' {
		text = "+" + text
	}
	return text
}
