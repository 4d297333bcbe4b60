package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
)

func TestCalibrateBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"text.txt": "hello\n", "empty.jsonl": "", "config.json": "{}"} {
		if err := writeAtomically(name, []byte(content)); err != nil {
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
		{"calibrate --start x -d 0s", cli.ExitUsage, []string{"--duration 0"}},
		{"calibrate --start x --percentiles 101", cli.ExitUsage, []string{"101"}},
		{"calibrate --start x --percentiles=", cli.ExitUsage, []string{"--percentiles"}},
		{"calibrate --start x --format csv", cli.ExitUsage, []string{"csv", "json"}},
		{"calibrate --start x -o config.json", cli.ExitUsage, []string{"config.json is there and no calibration"}},
		{"calibrate --start x -o /nowhere/c.json", cli.ExitFailure, []string{"/nowhere"}},
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

func TestCalibrationReport(t *testing.T) {
	c := &results.Calibration{
		Target: results.TargetName{Name: "api"}, Host: "linux/amd64, 2 cores", Scenario: results.Scenario{Name: "mix"},
		Model: results.Open, Arrivals: "poisson", RateRPS: 200, Launches: 4, DurationS: 10,
		Spreads: []results.Spread{{Class: "total", Metric: "p50", Sigma: 0.01, DF: 3}, {Class: "batch-predict", Metric: "p99", Sigma: 0.1, DF: 3}},
		Unknown: []string{"health p99"},
	}
	r := newCalibrationReport(c, make([]*results.File, 0, 4), []string{"x.jsonl is left out: it is invalid"})
	r.File = "calibration.json"
	// By hand: exp(σ)−1; t of 3 degrees of freedom at 0.5% is 5.841, times √2σ; 3.3σ.
	want := `api: how much launches differ
mix, open model, poisson arrivals at 200/s; 4 runs of 10 s on linux/amd64, 2 cores

class          metric       spread   df  single runs  least limit
total          p50           1.01%    3        +8.6%        3.36%
batch-predict  p99          10.52%    3      +128.4%       39.10%

spread       standard deviation of the metric's logarithm, from launch to launch
single runs  the smallest change that one saved run of each revision can prove
least limit  3.3 spreads: launches alone differ by more once in a hundred times

limits that the luck of launches hardly ever exceeds:
  --max-regression p50=3.4%,p99=40%
! x.jsonl is left out: it is invalid
! of 4 launches only: the true spread may be over three times as large; make it 12
! too few requests in a launch for health p99: give a longer --duration or a higher --rate

calibration: calibration.json
`
	if diff := cmp.Diff(want, r.text()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.Launches, c.Spreads, c.Unknown = 12, nil, nil
	r = newCalibrationReport(c, nil, nil)
	if text := r.text(); !strings.Contains(text, "no limit can be advised") || strings.Contains(text, "!") {
		t.Errorf("without spreads:\n%s", text)
	}
}
