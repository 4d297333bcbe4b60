package report

import (
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// table has left-aligned columns first, then right-aligned ones.
type table struct {
	head  []string
	rows  [][]string
	left  int  // number of left-aligned columns
	marks bool // the last column holds outcomes, which text colours
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
		if i < t.left || t.marks && i == len(align)-1 {
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
