//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
)

// crashingCommand is a server in a shell that ends, with its server, as soon as a
// file is there.
func crashingCommand(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, "mlbench"); err != nil {
		t.Fatal(err)
	}
	return "./mlbench serve reference --addr 127.0.0.1:{port} & while [ ! -e crash ]; do sleep 0.05; done; echo 'FATAL: out of memory' >&2; exit 137"
}

// A3: a head that crashes while it is measured is a regression that says so in
// every report, also when the file is judged again.
func TestHeadThatCrashesIsARegressionEverywhere(t *testing.T) {
	t.Chdir(t.TempDir())
	asked := atomic.Int64{}
	base := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if asked.Add(1) == 100 {
			_ = os.WriteFile("crash", nil, 0o600)
		}
	}))
	defer base.Close()
	scenario := "name: mine\nload: {model: open, rate: 100/s, warmup: 0s, duration: 1s}\nrequests: [{name: a, path: /health}]\n"
	if err := os.WriteFile("s.yaml", []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_STEP_SUMMARY", "summary.md")
	code, stdout, stderr := invoke("gate", "--base", base.URL, "--head", "cmd:"+crashingCommand(t), "--ready", "/health", "--start-timeout", "20s", "--scenario", "s.yaml",
		"--budget", "30s", "-o", "gate.jsonl", "--export", "junit=gate.xml", "--export", "markdown=gate.md")
	const crashed = "head crashed (exit 137) after "
	if code != cli.ExitRegression || !strings.Contains(stdout, crashed) || !strings.Contains(stdout, "pairs: FATAL: out of memory") {
		t.Fatalf("exit code %d; stdout %s; stderr %s", code, stdout, stderr)
	}
	for _, path := range []string{"gate.xml", "gate.md", "summary.md"} {
		if b, err := os.ReadFile(path); err != nil || !strings.Contains(string(b), "head crashed") {
			t.Errorf("%s does not say so: %v\n%s", path, err, b)
		}
	}
	f, err := results.ReadFile("gate.jsonl", nil)
	if err != nil || len(f.Ends) != 1 || f.Ends[0].Ended != "exit 137" || f.Damage != "" {
		t.Errorf("file: %v, %+v, damage %q", err, f.Ends, f.Damage)
	}
	code, stdout, _ = invoke("gate", "--file=", "--result", "gate.jsonl", "--format", "json")
	if code != cli.ExitRegression || !strings.Contains(stdout, crashed) {
		t.Errorf("judged again: exit code %d; %s", code, stdout)
	}
}

// A3: a target that crashes in a run ends it; every report says so, also of the
// saved file, and the exit code is no success.
func TestRunOfATargetThatCrashesSaysSoEverywhere(t *testing.T) {
	t.Chdir(t.TempDir())
	// It crashes when the warm-up is over, and saved.
	command := strings.Replace(crashingCommand(t), "[ ! -e crash ]", `! grep -qs '"phase":"warmup"' run.jsonl`, 1)
	scenario := "name: mine\nload: {rate: 100/s, warmup: 500ms, duration: 30s}\nrequests: [{name: a, path: /health}]\n"
	if err := os.WriteFile("s.yaml", []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	const crashed = "crashed (exit 137) after "
	code, stdout, stderr := invoke("run", "s.yaml", "--start", command, "--ready", "/health", "--start-timeout", "20s", "-o", "run.jsonl", "--export", "junit=run.xml")
	if code != cli.ExitFailure || !strings.Contains(stdout, crashed) || !strings.Contains(stderr, crashed) || !strings.Contains(stdout, " s: FATAL: out of memory") {
		t.Fatalf("exit code %d; stdout %s; stderr %s", code, stdout, stderr)
	}
	if b, err := os.ReadFile("run.xml"); err != nil || !strings.Contains(string(b), crashed) {
		t.Errorf("JUnit does not say so: %v\n%s", err, b)
	}
	for _, format := range []string{"text", "markdown", "json", "junit"} {
		if _, stdout, _ := invoke("report", "run.jsonl", "--format", format); !strings.Contains(stdout, "crashed (exit 137) after ") {
			t.Errorf("%s does not say so:\n%s", format, stdout)
		}
	}
	if f, err := results.ReadFile("run.jsonl", nil); err != nil || f.Footer == nil || f.Footer.Ended != results.Failed {
		t.Errorf("file: %v, %+v", err, f)
	}
}

// P13: a target compared with itself is pointed out.
func TestTheSameTargetTwiceIsPointedOut(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	_, stdout, stderr := invoke("gate", "--base", srv.URL, "--head", srv.URL, "--scenario", "ping", "--budget", "2s", "--slice", "20ms", "--warmup", "0s", "--no-output")
	for name, text := range map[string]string{"stdout": stdout, "stderr": stderr} {
		if !strings.Contains(text, "both arms are the same target, "+srv.URL) {
			t.Errorf("%s does not say so:\n%s", name, text)
		}
	}
}
