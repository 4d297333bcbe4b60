package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

func number(v float64) *float64 { return &v }

func comparison() printed {
	c := verdict.Comparison{
		Schema: verdict.ComparisonSchema, Verdict: verdict.Regression, Pairs: 46,
		Metrics: []verdict.MetricRow{
			{Metric: "p50", Class: "predict", A: number(7), B: number(8), ChangePct: number(50), Judged: true},
			{Metric: "p50", Class: results.TotalClass, A: number(2.30004), B: number(2.5), ChangePct: number(10.40049), CI95Pct: &[2]float64{8.1, 12.25}, PHolm: number(3e-9), Judged: true, Outcome: "regression"},
			{Metric: "p90", Class: results.TotalClass, A: number(3), B: number(3.3), ChangePct: number(9), CI95Pct: &[2]float64{5, 13}, PHolm: number(0.02), Judged: true},
			{Metric: "p99", Class: results.TotalClass, A: number(5), B: number(6), ChangePct: number(20)},
			{Metric: "errors", Class: results.TotalClass, Unit: "%", A: number(0.5), B: number(0.75), CI95Pct: &[2]float64{-0.1, 0.6}, Judged: true, Outcome: "inconclusive"},
			{Metric: "stalls", Class: results.TotalClass, Unit: "pairs", A: number(0), B: number(0), Judged: true, Outcome: "ok"},
		},
	}
	return printed{c, []string{"p50 +10.4%", "2 of 48 pairs …"}}
}

func TestReadComparison(t *testing.T) {
	text, err := json.Marshal(comparison())
	if err != nil {
		t.Fatal(err)
	}
	got := record{Exit: 3}
	if err := got.read(text); err != nil {
		t.Fatal(err)
	}
	want := record{
		Exit: 3, Verdict: verdict.Regression, Reason: "p50 +10.4%", Pairs: 46, PooledA: 2.3, PooledB: 2.5,
		Metrics: map[string]estimate{
			"predict:p50": {Pct: 50},
			"errors":      {Pct: 0.25, Low: number(-0.1), High: number(0.6), Outcome: "inconclusive"},
			"p50":         {Pct: 10.4, Low: number(8.1), High: number(12.25), PHolm: number(3e-9), Outcome: "regression"},
			"p90":         {Pct: 9, Low: number(5), High: number(13), PHolm: number(0.02)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEstimatesOfInvalidComparisonsAreNotTaken(t *testing.T) {
	c := comparison()
	c.Verdict = verdict.Invalid
	text, _ := json.Marshal(c)
	got := record{Exit: 5}
	if err := got.read(text); err != nil || got.Metrics != nil || got.PooledA == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestVerdictAndExitCodeMustAgree(t *testing.T) {
	text, _ := json.Marshal(comparison())
	for _, bad := range []struct {
		text string
		exit int
	}{{string(text), 0}, {"", 1}, {"{}", 0}, {`{"verdict":"splendid"}`, 0}} {
		r := record{Exit: bad.exit}
		if err := r.read([]byte(bad.text)); err == nil {
			t.Errorf("exit %d with %.40q is taken for %q", bad.exit, bad.text, r.Verdict)
		}
	}
}

func TestDemoNeedsThreeAnswersInTime(t *testing.T) {
	const reg, ok, inc, inv = verdict.Regression, verdict.OK, verdict.Inconclusive, verdict.Invalid
	for _, tc := range []struct {
		verdicts []verdict.Verdict
		took     float64
		want     verdict.Verdict
	}{
		{[]verdict.Verdict{ok, reg, ok}, 90, answered},
		{[]verdict.Verdict{ok, reg, ok}, 90.1, unanswered},
		{[]verdict.Verdict{ok, reg, inc}, 60, unanswered},
		{[]verdict.Verdict{inv, reg, ok}, 60, unanswered},
		{[]verdict.Verdict{ok, reg}, 40, unanswered},
	} {
		r := record{Took: tc.took}
		for _, v := range tc.verdicts {
			r.Parts = append(r.Parts, part{Verdict: v})
		}
		if r.judgeDemo(); r.Verdict != tc.want || (r.Reason == "") != (tc.want == answered) {
			t.Errorf("%v in %g s: %s: %s", tc.verdicts, tc.took, r.Verdict, r.Reason)
		}
	}
}

func TestCommandLines(t *testing.T) {
	c := condition{service: reference, slow: 1.125, flags: []string{"--rate", "100/s"}, budget: 20e9}
	base := []string{"serve", "reference", "--addr", "127.0.0.1:0", "--service", "2ms", "--sigma", "0.3", "--burn", "--workers", "1", "--seed", "7"}
	if diff := cmp.Diff(base, c.serve(0, 7, "127.0.0.1:0")); diff != "" {
		t.Errorf("A: %s", diff)
	}
	if diff := cmp.Diff(append(base, "--slow", "1.125"), c.serve(1, 7, "127.0.0.1:0")); diff != "" {
		t.Errorf("B: %s", diff)
	}
	want := "compare --output f --rate 100/s --budget 20s --seed 9 --format json --quiet"
	if got := strings.Join(c.command(9, "f"), " "); got != want {
		t.Error(got)
	}
	c.luck, c.launches, c.slow = "4%", 8, 1
	want = "compare --output f --rate 100/s --budget 20s --launches 8 --seed 9 --format json --quiet"
	if got := strings.Join(c.command(9, "f"), " "); got != want {
		t.Error(got)
	}
	h := &harness{mlbench: "/tmp/mlbench"}
	want = "cmd:/tmp/mlbench serve reference --addr 127.0.0.1:{port} --service 2ms --sigma 0.3 --burn --workers 1 --seed 7 --luck 4%"
	if got := h.command(c, 1, 7); got != want {
		t.Error(got)
	}
	if got := strings.Join(condition{}.command(9, ""), " "); got != "demo --seed 9 --format json --quiet" {
		t.Error(got)
	}
}

func TestServersSayWhereTheyListen(t *testing.T) {
	for said, want := range map[string]string{
		"listening on http://127.0.0.1:8001\nlistening on http://127.0.0.1:8003\n":                       "http://127.0.0.1:8001",
		"INFO:     Started\nINFO:     Uvicorn running on http://127.0.0.1:8002 (Press CTRL+C to quit)\n": "http://127.0.0.1:8002",
		"nothing of that kind\n":        "",
		"listening on http://127.0.0.1": "", // and not to its end
	} {
		a := &announcement{found: make(chan string, 1)}
		for _, b := range []byte(said) {
			if n, err := a.Write([]byte{b}); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		got := ""
		if len(a.found) > 0 {
			got = <-a.found
		}
		if got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

func TestShareOfTheCores(t *testing.T) {
	before := []float64{10, 0, 10, 100, 0, 0, 0, 5, 7, 0}
	after := []float64{40, 5, 25, 140, 0, 0, 5, 10, 9, 0}
	if got := stolen(before, after); got == nil || *got != 5 {
		t.Errorf("stolen: %v", got)
	}
	if got := share(before, after, 0, 1, 2, 5, 6); got == nil || *got != 55 {
		t.Errorf("busy: %v", got)
	}
	if share(before, before, 0) != nil || share(nil, nil, 0) != nil {
		t.Error("a share of nothing")
	}
}
