package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
)

// saveRuns writes n complete runs of a target in the closed model, at about this
// throughput, as name-1.jsonl, name-2.jsonl, …
func saveRuns(t *testing.T, name string, n int, rate float64) {
	t.Helper()
	for i := 1; i <= n; i++ {
		h := results.Header{
			Command: "run", Scenario: results.Scenario{Name: "concurrent"}, Model: results.Closed, Connections: 8, Seed: uint64(i),
			Targets: []results.Target{{Arm: results.ArmA, Name: name, URL: "http://127.0.0.1:8000"}},
			Classes: []results.Class{{Name: "predict", Share: 1}}, Host: results.Host{Cores: 2},
			Start: time.Date(2026, 1, 2, 15, i, 0, 0, time.UTC),
		}
		w, err := results.Output{File: fmt.Sprintf("%s-%d.jsonl", name, i)}.Create(&h)
		if err != nil {
			t.Fatal(err)
		}
		l := stats.NewLive()
		sent := int64(10*rate) + int64(5*i) // luck of half a request per second
		for j := range sent {
			l.Record(time.Duration(j%1000+1) * time.Microsecond)
		}
		d := &results.ClassData{Planned: sent, Sent: sent, Done: sent, Status: map[string]int64{"200": sent}, Clocks: map[string]*stats.Histogram{results.ClockService: l.Drain()}}
		err = w.Slice(&results.Slice{Arm: results.ArmA, Phase: results.Measure, DurationS: 10, Classes: map[string]*results.ClassData{"predict": d}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(results.Completed, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// savedDir has runs of base and head, of one that is slower, comparisons,
// calibrations, and files that are no results; it becomes the working directory.
func savedDir(t *testing.T) {
	t.Helper()
	comparison, err := os.ReadFile("../../results/testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	saveRuns(t, "base", 5, 1000)
	saveRuns(t, "head", 5, 1000)
	saveRuns(t, "slow", 5, 700)
	var runs []*results.File
	for i := 1; i <= 5; i++ {
		f, err := results.ReadFile(fmt.Sprintf("base-%d.jsonl", i), nil)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, f)
	}
	cal, err := verdict.Calibrate(runs, verdict.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for name, host := range map[string]string{"calibration.json": cal.Host, "elsewhere.json": "elsewhere"} {
		cal.Host = host
		b, err := cal.Encode()
		if err == nil {
			err = os.WriteFile(name, b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"legacy", "runs", "nothing"} { // a folder named like a target
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range map[string][]byte{
		"compared.jsonl":      comparison,
		"compared-2.jsonl":    comparison,
		"modern":              comparison, // a file named like a target
		"other.jsonl":         []byte(`{"type":"header","schema":"mlbench.result/9"}` + "\n"),
		"text.jsonl":          []byte("hello\n"),
		"empty.jsonl":         nil,
		"text.json":           []byte("hello\n"),
		"runs/notes.txt":      []byte("hello\n"),
		"runs/base.jsonl":     mustRead(t, "base-1.jsonl"),
		"runs/head.jsonl":     mustRead(t, "head-1.jsonl"),
		"legacy/slow-1.jsonl": mustRead(t, "slow-1.jsonl"),
	} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Saved results are judged: a comparison again, runs by their own luck or by a
// calibration, and by nothing else.
func TestCompareSaved(t *testing.T) {
	savedDir(t)
	before := ls(t)
	for _, tc := range []struct {
		args   string
		code   int
		stdout []string
	}{
		{"compared.jsonl", cli.ExitInvalid, []string{"INVALID  legacy fails: over 5% of the requests failed", "result file: compared.jsonl"}},
		{"modern", cli.ExitInvalid, []string{"result file: modern"}},
		{"compared*.jsonl", cli.ExitInvalid, []string{"result file: compared-2.jsonl\n\nINVALID", "result file: compared.jsonl"}},
		{"base-1.jsonl head-1.jsonl", cli.ExitInconclusive, []string{"INCONCLUSIVE  1 and 1 saved runs cannot be judged", "mlbench calibrate"}},
		{"base-1.jsonl slow-1.jsonl", cli.ExitInconclusive, []string{"INCONCLUSIVE", "-30%"}},
		{"base-1.jsonl legacy/", cli.ExitInconclusive, []string{"1 and 1 saved runs", "slow"}},
		{"base-*.jsonl head-*.jsonl", cli.ExitOK, []string{"OK  no regression", "5 and 5 saved runs"}},
		{"base-*.jsonl slow-*.jsonl", cli.ExitRegression, []string{"REGRESSION  throughput ", "5 and 5 saved runs"}},
		{"base-*.jsonl slow-*.jsonl --max-regression throughput=90%", cli.ExitOK, []string{"OK  no regression"}},
		{"base-*.jsonl slow-*.jsonl --strict", cli.ExitRegression, []string{"REGRESSION"}},
		{"base-1.jsonl slow-1.jsonl --calibration calibration.json", cli.ExitRegression, []string{"REGRESSION  throughput "}},
		{"base-1.jsonl slow-1.jsonl --calibration elsewhere.json", cli.ExitInconclusive, []string{"the one given does not hold: it is of another host"}},
	} {
		t.Run(tc.args, func(t *testing.T) {
			code, stdout, stderr := invoke(append([]string{"compare"}, strings.Fields(tc.args)...)...)
			if code != tc.code || stderr != "" {
				t.Errorf("exit code %d, want %d; stderr: %s", code, tc.code, stderr)
			}
			for _, want := range tc.stdout {
				if !strings.Contains(stdout, want) {
					t.Errorf("stdout does not say %q:\n%s", want, stdout)
				}
			}
			if after := ls(t); after != before {
				t.Errorf("left behind: %s (was: %s)", after, before)
			}
		})
	}
	// From stdin, and as the report has it.
	code, stdout, _ := runReport(string(mustRead(t, "compared.jsonl")), "compare", "-", "--format", "json")
	_, report, _ := runReport(string(mustRead(t, "compared.jsonl")), "report", "-", "--format", "json")
	if code != cli.ExitInvalid || stdout != report {
		t.Errorf("exit code %d; compare - says\n%s\nreport - says\n%s", code, stdout, report)
	}
}

// One comparison is an object, several are one array of such objects.
func TestCompareSavedAsJSON(t *testing.T) {
	savedDir(t)
	_, published, _ := invoke("report", "--schema", "comparison")
	_, stdout, _ := invoke("compare", "compared.jsonl", "--format", "json")
	validate(t, published, stdout)
	_, stdout, stderr := invoke("compare", "compared*.jsonl", "--format", "json", "--export", "json=all.json", "--export", "junit=all.xml", "--export", "csv=all.csv")
	if all := string(mustRead(t, "all.json")); all != stdout {
		t.Errorf("the export is not what stdout has:\n%s%s", all, stderr)
	}
	var items []json.RawMessage
	if err := json.Unmarshal([]byte(stdout), &items); err != nil || len(items) != 2 {
		t.Fatalf("%d items, %v in\n%s", len(items), err, stdout)
	}
	for _, item := range items {
		validate(t, published, string(item))
	}
	if suites := string(mustRead(t, "all.xml")); strings.Count(suites, "<testsuites>") != 1 || strings.Count(suites, "<testsuite ") != 2 {
		t.Errorf("want one document of two suites:\n%s", suites)
	}
	if n := strings.Count(string(mustRead(t, "all.csv")), "target,class,"); n != 1 {
		t.Errorf("%d header lines in the CSV", n)
	}
}

// Mistakes with saved results get one clear sentence with its remedy.
func TestCompareSavedBadInput(t *testing.T) {
	savedDir(t)
	before := ls(t)
	for _, tc := range []struct {
		args   string
		code   int
		stderr []string
	}{
		{"", cli.ExitUsage, []string{"at least 2 arguments", "saved comparison", "--help"}},
		{"legacy", cli.ExitUsage, []string{"at least 2 arguments"}}, // the folder is not meant
		{"missing.jsonl base-1.jsonl", cli.ExitFailure, []string{"missing.jsonl does not exist", "label=missing.jsonl"}},
		{"base-1.jsonl none-*.jsonl", cli.ExitUsage, []string{"no result files in none-*.jsonl"}},
		{"base-1.jsonl [.jsonl", cli.ExitUsage, []string{"no result files in [.jsonl"}},
		{"base-1.jsonl nothing/", cli.ExitUsage, []string{"no result files in nothing/", "nothing/*.jsonl"}},
		{"base-1.jsonl http://127.0.0.1:1", cli.ExitUsage, []string{"base-1.jsonl is saved, http://127.0.0.1:1 is a target", "mlbench run --output", "label=NAME"}},
		{"legacy base-1.jsonl", cli.ExitUsage, []string{"base-1.jsonl is saved, legacy is a target"}},
		{"base-1.jsonl x=base-2.jsonl", cli.ExitUsage, []string{"x=base-2.jsonl is a target"}},
		{"base-1.jsonl base-2.jsonl head-1.jsonl", cli.ExitUsage, []string{"3 result files", "'head-*.jsonl'"}},
		{"base-1.jsonl", cli.ExitUsage, []string{"base-1.jsonl is a single run", "mlbench gate --result base-1.jsonl"}},
		{"runs/", cli.ExitUsage, []string{"base.jsonl is a single run"}},
		{"base-1.jsonl compared.jsonl", cli.ExitUsage, []string{"compared.jsonl is a comparison", "'mlbench compare compared.jsonl'"}},
		{"base-1.jsonl base-1.jsonl", cli.ExitUsage, []string{"the same run"}},
		{"base-*.jsonl runs/", cli.ExitUsage, []string{"the same run"}},
		{"base-1.jsonl empty.jsonl", cli.ExitUsage, []string{"empty.jsonl", "empty"}},
		{"base-1.jsonl text.jsonl", cli.ExitUsage, []string{"text.jsonl:1"}},
		{"other.jsonl", cli.ExitUsage, []string{"mlbench.result/9", "mlbench.result/1"}},
		{"base-1.jsonl head-1.jsonl --budget 20s --rate 100/s -k", cli.ExitUsage, []string{"--budget and --insecure and --rate", "base-1.jsonl is saved"}},
		{"compared.jsonl --extend", cli.ExitUsage, []string{"--extend"}},
		{"compared.jsonl -o x.jsonl", cli.ExitUsage, []string{"--output"}},
		{"compared.jsonl --max-regression p50=fast", cli.ExitUsage, []string{"p50=fast", "p50=5%"}},
		{"compared.jsonl --calibration calibration.json", cli.ExitUsage, []string{"--calibration", "single runs"}},
		{"base-1.jsonl head-1.jsonl --calibration missing.json", cli.ExitUsage, []string{"missing.json"}},
		{"base-1.jsonl head-1.jsonl --calibration text.json", cli.ExitUsage, []string{"text.json", "calibration"}},
		{"base-1.jsonl head-1.jsonl --calibration base-1.jsonl", cli.ExitUsage, []string{"base-1.jsonl", "calibration"}},
		{"a=http://127.0.0.1:1 b=http://127.0.0.1:1 --calibration calibration.json", cli.ExitUsage, []string{"--calibration", "saved runs"}},
		{"compared.jsonl --export json=base-1.jsonl", cli.ExitFailure, []string{"base-1.jsonl is a result file"}},
	} {
		t.Run(tc.args, func(t *testing.T) {
			code, stdout, stderr := invoke(append([]string{"compare"}, strings.Fields(tc.args)...)...)
			if code != tc.code {
				t.Errorf("exit code %d, want %d; stderr: %s", code, tc.code, stderr)
			}
			for _, want := range tc.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr does not mention %q:\n%s", want, stderr)
				}
			}
			if stdout != "" || strings.Count(stderr, "\n") != 1 {
				t.Errorf("want one line on stderr only; stdout %q, stderr %q", stdout, stderr)
			}
			if after := ls(t); after != before {
				t.Errorf("left behind: %s (was: %s)", after, before)
			}
		})
	}
}
