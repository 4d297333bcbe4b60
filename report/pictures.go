package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// arm is a target in pictures.
type arm struct {
	name string
	ink  chart.Ink
	data *results.ClassData
}

// armsOf are both targets' requests of a class.
func armsOf(c *verdict.Comparison, class string) []arm {
	a, b := armNames(c)
	return []arm{{a, chart.A, c.ArmA.Data(class)}, {b, chart.B, c.ArmB.Data(class)}}
}

// bandQuantiles are where the interval of a change is computed; the band between is
// drawn straight.
var bandQuantiles = []float64{0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999}

// intervalBand is where the candidate's percentiles lie in the typical pair: the
// interval of the change, on the baseline's curve.
func intervalBand(c *verdict.Comparison, class string) (out []chart.Point) {
	h := c.ArmA.Data(class).Response()
	if h == nil || h.Count() == 0 {
		return nil
	}
	for _, q := range bandQuantiles {
		if low, high, ok := c.Interval(class, q); ok {
			a := results.Milliseconds(h.Quantile(q))
			out = append(out, chart.Point{X: q, Y: a * (1 + low/100), To: a * (1 + high/100)})
		}
	}
	return out
}

// comparedPercentiles are both targets' of a class, with intervals.
func comparedPercentiles(c *verdict.Comparison, title, class string) *chart.Chart {
	return percentileChart(title, armsOf(c, class), intervalBand(c, class), judgedIntervals(c, class))
}

const (
	intervalName = "interval, in the typical pair"
	judgedName   = "of what is judged"
)

// tailSteps is how many points a curve of percentiles has for each nine.
const tailSteps = 24

// percentileChart is latency by percentile, up to where one request lies beyond.
// The band and the bars are intervals of the last arm, the latter of what is judged.
func percentileChart(title string, arms []arm, band, judged []chart.Point) *chart.Chart {
	c := &chart.Chart{
		Title: title, Height: 300,
		X: chart.Axis{Scale: chart.Tail, Label: "percentile of requests", Text: quantileText},
		Y: chart.Axis{Label: "response time, ms", Text: msText, Zero: true},
	}
	low, high := math.Inf(1), 0.0
	for _, a := range arms {
		line := chart.Mark{Shape: chart.Line, Ink: a.ink, Name: a.name}
		h := a.data.Response()
		if h == nil || h.Count() == 0 {
			continue
		}
		end := math.Log10(float64(h.Count()))
		for i := 0; float64(i)/tailSteps < end; i++ {
			line.Points = append(line.Points, quantilePoint(a, 1-math.Pow(10, -float64(i)/tailSteps)))
		}
		line.Points = append(line.Points, quantilePoint(a, 1-math.Pow(10, -end)))
		for _, p := range line.Points {
			low, high = min(low, p.Y), max(high, p.Y)
		}
		c.Marks = append(c.Marks, line)
		c.Desc += fmt.Sprintf("%s: half of %s within %s ms, 99%% within %s ms. ", a.name, count(h.Count(), "request"), msText(quantilePoint(a, 0.5).Y), msText(quantilePoint(a, 0.99).Y))
	}
	if low > 0 && high/low > 12 {
		c.Y.Scale, c.Y.Zero = chart.Log, false
	}
	if len(band) > 1 {
		c.Marks = slices.Insert(c.Marks, 0, chart.Mark{Shape: chart.Band, Ink: arms[len(arms)-1].ink, Name: intervalName, Points: band})
	}
	if len(judged) > 0 {
		c.Marks = append(c.Marks, chart.Mark{Shape: chart.Whisker, Ink: chart.Text, Name: judgedName, Points: judged})
	}
	return c
}

func quantilePoint(a arm, q float64) chart.Point {
	return chart.Point{X: q, Y: results.Milliseconds(a.data.Response().Quantile(q))}
}

// quantileText is a percentile on an axis.
func quantileText(q float64) string { return fmt.Sprintf("%.7g%%", 100*q) }

// shownQuantiles are those of the table behind percentiles.
var shownQuantiles = []float64{0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999}

func percentileTable(arms []arm) *Table {
	t := &Table{Head: Cells(Own, "percentile"), Left: 1}
	for _, a := range arms {
		t.Head = append(t.Head, Cell{Text: a.name + ", ms"})
	}
	for _, q := range shownQuantiles {
		row, some := []Cell{{summary.PercentileName(q), Own}}, false
		for _, a := range arms {
			text := missing
			if h := a.data.Response(); h != nil && summary.Enough(h.Count(), q) && h.Count() > 0 {
				text, some = msText(quantilePoint(a, q).Y), true
			}
			row = append(row, Cell{text, Own})
		}
		if some {
			t.add(row...)
		}
	}
	return t
}

// judgedIntervals are where the percentiles of B lie in the typical pair, given
// those of A: the interval of the estimated change, on A.
func judgedIntervals(c *verdict.Comparison, class string) (out []chart.Point) {
	for i := range c.Metrics {
		m := &c.Metrics[i]
		q, ok := summary.ParsePercentile(m.Metric)
		if !ok || m.Class != class || m.CI95Pct == nil || m.A == nil {
			continue
		}
		out = append(out, chart.Point{X: q, Y: *m.A * (1 + m.CI95Pct[0]/100), To: *m.A * (1 + m.CI95Pct[1]/100)})
	}
	return out
}

// binsPerDecade is how fine the picture of a distribution is.
const binsPerDecade = 24

// distributionChart is how response times are distributed, as shares of each
// target's requests, and its table.
func distributionChart(title string, arms []arm) (*chart.Chart, *Table) {
	c := &chart.Chart{
		Title: title, Height: 220,
		X: chart.Axis{Scale: chart.Log, Label: "response time, ms", Text: tickText},
		Y: chart.Axis{Label: "share of requests, %", Zero: true, Text: tickText},
	}
	shares, first, last := make([]map[int]float64, len(arms)), math.MaxInt, math.MinInt
	for i, a := range arms {
		shares[i] = binShares(a.data)
		for bin := range shares[i] {
			first, last = min(first, bin), max(last, bin)
		}
	}
	t := &Table{Head: Cells(Own, "from, ms", "to, ms")}
	for _, a := range arms {
		t.Head = append(t.Head, Cell{Text: a.name + ", %"})
	}
	for bin := first; bin <= last; bin++ {
		row, some := Cells(Own, msText(binEdge(bin)), msText(binEdge(bin+1))), false
		for i := range arms {
			some = some || shares[i][bin] > 0
			row = append(row, Cell{shareText(shares[i][bin]), Own})
		}
		if some {
			t.add(row...)
		}
	}
	for i, a := range arms {
		bars := chart.Mark{Shape: chart.Bars, Ink: a.ink, Name: a.name}
		for bin := first; bin <= last; bin++ {
			if share := shares[i][bin]; share > 0 {
				bars.Points = append(bars.Points, chart.Point{X: binEdge(bin), To: binEdge(bin + 1), Y: share})
			}
		}
		c.Marks = append(c.Marks, bars)
	}
	c.Desc = "How many of the requests took how long; the axis of time is logarithmic."
	return c, t
}

func binEdge(bin int) float64 { return math.Pow(10, float64(bin)/binsPerDecade) }

// binShares are a distribution in percent.
func binShares(d *results.ClassData) map[int]float64 {
	out := map[int]float64{}
	h := d.Response()
	if h == nil || h.Count() == 0 {
		return out
	}
	h.Each(func(value time.Duration, n int64) {
		ms := max(results.Milliseconds(value), 1e-6)
		out[int(math.Floor(math.Log10(ms)*binsPerDecade))] += 100 * float64(n) / float64(h.Count())
	})
	return out
}

// tickText is a number on an axis, as short as it goes.
func tickText(v float64) string { return fmt.Sprintf("%.4g", v) }
