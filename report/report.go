package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"

	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// Run renders the summary of one run.
func Run(w io.Writer, format Format, s *summary.Run, o Options) error {
	switch format {
	case JSON, JSONL:
		return writeJSON(w, format, newRunDocument(s))
	case CSV:
		return writeRows(w, runRows(s), o)
	case Text, Markdown:
		return writePage(w, format, runPage(s, o.columns()), o)
	case JUnit:
		return writeJUnit(w, runSuite(s), o)
	case HTML:
		return writeHTML(w, []Document{{Run: s}}, o)
	case SVG:
		return writeSVG(w, []Document{{Run: s}}, o)
	}
	return fmt.Errorf("unknown format %q: want one of %s", format, FormatNames)
}

// Comparison renders two arms side by side, the verdict first.
func Comparison(w io.Writer, format Format, c *verdict.Comparison, o Options) error {
	switch format {
	case JSON, JSONL:
		return writeJSON(w, format, newComparisonDocument(c))
	case CSV:
		return writeRows(w, comparisonRows(c), o)
	case Text, Markdown:
		return writePage(w, format, comparisonPage(c), o)
	case JUnit:
		return writeJUnit(w, comparisonSuite(c, o), o)
	case HTML:
		return writeHTML(w, []Document{{Comparison: c}}, o)
	case SVG:
		return writeSVG(w, []Document{{Comparison: c}}, o)
	}
	return fmt.Errorf("unknown format %q: want one of %s", format, FormatNames)
}

func writePage(w io.Writer, format Format, p *page, o Options) error {
	var b bytes.Buffer
	if o.Continued {
		b.WriteByte('\n')
	}
	var err error
	if format == Markdown {
		err = p.markdown(&b)
	} else {
		p.form = inText
		if o.ASCII {
			p.form = inASCII
		}
		if o.Columns > 0 {
			p.width = min(o.Columns, comparisonWidth)
		}
		err = p.text(&b, o.Color)
	}
	if err != nil {
		return fmt.Errorf("render %s: %w", format, err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// writeJSON writes v as one object, which is indented, or as JSONL a line. Several
// documents in one stream follow one another, as jq and encoding/json read them.
func writeJSON(w io.Writer, format Format, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if format == JSON {
		enc.SetIndent("", "  ")
	}
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("render %s: %w", format, err)
	}
	_, err := w.Write(escapeInvisible(b.Bytes()))
	return err
}

// escapeInvisible writes as \uXXXX what encoding/json leaves raw though a
// terminal may act on it: C1 controls and bidirectional overrides. Beyond ASCII
// every character of JSON stands in a string, so the meaning stays the same.
func escapeInvisible(in []byte) []byte {
	var out bytes.Buffer
	for _, r := range string(in) {
		switch {
		case r < 0x7f || unicode.IsGraphic(r):
			out.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}
