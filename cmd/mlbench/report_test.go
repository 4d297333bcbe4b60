package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// runReport runs the command line as main does.
func runReport(in string, args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// savedRun writes a complete run of 200 requests, answered in 1…200 ms.
func savedRun(t *testing.T, path string) {
	t.Helper()
	l := stats.NewLive()
	for i := range 200 {
		l.Record(time.Duration(i+1) * time.Millisecond)
	}
	h := results.Header{
		Command: "run", Scenario: results.Scenario{Name: "concurrent"}, Model: results.Closed, Seed: 1,
		Targets: []results.Target{{Arm: results.ArmA, Name: "modern", URL: "http://127.0.0.1:8000"}},
		Classes: []results.Class{{Name: "predict", Share: 1}}, Host: results.Host{Cores: 2},
	}
	w, err := results.Output{File: path}.Create(&h)
	if err != nil {
		t.Fatal(err)
	}
	d := &results.ClassData{Planned: 200, Sent: 200, Done: 200, Status: map[string]int64{"200": 200}, Clocks: map[string]*stats.Histogram{results.ClockService: l.Drain()}}
	if err := w.Slice(&results.Slice{Arm: results.ArmA, Phase: results.Measure, DurationS: 2, Classes: map[string]*results.ClassData{"predict": d}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(results.Completed, ""); err != nil {
		t.Fatal(err)
	}
}

// reportDir is a folder with run.jsonl, cut.jsonl (a header only), a
// comparison and files that are no results; it becomes the working directory.
func reportDir(t *testing.T) {
	t.Helper()
	comparison, err := os.ReadFile("../../results/testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	savedRun(t, "run.jsonl")
	whole, err := os.ReadFile("run.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"comparison.jsonl": comparison,
		"cut.jsonl":        whole[:bytes.IndexByte(whole, '\n')+1],
		"half.jsonl":       whole[:bytes.IndexByte(whole, '\n')/2],
		"text.txt":         []byte("hello\n"),
		"calibration.json": []byte("{\n  \"schema\": \"mlbench.calibration/1\"\n}\n"),
		"report.json":      []byte("[\n  {\"schema\": \"mlbench.run/1\"}\n]\n"),
		"mix.yaml":         []byte("requests: [{name: a}]\n"),
		"k6.js":            []byte("import http from 'k6/http';\n"),
		"newer.jsonl":      []byte(`{"type":"header","schema":"mlbench.result/2"}` + "\n"),
		"empty.jsonl":      nil,
	} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("folder", 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestReport(t *testing.T) {
	reportDir(t)
	run, err := os.ReadFile("run.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		in     string
		args   string
		code   int
		out    []string // each is in stdout; none: stdout is empty
		errOut string   // all of stderr, or its beginning when it ends in "…"
	}{
		{name: "run", args: "run.jsonl", out: []string{"concurrent on modern (http://127.0.0.1:8000): closed model, 2.0 s, seed 1\n", "result file: run.jsonl\n"}},
		{name: "comparison", args: "comparison.jsonl", out: []string{"INVALID  legacy fails: over 5% of the requests failed", "\n\nmix: legacy and modern side by side, "}},
		{name: "stdin", in: string(run), args: "-", out: []string{"concurrent on modern", "result file: standard input\n"}},
		{name: "several", args: "run.jsonl comparison.jsonl", out: []string{"concurrent on modern", "\n\nINVALID  legacy fails: over 5%"}},
		{name: "junit", args: "run.jsonl --format junit --objective p99<50ms", code: cli.ExitObjective, out: []string{`<testsuite name="concurrent on modern" tests="2" failures="1"`}},
		{name: "cut off", args: "cut.jsonl", out: []string{"INVALID", "! the measurement was cut off"}},
		{name: "percentiles", args: "run.jsonl --percentiles 99,75,75.0,p99.9", out: []string{"min  mean  p75  p99  p99.9  max"}},
		{name: "markdown", args: "run.jsonl --format markdown", out: []string{"### concurrent on modern", "|:------------|"}},
		{name: "csv of two", args: "run.jsonl comparison.jsonl --format csv", out: []string{"target,class,metric,unit,value,ci_low,ci_high,file,start,scenario,tool,host,load,verdict,commit,limit,p,outcome,seed,tags,branch,ci_run\nmodern,total,valid,,1,,,run.jsonl,", "modern/legacy,total,p50_change,%,-50"}},
		{name: "held", args: "run.jsonl --objective p99<199ms --objective errors<=0", out: []string{"held  198 ms"}},
		{name: "missed", args: "run.jsonl --objective p99<199ms --objective p50<50ms", code: cli.ExitObjective, out: []string{"held", "MISSED  100 ms"}},
		{name: "invalid", args: "cut.jsonl --objective errors<5", code: cli.ExitObjective, out: []string{"MISSED  no data"}},
		{name: "one of two missed", args: "run.jsonl run.jsonl --objective p50<50ms", code: cli.ExitObjective, out: []string{"MISSED"}},
		// A22: several files are one document that a program can read.
		{name: "json of two is one array", args: "run.jsonl comparison.jsonl --format json", out: []string{"[\n  {\n    \"schema\": \"mlbench.run/1\"", "\n  }\n]\n"}},
		{name: "jsonl of two is two lines", args: "run.jsonl comparison.jsonl --format jsonl", out: []string{"{\"schema\":\"mlbench.run/1\"", "}\n{\"schema\":\"mlbench.comparison/1\""}},
		{name: "junit of two has one root", args: "run.jsonl run.jsonl --format junit", out: []string{"</testsuite>\n  <testsuite", "</testsuite>\n</testsuites>\n"}},
		// B4: a sheet of runs.
		{name: "wide", args: "run.jsonl comparison.jsonl --format csv --wide", out: []string{"file,start,scenario,target,tool,host,load,verdict,commit,seed,tags,branch,ci_run,valid,duration,", "\nrun.jsonl,", "\ncomparison.jsonl,", ",p50_a,"}},
		// A9: the course over time.
		{name: "timeline", args: "run.jsonl --timeline", out: []string{"concurrent on modern over time\n", "phase    t, s  achieved, 1/s  in flight  p50, ms  p99, ms  errors\n", "\nmeasure   0.0 "}},
		{name: "timeline of a comparison", args: "comparison.jsonl --timeline --format markdown", out: []string{"### mix on legacy and modern over time", "| phase", "| target"}},
		{name: "timeline as csv", args: "run.jsonl comparison.jsonl --timeline --format csv", out: []string{"file,target,phase,pair,stage,t_s,", "\nrun.jsonl,modern,measure,,,0,2,,100,", "\ncomparison.jsonl,legacy,measure,1,"}},
		{name: "timeline as json", args: "run.jsonl run.jsonl --timeline --format json", out: []string{"[\n  {\n    \"schema\": \"mlbench.timeline/1\""}},
		// P20: what the file has besides.
		{name: "details", args: "run.jsonl --details", out: []string{"\non the wire\n", "\ndistribution\n"}},
		{name: "details as json", args: "run.jsonl --details --format json", out: []string{"\"histogram\": ["}},
		{name: "a pattern that no shell has read", args: "ru*.jsonl", out: []string{"concurrent"}},
		{name: "a pattern of nothing", args: "none-*.jsonl", code: cli.ExitUsage, errOut: "mlbench: no result files in none-*.jsonl: no such file\n"},
		{name: "schema", args: "--schema run", out: []string{`"title": "mlbench.run/1"`}},

		{name: "no file", args: "", code: cli.ExitUsage, errOut: "mlbench: report: name at least one result file, or - for stdin (see 'mlbench report --help')\n"},
		{name: "schema and file", args: "--schema run run.jsonl", code: cli.ExitUsage, errOut: "mlbench: report: --schema prints a schema and takes no files\n"},
		{name: "unknown schema", args: "--schema x", code: cli.ExitUsage, errOut: "mlbench: --schema: unknown schema \"x\": want one of run, comparison\n"},
		{name: "unknown format", args: "run.jsonl --format pdf", code: cli.ExitUsage, errOut: "mlbench: --format: unknown format \"pdf\": want one of text, json, jsonl, markdown, csv, junit, html, svg\n"},
		{name: "unknown flag", args: "run.jsonl --nope", code: cli.ExitUsage, errOut: "mlbench: unknown flag: --nope (see 'mlbench report --help')\n"},
		{name: "bad percentile", args: "run.jsonl --percentiles 50,100", code: cli.ExitUsage, errOut: "mlbench: --percentiles: \"100\" is no percentile between 0 and 99.9999; want for example 50,90,99.9\n"},
		{name: "bad objective", args: "run.jsonl --objective p99", code: cli.ExitUsage, errOut: "mlbench: --objective: objective \"p99\": want…"},
		{name: "unknown class", args: "run.jsonl --objective health:p99<1s", code: cli.ExitUsage, errOut: "mlbench: run.jsonl: objective \"health:p99<1s\": the scenario has no request class \"health\", but predict\n"},
		{name: "objective of a comparison", args: "comparison.jsonl --objective p50<1us", code: cli.ExitObjective, out: []string{"MISSED"}},
		{name: "missing", args: "run.jsonl none.jsonl", code: cli.ExitUsage, errOut: "mlbench: result file: open none.jsonl: no such file or directory\n"},
		{name: "folder", args: "folder", code: cli.ExitUsage, errOut: "mlbench: folder:1: read folder: is a directory\n"},
		{name: "text", args: "text.txt", code: cli.ExitUsage, errOut: "mlbench: text.txt:1: not a readable mlbench result file: …"},
		{name: "half a header", args: "half.jsonl", code: cli.ExitUsage, errOut: "mlbench: half.jsonl:1: not a readable mlbench result file: …"},
		{name: "empty", args: "empty.jsonl", code: cli.ExitUsage, errOut: "mlbench: empty.jsonl: not a readable mlbench result file: it is empty\n"},
		{name: "newer", args: "newer.jsonl", code: cli.ExitUsage, errOut: "mlbench: newer.jsonl:1: not a readable mlbench result file: its schema is \"mlbench.result/2\", this version of mlbench reads mlbench.result/1; update mlbench\n"},
		{name: "stdin twice", in: string(run), args: "- -", code: cli.ExitUsage, errOut: "mlbench: - (stdin) is named twice\n"},

		{name: "wide without csv", args: "run.jsonl --wide", code: cli.ExitUsage, errOut: "mlbench: --wide shapes CSV: give --format csv or --export csv=FILE\n"},
		{name: "timeline and objective", args: "run.jsonl --timeline --objective errors<1", code: cli.ExitUsage, errOut: "mlbench: --timeline shows the course…"},
		{name: "details of a comparison", args: "comparison.jsonl --details", code: cli.ExitUsage, errOut: "mlbench: comparison.jsonl is a comparison: --details is of single runs\n"},
		{name: "timeline as junit", args: "run.jsonl --timeline --format junit", code: cli.ExitUsage, errOut: "mlbench: --timeline has no test cases…"},
		// P19: what is no result file is told by its name.
		{name: "calibration", args: "calibration.json", code: cli.ExitUsage, errOut: "mlbench: calibration.json is a calibration, not a result: 'mlbench gate'…"},
		{name: "report of a report", args: "report.json", code: cli.ExitUsage, errOut: "mlbench: report.json is a report already…"},
		{name: "scenario", args: "mix.yaml", code: cli.ExitUsage, errOut: "mlbench: mix.yaml is a scenario, a target file or a gate file, not a result…"},
		{name: "script", args: "k6.js", code: cli.ExitUsage, errOut: "mlbench: k6.js is a script, which mlbench does not read…"},

		{name: "export without file", args: "run.jsonl --export json", code: cli.ExitUsage, errOut: "mlbench: --export \"json\": want FORMAT=FILE, for example json=result.json\n"},
		{name: "export of nothing", args: "run.jsonl --export json=", code: cli.ExitUsage, errOut: "mlbench: --export \"json=\": want…"},
		{name: "export format", args: "run.jsonl --export pdf=x", code: cli.ExitUsage, errOut: "mlbench: --export \"pdf=x\": unknown format \"pdf\"…"},
		{name: "export to stdout", args: "run.jsonl --export json=-", code: cli.ExitUsage, errOut: "mlbench: --export \"json=-\": an export is a file; use --format json for stdout\n"},
		{name: "export twice", args: "run.jsonl --export json=x --export csv=./x", code: cli.ExitUsage, errOut: "mlbench: --export \"csv=./x\": ./x is named twice\n"},
		{name: "export to a folder", args: "run.jsonl --export json=folder", code: cli.ExitFailure, errOut: "mlbench: export: cannot write folder: it is a folder; name a file\n"},
		{name: "export below a file", args: "run.jsonl --export json=text.txt/x", code: cli.ExitFailure, errOut: "mlbench: export: cannot write text.txt/x: not a directory\n"},
		{name: "export over the measurement", args: "run.jsonl --export json=run.jsonl", code: cli.ExitFailure, errOut: "mlbench: export: run.jsonl is a result file and would be lost: name another file\n"},
	}
	before := listing(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := runReport(tt.in, append([]string{"report"}, strings.Fields(tt.args)...)...)
			if code != tt.code {
				t.Errorf("exit %d, want %d", code, tt.code)
			}
			for _, want := range tt.out {
				if !strings.Contains(out, want) {
					t.Errorf("stdout lacks %q:\n%s", want, out)
				}
			}
			if tt.out == nil && out != "" {
				t.Errorf("stdout is not empty:\n%s", out)
			}
			if begin, cut := strings.CutSuffix(tt.errOut, "…"); errOut != tt.errOut && !(cut && strings.HasPrefix(errOut, begin)) {
				t.Errorf("stderr %q, want %q", errOut, tt.errOut)
			}
			if diff := cmp.Diff(before, listing(t)); diff != "" {
				t.Errorf("files left behind or changed:\n%s", diff)
			}
		})
	}
}

// listing is the names and sizes of all files here.
func listing(t *testing.T) map[string]int64 {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = info.Size()
	}
	return out
}

// Every document of one call is in every export, as in stdout.
func TestReportExports(t *testing.T) {
	reportDir(t)
	var args []string
	for _, f := range []string{"text", "json", "markdown", "csv"} {
		args = append(args, "--export", f+"=out."+f)
	}
	args = append(args, "--export", "junit=out.xml")
	for _, f := range []string{"text", "json", "markdown", "csv"} {
		code, out, errOut := runReport("", append([]string{"report", "run.jsonl", "comparison.jsonl", "--format", f}, args...)...)
		if code != cli.ExitOK || errOut != "" {
			t.Fatalf("exit %d: %s", code, errOut)
		}
		got, err := os.ReadFile("out." + f)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(out, string(got)); diff != "" {
			t.Errorf("the %s export is not what stdout had:\n%s", f, diff)
		}
	}
	file, err := os.Open("out.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var docs []struct{ Schema string }
	if err := json.NewDecoder(file).Decode(&docs); err != nil || len(docs) != 2 || docs[0].Schema != summary.Schema || docs[1].Schema != verdict.ComparisonSchema {
		t.Errorf("documents %+v, %v", docs, err)
	}
	// XML has one root, whatever the number of documents.
	suites, err := os.ReadFile("out.xml")
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []struct {
			Name string `xml:"name,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(suites, &root); err != nil || len(root.Suites) != 2 || strings.Count(string(suites), "</testsuites>") != 1 {
		t.Errorf("junit export: %v, %d suites in\n%s", err, len(root.Suites), suites)
	}
	leftovers, _ := filepath.Glob(".*.tmp")
	if len(leftovers) > 0 {
		t.Errorf("temporary files left behind: %q", leftovers)
	}
}
