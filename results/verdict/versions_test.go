package verdict

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// testdata has a file of each version of the format. Once that is released it is
// never written again: what it says must stay readable for ever.
func TestEveryVersionStaysReadable(t *testing.T) {
	for _, version := range []string{"v1", "v1.1"} {
		t.Run(version, func(t *testing.T) {
			f, err := results.ReadFile("../testdata/"+version+".jsonl", nil)
			if err != nil {
				t.Fatal(err)
			}
			if want := "mlbench.result/" + version[1:]; f.Header.Schema != want {
				t.Errorf("schema %q, want %q", f.Header.Schema, want)
			}
			sameFigures(t, f)
			if c := Compare(f, Options{}); c.Differs() != (version != "v1") {
				t.Errorf("answers differ: %v", c.Differs())
			}
			if firsts := summary.Of(f, summary.Select{Arm: results.ArmA}, nil).Latency[results.ClockFirstByte].Count; (firsts > 0) != (version != "v1") {
				t.Errorf("%d first bytes", firsts)
			}
		})
	}
}

// sameFigures are those of every file in testdata.
func sameFigures(t *testing.T, f *results.File) {
	if !f.Complete() || len(f.Slices) != 5 || f.Header.Scenario.Text == "" || f.Header.Host.Cores != 2 {
		t.Fatalf("read %d slices, complete %v, header %+v", len(f.Slices), f.Complete(), f.Header)
	}
	if diff := cmp.Diff([]string{results.ArmA, results.ArmB}, f.Arms()); diff != "" {
		t.Error(diff)
	}
	c := Compare(f, Options{})
	got := map[string]string{"pairs": fmt.Sprint(c.Pairs), "seed": fmt.Sprint(c.Seed)}
	for _, m := range c.Metrics {
		got[m.Class+" "+m.Metric] = pointers(m.A, m.B)
	}
	want := map[string]string{
		"pairs": "2", "seed": "7",
		"total throughput": "15.00 15.00", "total goodput": "14.00 15.00", "total errors": "6.67 0.00",
		"total stalls": "- -", // not judged: over 5% of A failed
		// A: predict 1…20 ms, health 1…5 and 4…8 ms; B the halves.
		"total min": "1.00 0.50", "total mean": "8.50 4.25", "total max": "20.00 10.00",
		"total p50": "7.00 3.50", "total p90": "17.01 8.50", "total p95": "19.01 9.50", "total p99": "- -", "total p99.9": "- -",
		"predict throughput": "10.00 10.00", "predict goodput": "9.00 10.00", "predict errors": "10.00 0.00",
		"predict min": "1.00 0.50", "predict mean": "10.50 5.25", "predict max": "20.00 10.00",
		"predict p50": "10.00 5.00", "predict p90": "18.01 9.00", "predict p95": "19.01 9.50", "predict p99": "- -", "predict p99.9": "- -",
		"health throughput": "5.00 5.00", "health goodput": "5.00 5.00", "health errors": "0.00 0.00",
		"health min": "1.00 0.50", "health mean": "4.50 2.25", "health max": "8.00 4.00",
		"health p50": "4.00 2.00", "health p90": "7.00 3.50", "health p95": "- -", "health p99": "- -", "health p99.9": "- -",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("figures of an old file changed (-want +got):\n%s", diff)
	}
	if got := f.Header.Start.Add(3 * time.Second); !f.Footer.End.Equal(got) {
		t.Errorf("end %s, want %s", f.Footer.End, got)
	}
}

func pointers(vs ...*float64) string {
	var out []string
	for _, v := range vs {
		if v == nil {
			out = append(out, "-")
		} else {
			out = append(out, fmt.Sprintf("%.2f", *v))
		}
	}
	return strings.Join(out, " ")
}
