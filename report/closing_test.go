package report

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// named gives a comparison a scenario's name.
func named(scenario string, c *verdict.Comparison) *verdict.Comparison {
	c.Scenario = scenario
	for _, arm := range []*results.Target{&c.A, &c.B} {
		arm.Command = ""
	}
	if c.ArmA != nil {
		c.ArmA.Title = scenario
	}
	return c
}

// closings are several comparisons each, of which the last page is looked at.
var closings = map[string]func() []*verdict.Comparison{
	"closing-scenarios": func() []*verdict.Comparison {
		return []*verdict.Comparison{
			named("sequential", closedComparison()),
			named("concurrent", judged(pairedFile(24, constantly(0.6)))),
			named("mix", judged(pairedFile(12, constantly(1.04)))),
			named("burst", judged(pairedFile(48, constantly(1)))),
			named("ping", unmeasured()),
		}
	},
	"closing-targets": func() []*verdict.Comparison {
		better, worse := judged(pairedFile(24, constantly(0.6))), regressed()
		better.B.Name, worse.B.Name = "cached", "pruned"
		worse.ResultFile = "mlbench-results/pruned.jsonl"
		return []*verdict.Comparison{better, worse}
	},
	"closing-hostile": func() []*verdict.Comparison {
		return []*verdict.Comparison{twins(), named(hostile, missingObjective()), named(hostile, missingObjective())}
	},
}

func TestClosingPagesAreGolden(t *testing.T) {
	for name, make := range closings {
		for _, f := range []Format{Text, Markdown} {
			t.Run(name+" "+string(f), func(t *testing.T) {
				got := renderAll(t, f, make(), Options{Closing: true})
				path := "testdata/" + name + "." + string(f) + ".golden"
				matches(t, path, got)
			})
		}
	}
}

// Pages of several comparisons end with what all of them came to; other forms, and
// single ones, are as they were.
func TestOnlyPagesOfSeveralComparisonsClose(t *testing.T) {
	cs := closings["closing-scenarios"]()
	for _, f := range []Format{Text, Markdown, JSON, JSONL, CSV, JUnit} {
		whole, closing := renderAll(t, f, cs, Options{}), renderAll(t, f, cs, Options{Closing: true, Continued: true})
		if isPage := f == Text || f == Markdown; isPage != (closing != "") || isPage && !strings.HasSuffix(whole, closing) {
			t.Errorf("%s: the closing page is %q", f, closing)
		}
		if strings.Contains(renderAll(t, f, cs[:1], Options{}), "SUMMARY") {
			t.Errorf("%s: one comparison is summed up", f)
		}
	}
}

// Who is ahead follows from where the interval is, and which way is better.
func TestWhoIsAhead(t *testing.T) {
	of := func(metric, unit string, low, high float64) verdict.MetricRow {
		v := 1.0
		return verdict.MetricRow{Metric: metric, Class: results.TotalClass, Unit: unit, A: &v, B: &v, CI95Pct: &[2]float64{low, high}}
	}
	for _, tt := range []struct {
		name string
		rows []verdict.MetricRow
		code verdict.Verdict
		want string
	}{
		{"more of it", []verdict.MetricRow{of("throughput", "1/s", 1, 3)}, verdict.OK, "b"},
		{"less of it", []verdict.MetricRow{of("throughput", "1/s", -3, -1)}, verdict.OK, "a"},
		{"slower", []verdict.MetricRow{of("p50", "ms", 1, 3)}, verdict.OK, "a"},
		{"faster", []verdict.MetricRow{of("p50", "ms", -3, -1)}, verdict.Inconclusive, "b"},
		{"fails more", []verdict.MetricRow{of("errors", "%", 0.1, 0.3)}, verdict.OK, "a"},
		{"around zero", []verdict.MetricRow{of("p50", "ms", -3, 1)}, verdict.OK, ""},
		{"now one, now the other", []verdict.MetricRow{of("p50", "ms", -3, -1), of("p99", "ms", 1, 3)}, verdict.OK, ""},
		{"one of two", []verdict.MetricRow{of("p50", "ms", -3, -1), of("p99", "ms", -1, 3)}, verdict.OK, "b"},
		{"a regression in a class", []verdict.MetricRow{of("p50", "ms", -3, -1)}, verdict.Regression, "a"},
		{"invalid", []verdict.MetricRow{of("p50", "ms", -3, -1)}, verdict.Invalid, ""},
	} {
		c := &verdict.Comparison{Verdict: tt.code, A: results.Target{Name: "a"}, B: results.Target{Name: "b"}, Metrics: tt.rows}
		if got := leader(c); got != tt.want {
			t.Errorf("%s: ahead is %q, want %q", tt.name, got, tt.want)
		}
		c.Findings = []verdict.Finding{{Kind: verdict.FoundOpen}}
		c.Findings[0].Code = verdict.CarryOver
		if got := leader(c); got != "" && tt.code != verdict.Regression {
			t.Errorf("%s, but pairs carry over: ahead is %q", tt.name, got)
		}
	}
}
