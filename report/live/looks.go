package live

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// judged says what the last look at a comparison decided, and of what is open how its
// interval lies to its limit.
func (st *state) judged(p *page) {
	if st.looked == nil {
		text := fmt.Sprintf("pair %d; nothing is judged yet", st.pair)
		if next := st.nextLook(0); next > 0 {
			text = fmt.Sprintf("pair %d; judged first after %d", st.pair, next)
		}
		p.row("verdict", text)
		return
	}
	l := st.looked
	parts := []string{fmt.Sprintf("%d of %d metrics decided after %d pairs", len(l.Decided), len(l.Decided)+len(l.Open), l.Kept)}
	if len(l.Decided)+len(l.Open) == 0 {
		parts = []string{"nothing decided yet"}
	}
	if l.Kept < l.Measured {
		parts = append(parts, fmt.Sprintf("%d of %d pairs could be judged", l.Kept, l.Measured))
	}
	parts = append(parts, fmt.Sprintf("now pair %d", st.pair))
	if next := st.nextLook(l.Kept); next > 0 {
		parts = append(parts, fmt.Sprintf("next look when there are %d", next))
	}
	if l.MoreS > 0 {
		parts = append(parts, "about "+clock(time.Duration(l.MoreS*float64(time.Second)))+" more would settle it")
	}
	p.row("verdict", parts...)
	const most = 4
	scales := false
	for i := range min(most, len(l.Open)) {
		scales = st.claim(p, &l.Open[i]) || scales
	}
	if scales {
		p.row("", p.hue(faint, "━ interval, 0 no change, ┃ limit"))
	}
	if more := len(l.Open) - most; more > 0 {
		p.row("", fmt.Sprintf("and %d more open", more))
	}
	if names := claimNames(l.Decided); names != "" {
		p.row("decided", p.hue(green, names))
	}
}

// claim is a metric that is open: its change, the interval and the limit, and if there
// is room, drawn.
func (st *state) claim(p *page, c *verdict.Claim) (drawn bool) {
	unit := "%"
	if c.Metric == "errors" {
		unit = " pp"
	}
	name := claimName(c)
	if c.IntervalPct == nil || c.LimitPct == nil {
		p.row("open", name)
		return false
	}
	parts := []string{name, fmt.Sprintf("change %+.1f to %+.1f%s", c.IntervalPct[0], c.IntervalPct[1], unit), fmt.Sprintf("limit %+.3g%s", *c.LimitPct, unit)}
	if drawn = p.width >= 70 && *c.LimitPct != 0; drawn {
		parts = append(parts, interval(*c.IntervalPct, *c.LimitPct))
	}
	if was, ok := st.before[[2]string{c.Class, c.Metric}]; ok {
		parts = append(parts, fmt.Sprintf("was %+.1f to %+.1f", was[0], was[1]))
	}
	p.row("open", parts...)
	return drawn
}

// interval draws an interval around no change, with its limit: what crosses the limit's
// mark is not decided.
func interval(of [2]float64, limit float64) string {
	const cells = 21 // from -3 limits to +3
	at := func(v float64) int {
		x := int(math.Round((v/math.Abs(limit) + 3) / 6 * (cells - 1)))
		return min(max(x, 0), cells-1)
	}
	line := []rune(strings.Repeat("·", cells))
	for x := at(of[0]); x <= at(of[1]); x++ {
		line[x] = '━'
	}
	line[at(0)] = '0'
	line[at(limit)] = '┃'
	return string(line)
}

func claimName(c *verdict.Claim) string {
	if c.Class == results.TotalClass {
		return report.OneLine(c.Metric)
	}
	return report.OneLine(c.Class + " " + c.Metric)
}

func claimNames(claims []verdict.Claim) string {
	var names []string
	for i := range claims {
		names = append(names, claimName(&claims[i]))
	}
	return strings.Join(names, ", ")
}
