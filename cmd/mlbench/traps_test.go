package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// A gate that passes on what it cannot read is worse than none: every input that
// is missing, empty, cut off, of another kind or without data fails.
func TestTrapGatePassesOnWhatItCannotRead(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	savedRun(t, "run.jsonl")
	good, err := os.ReadFile("run.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(good, []byte("\n"))
	files := map[string][]byte{
		"empty":       {},
		"blank":       []byte("\n\n"),
		"text":        []byte("all tests passed\n"),
		"json":        []byte("{}\n"),
		"half-header": lines[0][:len(lines[0])/2],
		"header-only": lines[0],
		"no-footer":   bytes.Join(lines[:len(lines)-2], nil),
		"newer":       []byte(`{"type":"header","schema":"mlbench.result/9"}` + "\n"),
	}
	for name, content := range files {
		if err := os.WriteFile(name+".jsonl", content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files["missing"], files["."] = nil, nil
	for name := range files {
		path := name + ".jsonl"
		if name == "." {
			path = "." // a folder
		}
		for _, args := range [][]string{
			{"gate", "--result", path, "--objective", "errors<100%"},
			{"gate", "--result", path},
			{"gate", "--baseline", path, "--result", "run.jsonl"},
			{"gate", "--baseline", "run.jsonl", "--result", path},
		} {
			code, _, stderr := invoke(args...)
			if code == cli.ExitOK {
				t.Errorf("%s: passed", strings.Join(args, " "))
			}
			if strings.Contains(stderr, "panic") {
				t.Errorf("%s: %s", strings.Join(args, " "), stderr)
			}
		}
	}
	if code, _, stderr := invoke("gate", "--result", "run.jsonl", "--objective", "errors<100%"); code != cli.ExitOK {
		t.Errorf("a sound file: exit %d, %s: nothing was tested", code, stderr)
	}
}
