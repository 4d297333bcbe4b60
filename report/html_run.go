package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// run writes a run: what it came to, then the evidence.
func (m *markup) run(s *summary.Run) {
	p := runPage(s, 0)
	word, class := "RUN", ""
	switch {
	case !s.Valid:
		word, class = "INVALID", " bad"
	case len(s.Objectives) > 0:
		word, class = objectivesWord(s)
	}
	head := m.landmark("header")
	fmt.Fprintf(m, "<%s class=\"verdict%s\">\n<p class=\"word\">%s</p>\n<h1>%s</h1>\n", head, class, word, inHTML.inline(p.title))
	if p.alarm != "" {
		fmt.Fprintf(m, "<p class=\"alarm\">%s</p>\n", inHTML.name(p.alarm))
	}
	m.facts(p.parts[0].facts)
	m.facts(p.footer)
	fmt.Fprintf(m, "</%s>\n", head)
	links := [][2]string{{"figures", "Figures"}, {"percentiles", "Percentiles"}, {"time", "Over time"}, {"errors", "Errors"}, {"how", "How it was measured"}}
	m.contents(links)
	fmt.Fprintf(m, "<%s id=\"%scontent\">\n", m.landmark("main"), m.prefix)
	m.warnings(p.warnings)
	m.section("figures", "Figures", "")
	for i := range p.parts[1:] {
		m.part(&p.parts[1+i])
	}
	m.WriteString("</section>\n")
	m.section("percentiles", "Latency", "How long requests took: each step to the right is a tenth of the requests that are left. A curve ends where one request lies beyond.")
	classes := []string{results.TotalClass}
	if len(s.Classes) > 1 {
		for i := range s.Classes {
			classes = append(classes, s.Classes[i].Name)
		}
	}
	for i := range s.Spans {
		classes = append(classes, s.Spans[i].Name)
	}
	for i, class := range classes {
		if i == 1 {
			m.WriteString("<details class=\"block\" open><summary>By request class</summary>\n")
		}
		arms := []arm{{cmp.Or(s.Target.Name, "target"), chart.A, s.Data(class)}}
		m.WriteString("<div class=\"grid\">")
		m.figure(percentileChart("Percentiles, "+className(class), arms, nil, nil), []key{}, percentileTable(arms))
		distribution, table := distributionChart("Distribution, "+className(class), arms)
		m.figure(distribution, []key{}, table)
		m.WriteString("</div>")
	}
	if len(classes) > 1 {
		m.WriteString("</details>")
	}
	m.WriteString("</section>\n")
	m.overTime(courseOf(s.File, s.Target.Name))
	m.failures([]failing{{s.Target.Name, s}})
	m.origin(s.File, s.ResultFile, nil)
	fmt.Fprintf(m, "</%s>\n", m.landmark("main"))
}

// objectivesWord is what came of all of them.
func objectivesWord(s *summary.Run) (word, class string) {
	word, class = "OBJECTIVES HELD", " good"
	for _, o := range s.Objectives {
		switch {
		case o.Missed():
			return "OBJECTIVE MISSED", " bad"
		case o.Undecided:
			word, class = "OBJECTIVE NOT DECIDED", ""
		}
	}
	return word, class
}

// overTime has the pictures of the course.
func (m *markup) overTime(c *course) {
	m.section("time", "Over time", "")
	if len(c.points) == 0 {
		m.WriteString("<p class=\"note\">Nothing was measured.</p></section>\n")
		return
	}
	m.WriteString("<div class=\"grid\">")
	for _, p := range c.panels() {
		picture, keys := c.chart(p)
		m.figure(picture, keys, nil)
	}
	m.WriteString("</div><details><summary>The course as a table</summary>\n")
	m.table(c.table(), "The course over time")
	m.WriteString("</details></section>\n")
}

// failing is a target whose failures are shown.
type failing struct {
	name string
	run  *summary.Run
}

// failures has what went wrong, with the first of each kind, and all statuses.
func (m *markup) failures(of []failing) {
	m.section("errors", "Errors and statuses", "")
	t := &Table{Head: Cells(Own, "target", "error", "requests", "status", "class", "first, s", "for example"), Left: 2, LeftLast: true}
	statuses := &Table{Head: Cells(Own, "target", "status", "answers"), Left: 2}
	for _, f := range of {
		if f.run == nil {
			continue
		}
		for _, class := range errorClasses(f.run.Errors) {
			some := false
			for _, e := range f.run.Errors.Examples {
				if e.Error != class {
					continue
				}
				n := ""
				if !some {
					n = countText(f.run.Errors.ByClass[class])
				}
				some = true
				t.add(Cell{Text: f.name}, Cell{Text: class}, Cell{n, Own}, Cell{Text: string(e.Status)}, Cell{Text: e.Class}, Cell{fixed(e.AtS, 1), Own}, Cell{e.Text, Literal})
			}
			if !some {
				t.add(Cell{Text: f.name}, Cell{Text: class}, Cell{countText(f.run.Errors.ByClass[class]), Own}, Cell{}, Cell{}, Cell{}, Cell{})
			}
		}
		for _, code := range sortedKeys(f.run.Status) {
			statuses.add(Cell{Text: f.name}, Cell{Text: code}, Cell{countText(f.run.Status[code]), Own})
		}
	}
	if len(t.Rows) == 0 {
		m.WriteString("<p class=\"note\">No request failed.</p>\n")
	} else {
		m.table(t, "Errors")
	}
	if len(statuses.Rows) > 0 {
		m.WriteString("<h3>Statuses</h3>\n")
		m.table(statuses, "Statuses")
	}
	m.WriteString("</section>\n")
}

// origin is what was sent, and all that it takes to measure it again.
func (m *markup) origin(f *results.File, path string, detail []string) {
	m.section("how", "How it was measured", "")
	if len(detail) > 0 {
		m.WriteString("<h3>The statistics</h3>\n<ul class=\"reasons\">")
		for _, d := range detail {
			fmt.Fprintf(m, "<li>%s</li>", inHTML.name(d))
		}
		m.WriteString("</ul>\n")
	}
	if f == nil {
		m.WriteString("</section>\n")
		return
	}
	h := &f.Header
	m.WriteString("<h3>To repeat it</h3>\n")
	if len(h.Argv) > 0 {
		m.preformatted(commandText(h), " class=\"wrap\"")
	}
	m.facts(repeatFacts(h, path))
	if h.Scenario.Text != "" {
		m.WriteString("<h3>What was sent</h3>\n<details><summary>The scenario</summary>\n")
		m.preformatted(h.Scenario.Text, "")
		m.WriteString("</details>\n")
	}
	m.WriteString("</section>\n")
}

func repeatFacts(h *results.Header, path string) []fact {
	facts := []fact{{"seed", literal(fmt.Sprint(h.Seed))}, {"scenario", compose("{} {}", h.Scenario.Label(), literal(h.Scenario.Digest))}}
	for _, t := range h.Targets {
		facts = append(facts, fact{"target " + t.Arm, compose("{} {}", t.Name, where(t))})
	}
	if h.Limits != "" {
		facts = append(facts, fact{"limits", literal(h.Limits)})
	}
	facts = append(facts,
		fact{"mlbench", foreign(fmt.Sprintf("%s, %s", h.Tool, h.Host.Go))},
		fact{"host", foreign(hostText(&h.Host))})
	if path != "" {
		facts = append(facts, fact{"result file", literal(path)})
	}
	return facts
}

func hostText(h *results.Host) string {
	text := h.Fingerprint()
	if h.CPULimit > 0 {
		text += fmt.Sprintf(", limited to %.3g cores", h.CPULimit)
	}
	if h.MemoryMB > 0 {
		text += fmt.Sprintf(", %d MB of memory", h.MemoryMB)
	}
	return text + fmt.Sprintf(", GOMAXPROCS %d", h.GOMAXPROCS)
}

// commandText is the command as a shell takes it, with the seed that it had.
func commandText(h *results.Header) string {
	var words []string
	seeded := false
	for _, word := range h.Argv {
		seeded = seeded || word == "--seed" || strings.HasPrefix(word, "--seed=")
		words = append(words, quoted(word))
	}
	if !seeded {
		words = append(words, "--seed", fmt.Sprint(h.Seed))
	}
	return strings.Join(words, " ")
}

// quoted is a word of a command line.
func quoted(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@%+") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// overview is of several measurements, before each has its section: of comparisons what
// all of them came to.
func (m *markup) overview(ds []Document) {
	title, summary := foreign(count(len(ds), "measurement")), &page{}
	if cs := comparisonsOf(ds); cs != nil {
		summary = closingPage(cs)
		title = summary.title
	}
	fmt.Fprintf(m, "<header class=\"verdict\">\n<h1>%s</h1>\n", inHTML.inline(title))
	for i := range summary.parts {
		m.part(&summary.parts[i])
	}
	m.WriteString("</header>\n<nav aria-label=\"Measurements\"><ul>")
	for i, d := range ds {
		name := inline(nil)
		if d.Comparison != nil {
			name = comparisonTitle(d.Comparison)
		} else {
			name = runPage(d.Run, 0).title
		}
		fmt.Fprintf(m, "<li><a href=\"#d%d-content\">%s</a></li>", i+1, inHTML.inline(name))
	}
	m.WriteString("</ul></nav>\n")
}
