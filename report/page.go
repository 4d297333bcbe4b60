package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// page is a report before it takes its form: what text and markdown share. All
// strings in it are escaped for the form already.
type page struct {
	title    string
	alarm    string // why the numbers must not be used
	parts    []part
	warnings []string
	file     string // where the measurement is kept
}

// part is a block of a page. Absent pieces are empty.
type part struct {
	title string
	facts []fact
	table *table
	notes []string
}

type fact struct{ label, value string }

// table has left-aligned columns first, then right-aligned ones.
type table struct {
	head []string
	rows [][]string
	left int // number of left-aligned columns
}

// Marks of an objective's row; text colours them.
const (
	heldMark   = "✓"
	missedMark = "✗"
)

const (
	ansiBold   = "\x1b[1m"
	ansiRed    = "\x1b[31m"
	ansiGreen  = "\x1b[32m"
	ansiYellow = "\x1b[33m"
	ansiReset  = "\x1b[0m"
)

// text writes the page for a terminal.
func (p *page) text(w io.Writer, color bool) error {
	paint := func(code, s string) string {
		if !color || s == "" {
			return s
		}
		return code + s + ansiReset
	}
	fmt.Fprintln(w, paint(ansiBold, p.title))
	if p.alarm != "" {
		fmt.Fprintln(w, paint(ansiRed, p.alarm))
	}
	for _, part := range p.parts {
		fmt.Fprintln(w)
		if part.title != "" {
			fmt.Fprintln(w, paint(ansiBold, part.title))
		}
		width := 0
		for _, f := range part.facts {
			width = max(width, len([]rune(f.label)))
		}
		for _, f := range part.facts {
			fmt.Fprintf(w, "%-*s  %s\n", width, f.label, f.value)
		}
		lines, err := part.table.lines(false)
		if err != nil {
			return err
		}
		for _, line := range lines {
			if rest, ok := strings.CutPrefix(line, heldMark); ok {
				line = paint(ansiGreen, heldMark) + rest
			} else if rest, ok := strings.CutPrefix(line, missedMark); ok {
				line = paint(ansiRed, missedMark) + rest
			}
			fmt.Fprintln(w, line)
		}
		for _, n := range part.notes {
			fmt.Fprintln(w, n)
		}
	}
	if len(p.warnings) > 0 {
		fmt.Fprintln(w)
	}
	for _, warning := range p.warnings {
		fmt.Fprintln(w, paint(ansiYellow, "!"), warning)
	}
	if p.file != "" {
		fmt.Fprintf(w, "\nresult file: %s\n", p.file)
	}
	return nil
}

// markdown writes the page for a pull request.
func (p *page) markdown(w io.Writer) error {
	fmt.Fprintf(w, "### %s\n", p.title)
	if p.alarm != "" {
		fmt.Fprintf(w, "\n**%s**\n", p.alarm)
	}
	for _, part := range p.parts {
		if part.title != "" {
			fmt.Fprintf(w, "\n#### %s\n", part.title)
		}
		if len(part.facts) > 0 {
			fmt.Fprintln(w)
		}
		for _, f := range part.facts {
			fmt.Fprintf(w, "- **%s**: %s\n", f.label, f.value)
		}
		lines, err := part.table.lines(true)
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", strings.Join(lines, "\n"))
		}
		for _, n := range part.notes {
			fmt.Fprintf(w, "\n%s\n", n)
		}
	}
	if len(p.warnings) > 0 {
		fmt.Fprint(w, "\n**Warnings**\n\n")
	}
	for _, warning := range p.warnings {
		fmt.Fprintf(w, "- %s\n", warning)
	}
	if p.file != "" {
		fmt.Fprintf(w, "\nResult file: %s\n", p.file)
	}
	return nil
}

// lines renders the table without trailing spaces; nil for no table.
func (t *table) lines(markdown bool) ([]string, error) {
	if t == nil {
		return nil, nil
	}
	var b strings.Builder
	tab := tablewriter.NewTable(&b, t.options(markdown)...)
	tab.Header(t.head)
	if err := tab.Bulk(t.rows); err != nil {
		return nil, err
	}
	if err := tab.Render(); err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines, nil
}

// options switch off what tablewriter does unasked: upper-casing headers,
// wrapping, truncating, and measuring by the locale (the same file must give
// the same report everywhere).
func (t *table) options(markdown bool) []tablewriter.Option {
	align := make(tw.Alignment, len(t.head))
	pads := make([]tw.Padding, len(t.head))
	for i := range align {
		align[i] = tw.AlignRight
		if i < t.left {
			align[i] = tw.AlignLeft
		}
		pads[i] = tw.Padding{Right: "  ", Overwrite: true}
	}
	pads[len(pads)-1] = tw.PaddingNone
	opts := []tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithAlignment(align),
		tablewriter.WithEastAsian(tw.Off),
	}
	if markdown {
		return append(opts, tablewriter.WithRenderer(renderer.NewMarkdown()))
	}
	rule := tw.NewSymbolCustom("rule").WithRow("─").WithCenter("─").WithHeaderMid("─")
	return append(opts,
		tablewriter.WithHeaderPaddingPerColumn(pads),
		tablewriter.WithRowPaddingPerColumn(pads),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: rule,
			Settings: tw.Settings{
				Separators: tw.Separators{BetweenColumns: tw.Off},
				Lines:      tw.Lines{ShowHeaderLine: tw.On},
			},
		})))
}
