package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/mlbench/mlbench/report/chart"
)

// Role is what a cell means. A form shows it in its own way: colour on a
// terminal, a code span in markdown.
type Role uint8

const (
	Foreign Role = iota // text from files and from the network: nothing in it may be obeyed
	Own                 // figures and words of this program
	Literal             // foreign, to be shown as it is: a URL, a path, an expression
	Good                // own: it holds, or is better
	Open                // own: not decided
	Missed              // own: it does not hold
	Worse               // own: proven to be worse
	Strip               // own: a distribution in a line
	StripA              // own: that of the baseline
	StripB              // own: that of the candidate
)

// Cell is raw text and what it means; each form escapes for itself.
type Cell struct {
	Text string
	Role Role
}

// Cells are cells of one role.
func Cells(role Role, texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, text := range texts {
		cells[i] = Cell{text, role}
	}
	return cells
}

// roleColors are what a terminal shows roles in.
var roleColors = map[Role]string{Good: ansiGreen, Open: ansiYellow, Missed: ansiRed, Worse: ansiBold + ansiRed, StripA: ansiBlue, StripB: ansiOrange}

// cell is what the form shows of a cell, without colour.
func (f form) cell(c Cell) string {
	switch c.Role {
	case Foreign:
		return f.name(c.Text)
	case Literal:
		return f.code(c.Text)
	case Strip, StripA, StripB:
		if f == inMarkdown && c.Text != "" { // which has no blanks in a row
			return "`" + strings.ReplaceAll(c.Text, " ", "·") + "`"
		}
		c.Text = strings.TrimRight(c.Text, " ")
	}
	if f == inASCII {
		return folded(c.Text)
	}
	if f == inHTML {
		return chart.Escape(c.Text)
	}
	return c.Text
}

// Table has left-aligned columns first, then right-aligned ones.
type Table struct {
	Head []Cell // none: no header line
	Rows [][]Cell
	Left int // number of left-aligned columns
	// LeftLast aligns the last column to the left, too.
	LeftLast bool
}

// Write renders the table alone, as text or markdown.
func (t *Table) Write(w io.Writer, format Format, o Options) error {
	f := inText
	if format == Markdown {
		f = inMarkdown
	}
	if format == Text && o.ASCII {
		f = inASCII
	}
	lines, err := t.lines(f, painter(o.Color && format == Text))
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return err
}

// add appends a row.
func (t *Table) add(cells ...Cell) { t.Rows = append(t.Rows, cells) }

// secondReset is what tablewriter adds to a coloured cell.
var secondReset = regexp.MustCompile(`(\x1b\[0m *)\x1b\[0m`)

// width is that of its widest line in text, in characters.
func (t *Table) width() int {
	lines, _ := t.lines(inText, false)
	widest := 0
	for _, line := range lines {
		widest = max(widest, utf8.RuneCountInString(line))
	}
	return widest
}

// lines renders the table without trailing spaces; nil for no table.
func (t *Table) lines(f form, p painter) ([]string, error) {
	if t == nil || len(t.Rows) == 0 && len(t.Head) == 0 {
		return nil, nil
	}
	shown := func(cells []Cell) []string {
		out := make([]string, len(cells))
		for i, c := range cells {
			if out[i] = f.cell(c); roleColors[c.Role] != "" {
				out[i] = p.paint(roleColors[c.Role], out[i])
			}
		}
		return out
	}
	var b strings.Builder
	tab := tablewriter.NewTable(&b, t.options(f)...)
	if len(t.Head) > 0 {
		tab.Header(shown(t.Head))
	}
	for _, row := range t.Rows {
		if err := tab.Append(shown(row)); err != nil {
			return nil, err
		}
	}
	if err := tab.Render(); err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(secondReset.ReplaceAllString(lines[i], "$1"), " ")
	}
	return lines, nil
}

// options switch off what tablewriter does unasked: upper-casing headers,
// wrapping, truncating, and measuring by the locale (the same file must give
// the same report everywhere).
func (t *Table) options(f form) []tablewriter.Option {
	columns := len(t.Head)
	if columns == 0 {
		columns = len(t.Rows[0])
	}
	align := make(tw.Alignment, columns)
	pads := make([]tw.Padding, columns)
	for i := range align {
		align[i] = tw.AlignRight
		if i < t.Left || t.LeftLast && i == len(align)-1 {
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
		tablewriter.WithTrimSpace(tw.Off), // strips begin with blanks
	}
	if f == inMarkdown {
		return append(opts, tablewriter.WithRenderer(renderer.NewMarkdown()))
	}
	line := inASCII.cell(Cell{"─", Own})
	if f == inText {
		line = "─"
	}
	rule := tw.NewSymbolCustom("rule").WithRow(line).WithCenter(line).WithHeaderMid(line)
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
