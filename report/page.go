package report

import (
	"fmt"
	"io"
	"strings"
)

// page is a report before it takes its form: what text and markdown share.
// Everything in it is raw; its strings are foreign, but for those of this program.
type page struct {
	verdict  *opening // nil: nothing was compared
	answer   *answer  // of a run; nil: none
	title    inline
	alarm    string // why the numbers must not be used; of this program
	parts    []part
	warnings []string
	detail   []string // the statistics behind the verdict
	footer   []fact   // what was measured: when, where, of which revision
	cut      int      // parts that were left out for their length
	file     string   // where the measurement is kept
	width    int      // of lines in text that are no table, in characters; 0: any
	form     form     // of text: which characters there are
}

// answer is what a page without a verdict begins with: what was found, in a word
// where something was judged, and in figures.
type answer struct {
	word, color string // "" : nothing was judged
	about       inline // the word's
	figures     inline
}

// opening is what a page begins with.
type opening struct {
	word    string      // "REGRESSION"; of this program
	color   string      // ANSI
	heading string      // of markdown
	says    []paragraph // markdown: for a reviewer
	reasons []string    // the first goes with the word
	brief   *part       // markdown: the table of what decides
	picture []string    // markdown: the changes drawn in characters, as they are
}

// paragraph begins with what a form emphasizes.
type paragraph struct{ strong, rest inline }

// part is a block of a page. Absent pieces are empty.
type part struct {
	title inline
	fold  bool // markdown shows it on demand
	drawn bool // HTML draws what it has
	facts []fact
	table *Table
	notes []inline
	// picture is of letters, all of this program; markdown has none.
	picture []string
}

type fact struct {
	label string
	value inline
}

const (
	ansiBold   = "\x1b[1m"
	ansiRed    = "\x1b[31m"
	ansiGreen  = "\x1b[32m"
	ansiYellow = "\x1b[33m"
	ansiReset  = "\x1b[0m"
)

// Colours of the two arms: they are told apart on light and on dark ground, and by
// those who do not see red and green apart.
const (
	ansiBlue   = "\x1b[38;5;33m"
	ansiOrange = "\x1b[38;5;166m"
)

// painter colours what it is given, or leaves it as it is.
type painter bool

func (p painter) paint(code, s string) string {
	if !p || s == "" {
		return s
	}
	return code + s + ansiReset
}

// text writes the page for a terminal.
func (p *page) text(w io.Writer, color bool) error {
	c := painter(color)
	if v := p.verdict; v != nil {
		first := p.wrapped(v.word+"  "+p.form.name(v.reasons[0]), "    ")
		fmt.Fprintln(w, c.paint(ansiBold+v.color, v.word)+strings.TrimPrefix(first, v.word))
		for _, r := range v.reasons[1:] {
			fmt.Fprintln(w, p.wrapped("  "+p.form.name(r), "    "))
		}
		fmt.Fprintln(w)
	}
	p.answerLines(w, c)
	fmt.Fprintln(w, c.paint(ansiBold, p.wrapped(p.form.inline(p.title), "  ")))
	for i := range p.parts {
		if err := p.parts[i].text(w, c, p); err != nil {
			return err
		}
	}
	if len(p.warnings) > 0 {
		fmt.Fprintln(w)
	}
	for _, warning := range p.warnings {
		line := p.wrapped("! "+p.form.name(warning), "  ")
		fmt.Fprintln(w, c.paint(ansiYellow, "!")+strings.TrimPrefix(line, "!"))
	}
	for i, d := range p.detail {
		if i == 0 {
			fmt.Fprintf(w, "\n%s\n", c.paint(ansiBold, "in detail"))
		}
		fmt.Fprintln(w, p.wrapped("  "+p.form.name(d), "    "))
	}
	if len(p.footer) > 0 {
		fmt.Fprintln(w)
		p.factLines(w, p.footer)
	}
	if p.file != "" {
		fmt.Fprintf(w, "\n%s\n", p.wrapped("result file: "+p.form.code(p.file), "  "))
	}
	return nil
}

// answerLines write what was found: in red that it must not be used.
func (p *page) answerLines(w io.Writer, c painter) {
	a := p.answer
	if p.alarm != "" {
		fmt.Fprintln(w, c.paint(ansiBold+ansiRed, p.wrapped(p.alarm, "  ")))
	}
	if a == nil {
		return
	}
	figures, indent := p.form.inline(a.figures), ""
	if a.word != "" {
		line := p.wrapped(a.word+"  "+p.form.inline(a.about), "    ")
		fmt.Fprintln(w, c.paint(ansiBold+a.color, a.word)+strings.TrimPrefix(line, a.word))
		indent = "  "
	}
	if figures != "" {
		fmt.Fprintln(w, p.wrapped(indent+figures, indent+"  "))
	}
	fmt.Fprintln(w)
}

// factLines writes labels and values in two columns.
func (p *page) factLines(w io.Writer, facts []fact) {
	width := 0
	for _, f := range facts {
		width = max(width, len([]rune(p.form.name(f.label))))
	}
	for _, f := range facts {
		fmt.Fprintln(w, p.wrapped(fmt.Sprintf("%-*s  %s", width, p.form.name(f.label), p.form.inline(f.value)), "    "))
	}
}

// wrapped breaks a line at spaces where it is wider than the page; the rest hangs.
func (p *page) wrapped(line, hang string) string {
	runes := []rune(line)
	var out strings.Builder
	for p.width > 0 && len(runes) > p.width {
		at, least := p.width, len(hang)+1
		for at > least && runes[at] != ' ' {
			at--
		}
		if at <= least { // a word that fits no line
			for at = p.width; at < len(runes) && runes[at] != ' '; at++ {
			}
			if at == len(runes) {
				break
			}
		}
		out.WriteString(strings.TrimRight(string(runes[:at]), " ") + "\n")
		runes = append([]rune(hang), runes[at+1:]...)
	}
	return out.String() + string(runes)
}

func (p *part) text(w io.Writer, c painter, of *page) error {
	fmt.Fprintln(w)
	if title := of.form.inline(p.title); title != "" {
		fmt.Fprintln(w, c.paint(ansiBold, of.wrapped(title, "  ")))
	}
	of.factLines(w, p.facts)
	for _, line := range p.picture {
		fmt.Fprintln(w, line)
	}
	lines, err := p.table.lines(of.form, c)
	if err != nil {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
	for _, n := range p.notes {
		fmt.Fprintln(w, of.wrapped(of.form.inline(n), "  "))
	}
	return nil
}
