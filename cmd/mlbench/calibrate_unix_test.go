//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results/verdict"
)

// ctrl-C keeps what was measured: a calibration of the launches so far, or, of
// fewer than three, their result files alone.
func TestInterruptedCalibration(t *testing.T) {
	for name, tt := range map[string]struct {
		at     string
		stored bool
	}{
		"after four launches": {"launch 5 of 50", true},
		"after one launch":    {"launch 2 of 50", false},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t)
			cmd.Args = append(cmd.Args, "calibrate", "sequential", "--start", cmd.Path+" serve reference --addr 127.0.0.1:{port}",
				"--ready", "/health", "--launches", "50", "-d", "100ms", "--warmup", "0s")
			var stdout bytes.Buffer
			cmd.Stdout = &stdout
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			for sc := bufio.NewScanner(stderr); sc.Scan(); {
				said.WriteString(sc.Text() + "\n")
				if strings.HasPrefix(sc.Text(), tt.at) {
					_ = cmd.Process.Signal(os.Interrupt)
				}
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
				t.Errorf("exit code %d, want %d; stderr:\n%s", code, cli.ExitInterrupted, &said)
			}
			files, _ := filepath.Glob(filepath.Join(cmd.Dir, "mlbench-results", "*-sequential-mlbench*.jsonl"))
			c, err := verdict.ReadCalibration(filepath.Join(cmd.Dir, "calibration.json"))
			switch {
			case tt.stored && (err != nil || c.Launches < 3 || c.Launches > 5 || len(files) < c.Launches):
				t.Errorf("calibration %+v (%v) of %v; stderr:\n%s", c, err, files, &said)
			case tt.stored && !strings.Contains(stdout.String(), "--max-regression throughput="):
				t.Errorf("no report: %s", &stdout)
			case !tt.stored && (err == nil || stdout.Len() > 0 || len(files) == 0):
				t.Errorf("of a single launch: %+v, %v, report %q", c, files, &stdout)
			}
		})
	}
}
