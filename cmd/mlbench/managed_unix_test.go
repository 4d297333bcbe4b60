//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// managedFile is a target file in dir, with servers that are children of a shell
// that waits for them.
func managedFile(t *testing.T, dir string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, filepath.Join(dir, "mlbench")); err != nil {
		t.Fatal(err)
	}
	src := `targets:
  one: {command: "cd . && ./mlbench serve reference --addr 127.0.0.1:{port}; exit 1", ready: /health, log: one.log}
  two: {command: "cd . && ./mlbench serve reference --addr 127.0.0.1:{port}; exit 1", ready: /health, log: two.log}
  never: {command: "cd . && sleep 3600; exit 1"}
`
	if err := os.WriteFile(filepath.Join(dir, "targets.yaml"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
}

// However a measurement ends, the managed targets end with it, and what they
// have started does, too.
func TestManagedTargetsEndWhateverHappens(t *testing.T) {
	ctrlC := func(pid int) { _ = syscall.Kill(-pid, syscall.SIGINT) } // as a terminal does
	for name, tc := range map[string]struct {
		args, line string
		signal     func(pid int)
		code       int
		logs       []string
	}{
		"failed":                 {"run sequential -t one -n 20 --warmup 0s -o /dev/full", "starting one", nil, cli.ExitFailure, []string{"one"}},
		"ctrl-C while starting":  {"compare one never --scenario sequential", "starting never", ctrlC, cli.ExitInterrupted, []string{"one"}},
		"ctrl-C while loading":   {"run sequential -t one -d 1h --warmup 0s", "measuring one", ctrlC, cli.ExitInterrupted, []string{"one"}},
		"ctrl-C while comparing": {"compare one two --scenario sequential --budget 1h --slice 1s --warmup 0s", "comparing one and two", ctrlC, cli.ExitInterrupted, []string{"one", "two"}},
		"ctrl-C while verifying": {"verify one two --scenario sequential -n 20000", "verifying two against one", ctrlC, cli.ExitInterrupted, []string{"one", "two"}},
		"killed hard": {
			"compare one two --scenario sequential --budget 1h --slice 1s --warmup 0s", "comparing one and two",
			func(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) }, -1,
			[]string{"one", "two"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t, strings.Fields(tc.args)...)
			managedFile(t, cmd.Dir)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			children := demoUntil(t, cmd, tc.line, func() {
				if tc.signal != nil {
					tc.signal(cmd.Process.Pid)
				}
			})
			if code := cmd.ProcessState.ExitCode(); code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			for _, pid := range children {
				if tc.code != -1 && alive(pid) { // killed hard, it leaves the end to its guards
					t.Errorf("process %s outlives mlbench", pid)
				}
			}
			for _, log := range tc.logs {
				awaitRefusal(t, listeningAddress(t, filepath.Join(cmd.Dir, log+".log")))
			}
		})
	}
}

// listeningAddress is where a server says in its log that it listens.
func listeningAddress(t *testing.T, log string) string {
	t.Helper()
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if url, ok := strings.CutPrefix(line, "listening on http://"); ok {
			return strings.TrimSpace(url)
		}
	}
	t.Fatalf("%s names no address:\n%s", log, b)
	return ""
}
