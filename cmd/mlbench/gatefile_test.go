package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/gatefile"
)

// Every key, in the forms that it has.
const (
	liveGateFile = `
base: ./old/server --port {port}
head: main=http://127.0.0.1:8000
ready: /health
scenario: concurrent
budget: 2m
rate: 300/s
connections: 64
max-regression: {p50: 3%, p90: "10%", p99.9: 50%, p99: off, throughput: 4%, errors: 1pp, cpu: off, "health:p50": 5%|0.2ms, "health:p90": 20% watched}
extend: false
strict: true
inconclusive: fail
calibration: calibration.json
export: [junit=gate.xml, markdown=gate.md]
`
	// Every flag is a key, and pairs may be a mapping.
	everyFlagGateFile = `
base: legacy
head: modern
parity: 1%
expected: expected.yaml
warmup: 3s
timeout: 20s
slice: 1s
transport: net/http
insecure: true
seed: 7
launches: 8
objective-confidence: 95%
output: gate.jsonl
header: {X-A: "1", X-B: text, X-C: [a, b]}
percentiles: [50, 99.9]
tag: {team: search, run: 7}
export: {junit: gate.xml, markdown: gate.md}
`
	savedGateFile = `
max-regression: p50=3%,errors=1pp
baseline:
  - a.jsonl
  - b.jsonl
result: c.jsonl
export: json=gate.json
`
	singleGateFile = "result: c.jsonl\nobjectives: [p99<50ms, \"errors<0.1%\"]\nrate: 200\n"
)

func settingsOf(t *testing.T, src string) map[string][]string {
	t.Helper()
	g, err := parseGateFile(cli.Streams{}, []byte(src), "f")
	if err != nil {
		t.Fatal(err)
	}
	flags := gateFlags(t, "")
	if err := g.Apply(flags); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	flags.Visit(func(f *pflag.Flag) {
		out[f.Name] = []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			out[f.Name] = list.GetSlice()
		}
	})
	return out
}

func TestGateFile(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want map[string][]string
	}{
		{liveGateFile, map[string][]string{
			"base": {"./old/server --port {port}"}, "head": {"main=http://127.0.0.1:8000"}, "ready": {"/health"},
			"scenario": {"concurrent"}, "budget": {"2m0s"}, "rate": {"300/s"}, "connections": {"64"},
			"max-regression": {"p50=3%,p90=10%,p99.9=50%,p99=off,throughput=4%,errors=1pp,cpu=off,health:p50=5%|0.2ms,health:p90=20% watched"},
			"extend":         {"false"}, "strict": {"true"}, "inconclusive": {"fail"},
			"calibration": {"calibration.json"}, "export": {"junit=gate.xml", "markdown=gate.md"},
		}},
		{savedGateFile, map[string][]string{
			"max-regression": {"p50=3%,errors=1pp"}, "baseline": {"a.jsonl", "b.jsonl"}, "result": {"c.jsonl"}, "export": {"json=gate.json"},
		}},
		{singleGateFile, map[string][]string{"result": {"c.jsonl"}, "objective": {"p99<50ms", "errors<0.1%"}, "rate": {"200/s"}}},
		{everyFlagGateFile, map[string][]string{
			"base": {"legacy"}, "head": {"modern"}, "parity": {"1%"}, "expected": {"expected.yaml"}, "warmup": {"3s"}, "timeout": {"20s"},
			"slice": {"1s"}, "transport": {"net/http"}, "insecure": {"true"}, "seed": {"7"}, "launches": {"8"}, "objective-confidence": {"95%"}, "output": {"gate.jsonl"},
			"header": {"X-A: 1", "X-B: text", "X-C: a", "X-C: b"}, "percentiles": {"50,99.9"}, "tag": {"team=search", "run=7"}, "export": {"junit=gate.xml", "markdown=gate.md"},
		}},
	} {
		if diff := cmp.Diff(tt.want, settingsOf(t, tt.src)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.src, diff)
		}
	}
}

func TestGateFileMistakes(t *testing.T) {
	for _, tt := range badGateFiles {
		t.Run(tt.name, func(t *testing.T) {
			g, err := parseGateFile(cli.Streams{}, []byte(tt.src), "f")
			if err == nil {
				t.Fatalf("accepted as %+v", g)
			}
			if tt.want == "" {
				if !strings.HasPrefix(err.Error(), "f:1:") {
					t.Errorf("%v, want a position", err)
				}
				return
			}
			if diff := cmp.Diff(strings.ReplaceAll(tt.want, "KNOWN", "keys are names of flags: see 'mlbench gate --help'"), fmt.Sprint(err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A flag goes before the file, the file before the default, and flags that
// choose what is judged leave out what the file says of it.
func TestGateFilePrecedence(t *testing.T) {
	const saved = "baseline: [a, b]\nresult: c\nmax-regression: {p50: 3%}\nextend: false\n"
	for _, tt := range []struct {
		file, args string
		want       map[string]string
	}{
		{liveGateFile, "", map[string]string{
			"base": "./old/server --port {port}", "budget": "2m0s", "extend": "false", "export": "[junit=gate.xml,markdown=gate.md]", "slice": "",
		}},
		{liveGateFile, "--budget 30s --extend --export csv=x.csv --inconclusive exit4 --max-regression p50=1%", map[string]string{
			"budget": "30s", "extend": "true", "export": "[csv=x.csv]", "inconclusive": "exit4", "max-regression": "p50=1%", "rate": "300/s",
		}},
		{liveGateFile, "--base other", map[string]string{"base": "other", "head": "main=http://127.0.0.1:8000"}},
		{liveGateFile, "--result x", map[string]string{"result": "[x]", "base": "", "head": "", "budget": "2m0s"}},
		{liveGateFile, "--baseline x", map[string]string{"base": "", "head": ""}},
		{saved, "", map[string]string{"baseline": "[a,b]", "result": "[c]", "extend": "false", "budget": "2m0s"}},
		{saved, "--result x", map[string]string{"baseline": "[a,b]", "result": "[x]", "max-regression": "p50=3%"}},
		{saved, "--result x --objective p99<1s", map[string]string{"baseline": "[a,b]", "result": "[x]", "objective": "[p99<1s]"}},
		{saved, "--base a --head b", map[string]string{"baseline": "[]", "result": "[]", "max-regression": "p50=3%"}},
		{singleGateFile, "--baseline x", map[string]string{"objective": "[p99<50ms,errors<0.1%]", "result": "[c.jsonl]"}},
	} {
		g, err := parseGateFile(cli.Streams{}, []byte(tt.file), "f")
		if err != nil {
			t.Fatal(err)
		}
		flags := gateFlags(t, tt.args)
		if err := g.Apply(flags); err != nil {
			t.Fatal(err)
		}
		for name, want := range tt.want {
			if got := flags.Lookup(name).Value.String(); got != want {
				t.Errorf("gate %s with\n%s--%s is %q, want %q", tt.args, tt.file, name, got, want)
			}
		}
	}
}

func gateFlags(t testing.TB, args string) *pflag.FlagSet {
	t.Helper()
	flags := newGateCmd(cli.Streams{}).Flags()
	if err := flags.Parse(strings.Fields(args)); err != nil {
		t.Fatal(err)
	}
	return flags
}

// Which file is read, and what becomes of the exit code.
func TestGateFileIsFound(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, content string) {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("bad.yaml", "bse: x\nbudget: 0\n")
	write("empty.yaml", "")
	write("late.yaml", "base: legacy\nhead: modern\nmethod: POST\nbody: \"@nowhere.json\"\n")
	write("saved.yaml", "result: missing.jsonl\nobjectives: p99<1s\n")
	for _, tt := range []struct {
		args   string
		code   int
		stderr []string
	}{
		{"gate", cli.ExitUsage, []string{"what is to be judged"}},
		{"gate --file missing.yaml", cli.ExitUsage, []string{"gate file", "missing.yaml"}},
		{"gate --file .", cli.ExitUsage, []string{"gate file"}},
		{"gate --file empty.yaml", cli.ExitUsage, []string{"empty.yaml:1:1: the file is empty"}},
		{"gate --file bad.yaml", cli.ExitUsage, []string{`bad.yaml:1:1: unknown key "bse", did you mean "base"?`, "bad.yaml:2:9: budget"}},
		{"gate --file late.yaml", cli.ExitUsage, []string{"mlbench: late.yaml:4:7: body: open nowhere.json"}},
		{"gate --file late.yaml --body @neither.json", cli.ExitUsage, []string{"mlbench: --body: open neither.json"}},
		{"gate --file saved.yaml", cli.ExitUsage, []string{"settings from saved.yaml", "missing.jsonl"}},
	} {
		code, stdout, stderr := invoke(strings.Fields(tt.args)...)
		if code != tt.code || stdout != "" {
			t.Errorf("%s: exit code %d, want %d; stdout %q", tt.args, code, tt.code, stdout)
		}
		for _, want := range tt.stderr {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: stderr does not mention %q:\n%s", tt.args, want, stderr)
			}
		}
	}
	write(gatefile.Name, "result: other.jsonl\nobjectives: p99<1s\n")
	if code, _, stderr := invoke("gate"); code != cli.ExitUsage || !strings.Contains(stderr, "other.jsonl") {
		t.Errorf("the file of the folder: exit code %d, %s", code, stderr)
	}
	if code, _, stderr := invoke("gate", "--file="); code != cli.ExitUsage || !strings.Contains(stderr, "what is to be judged") {
		t.Errorf("no file wanted: exit code %d, %s", code, stderr)
	}
	if code, _, stderr := invoke("gate", "-q"); code != cli.ExitUsage || strings.Contains(stderr, "settings") {
		t.Errorf("quiet: exit code %d, %s", code, stderr)
	}
}

// What is only for measuring is refused where something saved is judged, by gate as
// by compare; in a variable or the gate file it speaks of other uses.
func TestGateOfSavedRunsRefusesFlagsOfMeasuring(t *testing.T) {
	t.Chdir(t.TempDir())
	savedRun(t, "run.jsonl")
	saved := []string{"gate", "--result", "run.jsonl", "--objective", "errors<100%"}
	for _, flags := range [][]string{{"--rate", "5/s"}, {"--budget", "1m"}, {"--scenario", "mix"}, {"--output", "x.jsonl"}, {"--ready", "/x"}, {"-k"}} {
		code, _, stderr := invoke(append(slices.Clone(saved), flags...)...)
		if code != cli.ExitUsage || !strings.Contains(stderr, ": only for measuring, and --result is saved") {
			t.Errorf("%q: exit code %d: %s", flags, code, stderr)
		}
	}
	t.Setenv("MLBENCH_BUDGET", "1m")
	if err := os.WriteFile(gatefile.Name, []byte("rate: 5/s\nbase: legacy\nhead: modern\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := invoke(append(saved, "--strict", "-q", "--inconclusive", "pass")...); code == cli.ExitUsage {
		t.Errorf("%s", stderr)
	}
}

// The example is taken as it is, and with what it has as comments.
func TestExampleGateFile(t *testing.T) {
	raw, err := os.ReadFile("../../examples/ci/mlbench-gate.yaml")
	if err != nil {
		t.Fatal(err)
	}
	src := string(raw)
	for _, commented := range []string{"  # predict:p99", "  # health:p50", "# objective:", "# objective-confidence:", "# launches:"} {
		if !strings.Contains(src, "\n"+commented) {
			t.Errorf("no %q", commented)
		}
		src = strings.Replace(src, "\n"+commented, "\n"+strings.Replace(commented, "# ", "", 1), 1)
	}
	if got := settingsOf(t, string(raw)); got["budget"][0] != "3m0s" || got["launches"] != nil {
		t.Errorf("%v", got)
	}
	got := settingsOf(t, src)
	want := "p50=5%|0.2ms,p90=10%,p99=20% watched,errors=0.5pp,cpu=10%,predict:p99=15%,health:p50=off"
	if got["max-regression"][0] != want || got["launches"][0] != "8" || len(got["objective"]) != 2 {
		t.Errorf("%v", got)
	}
}
