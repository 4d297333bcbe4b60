package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results/verdict"
)

const (
	forestName  = 22 // characters of a row's name
	forestWidth = 39 // of its picture
	mostForest  = 12 // rows
)

// forestLines are the changes that are judged, drawn in at most 80 columns: worse is
// to the right, ░ is allowed, ● an estimate, ○ one that is not decided, ─ its interval.
func forestLines(c *verdict.Comparison) []string {
	rows := forestRows(c, false)
	if len(rows) == 0 || c.Verdict == verdict.Invalid {
		return nil
	}
	more := max(0, len(rows)-mostForest)
	rows = rows[:len(rows)-more]
	axis := forestAxis(rows, "%")
	out := []string{fmt.Sprintf("%-*s%-*s%s", forestName, "", forestWidth+2, ruler(axis), "change")}
	for _, m := range rows {
		estimate := "–"
		if m.CI95Pct != nil && m.ChangePct != nil {
			estimate = changeOf(*m.ChangePct)
		}
		name := []rune(strings.ReplaceAll(inText.name(rowName(m)), "`", "'"))
		if len(name) > forestName-1 {
			name = append(name[:forestName-2], '…')
		}
		out = append(out, strings.TrimRight(fmt.Sprintf("%-*s%s  %-7s %s", forestName, string(name), forestLine(m, axis), estimate, marks[markOf(m)].word), " "))
	}
	if more > 0 {
		out = append(out, fmt.Sprintf("and %s, in the table below", count(more, "more row")))
	}
	return append(out, "● estimate (○ not decided)   ─ interval   ░ allowed, up to ┆   │ no change")
}

// ruler is the line above the rows.
func ruler(axis *chart.Axis) string {
	line := []rune(strings.Repeat(" ", forestWidth))
	put := func(text string, at int) {
		for i, r := range []rune(text) {
			if k := at + i; k >= 0 && k < len(line) {
				line[k] = r
			}
		}
	}
	zero := column(axis, 0)
	if zero >= 9 {
		put("← better", zero-9)
	}
	put("0", zero)
	put("worse →", min(zero+2, forestWidth-7))
	return string(line)
}

// column is the place of a value in a line.
func column(axis *chart.Axis, v float64) int {
	return int(math.Round(math.Max(0, math.Min(1, axis.Share(v))) * (forestWidth - 1)))
}

func forestLine(m *verdict.MetricRow, axis *chart.Axis) string {
	line := []rune(strings.Repeat(" ", forestWidth))
	if m.LimitPct != nil {
		for i := range column(axis, *m.LimitPct) + 1 {
			line[i] = '░'
		}
	}
	line[column(axis, 0)] = '│'
	estimate, low, high := worsening(m)
	if m.CI95Pct == nil {
		return string(line)
	}
	for i := column(axis, low); i <= column(axis, high); i++ {
		line[i] = '─'
	}
	if m.LimitPct != nil {
		line[column(axis, *m.LimitPct)] = '┆'
	}
	dot := '●'
	if outcomeInk(m) == chart.Open {
		dot = '○'
	}
	line[column(axis, estimate)] = dot
	return string(line)
}
