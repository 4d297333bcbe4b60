//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// pausedFor stops a command that has sent its n-th request to srv, and lets it go
// on after pause.
func pausedFor(t *testing.T, cmd *exec.Cmd, reached <-chan struct{}, pause time.Duration) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	select {
	case <-reached:
	case <-ended:
		t.Fatalf("it ended before it was stopped: %s", cmd.ProcessState)
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	<-time.After(pause) // what is measured
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	<-ended
}

// counting is a server that tells when it was asked for the n-th time.
func counting(t *testing.T, n int64) (url string, reached <-chan struct{}) {
	t.Helper()
	var served atomic.Int64
	ch := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if served.Add(1) == n {
			close(ch)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, ch
}

// H8: a generator that was stopped is no stall of the target, in the closed model.
func TestAStoppedGeneratorIsNotBlamedOnTheTarget(t *testing.T) {
	url, reached := counting(t, 500)
	const pause = 1500 * time.Millisecond
	cmd := command(t, "run", "--url", url, "-c", "2", "-d", "2s", "--warmup", "0s", "-o", "run.jsonl", "--format", "json")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	pausedFor(t, cmd, reached, pause)
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitInvalid {
		t.Errorf("exit code %d, want %d: most of the time measured is lost", code, cli.ExitInvalid)
	}
	var said struct {
		Valid    bool `json:"valid"`
		Warnings []struct {
			Code summary.Code `json:"code"`
			Text string       `json:"text"`
		} `json:"warning_codes"`
	}
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	if said.Valid || len(said.Warnings) == 0 || said.Warnings[0].Code != summary.SpoiltTime {
		t.Errorf("valid %v, warnings %+v", said.Valid, said.Warnings)
	}
	f, err := results.ReadFile(filepath.Join(cmd.Dir, "run.jsonl"), nil)
	if err != nil {
		t.Fatal(err)
	}
	longest := 0.0
	for _, s := range f.Slices {
		longest = max(longest, s.Telemetry.StandstillMaxMS)
		if h := s.Classes["ping"].Clocks[results.ClockService]; s.Excluded == "" && h != nil && h.Max() > pause*9/10 {
			t.Errorf("a slice that counts has a request of %s", h.Max())
		}
	}
	if ratio := longest / results.Milliseconds(pause); ratio < 0.9 || ratio > 2 {
		t.Errorf("a pause of %s is seen as %.0f ms", pause, longest)
	}
}

// H8: in a comparison the pair is left out, and no stall counts against an arm.
func TestAStoppedComparisonHasNoStalls(t *testing.T) {
	a, reached := counting(t, 3000)
	b, _ := counting(t, 0)
	cmd := command(t, "compare", "a="+a, "b="+b, "--scenario", "closed.yaml", "--budget", "6s", "--slice", "150ms", "--warmup", "0s", "-o", "c.jsonl", "--format", "json")
	const scenario = "name: closed\nload: {model: closed, connections: 2, duration: 10s}\nrequests: [{name: get, method: GET, path: /}]\n"
	if err := os.WriteFile(filepath.Join(cmd.Dir, "closed.yaml"), []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	pausedFor(t, cmd, reached, 500*time.Millisecond)
	var doc struct {
		Reasons []struct {
			Detail summary.Code `json:"detail"`
		} `json:"reason_codes"`
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	var codes []summary.Code
	for _, r := range doc.Reasons {
		codes = append(codes, r.Detail)
	}
	if !slices.Contains(codes, verdict.ExcludedPairs) && !slices.Contains(codes, verdict.PairsExcluded) {
		t.Errorf("reasons %q", codes)
	}
	f, err := results.ReadFile(filepath.Join(cmd.Dir, "c.jsonl"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Slices {
		for _, d := range s.Classes {
			if s.Excluded == "" && d.Clocks[results.ClockService] != nil && d.Clocks[results.ClockService].Max() > 450*time.Millisecond {
				t.Errorf("a slice of pair %d that counts has a request of %s", s.Pair, d.Clocks[results.ClockService].Max())
			}
		}
	}
}
