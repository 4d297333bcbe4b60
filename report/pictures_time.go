package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results"
)

// course is a measurement over time, of all arms.
type course struct {
	points []results.Point
	arms   []string // of the file, A first
	names  []string
	paired bool // slices of a comparison, in turn
}

func courseOf(f *results.File, names ...string) *course {
	c := &course{arms: f.Arms(), names: names}
	for _, p := range f.Series() {
		if p.DurationS > 0 && slices.Contains(c.arms, p.Arm) {
			c.points, c.paired = append(c.points, p), c.paired || p.Pair > 0
		}
	}
	return c
}

// panel is one picture of the course.
type panel struct {
	title, label string
	lines        []panelLine
	log          bool
	height       float64
}

type panelLine struct {
	name  string // after the arm's
	shape chart.Shape
	ink   chart.Ink // Text: the arm's
	value func(*results.Point) *float64
}

func counted(n int64) *float64 { v := float64(n); return &v }

// panels are the pictures that say something.
func (c *course) panels() []panel {
	all := []panel{
		{title: "Rate over time", label: "requests per second", lines: []panelLine{
			{"planned", chart.Dashes, chart.Open, func(p *results.Point) *float64 { return p.AskedRPS }},
			{"answered", chart.Line, chart.Text, func(p *results.Point) *float64 { return p.AchievedRPS }},
		}},
		{title: "Response time over time", label: "ms", log: true, height: 280, lines: []panelLine{
			{"p99", chart.Dashes, chart.Text, func(p *results.Point) *float64 { return p.P99 }},
			{"p50", chart.Line, chart.Text, func(p *results.Point) *float64 { return p.P50 }},
		}},
		{title: "Errors over time", label: "requests that failed, per interval", lines: []panelLine{
			{"", chart.Line, chart.Text, func(p *results.Point) *float64 { return counted(p.Errors.Total) }},
		}},
		{title: "Requests in flight", label: "most at once", lines: []panelLine{
			{"", chart.Line, chart.Text, func(p *results.Point) *float64 { return counted(p.InFlightMax) }},
		}},
		{title: "Lateness of the load generator", label: "lag p99, ms", lines: []panelLine{
			{"", chart.Line, chart.Text, func(p *results.Point) *float64 { return p.LagP99 }},
		}},
		{title: "CPU of the target", label: "cores in use", lines: []panelLine{
			{"", chart.Line, chart.Text, func(p *results.Point) *float64 { return p.TargetCPU }},
		}},
		{title: "Memory of the target", label: "MB, at its highest", lines: []panelLine{
			{"", chart.Line, chart.Text, func(p *results.Point) *float64 { return p.TargetMB }},
		}},
	}
	return slices.DeleteFunc(all, func(p panel) bool {
		return !slices.ContainsFunc(p.lines, func(l panelLine) bool {
			return slices.ContainsFunc(c.points, func(x results.Point) bool {
				v := l.value(&x)
				return v != nil && (*v > 0 || p.title == "Rate over time")
			})
		})
	})
}

// chart is a panel's, and its legend.
func (c *course) chart(p panel) (*chart.Chart, []key) {
	out := &chart.Chart{
		Title: p.title, Height: p.height,
		X: chart.Axis{Label: "seconds from the start", Text: tickText, From: 0, To: c.end()},
		Y: chart.Axis{Label: p.label, Text: tickText, Zero: !p.log},
	}
	if out.Height == 0 {
		out.Height = 190
	}
	if p.log {
		out.Y.Scale = chart.Log
	}
	var keys []key
	out.Marks, keys = c.spans()
	for _, line := range p.lines {
		for i, arm := range c.arms {
			mark := chart.Mark{Shape: line.shape, Ink: line.ink, Name: line.name}
			if line.ink == chart.Text {
				mark.Ink = []chart.Ink{chart.A, chart.B}[min(i, 1)]
				mark.Name = c.label(i, line.name)
			} else if i > 0 {
				continue // of all
			}
			mark.Points = c.values(arm, line.value)
			if slices.ContainsFunc(mark.Points, func(p chart.Point) bool { return !math.IsNaN(p.Y) }) {
				out.Marks = append(out.Marks, mark)
				keys = append(keys, key{mark.Ink, mark.Shape, mark.Name})
			}
		}
	}
	out.Desc = fmt.Sprintf("%s, in %s from 0 to %s.", p.title, count(len(c.points), "interval"), secondsText(c.end()))
	return out, keys
}

func (c *course) label(arm int, what string) string {
	name := ""
	if len(c.arms) > 1 {
		name = c.names[arm]
	}
	if name != "" && what != "" {
		return name + ", " + what
	}
	return name + what
}

func (c *course) end() float64 {
	end := 0.0
	for i := range c.points {
		end = max(end, c.points[i].StartS+c.points[i].DurationS)
	}
	return max(end, 1e-3)
}

// values of an arm, in the middle of each interval; a line ends where a phase does.
func (c *course) values(arm string, value func(*results.Point) *float64) (out []chart.Point) {
	var before results.Phase
	for i := range c.points {
		p := &c.points[i]
		if p.Arm != arm {
			continue
		}
		if before != "" && before != p.Phase {
			out = append(out, chart.Point{X: math.NaN(), Y: math.NaN()})
		}
		before = p.Phase
		out = append(out, chart.Point{X: p.StartS + p.DurationS/2, Y: orNaN(value(p))})
	}
	return out
}

// spans are what is in no figure: the warm-up, and intervals that were left out.
func (c *course) spans() (marks []chart.Mark, keys []key) {
	warm := chart.Mark{Shape: chart.Span, Ink: chart.Open}
	left := chart.Mark{Shape: chart.Span, Ink: chart.Bad}
	stood := chart.Mark{Shape: chart.Down, Ink: chart.Bad}
	for i := range c.points {
		p := &c.points[i]
		span := chart.Point{X: p.StartS, To: p.StartS + p.DurationS}
		switch {
		case p.Phase == results.Warmup:
			if n := len(warm.Points); n > 0 && math.Abs(warm.Points[n-1].To-span.X) < 0.5 {
				warm.Points[n-1].To = span.To
				continue
			}
			warm.Points = append(warm.Points, span)
		case p.Excluded != "":
			left.Points = append(left.Points, span)
		case p.StandstillMaxMS > mostStandstillMS:
			stood.Points = append(stood.Points, chart.Point{X: p.StartS + p.DurationS/2})
		}
	}
	for _, m := range []struct {
		chart.Mark
		text string
	}{{warm, "warm-up"}, {left, "left out"}, {stood, "the generator stood still"}} {
		if len(m.Points) > 0 {
			m.Name = m.text
			marks, keys = append(marks, m.Mark), append(keys, key{m.Ink, m.Shape, m.text})
		}
	}
	return marks, keys
}

// mostStandstillMS is from when a generator that stands still is marked.
const mostStandstillMS = 100

// mostTimeRows is how many rows the table behind the course has; of more intervals it
// has the middle of several in each.
const mostTimeRows = 240

// table is the course in numbers.
func (c *course) table() *Table {
	t := &Table{Head: Cells(Own, "from, s"), Left: 0}
	panels := c.panels()
	var columns []func(points []*results.Point) string
	for _, p := range panels {
		for _, line := range p.lines {
			for i, arm := range c.arms {
				if line.ink != chart.Text && i > 0 {
					continue
				}
				head := p.title
				if line.name != "" {
					head = line.name
				}
				if len(c.arms) > 1 && line.ink == chart.Text {
					head += ", " + c.names[i]
				}
				t.Head = append(t.Head, Cell{Text: head})
				columns = append(columns, func(points []*results.Point) string {
					var values []float64
					for _, p := range points {
						if p.Arm == arm {
							values = append(values, orNaN(line.value(p)))
						}
					}
					if v := middle(values); !math.IsNaN(v) {
						return fmt.Sprintf("%.4g", v)
					}
					return ""
				})
			}
		}
	}
	per := (len(c.points) + mostTimeRows - 1) / mostTimeRows
	if c.paired {
		per = max(per, 2)
	}
	for i := 0; i < len(c.points); i += max(1, per) {
		var points []*results.Point
		for k := i; k < min(i+per, len(c.points)); k++ {
			points = append(points, &c.points[k])
		}
		row := Cells(Own, fixed(points[0].StartS, 1))
		for _, column := range columns {
			row = append(row, Cell{column(points), Own})
		}
		t.add(row...)
	}
	return t
}
