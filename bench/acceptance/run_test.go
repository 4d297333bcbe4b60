package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

func number(v float64) *float64 { return &v }

func comparison() verdict.Comparison {
	return verdict.Comparison{
		Schema: verdict.ComparisonSchema, Verdict: verdict.Regression, Pairs: 46,
		Reasons: []string{"p50 +10.4%", "2 of 48 pairs are left out because the load generator was late in them"},
		Metrics: []verdict.MetricRow{
			{Metric: "p50", Class: "predict", A: number(7), B: number(8), ChangePct: number(50), Judged: true},
			{Metric: "p50", Class: results.TotalClass, A: number(2.30004), B: number(2.5), ChangePct: number(10.40049), CI95Pct: &[2]float64{8.1, 12.25}, PHolm: number(3e-9), Judged: true},
			{Metric: "p90", Class: results.TotalClass, A: number(3), B: number(3.3), ChangePct: number(9), CI95Pct: &[2]float64{5, 13}, PHolm: number(0.02), Judged: true},
			{Metric: "p99", Class: results.TotalClass, A: number(5), B: number(6), ChangePct: number(20)},
		},
	}
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
		Exit: 3, Verdict: verdict.Regression, Reason: "p50 +10.4%", Pairs: 46, LeftOut: 2, PooledA: 2.3, PooledB: 2.5,
		P50: &estimate{Pct: 10.4, Low: number(8.1), High: number(12.25), PHolm: number(3e-9)},
		P90: &estimate{Pct: 9, Low: number(5), High: number(13), PHolm: number(0.02)},
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
	if err := got.read(text); err != nil || got.P50 != nil || got.PooledA == 0 {
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

func TestLeftOut(t *testing.T) {
	for reason, want := range map[string]int{
		"2 of 48 pairs are left out because the load generator was late in them":                           2,
		"the load generator was late in 30 of 48 pairs (a tenth of a slice's requests by over 1ms): use …": 30,
		"possible new stalls: 5 of 48 pairs":                                                               0,
	} {
		if got := leftOut([]string{"first", reason}); got != want {
			t.Errorf("%q: %d, want %d", reason, got, want)
		}
	}
}

func TestBaselineRule(t *testing.T) {
	arm := func(p95, success float64) (a attack) {
		a.Latencies.P50, a.Latencies.P95, a.Success = 2e6, p95*1e6, success
		return a
	}
	for _, tc := range []struct {
		a, b attack
		want verdict.Verdict
	}{
		{arm(4, 1), arm(4.41, 1), verdict.Regression},
		{arm(4, 1), arm(4.39, 1), verdict.OK},
		{arm(4.41, 1), arm(4, 1), verdict.OK},
		{arm(4, 1), arm(9, 0.9), verdict.Invalid},
	} {
		var r record
		r.judge([2]attack{tc.a, tc.b})
		if r.Verdict != tc.want || r.PooledA != 2 {
			t.Errorf("%v and %v: %s, p50 %g", tc.a.Latencies, tc.b.Latencies, r.Verdict, r.PooledA)
		}
	}
}

func TestCommandLines(t *testing.T) {
	c := condition{subjects: ofReference, slow: 1.125, scenario: "ping", budget: 20e9, flags: []string{"--extend"}}
	base := []string{"serve", "reference", "--service", "2ms", "--sigma", "0.3", "--burn", "--workers", "1", "--addr", "127.0.0.1:0", "--seed", "7"}
	if diff := cmp.Diff(base, c.serve(0, 7)); diff != "" {
		t.Errorf("A: %s", diff)
	}
	if diff := cmp.Diff(append(base, "--slow", "1.125"), c.serve(1, 7)); diff != "" {
		t.Errorf("B: %s", diff)
	}
	want := []string{"compare", "--scenario", "ping", "--budget", "20s", "--seed", "9", "--format", "json", "--quiet", "--output", "f", "--rate", "100/s", "--extend"}
	if diff := cmp.Diff(want, c.compare(9, "f")); diff != "" {
		t.Error(diff)
	}
}

func TestFit(t *testing.T) {
	x := []float64{0.05, 0.1, 0.1, 0.2, 0.3}
	var y []float64
	for _, v := range x {
		y = append(y, 80*v+60*v*v)
	}
	a, b := fit(x, y)
	if round(a, 6) != 80 || round(b, 6) != 60 {
		t.Errorf("%g, %g", a, b)
	}
	if got := round(solve(a, b, 80*0.15+60*0.15*0.15), 9); got != 0.15 {
		t.Errorf("solved to %g", got)
	}
}
