package output

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// Whatever ends a series, what was made until then is shown whole, and nothing
// is started after it.
func TestSeriesIsShownWhateverEndsIt(t *testing.T) {
	f, err := results.ReadFile("../../../results/testdata/v1.jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := verdict.Compare(f, verdict.Options{})
	for _, tc := range []struct {
		name  string
		n     int
		next  func(i int, cancel func()) (interrupted bool, err error)
		calls int
		made  int
		code  int
	}{
		{"all of them", 3, func(int, func()) (bool, error) { return false, nil }, 3, 3, cli.ExitOK},
		{"one", 1, func(int, func()) (bool, error) { return false, nil }, 1, 1, cli.ExitOK},
		{"one, interrupted", 1, func(int, func()) (bool, error) { return true, nil }, 1, 1, cli.ExitInterrupted},
		{"interrupted in the second", 3, func(i int, _ func()) (bool, error) { return i == 1, nil }, 2, 2, cli.ExitInterrupted},
		{"interrupted after the first", 3, func(_ int, cancel func()) (bool, error) { cancel(); return false, nil }, 1, 1, cli.ExitInterrupted},
		{"interrupted after the last", 1, func(_ int, cancel func()) (bool, error) { cancel(); return false, nil }, 1, 1, cli.ExitOK},
		{"the first fails", 3, func(int, func()) (bool, error) { return false, errors.New("refused") }, 1, 0, cli.ExitFailure},
		{"the second fails", 3, func(i int, _ func()) (bool, error) { return false, []error{nil, errors.New("refused")}[i] }, 2, 1, cli.ExitFailure},
	} {
		for _, format := range []string{"text", "json", "markdown", "csv", "junit"} {
			t.Run(tc.name+" "+format, func(t *testing.T) {
				t.Chdir(t.TempDir())
				o := Options{Format: format, Exports: []string{"text=t", "json=j", "markdown=m", "csv=c", "junit=x"}}
				if err := o.Validate(); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				var out bytes.Buffer
				calls := 0
				made, err := o.Comparisons(ctx, cli.Streams{Out: &out}, tc.n, func(i int) (*verdict.Comparison, bool, error) {
					calls++
					interrupted, err := tc.next(i, cancel)
					return c, interrupted, err
				})
				var exit *cli.ExitError
				code := cli.ExitOK
				if errors.As(err, &exit) {
					code = int(exit.Outcome)
				} else if err != nil {
					code = cli.ExitFailure
				}
				if code != tc.code || calls != tc.calls || len(made) != tc.made {
					t.Errorf("exit code %d (%v), %d started, %d made; want %d, %d, %d", code, err, calls, len(made), tc.code, tc.calls, tc.made)
				}
				if tc.made == 0 {
					if out.Len() > 0 || written(t) != "" {
						t.Errorf("shown: %s, written: %s", &out, written(t))
					}
					return
				}
				for file, f := range map[string]string{"t": "text", "j": "json", "m": "markdown", "c": "csv", "x": "junit"} {
					doc := read(t, file)
					if f == format && doc != out.String() {
						t.Errorf("stdout is not what the %s export has:\n%s", f, &out)
					}
					checkShown(t, f, doc, tc.n, tc.made)
				}
			})
		}
	}
}

// checkShown checks that a document has so many of n comparisons.
func checkShown(t *testing.T, format, doc string, n, made int) {
	t.Helper()
	shown := 0
	switch format {
	case "text":
		shown = strings.Count(doc, "result file: ")
	case "markdown":
		shown = strings.Count(doc, "\n- result file: ")
	case "csv":
		if strings.Count(doc, "target,class,") != 1 {
			t.Errorf("not one header line:\n%s", doc)
		}
		shown = strings.Count(doc, "legacy,total,throughput,")
	case "junit":
		if strings.Count(doc, "<testsuites>") != 1 {
			t.Errorf("not one document:\n%s", doc)
		}
		shown = strings.Count(doc, "<testsuite ")
	case "json":
		var items []struct{ Schema string }
		if n == 1 { // of one the object, of several the array, however many were made
			doc = "[" + doc + "]"
		}
		if err := json.Unmarshal([]byte(doc), &items); err != nil || items[0].Schema != verdict.ComparisonSchema {
			t.Errorf("%v in\n%s", err, doc)
		}
		shown = len(items)
	}
	if shown != made {
		t.Errorf("%s shows %d of %d:\n%s", format, shown, made, doc)
	}
}

// An export that cannot be written keeps nothing else from being shown, and is
// said even after an interrupt.
func TestSeriesWithBrokenExport(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("gone", 0o755); err != nil {
		t.Fatal(err)
	}
	o := Options{Format: "text", Exports: []string{"json=gone/x.json", "csv=y.csv"}}
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove("gone"), os.WriteFile("gone", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	_, err := o.Comparisons(context.Background(), cli.Streams{Out: &out}, 2, func(i int) (*verdict.Comparison, bool, error) {
		return &verdict.Comparison{Verdict: verdict.OK, Metrics: []verdict.MetricRow{{Metric: "p50", Class: results.TotalClass, Unit: "ms"}}}, i == 1, nil
	})
	if err == nil || !strings.Contains(err.Error(), "gone/x.json") {
		t.Errorf("error %v", err)
	}
	if written(t) != "gone y.csv" || strings.Count(out.String(), "OK  no reason") != 2 || strings.Count(out.String(), "SUMMARY  2 comparisons") != 1 {
		t.Errorf("files: %s; stdout:\n%s", written(t), &out)
	}
}

func written(t *testing.T) string {
	t.Helper()
	var names []string
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
