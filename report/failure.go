package report

import (
	"fmt"
	"io"

	"github.com/mlbench/mlbench/report/chart"
)

// failureSchema names the JSON form of Failure.
const failureSchema = "mlbench.failure/1"

// Failure is what there is to report when a command came to no result: it takes
// the place of a report, so that none of an earlier run stays behind for this
// one's.
type Failure struct {
	Schema   string `json:"schema"`  // failureSchema
	Command  string `json:"command"` // "gate", "compare", "run"
	Error    string `json:"error"`
	ExitCode int    `json:"exit_code"`
}

// Failed renders a failure.
func Failed(w io.Writer, format Format, f Failure, o Options) error {
	f.Schema = failureSchema
	title := fmt.Sprintf("FAILED: mlbench %s came to no result (exit %d)", f.Command, f.ExitCode)
	switch format {
	case JSON, JSONL:
		return writeJSON(w, format, f)
	case CSV:
		return writeCSV(w, nil, o)
	case Text:
		_, err := fmt.Fprintf(w, "%s\n\n%s\n", title, plain(f.Error))
		return err
	case Markdown:
		_, err := fmt.Fprintf(w, "### %s\n\n%s\n", title, inMarkdown.name(f.Error))
		return err
	case JUnit:
		suite := &junitSuite{Name: "mlbench " + f.Command, Time: fixed(0, 3)}
		suite.add(junitCase{Class: "mlbench." + f.Command, Name: "measurement", Error: &junitOutcome{Message: plain(f.Error), Type: "failure"}})
		return writeJUnit(w, suite, o)
	case HTML:
		return writeFailedHTML(w, title, f.Error)
	case SVG:
		_, err := io.WriteString(w, chart.Sheet(title, pictureLines(f.Error), nil))
		return err
	}
	return fmt.Errorf("unknown format %q: want one of %s", format, FormatNames)
}
