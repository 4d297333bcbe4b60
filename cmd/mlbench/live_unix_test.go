//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// words of the view's last line, of a frame with figures, and while it ends.
const (
	viewShown  = "ctrl-C ends it"
	viewRate   = "/s answered"
	viewEnding = "ctrl-C again"
)

// terminal runs mlbench on a pseudo-terminal, its stdout going to a file, between two
// looks at the terminal's modes; what is on the screen goes through watch, which may type.
func terminal(t *testing.T, env []string, args string, watch func(screen string, keys io.Writer)) (screen, report string) {
	t.Helper()
	script, err := exec.LookPath("script")
	if help, _ := exec.Command("script", "--help").Output(); err != nil || !strings.Contains(string(help), "--command") {
		t.Skip("no script of util-linux here, which makes pseudo-terminals")
	}
	mlbench := command(t)
	line := fmt.Sprintf("trap : INT; stty -a > before; %s %s > report.txt; echo code $?; stty -a > after", mlbench.Path, args)
	cmd := exec.Command(script, "-qfc", line, "/dev/null")
	cmd.Dir = mlbench.Dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CI=") && !strings.HasPrefix(v, "NO_COLOR=") && !strings.HasPrefix(v, "TERM=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "TERM=xterm", "SHELL=/bin/sh"), env...)
	keys, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := &watched{keys: keys, watch: watch}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &out.all)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(cmd.Dir, name))
		if err != nil {
			t.Fatalf("%v\n%s", err, &out.all)
		}
		return string(b)
	}
	if before, after := read("before"), read("after"); before != after {
		t.Errorf("modes of the terminal before\n%s\nand after\n%s", before, after)
	}
	return out.all.String(), read("report.txt")
}

// watched keeps what is written, and shows it.
type watched struct {
	mu    sync.Mutex
	all   bytes.Buffer
	keys  io.Writer
	watch func(string, io.Writer)
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(b)
	if w.watch != nil {
		w.watch(w.all.String(), w.keys)
	}
	return len(b), nil
}

func quick(t *testing.T) string {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// The view comes, and is gone before the report; nothing of it is in stdout.
func TestLiveViewComesAndGoes(t *testing.T) {
	screen, report := terminal(t, nil, "run --url "+quick(t)+" -r 100/s -d 3s --warmup 0s -o r.jsonl", nil)
	if !strings.Contains(screen, viewShown) || !strings.Contains(screen, viewRate) {
		t.Errorf("no view with figures:\n%q", screen)
	}
	if strings.Contains(report, "\x1b") || strings.Contains(report, viewShown) || !strings.Contains(report, "throughput") {
		t.Errorf("the report:\n%q", report)
	}
	end := screen[strings.LastIndex(screen, viewShown):]
	if !strings.Contains(end, "\x1b[J") || !strings.Contains(end, "code ") {
		t.Errorf("the view is not erased at the end: %q", end)
	}
	if strings.LastIndex(screen, "\x1b[?25l") > strings.LastIndex(screen, "\x1b[?25h") {
		t.Errorf("the cursor is hidden at the end: %q", end)
	}
}

// ctrl-C on a terminal with the view is the one without: what was measured is reported.
func TestLiveViewLeavesCtrlC(t *testing.T) {
	typed := false
	screen, report := terminal(t, nil, "run --url "+quick(t)+" -r 100/s -d 1h --warmup 0s -o r.jsonl", func(screen string, keys io.Writer) {
		if !typed && strings.Contains(screen, viewRate) {
			typed = true
			_, _ = keys.Write([]byte{3})
		}
	})
	if !strings.Contains(screen, "code 130") || !strings.Contains(report, "throughput") {
		t.Errorf("screen %q\nreport %s", screen, report)
	}
}

// The second ctrl-C ends it at once, while the view is shown.
func TestLiveViewLeavesTheSecondCtrlC(t *testing.T) {
	asked := make(chan struct{})
	var served atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		switch n := served.Add(1); {
		case n == 20:
			close(asked)
			fallthrough
		case n > 20:
			<-r.Context().Done()
		}
	}))
	t.Cleanup(srv.Close)
	typed := 0
	screen, _ := terminal(t, nil, "run --url "+srv.URL+" -c 2 -d 1h --timeout 30s --warmup 0s -o r.jsonl", func(screen string, keys io.Writer) {
		switch {
		case typed == 0 && strings.Contains(screen, viewShown):
			typed++
			<-asked
			_, _ = keys.Write([]byte{3})
		case typed == 1 && strings.Contains(screen, viewEnding):
			typed++
			go func() {
				for range 40 { // those within an echo are the first one's
					if _, err := keys.Write([]byte{3}); err != nil {
						return
					}
					time.Sleep(cli.Echo / 10)
				}
			}()
		}
	})
	if !strings.Contains(screen, "code 130") {
		t.Errorf("screen %q", screen)
	}
	if strings.LastIndex(screen, "\x1b[?25l") > strings.LastIndex(screen, "\x1b[?25h") {
		t.Errorf("the cursor is hidden at the end: %q", screen)
	}
}

// Whoever says no to it, or cannot see it, has lines.
func TestNoLiveView(t *testing.T) {
	url := quick(t)
	for name, c := range map[string]struct {
		env   []string
		flags string
	}{
		"flag": {nil, " --no-tui"}, "variable": {[]string{"MLBENCH_NO_TUI=true"}, ""}, "quiet": {nil, " --quiet"},
		"NO_COLOR": {[]string{"NO_COLOR=1"}, ""}, "CI": {[]string{"CI=true"}, ""}, "dumb": {[]string{"TERM=dumb"}, ""}, "pipe": {nil, " 2>&1 | cat"},
	} {
		t.Run(name, func(t *testing.T) {
			screen, report := terminal(t, c.env, "run --url "+url+" -r 100/s -d 300ms --warmup 0s -o r.jsonl"+c.flags, nil)
			if strings.Contains(screen+report, viewShown) {
				t.Errorf("a view: %q", screen+report)
			}
			if line := strings.Contains(screen, "measuring "); line == (name == "quiet" || name == "pipe") {
				t.Errorf("lines of progress: %t: %q", line, screen)
			}
		})
	}
}
