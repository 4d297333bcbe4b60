package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// Tags are in every form for people and machines, by name, and cannot break out
// of it; without tags nothing of them is there.
func TestTags(t *testing.T) {
	for _, tt := range []struct {
		form Format
		want string
	}{
		{Text, "branch=main, team=search"},
		{Markdown, "branch=main, team=search"},
		{JSON, `"team": "search"`},
	} {
		for _, tagged := range []bool{true, false} {
			run, pair := closedRun(), comparisonOf(t)
			if tagged {
				run.Tags = map[string]string{"team": "search", "branch": "main"}
				pair.Tags = run.Tags
			}
			var a, b bytes.Buffer
			if err := Run(&a, tt.form, run, Options{}); err != nil {
				t.Fatal(err)
			}
			if err := Comparison(&b, tt.form, pair, Options{}); err != nil {
				t.Fatal(err)
			}
			for what, page := range map[string]string{"run": a.String(), "comparison": b.String()} {
				if strings.Contains(page, tt.want) != tagged {
					t.Errorf("%s as %s, tagged %v:\n%s", what, tt.form, tagged, page)
				}
				if !tagged && (strings.Contains(page, "labels") || strings.Contains(page, `"tags"`)) {
					t.Errorf("%s as %s speaks of tags without any", what, tt.form)
				}
				if tt.form == JSON {
					doc, err := jsonschema.UnmarshalJSON(strings.NewReader(page))
					if err != nil {
						t.Fatal(err)
					}
					if err := compile(t, what).Validate(doc); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}
	evil := closedRun()
	evil.Tags = map[string]string{"a": hostile}
	var page bytes.Buffer
	if err := Run(&page, Text, evil, Options{}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(page.String(), "\x1b\u202e\u009b") {
		t.Errorf("a tag's control characters pass:\n%q", page.String())
	}
}

func comparisonOf(t *testing.T) *verdict.Comparison {
	t.Helper()
	f := file(results.Closed, results.Class{Name: "predict", Share: 1})
	f.Header.Command = "compare"
	f.Header.Targets = append(f.Header.Targets, results.Target{Arm: results.ArmB, Name: "b", URL: "http://127.0.0.1:1"})
	return verdict.Compare(f, verdict.Options{})
}
