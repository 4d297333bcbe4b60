//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// pythonWith is a Python that has the modules; without one the test is skipped.
func pythonWith(t *testing.T, modules string) string {
	t.Helper()
	why := "no python3"
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		out, err := exec.Command(name, "-c", "import "+modules).CombinedOutput()
		if err == nil {
			return name
		}
		if len(out) > 0 {
			why = string(bytes.TrimSpace(out[bytes.LastIndexByte(bytes.TrimSpace(out), '\n')+1:]))
		}
	}
	t.Skipf("needs python3 with %s: %s", modules, why)
	return ""
}

// The example's two services of other people's making are started, asked for
// what the mix wants, compared and ended, all in one command.
func TestExampleFlaskVsFastAPI(t *testing.T) {
	t.Setenv("PYTHON", pythonWith(t, "flask, gunicorn, fastapi, uvicorn"))
	for _, name := range []string{"MLBENCH_USERNAME", "MLBENCH_PASSWORD", "MLBENCH_TOKEN"} {
		t.Setenv(name, "")
	}
	file, err := filepath.Abs("../../examples/flask-vs-fastapi/targets.yaml")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MLBENCH_TARGETS", file)
	cmd := command(t, "compare", "flask", "fastapi", "--rate", "100/s", "--budget", "4s", "--slice", "80ms", "--warmup", "300ms", "--format", "json")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	switch code := cmd.ProcessState.ExitCode(); code {
	case cli.ExitOK, cli.ExitRegression, cli.ExitInconclusive, cli.ExitInvalid: // whatever this machine makes of it
	default:
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	type resources struct {
		CPU    float64 `json:"cpu_s_per_1000"`
		Memory float64 `json:"peak_rss_mb"`
	}
	var got struct {
		A, B   struct{ Name string }
		Errors struct {
			A, B struct{ Total int }
		}
		Resources struct{ A, B resources }
	}
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.A.Name != "flask" || got.B.Name != "fastapi" {
		t.Errorf("targets %+v and %+v", got.A, got.B)
	}
	if got.Errors.A.Total+got.Errors.B.Total > 0 {
		t.Errorf("failed requests %+v:\n%s", got.Errors, &stdout)
	}
	if runtime.GOOS != "linux" {
		return
	}
	for name, r := range map[string]resources{"flask": got.Resources.A, "fastapi": got.Resources.B} {
		// A Python with a framework takes more than 10 MB, and some CPU time.
		if r.CPU <= 0 || r.Memory < 10 {
			t.Errorf("%s used %+v", name, r)
		}
	}
}
