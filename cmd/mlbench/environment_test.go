package main

import (
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
