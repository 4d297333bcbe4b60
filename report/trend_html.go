package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results/trend"
)

// trendHTML is the page of a trend: what changed, then a picture of each metric.
func trendHTML(w io.Writer, t *trend.Trend) error {
	var m markup
	p := trendPage(t, "p50")
	title := inText.inline(p.title)
	m.begin(title + " – mlbench")
	fmt.Fprintf(&m, "<header class=\"verdict\">\n<p class=\"word\">TREND</p>\n<h1>%s</h1>\n<p class=\"says\">%s</p>\n", inHTML.inline(p.title), inHTML.name(pointsOut))
	m.facts(p.footer)
	m.WriteString("</header>\n")
	if len(t.Points) == 0 {
		m.WriteString("<main id=\"content\">\n")
	} else {
		m.contents([][2]string{{"changes", "Changes"}, {"time", "Over time"}, {"results", "Results"}, {"apart", "Left apart"}})
		m.WriteString("<main id=\"content\">\n")
		m.section("changes", "Changes", "")
		changes := changesPart(t)
		m.partBody(&changes)
		m.WriteString("</section>\n")
		m.section("time", "Over time", "A result beside the other, the oldest first. A rule stands where a metric is another than before.")
		m.WriteString("<div class=\"grid\">")
		for i := range t.Metrics {
			if c, keys := trendChart(t, &t.Metrics[i]); c != nil {
				m.figure(c, keys, nil)
			}
		}
		m.WriteString("</div></section>\n")
		m.section("results", "Results, the newest first", "")
		all := resultsPart(t)
		all.title = nil
		m.partBody(&all)
		m.WriteString("</section>\n")
	}
	m.section("apart", "Left apart", "")
	apart := part{notes: apartNotes(t)}
	if apart.notes == nil {
		apart.notes = []inline{own("Nothing: all results of the folder are in one series.")}
	}
	m.partBody(&apart)
	m.WriteString("</section>\n</main>\n")
	return m.end(w)
}

// svgWidth is that of a picture by itself.
const svgWidth = 860

// trendSVG is the picture of a metric by itself.
func trendSVG(w io.Writer, t *trend.Trend, metric string) error {
	m := t.Metric(metric)
	if m == nil {
		return fmt.Errorf("render svg: a trend has no metric %q", metric)
	}
	c, _ := trendChart(t, m)
	if c == nil {
		return fmt.Errorf("render svg: no result has a %s", metric)
	}
	c.Width = svgWidth
	c.Title = plain(fmt.Sprintf("%s of %s on %s", c.Title, t.Scenario, t.Target))
	_, err := io.WriteString(w, c.SVG()+"\n")
	return err
}

// trendChart is a metric over time; nil: no result has it.
func trendChart(t *trend.Trend, m *trend.Metric) (*chart.Chart, []key) {
	points := chart.Mark{Shape: chart.Dots, Ink: chart.A, Name: "a result"}
	for k, v := range m.Values {
		if v != nil {
			points.Points = append(points.Points, chart.Point{X: float64(k + 1), Y: *v, Note: pointNote(t, m, k)})
		}
	}
	if points.Points == nil {
		return nil, nil
	}
	band := chart.Mark{Shape: chart.Band, Ink: chart.A, Name: "single results of one revision"}
	medians := chart.Mark{Shape: chart.Line, Ink: chart.Text, Name: "median"}
	for _, s := range stretches(t, m) {
		from, to, none := float64(s.from)+0.5, float64(s.to)+0.5, math.NaN()
		if math.IsNaN(s.median) {
			continue
		}
		medians.Points = append(medians.Points, chart.Point{X: from, Y: s.median}, chart.Point{X: to, Y: s.median}, chart.Point{X: to, Y: none})
		if s.high > s.low {
			band.Points = append(band.Points, chart.Point{X: from, Y: s.low, To: s.high}, chart.Point{X: to, Y: s.low, To: s.high}, chart.Point{X: to, Y: none, To: none})
		}
	}
	c := &chart.Chart{
		Title: m.Name + ", " + m.Unit, Height: 230, Desc: trendDesc(t, m),
		X:     chart.Axis{From: 0.5, To: float64(len(t.Points)) + 0.5, Ticks: dayTicks(t), Text: func(v float64) string { return dayText(t.Points[int(v)-1].Start) }},
		Y:     chart.Axis{Text: func(v float64) string { return trendValue(m, v) }, Zero: m.Unit == "%"},
		Marks: []chart.Mark{band, medians, points},
	}
	for i := range m.Changes {
		ch := &m.Changes[i]
		ink := chart.Good
		if ch.Worse {
			ink = chart.Bad
		}
		c.Marks = append(c.Marks, chart.Mark{Shape: chart.Down, Ink: ink, Points: []chart.Point{{X: float64(ch.Point) + 0.5, Note: effectText(m, ch)}}})
	}
	keys := []key{{chart.A, chart.Dots, "a result"}, {chart.Text, chart.Line, "median between changes"}}
	if band.Points != nil {
		keys = append(keys, key{chart.A, chart.Band, "where single results are expected"})
	}
	return c, keys
}

// pointNote is what a point says when one points at it.
func pointNote(t *trend.Trend, m *trend.Metric, k int) string {
	p := &t.Points[k]
	text := p.Start.UTC().Format("2006-01-02 15:04") + ": " + trendValue(m, *m.Values[k])
	if m.Unit != "" {
		text += " " + m.Unit
	}
	if commit := p.Source.String(); commit != "" {
		text += ", " + commit
	}
	return plain(text)
}

// trendDesc says in words what the picture shows.
func trendDesc(t *trend.Trend, m *trend.Metric) string {
	text := fmt.Sprintf("%s of %s over time, median %s", m.Name, count(len(t.Points), "result"), trendValue(m, medianOf(m)))
	if m.Unit != "" {
		text += " " + m.Unit
	}
	var changes []string
	for i := range m.Changes {
		changes = append(changes, dayText(m.Changes[i].Start)+" "+effectText(m, &m.Changes[i]))
	}
	if changes == nil {
		return text + "; no change points"
	}
	return text + "; change points: " + strings.Join(changes, ", ")
}

// dayTicks are results whose days are written below a picture.
func dayTicks(t *trend.Trend) []float64 {
	const most = 5
	n := len(t.Points)
	if n == 0 {
		return []float64{}
	}
	var out []float64
	last := ""
	for i := range most {
		k := 0
		if n > 1 {
			k = i * (n - 1) / (most - 1)
		}
		if day := dayText(t.Points[k].Start); day != last {
			out = append(out, float64(k+1))
			last = day
		}
	}
	return out
}
