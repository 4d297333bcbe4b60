package output

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// A job has one file for all its steps: what stands there stays.
func TestStepSummaryAddsToTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	write := func(text string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := fmt.Fprint(w, text); return err }
	}
	s := cli.Streams{Env: func(name string) (string, bool) { return path, name == "GITHUB_STEP_SUMMARY" }}
	for _, text := range []string{"one\n", "", "two\n"} {
		if err := StepSummary(s, write(text)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "one\ntwo\n" {
		t.Errorf("%q, %v", got, err)
	}
	if err := StepSummary(cli.Streams{}, write("nowhere")); err != nil {
		t.Error(err)
	}
	path = t.TempDir()
	if err := StepSummary(s, write("x")); err == nil || !strings.HasPrefix(err.Error(), "step summary: ") {
		t.Errorf("a folder: %v", err)
	}
}
