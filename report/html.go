package report

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mlbench/mlbench/report/chart"
)

//go:embed page/style.css
var htmlStyle string

// htmlPolicy lets the page do nothing but be looked at.
const htmlPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

// writeHTML writes documents as one page, that needs nothing else: no script, no
// address. What is foreign is escaped as it is written, by markup.
func writeHTML(w io.Writer, ds []Document, o Options) error {
	if o.Continued {
		return errors.New("render html: a page does not follow another one")
	}
	var m markup
	m.begin(documentTitle(ds))
	first := ""
	if len(ds) > 1 {
		first = "d1-"
	}
	fmt.Fprintf(&m, "<a class=\"skip\" href=\"#%scontent\">Skip to the figures</a>\n", first)
	if len(ds) > 1 {
		m.overview(ds)
		m.WriteString("<main>\n")
	}
	for i, d := range ds {
		m.prefix = ""
		if len(ds) > 1 {
			m.prefix = fmt.Sprintf("d%d-", i+1)
		}
		if d.Comparison != nil {
			m.comparison(d.Comparison)
		} else {
			m.run(d.Run)
		}
	}
	if len(ds) > 1 {
		m.WriteString("</main>\n")
	}
	return m.end(w)
}

// begin is all before the first document.
func (m *markup) begin(title string) {
	fmt.Fprintf(m, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", htmlPolicy)
	fmt.Fprintf(m, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" content=\"mlbench\">\n<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n", inHTML.name(title), htmlStyle)
}

func (m *markup) end(w io.Writer) error {
	fmt.Fprintf(m, "<footer>%s</footer>\n</body>\n</html>\n", inHTML.name("Made by mlbench of its result files. What every number is: docs/metrics.md; how a comparison is judged: docs/method.md"))
	_, err := io.WriteString(w, m.String())
	return err
}

// writeFailedHTML is the page of what came to no result.
func writeFailedHTML(w io.Writer, title, why string) error {
	var m markup
	m.begin(title)
	fmt.Fprintf(&m, "<main><header class=\"verdict bad\"><h1>%s</h1><p class=\"says\">%s</p></header></main>\n", inHTML.name(title), inHTML.name(why))
	return m.end(w)
}

// documentTitle is what a browser's tab says.
func documentTitle(ds []Document) string {
	switch d := ds[0]; {
	case len(ds) > 1:
		return count(len(ds), "measurement") + " – mlbench"
	case d.Comparison != nil:
		return verdictOf(d.Comparison).heading + " – mlbench"
	}
	return inText.inline(runPage(ds[0].Run, 0).title) + " – mlbench"
}

// markup is a page being written.
type markup struct {
	strings.Builder
	prefix string // of ids
}

// landmark is an element of which a page has one; of several documents each has a
// plain one.
func (m *markup) landmark(name string) string {
	if m.prefix != "" {
		return "div"
	}
	return name
}

// section begins one; the caller writes </section>.
func (m *markup) section(id, title, lead string) {
	fmt.Fprintf(m, "<section id=\"%s%s\">\n<h2>%s</h2>\n", m.prefix, id, title)
	if lead != "" {
		fmt.Fprintf(m, "<p class=\"lead\">%s</p>\n", lead)
	}
}

// part writes a block that all forms share.
func (m *markup) part(p *part) {
	if title := inHTML.inline(p.title); title != "" {
		fmt.Fprintf(m, "<h3>%s</h3>\n", title)
	}
	m.partBody(p)
}

func (m *markup) partBody(p *part) {
	m.facts(p.facts)
	m.table(p.table, inText.inline(p.title))
	for _, n := range p.notes {
		fmt.Fprintf(m, "<p class=\"note\">%s</p>\n", inHTML.inline(n))
	}
}

func (m *markup) facts(facts []fact) {
	if len(facts) == 0 {
		return
	}
	m.WriteString("<dl class=\"facts\">")
	for _, f := range facts {
		fmt.Fprintf(m, "<dt>%s</dt><dd>%s</dd>", inHTML.name(f.label), inHTML.inline(f.value))
	}
	m.WriteString("</dl>\n")
}

// roleClasses are what a page shows roles in.
var roleClasses = map[Role]string{Good: "is-good", Open: "is-open", Missed: "is-missed", Worse: "is-worse"}

func (m *markup) table(t *Table, name string) {
	if t == nil || len(t.Rows) == 0 && len(t.Head) == 0 {
		return
	}
	if name == "" {
		name = "Table"
	}
	fmt.Fprintf(m, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><table>", inHTML.name(name))
	cell := func(element, scope string, column int, c Cell, columns int) {
		var classes []string
		if column < t.Left || t.LeftLast && column == columns-1 {
			classes = append(classes, "left")
		}
		if class := roleClasses[c.Role]; class != "" {
			classes = append(classes, class)
		}
		attributes := scope
		if classes != nil {
			attributes += fmt.Sprintf(` class="%s"`, strings.Join(classes, " "))
		}
		fmt.Fprintf(m, "<%s%s>%s</%[1]s>", element, attributes, inHTML.cell(c))
	}
	if len(t.Head) > 0 {
		m.WriteString("<thead><tr>")
		for i, c := range t.Head {
			if c.Text == "" {
				cell("td", "", i, c, len(t.Head))
			} else {
				cell("th", ` scope="col"`, i, c, len(t.Head))
			}
		}
		m.WriteString("</tr></thead>")
	}
	m.WriteString("<tbody>")
	for _, row := range t.Rows {
		m.WriteString("<tr>")
		for i, c := range row {
			if i == 0 && t.Left > 0 && c.Text != "" && roleClasses[c.Role] == "" {
				cell("th", ` scope="row"`, i, c, len(row))
			} else {
				cell("td", "", i, c, len(row))
			}
		}
		m.WriteString("</tr>")
	}
	m.WriteString("</tbody></table></div>\n")
}

// key is an entry of a legend.
type key struct {
	ink   chart.Ink
	shape chart.Shape
	text  string
}

// figure is a chart with its legend, by default that of its marks, and its table behind it.
func (m *markup) figure(c *chart.Chart, keys []key, behind *Table) {
	if keys == nil {
		for _, mark := range c.Marks {
			if mark.Name != "" {
				keys = append(keys, key{mark.Ink, mark.Shape, mark.Name})
			}
		}
	}
	fmt.Fprintf(m, "<figure><figcaption><span>%s</span>", chart.Escape(c.Title))
	for _, k := range keys {
		fmt.Fprintf(m, "<span class=\"key\">%s%s</span>", chart.Key(k.shape, k.ink), inHTML.name(k.text))
	}
	fmt.Fprintf(m, "</figcaption>\n%s\n", c.SVG())
	if behind != nil && len(behind.Rows) > 0 {
		m.WriteString("<details><summary>As a table</summary>\n")
		m.table(behind, c.Title)
		m.WriteString("</details>")
	}
	m.WriteString("</figure>\n")
}

// contents is a line of links.
func (m *markup) contents(links [][2]string) {
	fmt.Fprintf(m, "<nav aria-label=\"%s\"><ul>", strings.TrimSpace("Contents "+strings.Trim(m.prefix, "d-")))
	for _, l := range links {
		fmt.Fprintf(m, "<li><a href=\"#%s%s\">%s</a></li>", m.prefix, l[0], l[1])
	}
	m.WriteString("</ul></nav>\n")
}

func (m *markup) warnings(warnings []string) {
	if len(warnings) == 0 {
		return
	}
	fmt.Fprintf(m, "<div class=\"warnings\"><strong>%s</strong><ul>", count(len(warnings), "warning"))
	for _, w := range warnings {
		fmt.Fprintf(m, "<li>%s</li>", inHTML.name(w))
	}
	m.WriteString("</ul></div>\n")
}

// preformatted is a foreign text of several lines.
func (m *markup) preformatted(text, class string) {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		lines = append(lines, chart.Escape(strings.ReplaceAll(line, "\t", "    ")))
	}
	fmt.Fprintf(m, "<pre%s tabindex=\"0\">%s</pre>\n", class, strings.Join(lines, "\n"))
}
