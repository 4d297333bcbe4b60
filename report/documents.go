package report

import (
	"bytes"
	"errors"
	"io"

	"github.com/mlbench/mlbench/results/history"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/trend"
	"github.com/mlbench/mlbench/results/verdict"
)

// Document is what a result file came to, a run or a comparison, or what a folder of
// them has: a list, which is rendered alone.
type Document struct {
	Run        *summary.Run
	Comparison *verdict.Comparison
	Files      []history.Entry // nil: no list
	Trend      *trend.Trend    // nil: none
}

// write renders it alone.
func (d Document) write(w io.Writer, format Format, o Options) error {
	switch {
	case d.Files != nil:
		return fileList(d.Files).write(w, format, o)
	case d.Trend != nil:
		return writeTrend(w, format, d.Trend, o)
	case d.Comparison != nil:
		return Comparison(w, format, d.Comparison, o)
	}
	return Run(w, format, d.Run, o)
}

// Valid says that the target, not the generator or its host, decided the numbers.
func (d Document) Valid() bool {
	if d.Comparison != nil {
		return d.Comparison.Verdict != verdict.Invalid
	}
	return d.Run.Valid
}

// value is what its JSON form is made of.
func (d Document) value() any {
	if d.Comparison != nil {
		return newComparisonDocument(d.Comparison)
	}
	return newRunDocument(d.Run)
}

func (d Document) rows() []csvRow {
	if d.Comparison != nil {
		return comparisonRows(d.Comparison)
	}
	return runRows(d.Run)
}

// Documents renders several as one document that programs can read: JSON is an
// array where there are more than one, JSON lines have a line for each, JUnit a
// suite, CSV one header line. Pages follow one another.
func Documents(w io.Writer, format Format, ds []Document, o Options) error {
	if len(ds) == 0 {
		// A CI server takes a report without a test case for a pass.
		return errors.New("there is no document to render")
	}
	if format == JSON && len(ds) > 1 {
		var all []any
		for _, d := range ds {
			all = append(all, d.value())
		}
		return writeJSON(w, JSON, all)
	}
	measured := ds[0].Run != nil || ds[0].Comparison != nil
	switch {
	case format == HTML && measured:
		return writeHTML(w, ds, o)
	case format == SVG && measured:
		return writeSVG(w, ds, o)
	}
	if format == CSV && o.Wide {
		var all [][]csvRow
		for _, d := range ds {
			all = append(all, d.rows())
		}
		return writeWide(w, all)
	}
	var b bytes.Buffer // JUnit continues only what it can see the end of
	for i, d := range ds {
		next := o
		next.Continued = o.Continued || i > 0
		if err := d.write(&b, format, next); err != nil {
			return err
		}
	}
	if cs := comparisonsOf(ds); closes(format, len(cs)) {
		if err := writePage(&b, format, closingPage(cs), Options{Color: o.Color, Continued: true}); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// comparisonsOf are those of documents that are nothing else.
func comparisonsOf(ds []Document) (cs []*verdict.Comparison) {
	for _, d := range ds {
		if d.Comparison == nil {
			return nil
		}
		cs = append(cs, d.Comparison)
	}
	return cs
}

// Comparisons renders several comparisons as one document, as Documents does,
// but JSON is an array even if there is only one. Pages end with what all of them came
// to; o.Closing asks for that alone.
func Comparisons(w io.Writer, format Format, cs []*verdict.Comparison, o Options) error {
	if len(cs) == 0 {
		return errors.New("there is no comparison to render")
	}
	if o.Closing {
		if !closes(format, len(cs)) {
			return nil
		}
		return writePage(w, format, closingPage(cs), o)
	}
	if format == JSON {
		var all []any
		for _, c := range cs {
			all = append(all, newComparisonDocument(c))
		}
		return writeJSON(w, JSON, all)
	}
	var ds []Document
	for _, c := range cs {
		ds = append(ds, Document{Comparison: c})
	}
	return Documents(w, format, ds, o)
}
