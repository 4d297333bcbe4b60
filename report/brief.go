package report

import (
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// mostBrief is how many rows the table at the top of a pull request has.
const mostBrief = 5

// briefPart is the table for who decides on a pull request: what regressed, what
// is open, what improved, then the rest of what is judged of all requests. It is
// nil where the numbers must not be used.
func briefPart(c *verdict.Comparison, a, b string) *part {
	if c.Verdict == verdict.Invalid {
		return nil
	}
	t := &Table{Head: []Cell{{"", Own}, {"metric", Own}, {Text: a}, {Text: b}, {"change", Own}, {"allowed", Own}}, Left: 2}
	more := 0
	for _, rank := range []func(*verdict.MetricRow, mark) bool{
		func(_ *verdict.MetricRow, mark mark) bool { return mark == regressionMark },
		func(_ *verdict.MetricRow, mark mark) bool { return mark == openMark },
		func(m *verdict.MetricRow, mark mark) bool { return mark == betterMark && total(m) },
		func(m *verdict.MetricRow, mark mark) bool { return mark == okMark && total(m) && m.Unit == "ms" },
		func(m *verdict.MetricRow, mark mark) bool {
			return mark == okMark && total(m) && (m.Unit == "1/s" || m.Unit == "%")
		},
		func(m *verdict.MetricRow, mark mark) bool { return mark == betterMark && !total(m) },
		func(m *verdict.MetricRow, mark mark) bool { return mark == unjudgedMark && total(m) },
		func(_ *verdict.MetricRow, mark mark) bool { return mark == watchedMark },
	} {
		for i := range c.Metrics {
			m := &c.Metrics[i]
			mark := markOf(m)
			switch {
			case !rank(m, mark):
			case len(t.Rows) < mostBrief:
				t.add(briefRow(c, m, mark)...)
			case mark == regressionMark || mark == openMark:
				more++
			}
		}
	}
	if t.Rows == nil {
		return nil
	}
	out := &part{table: t}
	if more > 0 {
		out.notes = append(out.notes, own("and "+count(more, "more row")+" like these, below"))
	}
	return out
}

func total(m *verdict.MetricRow) bool { return m.Class == results.TotalClass }

func briefRow(c *verdict.Comparison, m *verdict.MetricRow, mark mark) []Cell {
	name := rowName(m)
	a, b := valueText(m.A, m.Unit, m.CensoredA), valueText(m.B, m.Unit, m.CensoredB)
	if m.Unit != "%" {
		name += ", " + m.Unit
	} else {
		a, b = failedText(c.ArmA, m, a), failedText(c.ArmB, m, b)
	}
	return append([]Cell{{marks[mark].brief, marks[mark].role}, {Text: name}}, Cells(Own, a, b, pooledText(m), limitText(m))...)
}

// failedText is a share of errors as counts, which anybody can weigh.
func failedText(s *summary.Run, m *verdict.MetricRow, share string) string {
	n, of, ok := failed(s, m.Class)
	if !ok {
		return share + "%"
	}
	return countText(n) + " of " + countText(of)
}
