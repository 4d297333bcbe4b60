package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results/verdict"
)

// A comparison begins with its verdict, in every form that is read.
func TestVerdictFirst(t *testing.T) {
	for name, want := range map[string][2]string{
		"same":       {"OK  no regression beyond the limits (48 pairs; ", "### OK: modern against legacy, mix\n\n**modern stays within its limits** against legacy (48 pairs; "},
		"regressed":  {"REGRESSION  health p50 0.226 → 0.294 ms (+0.068 ms, +30%; 95% sure: +29% to +31%), allowed 5%\n", "### REGRESSION: modern against legacy, mix\n\n**modern is worse than legacy**, and by estimate beyond what is allowed: health p50 "},
		"improved":   {"OK  improved: p50 1.75 → 1.05 ms (-0.70 ms, -40%; ", "### OK: modern against legacy, mix\n\n**modern is better than legacy**, and beyond its limits nowhere worse: p50 1.75 → "},
		"undecided":  {"INCONCLUSIVE  open: p50 1.74 → 1.82 ms (+0.08 ms, +4.3%; anywhere from +2.8% to +6.0%), allowed 5%.\n    About 50s more", "### INCONCLUSIVE: modern against legacy, mix\n\n**It is open whether modern stays within its limits** against legacy: p50 1.74"},
		"throughput": {"REGRESSION  throughput 400.0 → 362.9/s (-9.3%; 95% sure: ", "### REGRESSION: "},
		"unmeasured": {"INVALID  no request was sent to legacy", "### INVALID: modern against legacy, mix\n\n**These numbers say nothing about legacy and modern:** no request"},
	} {
		for i, f := range []Format{Text, Markdown} {
			if page := render(t, name, f, Options{}); !strings.HasPrefix(page, want[i]) {
				t.Errorf("%s as %s does not begin %q:\n%s", name, f, want[i], page)
			}
		}
	}
	// Of many reasons the first and the last are shown.
	page := render(t, "improved", Text, Options{})
	for _, want := range []string{"\n  9 more: see the tables below\n  reason 6\n  of these two processes, at this time; other starts and times may differ by more\n\n"} {
		if !strings.Contains(page, want) || strings.Contains(page, "reason 5") {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

// Percentiles that were asked for are shown of each class; else a selection.
func TestRowsOfClasses(t *testing.T) {
	rows := func(name, class string) (out []string) {
		page := render(t, name, Text, Options{})
		_, page, _ = strings.Cut(page, "\n"+class)
		page, _, _ = strings.Cut(page, "\n\n")
		for line := range strings.Lines(page) {
			if metric, _, ok := strings.Cut(line, ", "); ok && !strings.Contains(metric, " ") {
				out = append(out, metric)
			}
		}
		return out
	}
	for _, tt := range []struct{ doc, class, want string }{
		{"same", "all requests", "throughput errors min mean p50 p90 p95 p99 p99.9 max stalls"},
		{"same", "predict", "throughput errors p50 p90 p99 max"},
		{"regressed", "predict", "throughput goodput errors p25 p50 p90 p99 max"},
		{"twins", "predict", "throughput goodput errors p50 p90 p99 max"},
		{"throughput", "health", "throughput errors p50 p90 p99 max"},
	} {
		if got := strings.Join(rows(tt.doc, tt.class), " "); got != tt.want {
			t.Errorf("%s, %s: rows %s; want %s", tt.doc, tt.class, got, tt.want)
		}
	}
}

// A comparison read from elsewhere may come without its summaries.
func TestComparisonWithoutSummaries(t *testing.T) {
	c := comparison()
	c.ArmA, c.ArmB = nil, nil
	for _, f := range formats {
		var b bytes.Buffer
		if err := Comparison(&b, f, c, Options{}); err != nil || !strings.Contains(b.String(), "legacy") {
			t.Errorf("%s: %v\n%s", f, err, b.String())
		}
	}
}

// The slot's effect is said when it is seen, turned so that more is slower.
func TestSlotText(t *testing.T) {
	for _, tt := range []struct {
		effect *verdict.SlotEffect
		want   string
	}{
		{nil, ""},
		{&verdict.SlotEffect{Metric: "p50", ChangePct: 1.2, CI95Pct: [2]float64{-0.1, 2.1}}, ""},
		{&verdict.SlotEffect{Metric: "p50", ChangePct: 1.2, CI95Pct: [2]float64{0.3, 2.1}}, "was 1.2% slower [95% CI 0.3, 2.1] in p50: the order is drawn by lot, so neither target gains"},
		{&verdict.SlotEffect{Metric: "p50", ChangePct: -1.2, CI95Pct: [2]float64{-2.1, -0.3}}, "was 1.2% faster [95% CI 0.3, 2.1] in p50"},
		{&verdict.SlotEffect{Metric: "throughput", ChangePct: -1.2, CI95Pct: [2]float64{-2.1, -0.3}}, "was 1.2% slower [95% CI 0.3, 2.1] in throughput"},
		{&verdict.SlotEffect{Metric: "throughput", ChangePct: 1.2, CI95Pct: [2]float64{0.3, 2.1}}, "was 1.2% faster [95% CI 0.3, 2.1] in throughput"},
	} {
		c := comparison()
		c.SlotEffect = tt.effect
		for _, format := range []Format{Text, Markdown} {
			var b bytes.Buffer
			if err := Comparison(&b, format, c, Options{}); err != nil {
				t.Fatal(err)
			}
			page := strings.Join(strings.Fields(b.String()), " ") // lines are wrapped
			said := strings.Contains(page, "the second slice of a pair")
			if said != (tt.want != "") || !strings.Contains(page, tt.want) {
				t.Errorf("%+v as %s: want %q in\n%s", tt.effect, format, tt.want, b.String())
			}
		}
	}
}
