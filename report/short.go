package report

import (
	"fmt"
	"io"
)

// Short renders what a document came to in some twenty lines, as text or markdown: the
// answer, the table of all requests, what weakens it, and what was measured.
func (d Document) Short(w io.Writer, format Format, o Options) error {
	var p *page
	switch {
	case format != Text && format != Markdown:
		return fmt.Errorf("render %s: a short report is text or markdown", format)
	case d.Comparison != nil:
		p = comparisonPage(d.Comparison)
		p.parts, p.detail = p.parts[:min(1, len(p.parts))], nil
		if v := p.verdict; v != nil && v.brief != nil {
			p.parts = append(p.parts, *v.brief)
			v.brief = nil
		}
	case d.Run != nil:
		p = runPage(d.Run, o.columns())
		shown := 2 // figures and latencies, and what failed between them
		if failures, _ := failuresPart(d.Run); failures.facts != nil {
			shown++
		}
		p.parts = p.parts[:min(shown, len(p.parts))]
	default:
		return fmt.Errorf("render %s: there is no document to render", format)
	}
	return writePage(w, format, p, o)
}
