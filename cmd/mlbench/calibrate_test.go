package main

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
)

func TestCalibrateBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"text.txt": "hello\n", "empty.jsonl": "", "config.json": "{}"} {
		if err := output.WriteAtomically(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	before := ls(t)
	const three = "--result text.txt --result text.txt --result text.txt"
	for _, tc := range []struct {
		args   string
		code   int
		stderr []string
	}{
		{"calibrate", cli.ExitUsage, []string{"--start", "--result"}},
		{"calibrate --start x --result y", cli.ExitUsage, []string{"one kind"}},
		{"calibrate --start http://127.0.0.1:8000", cli.ExitUsage, []string{"want a command"}},
		{"calibrate --start x --launches 2", cli.ExitUsage, []string{"--launches 2: a spread takes at least 3", "12"}},
		{"calibrate --result text.txt", cli.ExitUsage, []string{"1 result file: a spread takes at least 3"}},
		{"calibrate --start x -d 0s", cli.ExitUsage, []string{"--duration: found \"0s\""}},
		{"calibrate --start x --percentiles 101", cli.ExitUsage, []string{"101"}},
		{"calibrate --start x --percentiles=", cli.ExitUsage, []string{"--percentiles"}},
		{"calibrate --start x --format csv", cli.ExitUsage, []string{"csv", "json"}},
		{"calibrate --start x -o config.json", cli.ExitUsage, []string{"config.json is there and no calibration"}},
		{"calibrate --start x -o /proc/nowhere/c.json", cli.ExitFailure, []string{"/proc/nowhere"}},
		{"calibrate mxi --start x", cli.ExitUsage, []string{`"mix"`}},
		{"calibrate mix " + three, cli.ExitUsage, []string{"the scenario mix is for --start"}},
		{"calibrate " + three, cli.ExitUsage, []string{"text.txt:1"}},
		{"calibrate --start false", cli.ExitFailure, []string{"start false", "ended before it answered"}},
		{"gate --result x --calibration missing.json", cli.ExitUsage, []string{"missing.json"}},
		{"gate --result x --calibration text.txt", cli.ExitUsage, []string{"text.txt: not a readable calibration"}},
	} {
		code, stdout, stderr := invoke(strings.Fields(tc.args)...)
		if code != tc.code || stdout != "" {
			t.Errorf("%s: exit code %d, want %d; stdout %q; stderr: %s", tc.args, code, tc.code, stdout, stderr)
		}
		for _, want := range tc.stderr {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: stderr does not mention %q:\n%s", tc.args, want, stderr)
			}
		}
	}
	if after := ls(t); after != before {
		t.Errorf("left behind: %s (was: %s)", after, before)
	}
}
