//go:build unix

package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// H4, L3: ctrl-C and SIGTERM end a command that waits for a pipe that nobody
// writes to, whichever reads it.
func TestSignalEndsWhatWaitsForAnInput(t *testing.T) {
	for _, args := range [][]string{
		{"scenarios", "validate", "PIPE"},
		{"scenarios", "new", "--from", "har", "PIPE"},
		{"run", "./PIPE", "-t", "http://127.0.0.1:9"},
		{"run", "--url", "http://127.0.0.1:9", "-b", "@PIPE"},
		{"report", "PIPE"},
		{"gate", "--file", "PIPE"},
		{"verify", "a=http://127.0.0.1:9", "b=http://127.0.0.1:9", "--openapi", "PIPE"},
	} {
		t.Run(args[0]+" "+args[1], func(t *testing.T) {
			t.Parallel()
			cmd := command(t, args...)
			pipe := filepath.Join(cmd.Dir, "PIPE")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { defer close(ended); _ = cmd.Wait() }()
			stuck := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
			defer stuck.Stop()
			for {
				writer, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0) // works once it is read
				if err == nil {
					defer writer.Close()
					break
				}
				select {
				case <-ended:
					t.Fatalf("%v ended before it read: exit code %d; stderr: %s", args, cmd.ProcessState.ExitCode(), &stderr)
				case <-time.After(10 * time.Millisecond):
				}
			}
			_ = cmd.Process.Signal(syscall.SIGTERM)
			<-ended
			if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
				t.Errorf("%v: exit code %d, want %d; stderr: %s", args, code, cli.ExitInterrupted, &stderr)
			}
		})
	}
}

// H4: who presses ctrl-C again does not want to wait for the last answers.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	asked, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			once.Do(func() { close(asked) })
			<-free
		}
	}))
	defer srv.Close()
	defer close(free)
	cmd := command(t, "run", "-t", srv.URL, "./slow.yaml", "-o", "cut.jsonl")
	scenario := "requests: [{name: slow, path: /slow}]\nload: {connections: 1, duration: 1h, timeout: 2m, warmup: 0s}\nteardown: [{path: /slow}]\n"
	if err := os.WriteFile(filepath.Join(cmd.Dir, "slow.yaml"), []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	select {
	case <-asked:
	case <-ended:
		t.Fatalf("ended before it asked; stderr: %s", &stderr)
	}
	again := time.NewTicker(cli.Echo / 4)
	defer again.Stop()
	for {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
			if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
				t.Errorf("exit code %d, want %d; stderr: %s", code, cli.ExitInterrupted, &stderr)
			}
			return
		case <-again.C:
		}
	}
}
