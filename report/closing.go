package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// mostClosing is how many regressions the closing table shows of one comparison,
// beside the figures that it has of each.
const mostClosing = 2

// closingPage is what several comparisons came to, for a reader who saw none of
// them: of each the verdict, the changes with their intervals and who is ahead; then
// why a verdict is no ok.
func closingPage(cs []*verdict.Comparison) *page {
	p := &page{title: compose("SUMMARY  {}", standing(cs)), width: comparisonWidth}
	names := closingNames(cs)
	t := &Table{Head: Cells(Own, "", "verdict", "metric", "A", "B", closingHead(cs), "ahead"), Left: 3, LeftLast: true}
	var said part
	for i, c := range cs {
		word, reasons := headline(c)
		first := []Cell{{Text: names[i]}, {word, closingRole(c)}}
		for _, row := range closingRows(c) {
			t.add(append(first, row...)...)
			first = Cells(Own, "", "")
		}
		if c.Weightiest() != verdict.ByVerdict || c.Verdict != verdict.OK {
			said.notes = append(said.notes, compose("{}: {}", names[i], reasons[0]))
		}
	}
	said.notes = append(said.notes, foreign(closingNote(cs)))
	p.parts = append(p.parts, part{table: t}, said)
	var files []string
	for _, c := range cs {
		if c.ResultFile != "" && !slices.Contains(files, c.ResultFile) {
			files = append(files, c.ResultFile)
		}
	}
	if files != nil {
		p.footer = []fact{{"result files", literal(strings.Join(files, " "))}}
	}
	return p
}

// standing is the answer in a line: how often each target is ahead.
func standing(cs []*verdict.Comparison) inline {
	var names []string
	times := map[string]int{}
	for _, c := range cs {
		name := leader(c)
		if name == "" {
			continue
		}
		if times[name] == 0 {
			names = append(names, name)
		}
		times[name]++
	}
	var out []inline
	open := len(cs)
	for _, name := range names {
		out = append(out, compose("{} ahead in {}", brief(name), times[name]))
		open -= times[name]
	}
	switch {
	case names == nil:
		out = []inline{own("in none is it clear who is ahead")}
	case open > 0:
		out = append(out, compose("not clear in {}", open))
	}
	return compose("{}: {}", count(len(cs), "comparison"), enumerate(out, ", "))
}

// longestName is how much of a name a table shows that must fit a terminal.
const longestName = 24

func brief(name string) string {
	if runes := []rune(OneLine(name)); len(runes) > longestName {
		return string(runes[:longestName-1]) + "…"
	}
	return name
}

// leader is the target that is ahead: in all that the closing table has of the
// comparison where that says who. "" is nobody, or now one and now the other.
func leader(c *verdict.Comparison) string {
	a, b := armNames(c)
	if c.Verdict == verdict.Regression {
		return a
	}
	out := ""
	for _, m := range closingMetrics(c) {
		arm := ahead(c, m)
		switch {
		case arm == "" || arm == out:
		case out != "":
			return ""
		default:
			out = arm
		}
	}
	switch out {
	case "A":
		return a
	case "B":
		return b
	}
	return ""
}

// ahead is the arm, A or B, on whose side of zero the whole interval of a metric is;
// "" if on neither's, or if the pairs are not what they are taken for.
func ahead(c *verdict.Comparison, m *verdict.MetricRow) string {
	if c.Verdict == verdict.Invalid || m.CI95Pct == nil || doubted(c) {
		return ""
	}
	low, high := m.CI95Pct[0], m.CI95Pct[1]
	more, less := "A", "B" // of times and errors
	if m.Unit == "1/s" {
		more, less = less, more
	}
	switch {
	case low > 0:
		return more
	case high < 0:
		return less
	}
	return ""
}

// doubted says that a guard forbids to take the pairs for what they seem to say.
func doubted(c *verdict.Comparison) bool {
	return slices.ContainsFunc(c.Findings, func(found verdict.Finding) bool {
		return found.Code == verdict.Unsteady || found.Code == verdict.CarryOver || found.Code == verdict.Contaminated
	})
}

// closingMetrics are those of all requests that have an interval: throughput, p50,
// p99, and errors if there were any; then what else regressed.
func closingMetrics(c *verdict.Comparison) (out []*verdict.MetricRow) {
	for _, name := range []string{"throughput", "p50", "p99", "errors"} {
		m := c.Row(results.TotalClass, name)
		if m != nil && m.CI95Pct != nil && (name != "errors" || orNaN(m.A) > 0 || orNaN(m.B) > 0) {
			out = append(out, m)
		}
	}
	more := 0
	for i := range c.Metrics {
		if m := &c.Metrics[i]; markOf(m) == regressionMark && !slices.Contains(out, m) && more < mostClosing {
			out, more = append(out, m), more+1
		}
	}
	return out
}

// closingRows are the cells behind name and verdict; one row without figures where
// they must not be used.
func closingRows(c *verdict.Comparison) (rows [][]Cell) {
	none := [][]Cell{Cells(Own, "", "", "", "", missing)}
	if c.Verdict == verdict.Invalid {
		return none
	}
	a, b := armNames(c)
	for _, m := range closingMetrics(c) {
		name := map[string]string{"A": brief(a), "B": brief(b), "": missing}[ahead(c, m)]
		rows = append(rows, []Cell{
			{rowName(m) + ", " + m.Unit, Foreign},
			{valueText(m.A, m.Unit, m.CensoredA), Own},
			{valueText(m.B, m.Unit, m.CensoredB), Own},
			{estimateText(m), Own},
			{name, Foreign},
		})
	}
	if rows == nil {
		return none
	}
	return rows
}

func closingRole(c *verdict.Comparison) Role {
	switch {
	case c.Weightiest() != verdict.ByVerdict || c.Verdict == verdict.Invalid:
		return Missed
	case c.Verdict == verdict.Regression:
		return Worse
	case c.Verdict == verdict.Inconclusive:
		return Open
	}
	return Good
}

// closingHead names the column of changes: with their confidence where all have
// the same.
func closingHead(cs []*verdict.Comparison) string {
	for _, c := range cs {
		if confidence(c) != confidence(cs[0]) {
			return "change [CI]"
		}
	}
	return fmt.Sprintf("change [%g%% CI]", confidence(cs[0]))
}

// closingNames are the names of comparisons: what tells them apart.
func closingNames(cs []*verdict.Comparison) []string {
	scenario := func(c *verdict.Comparison) string {
		if c.ArmA != nil {
			return cmp.Or(c.ArmA.Title, c.Scenario)
		}
		return c.Scenario
	}
	baseline := func(c *verdict.Comparison) string { a, _ := armNames(c); return a }
	candidate := func(c *verdict.Comparison) string { _, b := armNames(c); return b }
	differ := func(of func(*verdict.Comparison) string) bool {
		return slices.ContainsFunc(cs, func(c *verdict.Comparison) bool { return of(c) != of(cs[0]) })
	}
	var out []string
	for _, c := range cs {
		var name []string
		if differ(scenario) || !differ(candidate) {
			name = append(name, brief(scenario(c)))
		}
		if differ(candidate) {
			name = append(name, brief(candidate(c)))
		}
		if differ(baseline) {
			name = append(name, "against "+brief(baseline(c)))
		}
		out = append(out, strings.Join(name, " "))
	}
	if len(slices.Compact(slices.Sorted(slices.Values(out)))) < len(out) { // the same once more
		for i := range out {
			out[i] = fmt.Sprintf("%d %s", i+1, out[i])
		}
	}
	return out
}

// closingNote says what the words of the table mean, and who A and B are.
func closingNote(cs []*verdict.Comparison) string {
	text := "ahead: the whole interval is on that target's side of zero; " + missing + ": it is not clear"
	a, b := armNames(cs[0])
	sameA, sameB := true, true
	for _, c := range cs {
		x, y := armNames(c)
		sameA, sameB = sameA && x == a, sameB && y == b
	}
	switch {
	case sameA && sameB:
		text = fmt.Sprintf("A is %s, B is %s; ", a, b) + text
	case sameA:
		text = fmt.Sprintf("A is %s; ", a) + text
	}
	if slices.ContainsFunc(cs, func(c *verdict.Comparison) bool { return leader(c) != "" && c.Runs == nil && c.Launches == 0 }) {
		text += ". It is of these processes, at this time; --launches 8 speaks of the builds"
	}
	return text
}

// closes says whether a closing page follows so many documents in this form.
func closes(format Format, n int) bool { return n > 1 && (format == Text || format == Markdown) }
