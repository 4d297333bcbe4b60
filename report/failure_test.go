package report

import (
	"bytes"
	"strings"
	"testing"
)

// A failure takes the place of a report in every format that there is: one that had
// none told the reader "unknown format" instead of what had failed.
func TestFailuresHaveEveryFormat(t *testing.T) {
	for _, format := range strings.Split(FormatNames, ", ") {
		var b bytes.Buffer
		if err := Failed(&b, Format(format), Failure{Command: "run", Error: "the target is gone", ExitCode: 5}, Options{}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if Format(format) == JSONL && strings.Count(b.String(), "\n") != 1 {
			t.Errorf("a failure in %d lines of jsonl, want 1:\n%s", strings.Count(b.String(), "\n"), &b)
		}
	}
}
