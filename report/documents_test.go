package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// sheet is CSV by its header.
func sheet(t *testing.T, doc string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(doc)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = r[i]
		}
		out = append(out, row)
	}
	return out
}

func renderDocuments(t *testing.T, f Format, o Options, ds ...Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := Documents(&b, f, ds, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// B4: rows of several runs in one sheet say which run they are of; those of a
// comparison have its limits, p values and outcomes.
func TestRowsOfSeveralRunsAreIdentifiable(t *testing.T) {
	other := openRun()
	other.ResultFile = "other.jsonl"
	rows := sheet(t, renderDocuments(t, CSV, Options{}, Document{Run: openRun()}, Document{Run: other}, Document{Comparison: regressed()}))
	seen := map[string]bool{}
	var judged int
	for _, r := range rows {
		key := r["file"] + "," + r["target"] + "," + r["class"] + "," + r["metric"]
		if seen[key] {
			t.Errorf("two rows of %s", key)
		}
		seen[key] = true
		for _, column := range []string{"file", "start", "scenario", "tool", "host", "load", "verdict", "commit", "seed"} {
			if r[column] == "" {
				t.Fatalf("no %s in %v", column, r)
			}
		}
		if r["class"] == "health" && r["metric"] == "p50_estimate" {
			judged++
			if r["limit"] != "5" || r["outcome"] != "regression" || r["p"] == "" || r["verdict"] != "regression" {
				t.Errorf("of the regression: %v", r)
			}
		}
	}
	if judged != 1 || !seen["other.jsonl,modern,total,p50"] {
		t.Errorf("%d rows of what is judged, of %d", judged, len(rows))
	}
}

// B4: --wide has a row for each run, with every metric in a column.
func TestWideHasOneRowPerRun(t *testing.T) {
	docs := []Document{{Run: openRun()}, {Run: closedRun()}, {Comparison: regressed()}}
	wide := sheet(t, renderDocuments(t, CSV, Options{Wide: true}, docs...))
	if len(wide) != len(docs) {
		t.Fatalf("%d rows of %d documents", len(wide), len(docs))
	}
	for i, d := range docs {
		for _, r := range sheet(t, renderDocuments(t, CSV, Options{}, d)) {
			name := r["metric"]
			if r["class"] != results.TotalClass {
				name = r["class"] + ":" + name
			}
			if c := d.Comparison; c != nil && !strings.Contains(r["target"], "/") {
				name += map[string]string{"legacy": "_a", "modern": "_b"}[r["target"]]
			}
			if got := wide[i][name]; got != r["value"] {
				t.Errorf("document %d: %s is %q, and %q in the long form", i, name, got, r["value"])
			}
		}
	}
}

// M10: what a spreadsheet would take for a formula is text, wherever the name
// came from; numbers stay numbers.
func TestFormulasOfForeignFilesAreText(t *testing.T) {
	for _, name := range []string{`=HYPERLINK("http://x")`, "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1", " =1", "\x1b=1"} {
		f := file(results.Open, results.Class{Name: name, Share: 0.5}, results.Class{Name: "b", Share: 0.5})
		f.Path, f.Header.Tool, f.Header.Scenario.Name, f.Header.Targets[0].Name = name, name, name, name
		f.Header.Host.OS, f.Header.Source.Commit, f.Header.Arrivals, f.Header.Tags = name, name, name, map[string]string{name: name}
		d := class(30, 1, 2)
		d.Errors, d.Status = map[string]int64{name: 1}, map[string]int64{name: 30}
		f.Slices = []results.Slice{measured(results.ArmA, 0, 1, map[string]*results.ClassData{name: d, "b": class(30, 1, 2)})}
		f.Slices[0].Excluded = ""
		run := Document{Run: summary.Of(f, summary.Select{Arm: results.ArmA}, nil)}
		var course bytes.Buffer
		if err := Timelines(&course, CSV, []*results.File{f}, Options{}); err != nil {
			t.Fatal(err)
		}
		for what, doc := range map[string]string{
			"long": renderDocuments(t, CSV, Options{}, run), "wide": renderDocuments(t, CSV, Options{Wide: true}, run), "timeline": course.String(),
		} {
			rows, err := csv.NewReader(strings.NewReader(doc)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				for _, c := range r {
					if c != "" && strings.ContainsAny(c[:1], "=+@\t\r") || strings.HasPrefix(c, "＝") || strings.HasPrefix(c, "-") && !plainNumber.MatchString(c) {
						t.Errorf("%s of %q: the cell %q is a formula", what, name, c)
					}
				}
			}
		}
	}
	for _, number := range []string{"-5", "+5", "-0.25", "5"} {
		if got := cell(number); got != number {
			t.Errorf("the number %s became %s", number, got)
		}
	}
}

// A22: JSON of several is an array, JSON lines a line each, whatever they are.
func TestSeveralDocumentsAreOne(t *testing.T) {
	docs := []Document{{Run: openRun()}, {Comparison: regressed()}}
	var array []map[string]any
	if err := json.Unmarshal([]byte(renderDocuments(t, JSON, Options{}, docs...)), &array); err != nil || len(array) != 2 {
		t.Fatalf("%d items, %v", len(array), err)
	}
	lines := strings.Split(strings.TrimSuffix(renderDocuments(t, JSONL, Options{}, docs...), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, line := range lines {
		var doc map[string]any
		if err := json.Unmarshal([]byte(line), &doc); err != nil || doc["schema"] != array[i]["schema"] {
			t.Errorf("line %d: %v, %v", i, err, doc["schema"])
		}
	}
	var alone map[string]any
	if err := json.Unmarshal([]byte(renderDocuments(t, JSON, Options{}, docs[0])), &alone); err != nil {
		t.Errorf("one document is no object: %v", err)
	}
	if suites := read(t, renderDocuments(t, JUnit, Options{}, docs...)); len(suites) != 2 {
		t.Errorf("%d suites", len(suites))
	}
}

// 14: what is judged has a name of its own; a change is B against A, of all metrics.
func TestCSVTellsTheChangeFromTheEstimate(t *testing.T) {
	c := judged(pairedFile(24, constantly(1.2)))
	row := c.Row(results.TotalClass, "p50")
	rows := map[string]map[string]string{}
	for _, r := range sheet(t, renderDocuments(t, CSV, Options{}, Document{Comparison: c})) {
		if r["class"] == results.TotalClass {
			rows[r["metric"]+"@"+r["target"]] = r
		}
	}
	change, estimate := rows["p50_change@modern/legacy"], rows["p50_estimate@modern/legacy"]
	if want := csvNumber(100 * (*row.B / *row.A - 1)); change["value"] != want || change["ci_low"] != "" || change["limit"] != "" {
		t.Errorf("change %v, want %s alone", change, want)
	}
	if want := csvNumber(*row.ChangePct); estimate["value"] != want || estimate["ci_low"] == "" || estimate["limit"] != "5" || estimate["outcome"] != "regression" {
		t.Errorf("estimate %v, want %s with interval and limit", estimate, want)
	}
	wide := sheet(t, renderDocuments(t, CSV, Options{Wide: true}, Document{Comparison: c}))[0]
	for _, column := range []string{"mean_change", "p50_change", "p50_estimate", "p50_estimate_low", "errors_change", "errors_estimate"} {
		if wide[column] == "" {
			t.Errorf("--wide has no %s", column)
		}
	}
	if _, there := wide["mean_estimate"]; there {
		t.Error("the mean is not judged, and has an estimate")
	}
}
