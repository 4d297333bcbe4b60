package report

import (
	"bytes"
	"errors"
	"io"

	"github.com/mlbench/mlbench/results"
)

// Comparisons renders several comparisons as one document: JSON is an array of
// what Comparison writes, even if there is only one, JUnit has a suite for each,
// CSV one header line, and pages follow one another.
func Comparisons(w io.Writer, format Format, cs []*results.Comparison, o Options) error {
	if len(cs) == 0 {
		// A CI server takes a report without a test case for a pass.
		return errors.New("there is no comparison to render")
	}
	if format == JSON {
		return writeJSON(w, cs)
	}
	var b bytes.Buffer // JUnit continues only what it can see the end of
	for i, c := range cs {
		next := o
		next.Continued = o.Continued || i > 0
		if err := Comparison(&b, format, c, next); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}
