package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// 3: what every form begins with is the finding that makes the exit code: a
// regression, answers that differ, a missed objective, the verdict. 4: an
// interrupt is in it, and no advice on a budget.
func TestHeadlineIsTheWeightiestFinding(t *testing.T) {
	differ := &results.Parity{Requests: 10, Differing: 2, Differences: []string{"status 200 and 500 in 2 answers (predict)"}}
	const saysDiffer = "DIFFERENT to 2 of 10 requests"
	missed, err := summary.ParseObjective("p50<1us")
	if err != nil {
		t.Fatal(err)
	}
	of := func(pairs int, by float64, change ...func(*results.File)) *results.File {
		f := pairedFile(pairs, constantly(by))
		for _, c := range change {
			c(f)
		}
		return f
	}
	interrupted := func(f *results.File) { f.Footer = &results.Footer{Ended: results.Interrupted, Planned: 30} }
	invalid := func(f *results.File) { f.Header.Limits = "unreadable" }
	for name, tt := range map[string]struct {
		file       *results.File
		parity     *results.Parity
		objective  bool
		word, says string
		then       string // the verdict behind it
	}{
		"regression and all else":     {of(24, 1.5), differ, true, "REGRESSION", "p50", ""},
		"ok, differing":               {of(24, 1), differ, false, "ANSWERS DIFFER", saysDiffer, "OK: no regression"},
		"inconclusive, differing":     {of(3, 1), differ, true, "ANSWERS DIFFER", saysDiffer, "INCONCLUSIVE: "},
		"invalid, differing":          {of(24, 1, invalid), differ, false, "ANSWERS DIFFER", saysDiffer, "INVALID: "},
		"invalid, missed":             {of(24, 1, invalid), nil, true, "OBJECTIVE MISSED", "misses its objective p50", "INVALID: "},
		"ok, missed":                  {of(24, 1), &results.Parity{Requests: 10}, true, "OBJECTIVE MISSED", "misses its objective p50", "OK: no regression"},
		"invalid":                     {of(24, 1, invalid), nil, false, "INVALID", "limits cannot be read", ""},
		"interrupted":                 {of(7, 1, interrupted), nil, false, "INCONCLUSIVE", "the measurement was interrupted after 7 of 30 planned pairs", ""},
		"interrupted, invalid":        {of(7, 1, interrupted, invalid), nil, false, "INVALID", "the measurement was interrupted after 7 of 30 planned pairs; ", ""},
		"interrupted in a regression": {of(24, 1.5, interrupted), nil, false, "REGRESSION", "the measurement was interrupted after 24 of 30 planned pairs; p50", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := verdict.Options{}
			if tt.objective {
				o.Objectives = []summary.Objective{missed}
			}
			c := verdict.Compare(tt.file, o)
			c.Parity = tt.parity
			write := func(format Format) string {
				var b bytes.Buffer
				if err := Comparison(&b, format, c, Options{}); err != nil {
					t.Fatal(err)
				}
				return b.String()
			}
			text := write(Text)
			first, rest, _ := strings.Cut(text, "\n")
			if !strings.HasPrefix(first, tt.word+"  ") || !strings.Contains(first, tt.says) || !strings.Contains(rest, "  "+tt.then) {
				t.Errorf("text begins\n%s\n%s\nwant %s, %s, then %s", first, rest[:200], tt.word, tt.says, tt.then)
			}
			if c.Interrupted != nil && strings.Contains(text, "--budget") {
				t.Errorf("advice after an interrupt:\n%s", text[:500])
			}
			heading, rest, _ := strings.Cut(write(Markdown), "\n\n")
			paragraph, _, _ := strings.Cut(rest, "\n")
			if plain := strings.ReplaceAll(paragraph, "`", ""); !strings.HasPrefix(heading, "### "+tt.word+": ") || !strings.Contains(plain, tt.says) {
				t.Errorf("markdown begins\n%s\n%s\nwant %s, %s", heading, paragraph, tt.word, tt.says)
			}
			first = failedCase(t, write(JUnit))
			if want := map[string]string{"ANSWERS DIFFER": saysDiffer, "OBJECTIVE MISSED": "p50<1us missed"}[tt.word]; want != "" && !strings.Contains(first, want) ||
				want == "" && (!strings.HasPrefix(first, tt.word+": ") || !strings.Contains(first, tt.says)) {
				t.Errorf("the first outcome of JUnit is %q", first)
			}
		})
	}
}

// failedCase is the message of the first case that did not pass.
func failedCase(t *testing.T, doc string) string {
	t.Helper()
	for _, c := range read(t, doc)[0].Cases {
		for _, o := range []*junitOutcome{c.Failure, c.Error, c.Skipped} {
			if o != nil {
				return o.Message
			}
		}
	}
	return ""
}

// 11: milliseconds of all requests and percent of the typical pair stand side by
// side only where they say the same.
func TestSentenceTellsAllRequestsFromTheTypicalPair(t *testing.T) {
	num := func(v float64) *float64 { return &v }
	for _, tt := range []struct {
		a, b, estimate float64
		apart          bool
	}{
		{0.350, 0.336, 0.5, true},  // another sign
		{6.45, 7.13, 10, false},    // +10.5%
		{10, 10.5, 8, true},        // +5%
		{10, 10.004, -0.04, false}, // nothing of either
		{10, 20, 95, false},
	} {
		m := &verdict.MetricRow{
			Metric: "p50", Class: results.TotalClass, Unit: "ms", A: num(tt.a), B: num(tt.b),
			PooledPct: percentChange(&tt.a, &tt.b), ChangePct: num(tt.estimate), CI95Pct: &[2]float64{-90, 900},
		}
		got := metricLine(&verdict.Comparison{}, m, verdict.FoundOpen, &verdict.Claim{})
		if apart := strings.Contains(got, " over all requests; in the typical pair "); apart != tt.apart || apart == strings.Contains(got, " ms, ") {
			t.Errorf("%v to %v, estimate %v: %s", tt.a, tt.b, tt.estimate, got)
		}
	}
}
