//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
)

// ctrl-C in the first of two comparisons: it is saved and reported, as the array
// that two would be, and the second is never started.
func TestInterruptedSeriesStartsNoOther(t *testing.T) {
	var served atomic.Int64
	reached := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if served.Add(1) == 200 {
			close(reached)
		}
	}))
	defer srv.Close()
	cmd := command(t, "compare", "a="+srv.URL, "b="+srv.URL, "c="+srv.URL, "--scenario", "ping", "-r", "500/s",
		"--budget", "1h", "--slice", "50ms", "--warmup", "0s", "--format", "json", "-o", "cut.jsonl")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	_ = cmd.Process.Signal(os.Interrupt)
	err := cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
		t.Fatalf("exit code %d (%v), want %d; stderr: %s", code, err, cli.ExitInterrupted, &stderr)
	}
	if !strings.Contains(stderr.String(), "2 comparisons of 3600s each\n") || strings.Contains(stderr.String(), "a and c") {
		t.Errorf("stderr:\n%s", &stderr)
	}
	var items []struct {
		B       struct{ Name string }
		Reasons []struct {
			Why, Interrupted struct{ Planned int }
		} `json:"reason_codes"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &items); err != nil || len(items) != 1 || items[0].B.Name != "b" {
		t.Errorf("%v, %+v in\n%s", err, items, &stdout)
	}
	files, _ := filepath.Glob(filepath.Join(cmd.Dir, "*"))
	if len(files) != 1 || filepath.Base(files[0]) != "cut-1.jsonl" {
		t.Fatalf("files %q, want cut-1.jsonl only", files)
	}
	f, err := results.ReadFile(files[0], nil)
	if err != nil || f.Footer == nil || f.Footer.Ended != results.Interrupted {
		t.Fatalf("%v, footer %+v, want interrupted", err, f.Footer)
	}
	if f.Footer.Planned == 0 || len(items) == 1 && max(items[0].Reasons[0].Why.Planned, items[0].Reasons[0].Interrupted.Planned) != f.Footer.Planned {
		t.Errorf("footer %+v, reasons %+v: want how many pairs there were of those planned", f.Footer, items)
	}
}

// The demo is one document, too, however far it came.
func TestInterruptedDemoIsOneArray(t *testing.T) {
	cmd := command(t, "demo", "--budget", "10m", "--format", "json", "--export", "junit=j.xml")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	demoUntil(t, cmd, "comparing legacy and modern", func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) })
	var items []struct{ A, B struct{ Name string } }
	if err := json.Unmarshal(stdout.Bytes(), &items); err != nil || len(items) != 1 || items[0].A.Name != "legacy" {
		t.Errorf("%v, %+v in\n%s", err, items, &stdout)
	}
	suites, err := os.ReadFile(filepath.Join(cmd.Dir, "j.xml"))
	if err != nil || strings.Count(string(suites), "<testsuite ") != 1 {
		t.Errorf("%v in\n%s", err, suites)
	}
}
