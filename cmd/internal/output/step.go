package output

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// StepSummary adds to the file that GitHub Actions shows with a job, if there is one.
func StepSummary(s cli.Streams, write func(io.Writer) error) error {
	path := s.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("step summary: %w", err)
	}
	return errors.Join(write(f), f.Close())
}
