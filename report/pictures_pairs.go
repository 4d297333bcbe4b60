package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// pairedRows are the rows of all requests that are judged by pairs.
func pairedRows(c *verdict.Comparison, class string) (out []*verdict.MetricRow) {
	for i := range c.Metrics {
		if m := &c.Metrics[i]; m.Class == class && (m.Judged || m.LimitPct != nil) && len(c.Dots(class, m.Metric)) > 0 {
			out = append(out, m)
		}
	}
	return out
}

// pairChart has a dot for each pair: B against A, over time, with what is estimated
// of them and what is allowed.
func pairChart(c *verdict.Comparison, m *verdict.MetricRow) *chart.Chart {
	a, b := armNames(c)
	worse := "slower"
	if m.Metric == "throughput" {
		worse = "more"
	}
	if m.Metric == "cpu" {
		worse = "more CPU"
	}
	out := &chart.Chart{
		Title: rowName(m) + ": " + b + " against " + a + ", pair by pair", Height: 250,
		X: chart.Axis{Label: "seconds from the start", Text: tickText},
		Y: chart.Axis{Label: "change, % (above 0: " + b + " is " + worse + ")", Zero: true, Text: func(v float64) string { return signedTick(v) + "%" }},
	}
	kept := chart.Mark{Shape: chart.Dots, Ink: chart.B, Name: "a pair"}
	left := chart.Mark{Shape: chart.Rings, Ink: chart.Open, Name: "left out"}
	for _, d := range c.Dots(m.Class, m.Metric) {
		p := chart.Point{X: d.AtS, Y: d.ChangePct, Note: pairText(d.Pair, d.Last) + ": " + changeOf(d.ChangePct)}
		if d.LeftOut() {
			p.Note += ", left out: " + leftOutText(d.Late, d.Excluded)
			left.Points = append(left.Points, p)
		} else {
			kept.Points = append(kept.Points, p)
		}
	}
	zero := chart.Mark{Shape: chart.Across, Ink: chart.Open, Points: []chart.Point{{Y: 0}}}
	out.Marks = append(out.Marks, zero)
	if m.LimitPct != nil {
		limit, beyond := *m.LimitPct, math.Inf(-1)
		if m.Metric == "throughput" {
			limit, beyond = -limit, math.Inf(1)
		}
		allowed := chart.Point{Y: min(limit, beyond), To: max(limit, beyond)}
		out.Marks = append(out.Marks,
			chart.Mark{Shape: chart.Level, Ink: chart.Good, Name: "allowed", Points: []chart.Point{allowed}},
			chart.Mark{Shape: chart.Across, Ink: chart.Good, Points: []chart.Point{{Y: limit, Note: "allowed: " + limitText(m)}}})
	}
	if m.CI95Pct != nil && m.ChangePct != nil {
		out.Marks = append(out.Marks,
			chart.Mark{Shape: chart.Level, Ink: chart.Text, Name: fmt.Sprintf("estimate, %g%% interval", confidence(c)), Points: []chart.Point{{Y: m.CI95Pct[0], To: m.CI95Pct[1]}}})
	}
	if len(left.Points) > 0 {
		out.Marks = append(out.Marks, left)
	}
	out.Marks = append(out.Marks, kept)
	if m.CI95Pct != nil && m.ChangePct != nil {
		out.Marks = append(out.Marks, chart.Mark{Shape: chart.Across, Ink: chart.Text, Points: []chart.Point{{Y: *m.ChangePct, Note: "estimate: " + changeOf(*m.ChangePct)}}})
	}
	out.Desc = fmt.Sprintf("%s; estimate %s, allowed %s. Left out: %d.", count(len(kept.Points), "dot"), changeText(m), limitText(m), len(left.Points))
	return out
}

func signedTick(v float64) string {
	if v > 0 {
		return "+" + tickText(v)
	}
	return tickText(v)
}

func pairText(first, last int) string {
	if first == last {
		return fmt.Sprintf("pair %d", first)
	}
	return fmt.Sprintf("pairs %d to %d", first, last)
}

func leftOutText(late bool, excluded string) string {
	if late {
		return "the load generator was late"
	}
	return excluded
}

// mostPairRows is how many rows the table behind the pairs has; of more pairs it has
// the middle of several in each.
const mostPairRows = 240

// pairTable has what the dots are, all metrics of a class beside one another.
func pairTable(c *verdict.Comparison, rows []*verdict.MetricRow) *Table {
	t := &Table{Head: Cells(Own, "pairs", "from, s"), Left: 1}
	values, left, at := map[int]map[string][]float64{}, map[int]string{}, map[int]float64{}
	var pairs []int
	most := 0
	for _, m := range rows {
		for _, d := range c.Dots(m.Class, m.Metric) {
			most = max(most, d.Last)
		}
	}
	per := (most + mostPairRows - 1) / mostPairRows
	for _, m := range rows {
		t.Head = append(t.Head, Cell{m.Metric + ", %", Own})
		for _, d := range c.Dots(m.Class, m.Metric) {
			k := (d.Pair - 1) / max(1, per)
			if values[k] == nil {
				values[k], at[k] = map[string][]float64{}, d.AtS
				pairs = append(pairs, k)
			}
			if d.LeftOut() {
				left[k] = leftOutText(d.Late, d.Excluded)
			}
			if !d.LeftOut() || per <= 1 {
				values[k][m.Metric] = append(values[k][m.Metric], d.ChangePct)
			}
		}
	}
	slices.Sort(pairs)
	t.Head, t.LeftLast = append(t.Head, Cell{"left out", Own}), true
	for _, k := range pairs {
		label := fmt.Sprint(k + 1)
		if per > 1 {
			label = fmt.Sprintf("%d to %d", k*per+1, (k+1)*per)
		}
		row := Cells(Own, label, fixed(at[k], 1))
		for _, m := range rows {
			text := missing
			if v := middle(values[k][m.Metric]); !math.IsNaN(v) {
				text = signedText(v, 1)
			}
			row = append(row, Cell{text, Own})
		}
		t.add(append(row, Cell{Text: left[k]})...)
	}
	return t
}

// middle is the median; NaN of none.
func middle(values []float64) float64 {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// forestAxis is one for the rows of a unit, from the most that is better to the most
// that is worse. What is far beyond its limit and all others does not press these
// together: it has an arrow.
func forestAxis(rows []*verdict.MetricRow, unit string) *chart.Axis {
	low, high := 0.0, 0.0
	for _, m := range rows {
		_, from, to := worsening(m)
		limit := orNaN(m.LimitPct)
		if !math.IsNaN(limit) {
			high = max(high, 1.3*limit)
		}
		for _, v := range []float64{from, to} {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	const far = 60
	room := 0.06 * (min(high, far) - max(low, -far))
	if room == 0 {
		room = 1
	}
	return &chart.Axis{From: max(low, -far) - room, To: min(high, far) + room, Text: func(v float64) string { return signedTick(v) + unit }}
}

// worsening is a row's change and interval, turned so that more is worse.
func worsening(m *verdict.MetricRow) (estimate, low, high float64) {
	estimate, low, high = math.NaN(), math.NaN(), math.NaN()
	if d := shareChange(m); d != nil {
		estimate = *d
	} else if m.ChangePct != nil {
		estimate = *m.ChangePct
	}
	if m.CI95Pct != nil {
		low, high = m.CI95Pct[0], m.CI95Pct[1]
	}
	if m.Metric == "throughput" {
		return -estimate, -high, -low
	}
	return estimate, low, high
}

// forestRows are those that are judged, or would be.
func forestRows(c *verdict.Comparison, shares bool) (out []*verdict.MetricRow) {
	for i := range c.Metrics {
		m := &c.Metrics[i]
		if (m.Unit == "%") == shares && m.Unit != "pairs" && (m.Judged || m.LimitPct != nil) && (m.CI95Pct != nil || m.LimitPct != nil) {
			out = append(out, m)
		}
	}
	return out
}

// outcomeInk is what a row's mark is drawn in.
func outcomeInk(m *verdict.MetricRow) chart.Ink {
	switch markOf(m) {
	case okMark, betterMark:
		return chart.Good
	case regressionMark:
		return chart.Bad
	}
	return chart.Open
}

func className(class string) string {
	if class == results.TotalClass {
		return "all requests"
	}
	return class
}
