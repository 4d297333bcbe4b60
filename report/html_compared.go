package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// comparison writes a comparison, the verdict first.
func (m *markup) comparison(c *verdict.Comparison) {
	p := comparisonPage(c)
	m.card(c, p)
	var links [][2]string
	body := &markup{prefix: m.prefix}
	add := func(id, title string, write func()) {
		links = append(links, [2]string{id, title})
		write()
	}
	body.warnings(p.warnings)
	if len(forestRows(c, false))+len(forestRows(c, true)) > 0 {
		add("changes", "Changes", func() { body.forest(c) })
	}
	add("figures", "Side by side", func() { body.sideBySide(c, p) })
	if c.ArmA != nil {
		add("percentiles", "Percentiles", func() { body.percentiles(c) })
	}
	if rows := pairedRows(c, results.TotalClass); len(rows) > 0 {
		add("pairs", "Pairs", func() { body.pairs(c, rows) })
	}
	if c.ArmA != nil {
		a, b := armNames(c)
		if c.Runs == nil {
			add("time", "Over time", func() { body.overTime(courseOf(c.ArmA.File, a, b)) })
		}
		add("errors", "Errors", func() {
			body.failures([]failing{{a, c.ArmA}, {b, c.ArmB}})
		})
		add("how", "How it was measured", func() { body.origin(c.ArmA.File, c.ResultFile, p.detail) })
	}
	m.contents(links)
	fmt.Fprintf(m, "<%[1]s id=\"%[2]scontent\">\n%[3]s</%[1]s>\n", m.landmark("main"), m.prefix, body.String())
}

// card is the verdict in words, and of what, when and where.
func (m *markup) card(c *verdict.Comparison, p *page) {
	v := p.verdict
	class := ""
	switch v.color {
	case ansiGreen:
		class = " good"
	case ansiRed:
		class = " bad"
	}
	head := m.landmark("header")
	fmt.Fprintf(m, "<%s class=\"verdict%s\">\n<p class=\"word\">%s</p>\n<h1>%s</h1>\n", head, class, inHTML.name(v.word), inHTML.inline(p.title))
	for _, s := range v.says {
		fmt.Fprintf(m, "<p class=\"says\"><strong>%s</strong>%s</p>\n", inHTML.inline(s.strong), inHTML.inline(s.rest))
	}
	if rest := v.reasons[1:]; len(rest) > 0 {
		m.WriteString("<ul class=\"reasons\">")
		for _, r := range rest {
			fmt.Fprintf(m, "<li>%s</li>", inHTML.name(r))
		}
		m.WriteString("</ul>\n")
	}
	m.facts(p.footer)
	fmt.Fprintf(m, "</%s>\n", head)
}

// forest has a row for each metric that is judged.
func (m *markup) forest(c *verdict.Comparison) {
	a, b := armNames(c)
	m.section("changes", "What changed, against what is allowed", inHTML.name(fmt.Sprintf("%s against %s: to the right is worse. Dot: the estimate; line: its %g%% interval; shaded: what is allowed. Only an interval that ends within the shade proves that a limit holds; a hollow dot is not decided.", b, a, confidence(c))))
	m.WriteString("<table class=\"forest\"><thead><tr><th class=\"left\" scope=\"col\">metric</th><th class=\"left\" scope=\"col\">better ← change → worse</th><th scope=\"col\">estimate</th><th scope=\"col\" class=\"wide\">allowed</th><th class=\"left\" scope=\"col\">outcome</th></tr></thead>\n")
	for _, shares := range []bool{false, true} {
		rows := forestRows(c, shares)
		if len(rows) == 0 {
			continue
		}
		unit := "%"
		if shares {
			unit = " pp"
		}
		axis := forestAxis(rows, unit)
		m.WriteString("<tbody>")
		class := ""
		for _, row := range rows {
			if row.Class != class && !shares {
				fmt.Fprintf(m, "<tr><th colspan=\"5\" scope=\"colgroup\" class=\"class\">%s</th></tr>", inHTML.name(className(row.Class)))
				class = row.Class
			}
			m.forestRow(row, axis, shares)
		}
		fmt.Fprintf(m, "<tr class=\"ruler\"><td></td><td class=\"picture\">%s</td><td></td><td class=\"wide\"></td><td></td></tr></tbody>\n", axis.Ruler())
	}
	m.WriteString("</table></section>\n")
}

func (m *markup) forestRow(row *verdict.MetricRow, axis *chart.Axis, shares bool) {
	estimate, low, high := worsening(row)
	strip := chart.Strip{Low: low, Estimate: estimate, High: high, Allowed: orNaN(row.LimitPct), Ink: outcomeInk(row)}
	mark := markOf(row)
	if row.CI95Pct == nil {
		strip.Estimate = orNaN(nil)
	}
	name := row.Metric
	if shares && row.Class != results.TotalClass {
		name = row.Class + " errors"
	}
	strip.Title = fmt.Sprintf("%s: %s, allowed %s, %s", rowName(row), changeText(row), limitText(row), marks[mark].word)
	change := estimateText(row)
	if change == "" {
		change = "too few requests"
	}
	estimateCell, interval, _ := strings.Cut(change, " [")
	if interval != "" {
		interval = "[" + interval
	}
	fmt.Fprintf(m, "<tr><th class=\"left\" scope=\"row\">%s</th><td class=\"picture\">%s</td><td>%s <span class=\"wide\">%s</span></td><td class=\"wide\">%s</td><td class=\"left %s\">%s</td></tr>\n",
		inHTML.name(name), strip.SVG(axis), inHTML.name(estimateCell), inHTML.name(interval), inHTML.name(limitText(row)), roleClasses[marks[mark].role], inHTML.name(marks[mark].word))
}

// sideBySide has all numbers; of single classes on demand.
func (m *markup) sideBySide(c *verdict.Comparison, p *page) {
	m.section("figures", "Side by side", "")
	folded := false
	for i := range p.parts {
		part := &p.parts[i]
		if part.drawn { // as a chart, below
			continue
		}
		if part.fold && !folded {
			m.WriteString("<details class=\"block\"><summary>By request class</summary>\n")
			folded = true
		}
		m.part(part)
	}
	if folded {
		m.WriteString("</details>")
	}
	m.WriteString("</section>\n")
}

// classesShown are all requests, and each class if there are several.
func classesShown(c *verdict.Comparison) []string {
	out := []string{results.TotalClass}
	for _, class := range comparedClasses(c) {
		if !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	return out
}

func (m *markup) percentiles(c *verdict.Comparison) {
	m.section("percentiles", "Latency", "How long requests took: each step to the right is a tenth of the requests that are left. A curve ends where one request lies beyond. The band is where the candidate’s percentile lies in the typical pair, as far as is sure: the interval of the change, on the baseline’s curve.")
	classes := classesShown(c)
	for i, class := range classes {
		if i == 1 {
			m.WriteString("<details class=\"block\" open><summary>By request class</summary>\n")
		}
		arms := armsOf(c, class)
		m.WriteString("<div class=\"grid\">")
		m.figure(comparedPercentiles(c, "Percentiles, "+className(class), class), nil, percentileTable(arms))
		distribution, table := distributionChart("Distribution, "+className(class), arms)
		m.figure(distribution, nil, table)
		m.WriteString("</div>")
	}
	if len(classes) > 1 {
		m.WriteString("</details>")
	}
	m.WriteString("</section>\n")
}

func (m *markup) pairs(c *verdict.Comparison, rows []*verdict.MetricRow) {
	a, b := armNames(c)
	m.section("pairs", "Pair by pair", inHTML.name(fmt.Sprintf("Each dot is a pair of neighbouring slices that were sent the same: %s against %s. The more of them lie on one side of 0 or of the limit, the surer it is; where all of them wander, the difference changed while it was measured. Hollow ones are left out, for the load generator's sake alone.", b, a)))
	for _, row := range rows {
		m.figure(pairChart(c, row), nil, nil)
	}
	m.WriteString("<details><summary>All pairs as a table</summary>\n")
	m.table(pairTable(c, rows), "Pairs")
	m.WriteString("</details></section>\n")
}
