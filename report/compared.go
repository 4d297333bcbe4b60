package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// comparedPart is the table of one class, and the quantiles that it misses. Of
// a single class it has a selection, as a terminal is not endless.
func comparedPart(c *verdict.Comparison, class, a, b string) (part, []float64) {
	var rows []*verdict.MetricRow
	judged, estimated := false, false
	for i := range c.Metrics {
		m := &c.Metrics[i]
		if m.Class == class && (class == results.TotalClass || shownOfClass(c, m)) && !repeatsThroughput(c, i) {
			rows = append(rows, m)
			judged = judged || m.Judged || m.LimitPct != nil
			estimated = estimated || m.CI95Pct != nil
		}
	}
	t := &Table{Head: []Cell{{"metric", Own}, {Text: a}, {Text: b}, {"change", Own}}, Left: 1, LeftLast: judged}
	if estimated {
		t.Head = append(t.Head, Cell{estimateHead(c), Own})
	}
	if judged {
		t.Head = append(t.Head, Cells(Own, "limit", "")...)
	}
	out := part{title: foreign(classTitle(c, class)), fold: class != results.TotalClass, table: t}
	for _, m := range rows {
		cells := append([]Cell{{Text: m.Metric + ", " + m.Unit}},
			Cells(Own, valueText(m.A, m.Unit, m.CensoredA), valueText(m.B, m.Unit, m.CensoredB), pooledText(m))...)
		if estimated {
			cells = append(cells, Cell{estimateText(m), Own})
		}
		if judged {
			mark := markOf(m)
			cells = append(cells, Cell{limitText(m), Own}, Cell{marks[mark].word, marks[mark].role})
		}
		t.add(cells...)
		if m.Metric == "stalls" && m.Judged {
			out.notes = append(out.notes, own("stalls: pairs in which only this target froze (a request far slower than the rest: docs/metrics.md)"))
		}
	}
	if note := contradictions(rows); note != "" {
		out.notes = append(out.notes, foreign(note))
	}
	return out, missedRows(rows)
}

// repeatsThroughput says that no answer failed, so that a row of goodput would
// say what the row before it does.
func repeatsThroughput(c *verdict.Comparison, i int) bool {
	m := &c.Metrics[i]
	if m.Metric != "goodput" || i == 0 || c.Metrics[i-1].Metric != "throughput" {
		return false
	}
	t := &c.Metrics[i-1]
	return orNaN(m.A) == orNaN(t.A) && orNaN(m.B) == orNaN(t.B)
}

// valueText is a number of an arm; a censored one is the least that it can be.
func valueText(v *float64, unit string, censored bool) string {
	switch {
	case !censored || v == nil:
		return unitText(v, unit)
	case *v < 1000:
		return "≥ " + unitText(v, unit)
	}
	return fmt.Sprintf("≥ %.3g s", *v/1000)
}

// estimateHead is the column of what is judged.
func estimateHead(c *verdict.Comparison) string {
	return fmt.Sprintf("estimate [%g%% CI]", confidence(c))
}

// columnsNote says what the columns of change and estimate are of.
func columnsNote(c *verdict.Comparison) string {
	typical := "pair of slices"
	switch {
	case c.Runs != nil:
		typical = "run"
	case c.Launches > 0:
		typical = "start of both"
	}
	text := "change: of all requests together; estimate: of the typical " + typical + ", which is what is judged"
	if len(c.Looks) > 0 && confidence(c) < 95 {
		text += fmt.Sprintf(". An interval holds for all looks together in %g%%", confidence(c))
	}
	return text
}

// lateNote explains a throughput that is low beside requests without error: in the
// open model those of a slow target are answered when their slice is over.
func lateNote(c *verdict.Comparison, a, b string) string {
	var names []string
	for i, arm := range []*summary.Run{c.ArmA, c.ArmB} {
		if arm == nil || arm.Model != results.Open {
			continue
		}
		answers := float64(arm.Answered())
		if within := arm.ThroughputRPS * arm.DurationS; answers-within > muchLate*answers {
			names = append(names, fmt.Sprintf("%.0f of the %.0f answers of %s", answers-within, answers, [...]string{a, b}[i]))
		}
	}
	if names == nil {
		return ""
	}
	return "throughput: " + strings.Join(names, " and ") + " came after their slices and are in every figure but this one; it is not judged in the open model, and longer slices (--slice) hold more of them"
}

// muchLate is the share of answers after their slice that is told: at the end of
// every slice some are open.
const muchLate = 0.1

// contradictions explains where the columns and the estimate beside them say
// different things.
func contradictions(rows []*verdict.MetricRow) string {
	var names []string
	for _, m := range rows {
		if contradicted(m) {
			names = append(names, m.Metric)
		}
	}
	if names == nil {
		return ""
	}
	return strings.Join(names, ", ") + ": change and estimate differ, as the slow ones come in few slices; the estimate is what is judged"
}

// pooledText is B against A over all requests together: in milliseconds and in
// percent.
func pooledText(m *verdict.MetricRow) string {
	if d := shareChange(m); d != nil {
		return signedText(*d, 2) + " pp"
	}
	if m.PooledPct == nil {
		return missing
	}
	change := percentText(m, *m.PooledPct)
	if m.Unit == "ms" {
		return differenceText(m) + ", " + change
	}
	return change
}

// estimateText is the change that is judged, with its interval; empty where
// there is none.
func estimateText(m *verdict.MetricRow) string {
	if m.CI95Pct == nil {
		return ""
	}
	return changeText(m)
}

// shownOfClass says whether a row of a single class is worth its line: counts,
// p50, p90, p99 and what is judged; and all percentiles that were asked for.
func shownOfClass(c *verdict.Comparison, m *verdict.MetricRow) bool {
	if slices.Contains([]string{"throughput", "goodput", "errors", "p50", "p90", "p99", "max"}, m.Metric) || m.LimitPct != nil {
		return true
	}
	_, isPercentile := summary.ParsePercentile(m.Metric)
	return isPercentile && !defaultPercentiles(c)
}

// defaultPercentiles says whether none was asked for: those shown are the
// default ones and those that are judged.
func defaultPercentiles(c *verdict.Comparison) bool {
	want := map[string]bool{}
	for _, q := range summary.DefaultPercentiles {
		want[summary.PercentileName(q)] = true
	}
	for i := range c.Metrics {
		m := &c.Metrics[i]
		if _, ok := summary.ParsePercentile(m.Metric); !ok || m.Class != results.TotalClass {
			continue
		}
		if !want[m.Metric] && m.LimitPct == nil {
			return false
		}
		delete(want, m.Metric)
	}
	return len(want) == 0
}

// changeText is B against A in percent, for shares in percentage points, with
// its 95% interval where one is known.
func changeText(m *verdict.MetricRow) string {
	change, unit, decimals := m.ChangePct, "%", 1
	if d := shareChange(m); d != nil {
		change, unit, decimals = d, " pp", 2
	}
	if change == nil {
		return missing
	}
	out := signedText(*change, decimals) + unit
	if m.CI95Pct != nil {
		out += fmt.Sprintf(" [%s, %s]", signedText(m.CI95Pct[0], decimals), signedText(m.CI95Pct[1], decimals))
	}
	return out
}

// shareChange is the difference of two shares in percentage points; nil for
// other units.
func shareChange(m *verdict.MetricRow) *float64 {
	if m.Unit != "%" || m.A == nil || m.B == nil {
		return nil
	}
	d := *m.B - *m.A
	return &d
}

// limitText is the largest change for the worse that is allowed.
func limitText(m *verdict.MetricRow) string {
	if m.LimitPct == nil {
		return ""
	}
	limit := strconv.FormatFloat(*m.LimitPct, 'g', 6, 64)
	switch {
	case m.Unit == "%":
		return limit + " pp"
	case m.Metric == "throughput": // less is worse
		return "-" + limit + "%"
	}
	return limit + "%"
}

// mark is what came of a row.
type mark uint8

const (
	noMark mark = iota
	okMark
	betterMark
	openMark
	watchedMark // open, and nothing waits for it
	regressionMark
	unjudgedMark
)

// marks are their words: in tables, and in the brief one of a pull request.
var marks = map[mark]struct {
	word, brief string
	role        Role
}{
	okMark:         {"ok", "✓", Good},
	betterMark:     {"better", "✓ better", Good},
	openMark:       {"open", "? open", Open},
	watchedMark:    {"watched", "– watched", Own},
	regressionMark: {"REGRESSION", "✗ worse", Worse},
	unjudgedMark:   {"not judged", "– not judged", Own},
}

func markOf(m *verdict.MetricRow) mark {
	switch {
	case !m.Judged && m.LimitPct != nil:
		return unjudgedMark
	case !m.Judged:
		return noMark
	}
	switch m.Outcome {
	case "ok":
		return okMark
	case "improved":
		return betterMark
	case "regression":
		return regressionMark
	}
	if m.Role == "watched" {
		return watchedMark
	}
	return openMark
}

// missedRows lists the quantiles that a class with data is missing.
func missedRows(rows []*verdict.MetricRow) (missed []float64) {
	for _, m := range rows {
		if m.Metric == "max" && m.A == nil && m.B == nil {
			return nil // nothing recorded: not a matter of too few
		}
		if q, ok := summary.ParsePercentile(m.Metric); ok && (m.A == nil || m.B == nil) {
			missed = append(missed, q)
		}
	}
	return missed
}
