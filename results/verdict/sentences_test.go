package verdict_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results/verdict"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// Every sentence of a verdict, in its golden file.
func TestReasons(t *testing.T) {
	var b strings.Builder
	tell := func(name string, c *verdict.Comparison) {
		fmt.Fprintf(&b, "%s: %s\n", name, verdict.Describe(c))
		for _, r := range report.Explain(c) {
			fmt.Fprintf(&b, "  %s\n", r)
		}
		for _, never := range []string{"no difference", "not significant", "significant", "~", "NaN", "%!", "the same speed"} {
			if strings.Contains(strings.Join(report.Explain(c), "\n"), never) {
				t.Errorf("%s: %q must not be said: %q", name, never, report.Explain(c))
			}
		}
		b.WriteByte('\n')
	}
	for _, tt := range verdict.Cases(t) {
		tell(tt.Name, tt.Comparison)
	}
	golden(t, "testdata/reasons.golden", b.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); -update rewrites it:\n%s", path, diff)
	}
}
