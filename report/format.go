package report

import (
	"fmt"
	"slices"
	"strings"
)

// Format is a rendering.
type Format string

const (
	Text     Format = "text"     // for a terminal
	JSON     Format = "json"     // one object, see Schema; an array of several
	JSONL    Format = "jsonl"    // the same objects, a line each
	Markdown Format = "markdown" // for a pull request's comment
	CSV      Format = "csv"      // long form, one number per row
	JUnit    Format = "junit"    // test cases, for CI servers
	HTML     Format = "html"     // a page with pictures, in one file
	SVG      Format = "svg"      // the pictures that decide, for slides and pull requests
)

// FormatNames lists the formats for help texts.
const FormatNames = "text, json, jsonl, markdown, csv, junit, html, svg"

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	if !slices.Contains(strings.Split(FormatNames, ", "), s) {
		return "", fmt.Errorf("unknown format %q: want one of %s", s, FormatNames)
	}
	return Format(s), nil
}

// Options of a rendering; the zero value is right for files.
type Options struct {
	// Color allows ANSI colour; for terminals only.
	Color bool
	// ASCII is for terminals that show nothing else.
	ASCII bool
	// Columns is how wide the terminal is: text is wrapped to it, and tables leave out
	// what does not fit. 0: comparisons are wrapped to 100, and runs not at all.
	Columns int
	// Continued says that another document precedes this one in the same
	// stream: CSV leaves out its header line, text and markdown begin with an
	// empty line. XML has one root, so JUnit joins the document before it, which
	// must be in the same *bytes.Buffer.
	Continued bool
	// Inconclusive is what an inconclusive comparison is to a CI server that
	// reads JUnit, so that it says the same as the exit code: "fail" a failure,
	// "pass" a pass if it only lacks data, and skipped otherwise.
	Inconclusive string
	// Closing leaves out of several comparisons the comparisons, which the reader has
	// seen: what remains is the page on what all of them came to.
	Closing bool
	// Wide makes CSV have one row per run, and a column for each metric.
	Wide bool
	// Metric is what a trend's picture shows; "": p50.
	Metric string
}

// columns is how wide tables may be for what is not needed.
func (o Options) columns() int {
	if o.Columns > 0 {
		return min(o.Columns, comparisonWidth)
	}
	return comparisonWidth
}
