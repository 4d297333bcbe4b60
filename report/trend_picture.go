package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results/trend"
)

// The size of a trend's picture in letters, without its axis.
const (
	pictureWidth  = 78
	pictureHeight = 11
)

// picturePart shows a metric over time, a result beside the other.
func picturePart(t *trend.Trend, metric string) part {
	m := t.Metric(metric)
	if m == nil {
		return part{}
	}
	out := part{title: own(fmt.Sprintf("%s, %s", m.Name, m.Unit)), picture: picture(t, m)}
	if out.picture == nil {
		out.notes = []inline{own("no result has a " + m.Name)}
	}
	return out
}

// stretch is a part of a series between changes.
type stretch struct {
	from, to  int // points
	median    float64
	low, high float64 // of the band; both the median: none
}

// stretches divide the points of a metric.
func stretches(t *trend.Trend, m *trend.Metric) []stretch {
	var out []stretch
	add := func(from, to int, median float64) {
		s := stretch{from, to, median, median, median}
		if m.Noise != nil && !math.IsNaN(median) {
			s.low, s.high = m.Noise.Band(median, m.Unit)
		}
		out = append(out, s)
	}
	from, after := 0, medianOf(m)
	for i, c := range m.Changes {
		add(from, c.Point, c.Before)
		from, after = c.Point, m.Changes[i].After
	}
	add(from, len(t.Points), after)
	return out
}

// medianOf is that of all values; NaN: there are none.
func medianOf(m *trend.Metric) float64 {
	var values []float64
	for _, v := range m.Values {
		if v != nil {
			values = append(values, *v)
		}
	}
	return medianOfAll(values)
}

// picture has points as ●, the median between changes as ─, the band of noise as ░ and
// changes as │; nil: there is nothing to show.
func picture(t *trend.Trend, m *trend.Metric) []string {
	parts := stretches(t, m)
	low, high := math.Inf(1), math.Inf(-1)
	for k, v := range m.Values {
		if v != nil {
			low, high = min(low, *v), max(high, *v)
			for _, s := range parts {
				if k >= s.from && k < s.to {
					low, high = min(low, s.low), max(high, s.high)
				}
			}
		}
	}
	if math.IsInf(low, 1) {
		return nil
	}
	if high == low {
		low, high = low-max(math.Abs(low)*0.1, 0.001), high+max(math.Abs(high)*0.1, 0.001)
	}
	width := min(pictureWidth, max(20, 2*len(t.Points)))
	column := func(k int) int {
		if len(t.Points) == 1 {
			return 0
		}
		return int(math.Round(float64(k) * float64(width-1) / float64(len(t.Points)-1)))
	}
	row := func(v float64) int { return int(math.Round((high - v) / (high - low) * (pictureHeight - 1))) }
	grid := make([][]rune, pictureHeight)
	for r := range grid {
		grid[r] = []rune(strings.Repeat(" ", width))
	}
	for _, s := range parts {
		from, to := column(s.from), column(max(s.from, s.to-1))
		for c := from; c <= to && !math.IsNaN(s.median); c++ {
			for r := row(s.high); r <= row(s.low) && s.high > s.low; r++ {
				grid[r][c] = '░'
			}
			grid[row(s.median)][c] = '─'
		}
		for r := 0; r < pictureHeight && s.from > 0; r++ {
			grid[r][max(0, from-1)] = '│'
		}
	}
	for k, v := range m.Values {
		if v != nil {
			grid[row(*v)][column(k)] = '●'
		}
	}
	return framed(t, m, grid, low, high, row)
}

// framed writes values to the left of a picture, and its first and last day below it.
func framed(t *trend.Trend, m *trend.Metric, grid [][]rune, low, high float64, row func(float64) int) []string {
	labels := map[int]string{row(high): trendValue(m, high), row(low): trendValue(m, low), row((low + high) / 2): trendValue(m, (low+high)/2)}
	wide := 0
	for _, l := range labels {
		wide = max(wide, len([]rune(l)))
	}
	var out []string
	for r := range grid {
		axis := "│"
		if labels[r] != "" {
			axis = "┤"
		}
		out = append(out, strings.TrimRight(fmt.Sprintf("%*s %s%s", wide, labels[r], axis, string(grid[r])), " "))
	}
	first, last := dayText(t.Points[0].Start), dayText(t.Points[len(t.Points)-1].Start)
	gap := len(grid[0]) - len(first) - len(last)
	if gap < 1 {
		return append(out, strings.Repeat(" ", wide+2)+first+" to "+last)
	}
	return append(out, strings.Repeat(" ", wide+2)+first+strings.Repeat(" ", gap)+last)
}

// medianOfAll is the median of values; NaN of none.
func medianOfAll(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
