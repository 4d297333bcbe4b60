package trend

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
	"github.com/mlbench/mlbench/results/verdict"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// header is that of the n-th result, a day after the one before.
func header(n int) *results.Header {
	return &results.Header{
		Tool: "test", Command: "run", Scenario: results.Scenario{Name: "mix", Digest: "sha256:1", Text: strings.Repeat("# a scenario\n", 100)},
		Targets: []results.Target{{Arm: results.ArmA, Name: "modern", URL: "http://h"}},
		Model:   results.Open, Arrivals: "poisson", RateRPS: 100, TimeoutS: 5, Seed: uint64(n), Start: begin.Add(time.Duration(n) * 24 * time.Hour),
		Classes: []results.Class{{Name: "predict", Share: 0.7}, {Name: "health", Share: 0.3}},
		Source:  &results.Source{Commit: fmt.Sprintf("%040x", n/2), Branch: "main"},
		Host:    results.Host{OS: "linux", Arch: "amd64", Cores: 2},
	}
}

// store writes a result with these figures of all requests, in milliseconds.
func store(t testing.TB, dir, name string, h *results.Header, p50 float64, change func(*results.Footer)) {
	t.Helper()
	w, err := results.Output{File: filepath.Join(dir, name+".jsonl")}.Create(h)
	if err != nil {
		t.Fatal(err)
	}
	ft := w.Footer(results.Completed, "")
	for _, arm := range h.Targets {
		for _, class := range []string{results.TotalClass, "predict", "health"} {
			ft.Figures = append(ft.Figures, results.Figure{
				Arm: arm.Arm, Class: class, Requests: 1000, DurationS: 10, ThroughputRPS: 100, P50MS: p50, P90MS: 2 * p50, P99MS: 4 * p50,
			})
		}
	}
	if change != nil {
		change(ft)
	}
	if err := w.End(ft); err != nil {
		t.Fatal(err)
	}
}

func only(t *testing.T, tr *Trend, name string) ChangePoint {
	t.Helper()
	m := tr.Metric(name)
	if m == nil || len(m.Changes) != 1 {
		t.Fatalf("%s: %+v, want one change", name, m)
	}
	return m.Changes[0]
}

// One change in one series, and all that stands apart from it with its reason.
func TestOfAFolder(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		p50 := 10 * math.Exp(0.02*r.NormFloat64())
		if n >= 25 {
			p50 *= 1.3
		}
		store(t, dir, fmt.Sprint("run", n), header(n), p50, func(ft *results.Footer) {
			if n >= 30 {
				ft.Figures[0].Failed = 20
			}
		})
	}
	other := func(n int, name string, change func(*results.Header), end func(*results.Footer)) {
		h := header(n)
		change(h)
		store(t, dir, name, h, 99, end)
	}
	none := func(*results.Header) {}
	other(50, "load", func(h *results.Header) { h.RateRPS = 200 }, nil)
	other(51, "changed", func(h *results.Header) { h.Scenario.Digest = "sha256:2" }, nil)
	other(52, "host", func(h *results.Header) { h.Host.Cores = 4 }, nil)
	other(53, "name", func(h *results.Header) { h.Scenario.Name = "ping" }, nil)
	other(54, "pair", func(h *results.Header) {
		h.Targets = append(h.Targets, results.Target{Arm: results.ArmB, Name: "legacy"})
	}, nil)
	other(55, "invalid", none, func(ft *results.Footer) { ft.Figures[0].Invalid = true })
	other(56, "interrupted", none, func(ft *results.Footer) { ft.Ended = results.Interrupted })
	other(7, "copy", none, nil)
	for name, text := range map[string]string{"text.jsonl": "hello", "future.jsonl": `{"type":"header","schema":"mlbench.result/9"}`, "empty.jsonl": "", "a\x1b[31m.jsonl": "{"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	tr, err := Of(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Points) != 40 || tr.Scenario != "mix" || tr.Target != "modern" || tr.Kind != history.Run || !tr.Points[0].Start.Equal(begin) {
		t.Fatalf("%d points of %s on %s, from %s", len(tr.Points), tr.Scenario, tr.Target, tr.Points[0].Start)
	}
	for _, name := range []string{"p50", "p90", "p99"} {
		c := only(t, tr, name)
		if c.Point != 25 || !c.Worse || math.Abs(*c.ChangePct-30) > 5 || c.Source.Commit != tr.Points[25].Source.Commit || !strings.HasSuffix(c.File, "run25.jsonl") {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if c := only(t, tr, "errors"); c.Point != 30 || c.Before != 0 || c.After != 2 || *c.ChangePct != 2 || !c.Worse {
		t.Errorf("errors: %+v", c)
	}
	if m := tr.Metric("throughput"); len(m.Changes) != 0 || !m.Enough {
		t.Errorf("%+v", m)
	}
	// Commits change every second result, once at the change itself (n 24 and 25).
	if n := tr.Metric("p50").Noise; n == nil || n.From != NoiseOfRevisions || n.DF != 20 {
		t.Errorf("noise %+v, want 20 degrees of freedom", n)
	}
	got := map[Why]int{}
	for _, a := range tr.Apart {
		got[a.Why] += len(a.Files)
	}
	want := map[Why]int{OtherLoad: 2, OtherHost: 1, OtherName: 2, OtherKind: 1, Unsound: 1, Unfinished: 1, Copied: 1, Unreadable: 4}
	for why, n := range want {
		if got[why] != n {
			t.Errorf("%s: %d apart, want %d; all: %+v", why, got[why], n, tr.Apart)
		}
	}
	if b, err := json.Marshal(tr); err != nil || !strings.Contains(string(b), `"schema":"mlbench.trend/1"`) {
		t.Errorf("%v, %.200s", err, b)
	}
}

func TestOfWhatIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	for n := range 6 {
		h := header(n)
		h.Targets = append(h.Targets, results.Target{Arm: results.ArmB, Name: "legacy"})
		store(t, dir, fmt.Sprint("pair", n), h, 10, func(ft *results.Footer) { ft.Figures[4].P50MS = 7 }) // B's predict
	}
	tr, err := Of(dir, Options{Filter: history.Filter{Target: "legacy"}, Class: "predict"})
	if err != nil || len(tr.Points) != 6 || tr.Kind != history.Comparison || *tr.Metrics[0].Values[0] != 7 || tr.Metrics[0].Enough || tr.Points[0].Arm != results.ArmB {
		t.Errorf("%v, %+v", err, tr)
	}
	tr, err = Of(dir, Options{Filter: history.Filter{Target: "nobody"}})
	if err != nil || len(tr.Points) != 0 || len(tr.Metrics) != 5 {
		t.Errorf("%v, %+v", err, tr)
	}
	tr, err = Of(dir, Options{Class: "none"})
	if err != nil || len(tr.Points) != 0 || !slices.ContainsFunc(tr.Apart, func(a Apart) bool { return a.Why == NoFigures && len(a.Files) == 6 }) {
		t.Errorf("%v, %+v", err, tr)
	}
	if tr, err := Of(t.TempDir(), Options{}); err != nil || len(tr.Points) != 0 {
		t.Errorf("an empty folder: %v, %+v", err, tr)
	}
	if _, err := Of(filepath.Join(dir, "nowhere"), Options{}); err == nil {
		t.Error("a folder that is not there has a trend")
	}
}

// Files of earlier versions are read as a whole, and say the same.
func TestOfFilesWithoutFigures(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile("../testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "v1.jsonl"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := results.ReadFile("../testdata/v1.jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := history.Outcome(f)
	tr, err := Of(dir, Options{})
	if err != nil || len(want) == 0 {
		t.Fatal(err)
	}
	if len(tr.Points)+len(tr.Apart) == 0 || len(tr.Points) == 1 && tr.Points[0].Requests != want[0].Requests && tr.Points[0].Requests != want[len(want)/2].Requests {
		t.Errorf("%+v, want figures of %+v", tr, want)
	}
}

// By hand: ln of 10, 11 and of 20, 22 differ by ln 1.1 each; two pairs have squares
// 2·(ln 1.1/2)² each and one degree of freedom each.
func TestNoiseByHand(t *testing.T) {
	tr := &Trend{Class: results.TotalClass, Host: "h", Target: "t", Scenario: "s"}
	var m Metric
	for i, v := range []float64{10, 11, 20, 22, 30, 33} {
		m.Values = append(m.Values, &v)
		tr.Points = append(tr.Points, Point{Source: &results.Source{Commit: fmt.Sprint("c", i/2)}})
	}
	m.Name, m.Unit = "p50", "ms"
	n := tr.noise(&m, nil)
	if want := 100 * math.Expm1(math.Log(1.1)/math.Sqrt2); n == nil || n.DF != 3 || math.Abs(n.SD-want) > 1e-9 {
		t.Fatalf("%+v, want %.3f%%", n, want)
	}
	if low, high := (&Noise{SD: 10}).Band(100, "ms"); math.Abs(high-121) > 1e-9 || math.Abs(low-100/1.21) > 1e-9 {
		t.Errorf("band %v to %v of 10%% around 100", low, high)
	}
	tr.Points[0].Source = &results.Source{Commit: "c0", Dirty: true}
	if n := tr.noise(&m, nil); n != nil {
		t.Errorf("%+v of two degrees of freedom", n)
	}
	c := &verdict.Calibration{Host: "h", Target: results.Target{Name: "t"}, Scenario: results.Scenario{Name: "s"}, Spreads: []verdict.Spread{{Class: results.TotalClass, Metric: "p50", Sigma: 0.1, DF: 7}}}
	tr.Load = c.Load()
	if n := tr.noise(&m, c); n == nil || n.From != NoiseOfLaunches || n.DF != 7 || math.Abs(n.SD-100*math.Expm1(0.1)) > 1e-9 {
		t.Errorf("%+v of a calibration", n)
	}
	c.Host = "other"
	if tr.fits(c) || !strings.Contains(tr.NotCalibrated, "another host, other") {
		t.Errorf("%q", tr.NotCalibrated)
	}
}

// thousand is a folder of a thousand results, with three changes.
func thousand(b testing.TB) string {
	dir := b.TempDir()
	r := rand.New(rand.NewPCG(9, 9))
	for n := range 1000 {
		p50 := 10 * math.Exp(0.03*r.NormFloat64()) * []float64{1, 1.2, 0.9, 1.1}[n/250]
		store(b, dir, fmt.Sprintf("%04d", n), header(n), p50, nil)
	}
	return dir
}

func BenchmarkTrendOfAThousandFiles(b *testing.B) {
	dir := thousand(b)
	for b.Loop() {
		tr, err := Of(dir, Options{})
		if err != nil || len(tr.Points) != 1000 || len(tr.Metric("p50").Changes) != 3 {
			b.Fatal(err, len(tr.Points), len(tr.Metric("p50").Changes))
		}
	}
}

// A trend reads no more of its files than their ends.
func TestATrendReadsTheEndsAlone(t *testing.T) {
	dir := t.TempDir()
	for n := range 3 {
		store(t, dir, fmt.Sprint(n), header(n), 10, nil)
		path := filepath.Join(dir, fmt.Sprint(n, ".jsonl"))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// What is between header and footer would be damage to who reads it all.
		lines := strings.SplitAfter(string(b), "\n")
		if err := os.WriteFile(path, []byte(lines[0]+strings.Repeat("x", 1000)+lines[0][len(lines[0])-12:]+lines[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if tr, err := Of(dir, Options{}); err != nil || len(tr.Points) != 3 {
		t.Errorf("%v, %d points, apart %+v", err, len(tr.Points), tr.Apart)
	}
}
