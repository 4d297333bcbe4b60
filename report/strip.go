package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// stripWidth is how many characters a strip has at most.
const stripWidth = 24

// stripLevels are the heights of a strip's characters, in eighths.
var stripLevels = []rune("▁▂▃▄▅▆▇█")

// axis is what strips of one table share: equal parts of the logarithm of the time.
type axis struct {
	from, to float64 // milliseconds
	parts    int
}

// distribution is what a strip shows; *stats.Histogram has it.
type distribution interface {
	Count() int64
	Min() time.Duration
	Max() time.Duration
	Each(func(value time.Duration, n int64))
}

// finest is the least that a part is wide, as a ratio: histograms know no finer.
const finest = 1.01

// axisOf goes from the least of the values to the greatest.
func axisOf(parts int, of ...distribution) axis {
	x := axis{from: math.Inf(1)}
	for _, d := range of {
		if d.Count() > 0 {
			x.from, x.to = min(x.from, milliseconds(d.Min())), max(x.to, milliseconds(d.Max()))
		}
	}
	if x.to == 0 { // no values
		return axis{}
	}
	x.parts = max(1, min(parts, int(math.Log(x.to/x.from)/math.Log(finest))))
	return x
}

// milliseconds of a time that has a logarithm: no clock is finer than this.
func milliseconds(d time.Duration) float64 { return max(results.Milliseconds(d), 1e-6) }

// part is the one that a value falls into.
func (x axis) part(ms float64) int {
	if x.parts <= 1 || x.to <= x.from {
		return 0
	}
	at := math.Log(ms/x.from) / math.Log(x.to/x.from) * float64(x.parts)
	return max(0, min(x.parts-1, int(at)))
}

// strip is a distribution in one line: of each part of the axis how many values are in
// it, in eighths of the fullest part, rounded up, so that one of thousands is seen;
// blank where there is none.
func (x axis) strip(d distribution) string {
	if d.Count() == 0 || x.parts == 0 {
		return ""
	}
	counts := make([]int64, x.parts)
	most := int64(0)
	d.Each(func(value time.Duration, n int64) {
		p := x.part(milliseconds(value))
		counts[p] += n
		most = max(most, counts[p])
	})
	out := make([]rune, x.parts)
	for i, n := range counts {
		out[i] = ' '
		if n > 0 {
			out[i] = stripLevels[(n*int64(len(stripLevels))-1)/most]
		}
	}
	return string(out)
}

// head names a column of strips: where the axis begins and ends.
func (x axis) head() string {
	if x.parts == 0 {
		return ""
	}
	from, to, word := msText(x.from), msText(x.to), "distribution"
	gap := max(1, x.parts-len(from)-len(to))
	if gap < len(word)+2 {
		return from + strings.Repeat(" ", gap) + to
	}
	left := (gap - len(word)) / 2
	return from + strings.Repeat(" ", left) + word + strings.Repeat(" ", gap-len(word)-left) + to
}

// runAxis is that of all response times of a run.
func runAxis(s *summary.Run) axis {
	if h := s.Data(results.TotalClass).Response(); h != nil {
		return axisOf(stripWidth, h)
	}
	return axis{}
}

// stripOf is the strip of what a clock recorded; "" of nothing.
func (x axis) stripOf(d *results.ClassData, clock string) string {
	if h := d.Clock(clock); h != nil {
		return x.strip(h)
	}
	return ""
}

// spread adds a column of strips, unless the table then has more columns than there
// are.
func (t *Table) spread(x axis, strips []string, columns int) {
	if x.parts < 2 || strings.Join(strips, "") == "" {
		return
	}
	wide := Table{Head: append(slices.Clone(t.Head), Cell{x.head(), Own}), Left: t.Left, LeftLast: true}
	for i, row := range t.Rows {
		wide.add(append(slices.Clone(row), Cell{strips[i], Strip})...)
	}
	if wide.width() <= columns {
		*t = wide
	}
}

// classClocks are those beside response and service time that say something.
func classClocks(s *summary.Run) (out []*results.Clock) {
	for i := range results.Clocks {
		switch c := &results.Clocks[i]; c.Name {
		case results.ClockResponse, results.ClockService, results.ClockLag:
		default:
			if clockShown(s, c) && classesHave(s, c.Name) {
				out = append(out, c)
			}
		}
	}
	return out
}

// classesHave says whether the clock is of requests, not of connections.
func classesHave(s *summary.Run, clock string) bool {
	for _, c := range s.Classes {
		if h := s.Data(c.Name).Clock(clock); h != nil && h.Count() > 0 {
			return true
		}
	}
	return false
}
