package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

func TestVariablesStandForFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	savedRun(t, "run.jsonl")
	report := func(args ...string) (int, string, string) {
		return invoke(append([]string{"report", "run.jsonl"}, args...)...)
	}

	t.Setenv("MLBENCH_FORMAT", "csv")
	if code, out, stderr := report(); code != cli.ExitOK || !strings.HasPrefix(out, "target,class,metric") {
		t.Errorf("MLBENCH_FORMAT=csv: exit %d, %s%.60q", code, stderr, out)
	}
	if code, out, _ := report("--format", "json"); code != cli.ExitOK || !strings.HasPrefix(out, "{") {
		t.Errorf("the flag goes before the variable: exit %d, %.60q", code, out)
	}
	t.Setenv("MLBENCH_FORMAT", "")
	if code, out, _ := report(); code != cli.ExitOK || strings.HasPrefix(out, "target,") {
		t.Errorf("an empty variable is none: exit %d, %.60q", code, out)
	}

	t.Setenv("MLBENCH_BUDGET", "soon")
	t.Setenv("MLBENCH_STRICT", "perhaps")
	code, out, stderr := invoke("gate", "--result", "run.jsonl", "--objective", "errors<100%")
	if code != cli.ExitUsage || out != "" {
		t.Errorf("bad values: exit %d, stdout %q", code, out)
	}
	for _, want := range []string{`MLBENCH_BUDGET="soon", for --budget`, `MLBENCH_STRICT="perhaps", for --strict`} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr has no %s:\n%s", want, stderr)
		}
	}

	// A variable for measuring is no mistake where something saved is judged.
	t.Setenv("MLBENCH_BUDGET", "20s")
	t.Setenv("MLBENCH_STRICT", "")
	if code, _, stderr := invoke("compare", "run.jsonl", "run.jsonl"); code == cli.ExitUsage && strings.Contains(stderr, "--budget") {
		t.Errorf("compare of files: %s", stderr)
	}
}

// A variable loses to what is on the command line, also where the two would clash,
// and says nothing to --once, which measures nothing.
func TestVariablesLoseToFlagsThatLeaveNoRoom(t *testing.T) {
	t.Chdir(t.TempDir())
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Path) }))
	defer srv.Close()
	for _, tt := range []struct {
		variable, value string
		args            []string
	}{
		{"MLBENCH_TARGET", "http://127.0.0.1:1", []string{"--url", srv.URL}},
		{"MLBENCH_URL", "http://127.0.0.1:1", []string{"ping", "-t", srv.URL}},
		{"MLBENCH_TARGET", "http://127.0.0.1:1", []string{srv.URL}},
		{"MLBENCH_START", "exit 1", []string{"ping", "-t", srv.URL}},
		{"MLBENCH_RATE", "5/s", []string{srv.URL}},
		{"MLBENCH_OUTPUT", "r.jsonl", []string{srv.URL}},
		{"MLBENCH_UNIX_SOCKET", "/nowhere.sock", []string{srv.URL, "--resolve", strings.TrimPrefix(srv.URL, "http://")}},
	} {
		t.Run(tt.variable+" "+tt.args[0], func(t *testing.T) {
			t.Setenv(tt.variable, tt.value)
			asked = nil
			code, _, stderr := invoke(append([]string{"run", "--once"}, tt.args...)...)
			if code != cli.ExitOK || len(asked) == 0 {
				t.Errorf("exit code %d, asked %q: %s", code, asked, stderr)
			}
		})
	}
	t.Setenv("MLBENCH_RATE", "5/s")
	if code, _, stderr := invoke("run", srv.URL, "--stage", "100ms:20", "--warmup", "0s", "--no-output"); code == cli.ExitUsage {
		t.Errorf("MLBENCH_RATE with --stage: %s", stderr)
	}
	if code, _, stderr := invoke("run", srv.URL, "--once", "--rate", "5/s"); code != cli.ExitUsage || !strings.Contains(stderr, "--rate has no meaning") {
		t.Errorf("--rate with --once: exit code %d, %s", code, stderr)
	}
}
