package saved

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// inFolder has two runs, of which the second did not end, a comparison, what is no
// result, and a folder called like a target; it becomes the working directory.
func inFolder(t *testing.T) {
	t.Helper()
	comparison, err := os.ReadFile("../../../results/testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, name := range []string{"base.jsonl", "head.jsonl", "legacy/run.jsonl"} {
		w, err := results.Output{File: name}.Create(&results.Header{
			Command: "run", Scenario: results.Scenario{Name: "s"}, Model: results.Closed, Connections: 1,
			Targets: []results.Target{{Arm: results.ArmA, Name: "t", URL: "http://h"}},
			Classes: []results.Class{{Name: "a", Share: 1}}, Start: time.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		ended := results.Completed
		if name == "head.jsonl" {
			ended = results.Failed
		}
		if err := w.Close(ended, ""); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{
		"pair.jsonl": string(comparison), "modern": string(comparison), "s.yaml": "requests: []\n", "report.json": `{"schema":"mlbench.run/1"}`, "text.jsonl": "hello\n",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// usage wants an error that is the caller's mistake and has these words.
func usage(t *testing.T, err error, want string) {
	t.Helper()
	if outcome, text := cli.OutcomeOf(context.Background(), err); outcome != cli.ExitUsage || !strings.Contains(text, want) {
		t.Errorf("exit %d, %q: want a usage error with %q", outcome, text, want)
	}
}

func TestSides(t *testing.T) {
	inFolder(t)
	for args, want := range map[string]string{
		"base.jsonl":                 "base.jsonl",
		"- base.jsonl":               "-; base.jsonl",
		"./ base.jsonl":              "base.jsonl head.jsonl pair.jsonl text.jsonl; base.jsonl",
		"legacy/":                    "legacy/run.jsonl",
		"[bh]*.jsonl pair.jsonl":     "base.jsonl head.jsonl; pair.jsonl",
		"modern":                     "modern", // a result file, though it is called like a target
		"legacy http://h/x.jsonl":    "",
		"a=base.jsonl b=none.jsonl":  "",
		"staging s.yaml":             "",
		"reference http://h/?q=[ab]": "",
	} {
		sides, err := Sides(strings.Fields(args))
		var got []string
		for _, paths := range sides {
			got = append(got, strings.Join(paths, " "))
		}
		if all := strings.Join(got, "; "); err != nil || all != want {
			t.Errorf("%s: %q, %v, want %q", args, all, err, want)
		}
	}
	for args, want := range map[string]string{
		"base.jsonl legacy":             "base.jsonl is saved, legacy is a target",
		"base.jsonl head.jsonl a.jsonl": "a.jsonl does not exist",
		"*.jsonl base.jsonl head.jsonl": "3 result files: want two sides",
		"none-*.jsonl":                  "no result files in none-*.jsonl",
	} {
		if sides, err := Sides(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v: want an error with %q", args, sides, err, want)
		}
	}
}

func TestReadRefusesWhatIsNoResult(t *testing.T) {
	inFolder(t)
	for path, want := range map[string]string{
		"s.yaml":      "s.yaml is a scenario, a target file or a gate file",
		"report.json": "report.json is a report already",
		"text.jsonl":  "text.jsonl",
		"none.jsonl":  "none.jsonl",
		"x*.jsonl":    "no result files in x*.jsonl",
	} {
		_, err := Read(nil, []string{path}, results.ReadFile)
		usage(t, err, want)
	}
	_, err := Read(strings.NewReader(""), []string{"-", "-"}, func(path string, _ io.Reader) (*results.File, error) { return &results.File{Path: path}, nil })
	usage(t, err, "named twice")
	files, err := Read(nil, []string{"[bh]*.jsonl"}, results.ReadSummed)
	if err != nil || len(files) != 2 || files[0].Path != "base.jsonl" {
		t.Errorf("%v, %v", files, err)
	}
}

func TestSidesThatDoNotGoTogether(t *testing.T) {
	inFolder(t)
	for want, sides := range map[string][][]string{
		"base.jsonl is a single run: name another one": {{"base.jsonl"}},
		"pair.jsonl is a comparison, which is judged":  {{"base.jsonl"}, {"pair.jsonl"}},
	} {
		_, err := ReadSides(nil, sides)
		usage(t, err, want)
	}
	files, err := ReadSides(nil, [][]string{{"pair.jsonl"}})
	if err != nil || len(files[0]) != 1 || files[1] != nil {
		t.Fatalf("%v, %v", files, err)
	}
	if c, err := Judge(files[0], nil, verdict.Options{}); err != nil || c.Verdict == "" {
		t.Errorf("%+v, %v", c, err)
	}
	missing, err := summary.ParseObjective("nobody:p99<1ms")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Judge(files[0], nil, verdict.Options{Objectives: []summary.Objective{missing}})
	usage(t, err, "nobody")
}

// A part of a measurement never passes, though the part was good.
func TestEndedRefusesParts(t *testing.T) {
	inFolder(t)
	files, err := ReadSides(nil, [][]string{{"base.jsonl"}, {"head.jsonl"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := Ended(files[0]...); err != nil {
		t.Error(err)
	}
	err = Ended(slices.Concat(files[0], files[1])...)
	if outcome, text := cli.OutcomeOf(context.Background(), err); outcome != cli.ExitFailure || !strings.HasPrefix(text, "head.jsonl is of a measurement that did not come to its end") {
		t.Errorf("exit %d, %q", outcome, text)
	}
}
