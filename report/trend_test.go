package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
	"github.com/mlbench/mlbench/results/trend"
)

// overTime is a trend of so many results with a change of p50 in the middle, made by
// hand: what is shown must be what is in it.
func overTime(n int) *trend.Trend {
	t := &trend.Trend{
		Schema: trend.Schema, Scenario: "mix", Target: "modern", Kind: history.Run, Class: results.TotalClass, Load: "open model, poisson arrivals at 100/s",
		Host: "linux/amd64, 2 cores", LevelPct: 1, Classes: []string{"predict", "health"},
		Apart: []trend.Apart{
			{Why: trend.OtherName, Scenario: "ping", Target: "legacy", Kind: history.Run, Files: []string{"a.jsonl", "b.jsonl"}},
			{Why: trend.OtherLoad, What: "the arrivals differ", Files: []string{"c.jsonl"}},
			{Why: trend.Unreadable, What: "its first line is empty", Files: []string{"d.jsonl"}},
		},
	}
	for i, m := range []struct {
		name, unit string
		before     float64
		after      float64
	}{{"p50", "ms", 1, 1.2}, {"p90", "ms", 2, 2}, {"p99", "ms", 4, 4}, {"throughput", "1/s", 100, 100}, {"errors", "%", 0, 0}} {
		metric := trend.Metric{Name: m.name, Unit: m.unit, Changes: []trend.ChangePoint{}, Enough: true}
		for k := range n {
			v := m.before
			if k >= n/2 {
				v = m.after
			}
			v *= 1 + 0.01*float64(k%3-1)
			metric.Values = append(metric.Values, &v)
		}
		if i == 0 {
			pct := 20.0
			metric.Changes = append(metric.Changes, trend.ChangePoint{
				Point: n / 2, Start: day(n / 2), Source: &results.Source{Commit: fmt.Sprintf("%040x", n/2), Branch: "main"},
				Before: 1, After: 1.2, ChangePct: &pct, Worse: true, P: 0.001,
			})
			metric.Noise = &trend.Noise{From: trend.NoiseOfRevisions, SD: 1.5, DF: 12}
		}
		t.Metrics = append(t.Metrics, metric)
	}
	for k := range n {
		t.Points = append(t.Points, trend.Point{
			File: fmt.Sprintf("r%d.jsonl", k), Start: day(k), Version: "test", Source: &results.Source{Commit: fmt.Sprintf("%040x", k), Branch: "main"},
			Labels: map[string]string{"build": fmt.Sprint(k)}, Figure: results.Figure{Arm: results.ArmA, Class: results.TotalClass, Requests: 1000},
		})
	}
	return t
}

func day(k int) time.Time { return time.Date(2026, 9, 1+k, 3, 0, 0, 0, time.UTC) }

func rendered(t *testing.T, format Format, tr *trend.Trend, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Documents(&b, format, []Document{{Trend: tr}}, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTrendForms(t *testing.T) {
	for _, format := range []Format{Text, Markdown, CSV, JSON, HTML, "svg"} {
		golden(t, "trend."+string(format), func(w io.Writer) error {
			return Documents(w, format, []Document{{Trend: overTime(24)}}, Options{})
		})
	}
}

// The answer comes first, and nobody takes it for a verdict.
func TestTrendSaysWhatItFound(t *testing.T) {
	page := rendered(t, Text, overTime(24), Options{})
	if !strings.HasPrefix(page, "mix on modern over time: 1 change point in 24 results, 2026-09-01 to 2026-09-24\n") {
		t.Errorf("it begins %.120q", page)
	}
	for _, want := range []string{
		"p50, ms  2026-09-13 03:00  00000000000", "1.00   1.20  +20.0% worse  0.001       ±1.5%", "points out, does not judge",
		"2 results: ping on legacy: --scenario ping --target legacy", "1 result, of another load: the arrivals differ; c.jsonl", "d.jsonl (its first line is empty)",
		"two standard deviations of results of one revision (12 degrees of freedom)", "build=23",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in\n%s", want, page)
		}
	}
	for line := range strings.Lines(page) {
		if n := len([]rune(strings.TrimSpace(line))); n > 130 {
			t.Errorf("a line of %d letters: %s", n, line)
		}
	}
	none := overTime(24)
	none.Metrics[0].Changes = nil
	if page := rendered(t, Text, none, Options{}); !strings.Contains(page, "no change points in 24 results") {
		t.Errorf("%.120q", page)
	}
	few := overTime(4)
	for i := range few.Metrics {
		few.Metrics[i].Enough, few.Metrics[i].Changes = false, nil
	}
	if page := rendered(t, Text, few, Options{}); !strings.Contains(page, "4 results are too few to find a change in: it takes 12") {
		t.Error(page)
	}
	if page := rendered(t, Text, &trend.Trend{}, Options{}); !strings.Contains(page, "no results") {
		t.Error(page)
	}
}

// Each point is where its value is, between the values at the axis.
func TestPictureOfATrend(t *testing.T) {
	for _, n := range []int{1, 2, 12, 24, 500} {
		tr := overTime(n)
		if n < 12 {
			tr.Metrics[0].Changes = nil
		}
		lines := picture(tr, &tr.Metrics[0])
		if len(lines) != pictureHeight+1 {
			t.Fatalf("%d results: %d lines", n, len(lines))
		}
		points := strings.Count(strings.Join(lines, "\n"), "●")
		if points == 0 || points > n || n <= pictureWidth/2 && points != n {
			t.Errorf("%d results: %d points\n%s", n, points, strings.Join(lines, "\n"))
		}
		for _, line := range lines {
			if len([]rune(line)) > pictureWidth+12 {
				t.Errorf("%d results: a line of %d letters", n, len([]rune(line)))
			}
		}
	}
	tr := overTime(24)
	first := func(line string) int { return strings.IndexRune(line, '●') }
	lines := picture(tr, &tr.Metrics[0])
	if top, bottom := first(lines[1]), first(lines[pictureHeight-2]); top < bottom {
		t.Errorf("slow results are the later ones, and shown at %d and %d\n%s", top, bottom, strings.Join(lines, "\n"))
	}
	for i := range tr.Metrics[1].Values {
		tr.Metrics[1].Values[i] = nil
	}
	if lines := picture(tr, &tr.Metrics[1]); lines != nil {
		t.Errorf("a picture of nothing: %q", lines)
	}
	if m := medianOfAll(nil); !math.IsNaN(m) {
		t.Errorf("the median of nothing is %v", m)
	}
}

func TestHostileTextInATrend(t *testing.T) {
	tr := overTime(24)
	tr.Scenario, tr.Target, tr.Load, tr.Host = hostile, hostile, hostile, hostile
	tr.Points[3].Labels = map[string]string{"a": hostile, "f": "=1+1"}
	tr.Points[3].Source.Branch, tr.Points[3].File = hostile, "=cmd|' /C calc'!A0"
	tr.Apart[0].Scenario, tr.Apart[2].Files[0], tr.Apart[2].What = hostile, hostile, hostile
	for _, format := range []Format{Text, Markdown, CSV, HTML, "svg"} {
		page := rendered(t, format, tr, Options{})
		if strings.ContainsAny(page, "\x1b\x00\u202e") {
			t.Errorf("%s: a control character", format)
		}
		if format != Text && format != CSV && strings.Contains(page, "<b>") || format == CSV && strings.Contains(page, "\n=cmd") {
			t.Errorf("%s executes or marks up:\n%s", format, page)
		}
	}
}

func TestListForms(t *testing.T) {
	at := time.Date(2026, 11, 28, 1, 2, 3, 0, time.UTC)
	files := []history.Entry{
		{
			File: "a.jsonl", Start: &at, Kind: history.Run, Command: "run", Scenario: hostile, Targets: []string{"modern"}, Ended: "completed", Complete: true,
			Labels: map[string]string{"team": "=1+1"}, Source: &results.Source{Commit: strings.Repeat("a", 40), Branch: "main", Run: "https://ci.example.org/7"},
			Figures: []results.Figure{{Arm: "A", Class: results.TotalClass, Requests: 100, Failed: 2, ThroughputRPS: 99.5, P50MS: 1.25, P99MS: 8}},
		},
		{File: "b.jsonl", Start: &at, Kind: history.Comparison, Command: "compare", Scenario: "mix", Targets: []string{"a", "b"}, Verdict: "regression", Ended: "completed", Complete: true},
		{File: "c.jsonl", Error: "its first line is empty"},
	}
	for format, wants := range map[Format][]string{
		Text:     {"99.5/s, p50 1.25 ms, p99 8.00 ms, 2 of 100 failed", "regression", "its first line is empty", "team==1+1"},
		Markdown: {"99.5/s, p50 1.25 ms"},
		CSV:      {"a.jsonl,2026-11-28T01:02:03Z,run,run,", "main,https://ci.example.org/7,team==1+1,,A,false,100,2,99.5,1.25,,8\n", "c.jsonl,,,,,,,false,,,,,,its first line is empty,,,,,,,,\n"},
		JSON:     {`"schema": "mlbench.results/1"`, `"p50_ms": 1.25`},
	} {
		var b bytes.Buffer
		if err := Documents(&b, format, []Document{{Files: files}}, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %q is not in\n%s", format, want, b.String())
			}
		}
		if format == Text && len(strings.Split(strings.TrimSpace(b.String()), "\n")) != 5 {
			t.Errorf("not a line for each file:\n%s", b.String())
		}
	}
}
