package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// several are comparisons of different verdicts.
func several() []*verdict.Comparison {
	return []*verdict.Comparison{comparison(), unmeasured()}
}

func renderAll(t *testing.T, f Format, cs []*verdict.Comparison, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Comparisons(&b, f, cs, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Several comparisons are one JSON document, each item of the published schema.
func TestComparisonsAsArray(t *testing.T) {
	const path = "testdata/comparisons.json.golden"
	got := renderAll(t, JSON, several(), Options{})
	matches(t, path, got)
	for n := 1; n <= 2; n++ {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(renderAll(t, JSON, several()[:n], Options{})))
		if err != nil {
			t.Fatal(err)
		}
		items, ok := doc.([]any)
		if !ok || len(items) != n {
			t.Fatalf("%d comparisons are %T of %d", n, doc, len(items))
		}
		schema := compile(t, "comparison")
		for i, item := range items {
			if err := schema.Validate(item); err != nil {
				t.Errorf("item %d: %v", i, err)
			}
		}
		if schema.Validate(doc) == nil {
			t.Error("the array passes for a single comparison")
		}
	}
	// An item says what the comparison alone says.
	var items []json.RawMessage
	if err := json.Unmarshal([]byte(got), &items); err != nil {
		t.Fatal(err)
	}
	for i, c := range several() {
		var alone, item any
		var b bytes.Buffer
		if err := Comparison(&b, JSON, c, Options{}); err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(b.Bytes(), &alone) != nil || json.Unmarshal(items[i], &item) != nil {
			t.Fatal("no JSON")
		}
		if diff := cmp.Diff(alone, item); diff != "" {
			t.Errorf("item %d (-alone +item):\n%s", i, diff)
		}
	}
}

// The other forms are what Comparison writes one after another; then pages close.
func TestComparisonsInOrder(t *testing.T) {
	for _, f := range []Format{Text, Markdown, CSV} {
		for _, o := range []Options{{}, {Color: true}, {Continued: true}} {
			var want bytes.Buffer
			for i, c := range several() {
				if err := Comparison(&want, f, c, Options{Color: o.Color, Continued: o.Continued || i > 0}); err != nil {
					t.Fatal(err)
				}
			}
			if err := Comparisons(&want, f, several(), Options{Color: o.Color, Continued: true, Closing: true}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), renderAll(t, f, several(), o)); diff != "" {
				t.Errorf("%s, %+v:\n%s", f, o, diff)
			}
		}
	}
	if n := strings.Count(renderAll(t, CSV, several(), Options{}), strings.Join(csvHead, ",")); n != 1 {
		t.Errorf("%d header lines in the CSV", n)
	}
}

// JUnit has one root, into whatever it is written.
func TestComparisonsAsSuites(t *testing.T) {
	r, w := io.Pipe() // not a buffer
	go func() { _ = w.CloseWithError(Comparisons(w, JUnit, several(), Options{})) }()
	doc, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	suites := read(t, string(doc))
	if len(suites) != 2 || suites[1].Errors != 1 {
		t.Errorf("%d suites, want 2, the second with an error:\n%s", len(suites), doc)
	}
}

func TestComparisonsErrors(t *testing.T) {
	for _, f := range formats {
		if err := Comparisons(io.Discard, f, nil, Options{}); err == nil {
			t.Errorf("%s of nothing: no error", f)
		}
		if err := Comparisons(brokenWriter{}, f, several(), Options{}); err == nil || !strings.Contains(err.Error(), "pipe is closed") {
			t.Errorf("%s to a broken pipe: %v", f, err)
		}
	}
	if err := Comparisons(io.Discard, "pdf", several(), Options{}); err == nil || !strings.Contains(err.Error(), `"pdf"`) {
		t.Errorf("pdf: %v", err)
	}
}
