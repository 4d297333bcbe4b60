//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// command is the real binary: this test binary under another name.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "mlbench")
	if err := os.Symlink(exe, link); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(link, args...)
	cmd.Dir = t.TempDir()
	return cmd
}

// ctrl-C while measuring: what was measured is saved and reported, exit 130.
func TestInterruptedRunIsSavedAndReported(t *testing.T) {
	var served atomic.Int64
	reached := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if served.Add(1) == 200 {
			close(reached)
		}
	}))
	defer srv.Close()
	cmd := command(t, "run", "--url", srv.URL, "-r", "500/s", "-d", "1h", "--warmup", "0s", "-o", "cut.jsonl", "--format", "json")
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
	var shown struct {
		Requests int64
		Codes    []struct{ Code summary.Code } `json:"warning_codes"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &shown); err != nil || shown.Requests < 100 ||
		!slices.Contains(shown.Codes, struct{ Code summary.Code }{summary.StoppedEarly}) {
		t.Errorf("the report does not show what was measured until the interrupt:\n%s", &stdout)
	}
	f, err := results.ReadFile(filepath.Join(cmd.Dir, "cut.jsonl"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Footer == nil || f.Footer.Ended != results.Interrupted {
		t.Errorf("footer %+v, want interrupted", f.Footer)
	}
	if n := summary.Of(f, summary.Select{Arm: results.ArmA}, nil).Requests; n < 190 {
		t.Errorf("%d requests saved, at least 200 were served", n)
	}
}

// ctrl-C while measuring: the teardown is sent all the same.
func TestInterruptedRunIsTornDown(t *testing.T) {
	reached, torn := make(chan struct{}), make(chan struct{}, 1)
	var loaded sync.Once
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/load":
			loaded.Do(func() { close(reached) })
		case "/end":
			torn <- struct{}{}
		}
	}))
	defer srv.Close()
	cmd := command(t, "run", "s.yaml", "--url", srv.URL, "-d", "1h", "--warmup", "0s")
	const text = "{requests: [{name: a, path: /load}], teardown: [{path: /end}]}"
	if err := os.WriteFile(filepath.Join(cmd.Dir, "s.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted || len(torn) != 1 {
		t.Errorf("exit code %d, want %d; %d teardowns, want 1", code, cli.ExitInterrupted, len(torn))
	}
}

// ctrl-C during the demo, in whichever phase: its servers end with it.
func TestInterruptedDemoLeavesNoServerBehind(t *testing.T) {
	for name, line := range map[string]string{
		"while servers start": "starting both servers",
		"while comparing":     "comparing legacy and modern",
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t, "demo", "--budget", "10m")
			// As a terminal does, the signal goes to the whole group.
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			children := demoUntil(t, cmd, line, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) })
			if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
				t.Errorf("exit code %d, want %d", code, cli.ExitInterrupted)
			}
			for _, pid := range children {
				if alive(pid) {
					t.Errorf("server process %s outlives mlbench", pid)
				}
			}
		})
	}
}

// kill -9 of mlbench takes its servers along, too.
func TestKilledDemoLeavesNoServerBehind(t *testing.T) {
	cmd := command(t, "demo", "--budget", "10m")
	var addresses []string
	demoUntil(t, cmd, "comparing legacy and modern", func() {
		addresses = targetsOf(t, cmd.Dir)
		_ = cmd.Process.Kill()
	})
	if len(addresses) != 2 {
		t.Fatalf("targets %v, want two", addresses)
	}
	for _, a := range addresses {
		awaitRefusal(t, a)
	}
}

// demoUntil runs the demo, calls then when a line of stderr begins with prefix,
// and returns when the process has ended: the pids that were its children.
func demoUntil(t *testing.T, cmd *exec.Cmd, prefix string, then func()) (children []string) {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := false
	var said strings.Builder
	sc := bufio.NewScanner(stderr)
	for sc.Scan() {
		said.WriteString(sc.Text() + "\n")
		if !seen && strings.HasPrefix(sc.Text(), prefix) {
			seen = true
			children = childrenOf(cmd.Process.Pid)
			then()
		}
	}
	_, _ = io.Copy(io.Discard, stderr)
	_ = cmd.Wait()
	if !seen {
		t.Fatalf("the demo never said %q, but:\n%s", prefix, &said)
	}
	return children
}

// childrenOf lists the processes that a process started (Linux; elsewhere none).
func childrenOf(pid int) []string {
	files, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	var pids []string
	for _, f := range files {
		b, _ := os.ReadFile(f)
		pids = append(pids, strings.Fields(string(b))...)
	}
	return pids
}

func alive(pid string) bool {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(b), ") Z ")
}

// targetsOf reads the addresses under test from the result file in dir.
func targetsOf(t *testing.T, dir string) []string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "mlbench-results", "*.jsonl"))
	if len(files) == 0 {
		t.Fatal("no result file")
	}
	f, err := results.ReadFile(files[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, target := range f.Header.Targets {
		u, err := url.Parse(target.URL)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, u.Host)
	}
	return out
}

// awaitRefusal returns once nothing listens at addr. The kernel closes a dead
// process's sockets in its own time: connections are tried until one fails.
func awaitRefusal(t *testing.T, addr string) {
	t.Helper()
	for range 100_000 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		// A server that still lives would answer; one that is dying ends the read.
		_, _ = io.WriteString(c, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
		_ = c.Close()
	}
	t.Errorf("%s still answers: the server outlives mlbench", addr)
}
