package report

import "github.com/mlbench/mlbench/results"

// mostBrief is how many rows the table at the top of a pull request has.
const mostBrief = 5

// briefMarks are the marks of its rows.
var briefMarks = map[string]string{
	okMark: "✓", betterMark: "✓ better", openMark: "? open", regressionMark: "✗ worse", unjudgedMark: "– not judged",
}

// briefPart is the table for who decides on a pull request: what regressed, what
// is open, what improved, then the rest of what is judged of all requests. It is
// nil where the numbers must not be used.
func briefPart(c *results.Comparison, a, b string, f form) *part {
	if c.Verdict == results.VerdictInvalid {
		return nil
	}
	t := &table{head: []string{"", "metric", a, b, "change", "allowed"}, left: 2}
	more := 0
	for _, rank := range []func(*results.MetricRow, string) bool{
		func(_ *results.MetricRow, mark string) bool { return mark == regressionMark },
		func(_ *results.MetricRow, mark string) bool { return mark == openMark },
		func(m *results.MetricRow, mark string) bool { return mark == betterMark && total(m) },
		func(m *results.MetricRow, mark string) bool { return mark == okMark && total(m) && m.Unit == "ms" },
		func(m *results.MetricRow, mark string) bool {
			return mark == okMark && total(m) && (m.Unit == "1/s" || m.Unit == "%")
		},
		func(m *results.MetricRow, mark string) bool { return mark == betterMark && !total(m) },
		func(m *results.MetricRow, mark string) bool { return mark == unjudgedMark && total(m) },
	} {
		for i := range c.Metrics {
			m := &c.Metrics[i]
			mark := markOf(m)
			switch {
			case !rank(m, mark):
			case len(t.rows) < mostBrief:
				t.rows = append(t.rows, briefRow(c, m, mark, f))
			case mark == regressionMark || mark == openMark:
				more++
			}
		}
	}
	if t.rows == nil {
		return nil
	}
	out := &part{table: t}
	if more > 0 {
		out.notes = append(out.notes, "and "+count(more, "more row")+" like these, below")
	}
	return out
}

func total(m *results.MetricRow) bool { return m.Class == results.TotalClass }

func briefRow(c *results.Comparison, m *results.MetricRow, mark string, f form) []string {
	name := m.Metric + ", " + m.Unit
	if !total(m) {
		name = m.Class + " " + name
	}
	a, b := valueText(m.A, m.Unit, m.CensoredA), valueText(m.B, m.Unit, m.CensoredB)
	if m.Unit == "%" {
		name = name[:len(name)-len(", %")]
		a, b = failedText(c.ArmA, m, a), failedText(c.ArmB, m, b)
	}
	change := pooledText(m)
	if m.Unit == "pairs" {
		change = missing
	}
	return []string{briefMarks[mark], f.name(name), a, b, change, limitText(m)}
}

// failedText is a share of errors as counts, which anybody can weigh.
func failedText(s *results.Summary, m *results.MetricRow, share string) string {
	n, of, ok := failed(s, m.Class)
	if !ok {
		return share + "%"
	}
	return countText(n) + " of " + countText(of)
}
