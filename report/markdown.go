package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// mostMarkdown is what GitHub takes of a comment, in bytes, less what others may
// put around it.
const mostMarkdown = 60_000

// markdown writes the page for a pull request. What would be too long for a
// comment is left out: single classes first.
func (p *page) markdown(w io.Writer) error {
	whole := *p
	for {
		var b bytes.Buffer
		if err := whole.markdownPage(&b); err != nil {
			return err
		}
		last := len(whole.parts) - 1
		if b.Len() <= mostMarkdown || last < 0 || !whole.parts[last].fold {
			_, err := w.Write(b.Bytes())
			return err
		}
		whole.parts = whole.parts[:last]
		whole.cut++
	}
}

func (p *page) markdownPage(w io.Writer) error {
	if p.verdict != nil {
		return p.markdownVerdict(w)
	}
	fmt.Fprintf(w, "### %s\n", inMarkdown.inline(p.title))
	if p.alarm != "" {
		fmt.Fprintf(w, "\n**%s**\n", p.alarm)
	}
	if a := p.answer; a != nil {
		var lines []inline
		if a.word != "" {
			lines = append(lines, compose("{}: {}", own("**"+a.word+"**"), a.about))
		}
		fmt.Fprintf(w, "\n%s\n", inMarkdown.inline(enumerate(append(lines, a.figures), ". ")))
	}
	return p.markdownBody(w)
}

// markdownVerdict is the page of a comparison: a sentence and a table, and
// everything else on demand.
func (p *page) markdownVerdict(w io.Writer) error {
	v := p.verdict
	fmt.Fprintf(w, "### %s\n", inMarkdown.name(v.heading))
	for _, s := range v.says {
		strong := inMarkdown.inline(s.strong)
		if strong != "" {
			strong = "**" + strong + "**"
		}
		fmt.Fprintf(w, "\n%s%s\n", strong, inMarkdown.inline(s.rest))
	}
	if v.brief != nil {
		if err := v.brief.markdown(w); err != nil {
			return err
		}
	}
	if v.picture != nil {
		fmt.Fprintf(w, "\n```text\n%s\n```\n", strings.Join(v.picture, "\n"))
	}
	summary := "All figures, and how they were measured"
	if n := len(p.warnings); n > 0 {
		summary += ": " + count(n, "warning")
	}
	fmt.Fprintf(w, "\n<details><summary>%s</summary>\n\n%s\n", summary, inMarkdown.inline(p.title))
	if len(v.reasons) > 1 {
		fmt.Fprintln(w)
	}
	for _, r := range v.reasons[1:] {
		fmt.Fprintf(w, "- %s\n", inMarkdown.name(r))
	}
	if err := p.markdownBody(w); err != nil {
		return err
	}
	fmt.Fprint(w, "\n</details>\n")
	return nil
}

func (p *page) markdownBody(w io.Writer) error {
	nested := p.verdict == nil // a comparison is folded as a whole
	folded := false
	for i := range p.parts {
		if p.parts[i].fold && !folded && nested {
			fmt.Fprint(w, "\n<details><summary>by request class</summary>\n")
			folded = true
		}
		if err := p.parts[i].markdown(w); err != nil {
			return err
		}
	}
	if p.cut > 0 {
		fmt.Fprintf(w, "\n%s left out, as comments have a limit: 'mlbench report' shows them.\n", count(p.cut, "table"))
	}
	if folded {
		fmt.Fprint(w, "\n</details>\n")
	}
	markdownList(w, "Warnings", foreignLines(p.warnings))
	markdownList(w, "In detail", foreignLines(p.detail))
	var facts []inline
	for _, f := range p.footer {
		facts = append(facts, compose("{}: {}", f.label, f.value))
	}
	if p.file != "" {
		facts = append(facts, compose("result file: {}", literal(p.file)))
	}
	markdownList(w, "Measured", facts)
	return nil
}

func markdownList(w io.Writer, title string, lines []inline) {
	if len(lines) > 0 {
		fmt.Fprintf(w, "\n**%s**\n\n", title)
	}
	for _, line := range lines {
		fmt.Fprintf(w, "- %s\n", inMarkdown.inline(line))
	}
}

func (p *part) markdown(w io.Writer) error {
	if title := inMarkdown.inline(p.title); title != "" {
		fmt.Fprintf(w, "\n#### %s\n", title)
	}
	if len(p.facts) > 0 {
		fmt.Fprintln(w)
	}
	for _, f := range p.facts {
		fmt.Fprintf(w, "- **%s**: %s\n", inMarkdown.name(f.label), inMarkdown.inline(f.value))
	}
	lines, err := p.table.lines(inMarkdown, false)
	if err != nil {
		return err
	}
	if len(lines) > 0 {
		fmt.Fprintf(w, "\n%s\n", strings.Join(lines, "\n"))
	}
	for _, n := range p.notes {
		fmt.Fprintf(w, "\n%s\n", inMarkdown.inline(n))
	}
	return nil
}
