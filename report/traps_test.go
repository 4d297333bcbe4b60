package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// A warning that is only on the screen of the one who ran it misleads everyone
// else: each form that is read or parsed carries it.
func TestTrapWarningMissingFromTheSharedReport(t *testing.T) {
	const warning = "the load generator was late"
	s := &summary.Run{Scenario: "mix", Model: results.Open, Warnings: notes(warning)}
	for _, format := range []Format{Text, Markdown, JSON} {
		var b bytes.Buffer
		if err := Run(&b, format, s, Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), warning) {
			t.Errorf("%s does not show the warning:\n%s", format, &b)
		}
		if format != JSON && !strings.Contains(b.String(), "INVALID") {
			t.Errorf("%s does not say that the measurement is invalid:\n%s", format, &b)
		}
	}
}
