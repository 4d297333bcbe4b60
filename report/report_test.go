package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// documents are all inputs of the golden files.
var documents = andVerdicts(map[string]func(io.Writer, Format, Options) error{
	"open":            ofRun(openRun),
	"closed":          ofRun(closedRun),
	"empty":           ofRun(emptyRun),
	"hostile":         ofRun(hostileRun),
	"comparison":      ofComparison(comparison),
	"same":            ofComparison(func() *verdict.Comparison { return judged(pairedFile(48, constantly(1))) }),
	"regressed":       ofComparison(regressed),
	"improved":        ofComparison(improvedInAll),
	"undecided":       ofComparison(func() *verdict.Comparison { return judged(pairedFile(12, constantly(1.04))) }),
	"throughput":      ofComparison(closedComparison),
	"slots":           ofComparison(slots),
	"saved":           ofComparison(savedRuns),
	"twins":           ofComparison(twins),
	"unmeasured":      ofComparison(unmeasured),
	"managed":         ofRun(managedRun),
	"staged":          ofRun(stagedRun),
	"detailed":        ofRun(detailedRun),
	"resources":       ofComparison(func() *verdict.Comparison { return managedPair(results.ArmA, results.ArmB) }),
	"objective":       ofComparison(missingObjective),
	"checked":         ofRun(checkedRun),
	"many":            ofRun(manyChecks),
	"compared-checks": ofComparison(comparedByChecks),
	"spans":           ofRun(spannedRun),
	"beside":          ofRun(besideRun),
	"compared-spans":  ofComparison(comparedSpans),
	"gone":            ofComparison(goneHead),
	"half":            ofComparison(func() *verdict.Comparison { return managedPair(results.ArmB) }),
})

// andVerdicts adds a document of each verdict.
func andVerdicts(documents map[string]func(io.Writer, Format, Options) error) map[string]func(io.Writer, Format, Options) error {
	for name, make := range verdicts {
		documents[name] = ofComparison(make)
	}
	return documents
}

func ofRun(make func() *summary.Run) func(io.Writer, Format, Options) error {
	once := sync.OnceValue(make)
	return func(w io.Writer, f Format, o Options) error { return Run(w, f, once(), o) }
}

func ofComparison(make func() *verdict.Comparison) func(io.Writer, Format, Options) error {
	once := sync.OnceValue(make)
	return func(w io.Writer, f Format, o Options) error { return Comparison(w, f, once(), o) }
}

var formats = []Format{Text, JSON, Markdown, CSV, JUnit}

func render(t *testing.T, name string, f Format, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := documents[name](&b, f, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for name := range documents {
		formats := formats
		if verdicts[name] != nil {
			formats = []Format{Text, Markdown} // what people read of it
		}
		for _, f := range formats {
			t.Run(name+" "+string(f), func(t *testing.T) {
				got := render(t, name, f, Options{})
				path := filepath.Join("testdata", name+"."+string(f)+".golden")
				matches(t, path, got)
			})
		}
	}
}

// Whatever a name holds, no rendering hands a terminal anything but text.
func TestNothingInvisible(t *testing.T) {
	for name := range documents {
		for _, f := range formats {
			for _, r := range render(t, name, f, Options{}) {
				if r != '\n' && !unicode.IsGraphic(r) {
					t.Errorf("%s as %s holds %U", name, f, r)
				}
			}
		}
	}
}

// Every row of a markdown table has as many cells as its header, and no name
// opens a tag.
func TestMarkdownTablesHold(t *testing.T) {
	for name := range documents {
		cells := 0
		for line := range strings.Lines(render(t, name, Markdown, Options{})) {
			if strings.HasPrefix(line, "|") {
				n := strings.Count(line, "|") - strings.Count(line, `\|`)
				if cells != 0 && n != cells {
					t.Errorf("%s: a row of %d bars below %d: %s", name, n, cells, line)
				}
				cells = n
			} else {
				cells = 0
			}
			if strings.Contains(strings.ReplaceAll(line, `\<`, ""), "<b") {
				t.Errorf("%s: a raw tag: %s", name, line)
			}
		}
	}
}

func TestTextTablesHold(t *testing.T) {
	for name := range documents {
		var rule string
		for line := range strings.Lines(render(t, name, Text, Options{})) {
			if strings.HasSuffix(line, " \n") {
				t.Errorf("%s: trailing space: %q", name, line)
			}
			if strings.HasPrefix(line, "─") {
				rule = line
			}
		}
		if rule == "" {
			t.Errorf("%s has no table", name)
		}
	}
}

func TestCSVIsReadable(t *testing.T) {
	for name := range documents {
		rows, err := csv.NewReader(strings.NewReader(render(t, name, CSV, Options{}))).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(csvHead, rows[0]); diff != "" {
			t.Errorf("%s: header:\n%s", name, diff)
		}
		seen := map[string]bool{}
		for _, r := range rows[1:] {
			key := strings.Join(r[:3], "\x00")
			if seen[key] {
				t.Errorf("%s: two rows of %q", name, r[:3])
			}
			seen[key] = true
		}
	}
}

func TestJSONSaysTheSameDespiteEscapes(t *testing.T) {
	var got struct{ Scenario string }
	if err := json.Unmarshal([]byte(render(t, "hostile", JSON, Options{})), &got); err != nil {
		t.Fatal(err)
	}
	if got.Scenario != hostile {
		t.Errorf("scenario %q, want %q", got.Scenario, hostile)
	}
	if got := string(escapeInvisible([]byte("a\u0085é\U000e0001"))); got != `a\u0085é\udb40\udc01` {
		t.Errorf("escapeInvisible = %s", got)
	}
}

func TestColor(t *testing.T) {
	for name := range documents {
		for _, f := range formats {
			plain, colored := render(t, name, f, Options{}), render(t, name, f, Options{Color: true})
			if f != Text {
				if plain != colored {
					t.Errorf("%s as %s is coloured", name, f)
				}
				continue
			}
			if !strings.Contains(colored, ansiBold) {
				t.Errorf("%s has no colour", name)
			}
			for _, code := range []string{ansiBold, ansiRed, ansiGreen, ansiYellow, ansiBlue, ansiOrange, ansiReset} {
				colored = strings.ReplaceAll(colored, code, "")
			}
			if diff := cmp.Diff(plain, colored); diff != "" {
				t.Errorf("%s: colour changes more than colour:\n%s", name, diff)
			}
		}
	}
	open := render(t, "open", Text, Options{Color: true})
	for _, want := range []string{ansiRed + "✗" + ansiReset + "  errors<0.01%", ansiGreen + "✓" + ansiReset + "  p99<50ms", ansiYellow + "!" + ansiReset} {
		if !strings.Contains(open, want) {
			t.Errorf("no %q in\n%s", want, open)
		}
	}
	for name, want := range map[string][]string{
		"same":       {ansiBold + ansiGreen + "OK" + ansiReset + "  no regression beyond", "  " + ansiGreen + "ok" + ansiReset + "\n"},
		"regressed":  {ansiBold + ansiRed + "REGRESSION" + ansiReset + "  health p50", "  " + ansiBold + ansiRed + "REGRESSION" + ansiReset + "\n"},
		"improved":   {"  " + ansiGreen + "better" + ansiReset + "\n"},
		"undecided":  {ansiBold + ansiYellow + "INCONCLUSIVE" + ansiReset + "  open: p50", "  " + ansiYellow + "open" + ansiReset + "\n"},
		"unmeasured": {ansiBold + ansiRed + "INVALID" + ansiReset + "  no request"},
	} {
		for _, want := range want {
			if page := render(t, name, Text, Options{Color: true}); !strings.Contains(page, want) {
				t.Errorf("%s: no %q in\n%s", name, want, page)
			}
		}
	}
}

// Where a terminal shows ASCII alone, pages have nothing else.
func TestASCIIPages(t *testing.T) {
	for name := range documents {
		for _, r := range render(t, name, Text, Options{ASCII: true}) {
			if r > unicode.MaxASCII {
				t.Errorf("%s holds %q", name, r)
				break
			}
		}
	}
	if page := render(t, "open", Text, Options{ASCII: true}); !strings.Contains(page, "\n-----") || !strings.Contains(page, "x  errors<0.01%") {
		t.Errorf("rules and marks are not ASCII:\n%s", page)
	}
}

// On a terminal of 80 columns text is wrapped, and no table of a run has strips for
// which there is no room.
func TestNarrowTerminals(t *testing.T) {
	for name := range documents {
		if strings.Contains(name, "hostile") || name == "twins" || name == "many" || name == "checked" {
			continue // names are as long as they like
		}
		for line := range strings.Lines(render(t, name, Text, Options{Columns: 80})) {
			words := strings.Fields(line)
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 && !strings.Contains(line, "─") && !strings.Contains(line, "  ") && len(words) > 3 {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
	}
	if wide, narrow := render(t, "open", Text, Options{}), render(t, "open", Text, Options{Columns: 80}); !strings.Contains(wide, "▁") || strings.Contains(narrow, "▁") {
		t.Errorf("strips of 100 and of 80 columns:\n%s\n%s", wide, narrow)
	}
}

func TestContinued(t *testing.T) {
	for _, f := range []Format{Text, JSON, Markdown, CSV} {
		first, next := render(t, "open", f, Options{}), render(t, "open", f, Options{Continued: true})
		want := first
		switch f {
		case Text, Markdown:
			want = "\n" + first
		case CSV:
			_, want, _ = strings.Cut(first, "\n")
		}
		if next != want {
			t.Errorf("%s continued begins %.60q, want %.60q", f, next, want)
		}
	}
	// Two objects in a row are what a JSON decoder reads one after another.
	dec := json.NewDecoder(strings.NewReader(render(t, "open", JSON, Options{}) + render(t, "comparison", JSON, Options{Continued: true})))
	for range 2 {
		var v map[string]any
		if err := dec.Decode(&v); err != nil || v["schema"] == nil {
			t.Fatalf("document %v, %v", v, err)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("pipe is closed") }

func TestErrors(t *testing.T) {
	for name, show := range documents {
		for _, f := range formats {
			if err := show(brokenWriter{}, f, Options{}); err == nil || !strings.Contains(err.Error(), "pipe is closed") {
				t.Errorf("%s as %s to a broken pipe: %v", name, f, err)
			}
		}
		if err := show(io.Discard, "pdf", Options{}); err == nil {
			t.Errorf("%s as pdf: no error", name)
		}
	}
	_, err := ParseFormat("pdf")
	if err == nil || err.Error() != `unknown format "pdf": want one of text, json, jsonl, markdown, csv, junit, html, svg` {
		t.Errorf("ParseFormat: %v", err)
	}
	for _, f := range formats {
		if got, err := ParseFormat(string(f)); got != f || err != nil {
			t.Errorf("ParseFormat(%s) = %s, %v", f, got, err)
		}
	}
}
