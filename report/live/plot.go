package live

import (
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/guptarohit/asciigraph"
)

// plot draws how latencies went, in at most so many lines: the median and p99 of a
// run, the medians of both targets of a comparison.
func (st *state) plot(p *page, most int) {
	const axis, highest = 10, 7
	height := min(highest, most-2)
	series, names := st.series(p.width - axis)
	if height < 3 || len(series[0]) < 2 {
		return
	}
	options := []asciigraph.Option{
		asciigraph.Height(height - 1), asciigraph.LowerBound(0),
		asciigraph.SeriesChars(asciigraph.DefaultCharSet, asciigraph.CreateCharSet("•")),
		asciigraph.YAxisValueFormatter(number),
	}
	if p.colored {
		options = append(options, asciigraph.SeriesColors(asciigraph.Blue, asciigraph.DarkOrange))
	}
	p.line("")
	p.line("%s", p.hue(faint, "ms over time: ")+p.hue(blue, "─ "+names[0])+"  "+p.hue(amber, "• "+names[1]))
	for _, l := range strings.Split(asciigraph.PlotMany(series[:], options...), "\n") {
		p.lines = append(p.lines, ansi.Truncate(l, p.width, ""))
	}
}

// series are the last points, at most so many of each.
func (st *state) series(most int) (series [2][]float64, names [2]string) {
	names = [2]string{"p50", "p99"}
	points := [2][]point{st.arms[0].points, st.arms[0].points}
	if st.compared {
		names = [2]string{"p50 of A", "p50 of B"}
		points[1] = st.arms[1].points
	}
	n := max(len(points[0]), len(points[1]))
	from := max(0, n-most)
	for i := range series {
		for at := from; at < n; at++ {
			switch {
			case at >= len(points[i]):
				series[i] = append(series[i], math.NaN())
			case i == 1 && !st.compared:
				series[i] = append(series[i], points[i][at].p99)
			default:
				series[i] = append(series[i], points[i][at].p50)
			}
		}
	}
	return series, names
}
