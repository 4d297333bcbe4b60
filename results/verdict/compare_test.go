package verdict

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// compareFile has two pairs and a half: A answers in 1…10 ms, B in 2…20 ms and
// with errors; a third slice of A has no partner.
func compareFile() *results.File {
	f := openFile(nil)
	f.Header.Command = "compare"
	f.Header.Targets = []results.Target{{Arm: results.ArmA, Name: "legacy", URL: "http://127.0.0.1:5000"}, {Arm: results.ArmB, Name: "modern", URL: "http://127.0.0.1:8000"}}
	b := func() *results.ClassData {
		d := served(10)
		d.Clocks[results.ClockResponse] = hist(2, 4, 6, 8, 10, 12, 14, 16, 18, 20)
		d.Errors = map[string]int64{results.ErrStatus: 2}
		d.Status = map[string]int64{"200": 8, "500": 2}
		return d
	}
	add := func(arm string, pair int, d *results.ClassData) {
		f.Slices = append(f.Slices, results.Slice{Arm: arm, Pair: pair, Phase: results.Measure, DurationS: 2, Classes: map[string]*results.ClassData{"predict": d}})
	}
	add(results.ArmA, 1, served(10))
	add(results.ArmB, 1, b())
	add(results.ArmB, 2, b())
	add(results.ArmA, 2, served(10))
	add(results.ArmA, 3, served(10))
	f.Slices = append(f.Slices, results.Slice{Arm: results.ArmB, Pair: 3, Phase: results.Measure, DurationS: 2, Excluded: string(results.Interrupted), Classes: map[string]*results.ClassData{"predict": b()}})
	return f
}

func TestCompareRows(t *testing.T) {
	f := compareFile()
	f.Header.Limits = "unreadable"
	c := Compare(f, Options{Percentiles: []float64{0.5, 0.9, 0.99}})
	var got []string
	for _, m := range c.Metrics {
		change := "-"
		if m.ChangePct != nil {
			change = fmt.Sprintf("%+.0f", *m.ChangePct)
		}
		got = append(got, fmt.Sprintf("%s %s %s: %s %s", m.Class, m.Metric, m.Unit, pointers(m.A, m.B), change))
		if m.Judged || m.Outcome != "" || m.CI95Pct != nil || m.PHolm != nil || m.LimitPct != nil {
			t.Errorf("%s %s claims to be judged, of an invalid comparison: %+v", m.Class, m.Metric, m)
		}
	}
	total := []string{
		"total throughput 1/s: 5.00 5.00 +0",
		"total goodput 1/s: 5.00 4.00 -20",
		"total errors %: 0.00 20.00 -", // in points, not by a ratio
		"total min ms: 1.00 2.00 +100",
		"total mean ms: 5.50 11.00 +100",
		"total p50 ms: 5.00 10.00 +100",
		"total p90 ms: 9.00 18.01 +100",
		"total p99 ms: - - -", // 20 requests are too few
		"total max ms: 10.00 20.00 +100",
	}
	want := append(slices.Clone(total), "total stalls pairs: - - -")
	for _, row := range total {
		want = append(want, "predict"+strings.TrimPrefix(row, "total"))
	}
	// A class that met no request has no figures but its rate.
	want = append(want, "health throughput 1/s: 0.00 0.00 -", "health goodput 1/s: 0.00 0.00 -", "health errors %: - - -", "health min ms: - - -", "health mean ms: - - -",
		"health p50 ms: - - -", "health p90 ms: - - -", "health p99 ms: - - -", "health max ms: - - -")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if c.Pairs != 2 || c.Seed != 42 || c.A.Name != "legacy" || c.B.Name != "modern" || c.ResultFile != "run.jsonl" {
		t.Errorf("comparison %+v", c)
	}
	if c.Errors.A.Total != 0 || c.Errors.B.ByClass[results.ErrStatus] != 4 {
		t.Errorf("errors %+v, want none of A and 4 of B", c.Errors)
	}
}

// Figures are of the pairs that are judged, and of all slices where none are.
func TestFiguresAreOfJudgedPairs(t *testing.T) {
	c := Compare(compareFile(), Options{})
	if c.ArmA.Requests != 20 || c.ArmB.Requests != 20 || c.ArmA.DurationS != 4 {
		t.Errorf("A %d in %v s, B %d requests; want 20 in 4 s, 20", c.ArmA.Requests, c.ArmA.DurationS, c.ArmB.Requests)
	}
	f := compareFile()
	for i := range f.Slices {
		f.Slices[i].Classes["predict"].Clocks[results.ClockLag] = repeat(10, 50)
		f.Slices[i].Classes["predict"].Errors = nil
	}
	c = Compare(f, Options{})
	if c.Pairs != 0 || c.ArmA.Requests != 30 || c.Verdict != Invalid {
		t.Errorf("all late: %d pairs, %d requests, %s; want 0, 30, invalid", c.Pairs, c.ArmA.Requests, c.Verdict)
	}
	// What spoils a run is a warning of an arm, for the comparison has its own rule.
	for _, s := range []*summary.Run{c.ArmA, c.ArmB} {
		if !s.Valid || len(s.Warnings) != 1 || s.Warnings[0].Code != summary.LateGenerator || s.Warnings[0].Invalid {
			t.Errorf("%s: valid %v, warnings %v", s.Target.Name, s.Valid, s.Warnings)
		}
	}
}

func TestCompareInvalid(t *testing.T) {
	f := compareFile()
	f.Slices = f.Slices[:1] // B was never measured
	c := Compare(f, Options{})
	if c.Verdict != Invalid || c.Pairs != 0 {
		t.Errorf("verdict %q with %d pairs, want invalid", c.Verdict, c.Pairs)
	}
}

// One class needs no rows beside the total's.
func TestCompareOneClass(t *testing.T) {
	f := compareFile()
	f.Header.Classes = f.Header.Classes[:1]
	for _, m := range Compare(f, Options{}).Metrics {
		if m.Class != results.TotalClass {
			t.Errorf("row of class %s", m.Class)
		}
	}
}

func TestComparisonJSON(t *testing.T) {
	b, err := json.Marshal(Compare(compareFile(), Options{Percentiles: []float64{0.5}}))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"schema":"mlbench.comparison/1","verdict":"inconclusive","improved":false,` +
		`"reason_codes":[{"advice":{"budget_s":96,"code":"at_least_more","s":60},"code":"failing","detail":"fails_unproven","errors":{"a":0,"of_a":20,"b":4,"of_b":20}},` +
		`{"code":"too_little_data","detail":"few_pairs","least":12,"pairs":2},` +
		`{"code":"likely","detail":"possibly_worse","metrics":[{"class":"total","metric":"errors","estimate_pct":20,"interval_pct":[-0.05091271200972636,41.601743225189345],"level_pct":95,"limit_pct":0.5,"errors":{"a":0,"of_a":20,"b":4,"of_b":20}}],"p":0.0625,"pairs":2,"tests":1},` +
		`{"code":"note","detail":"no_warm_up"}],` +
		`"a":{"name":"legacy","url":"http://127.0.0.1:5000"},"b":{"name":"modern","url":"http://127.0.0.1:8000"},"pairs":2,"seed":42,"more_time_s":60,` +
		`"metrics":[{"metric":"throughput","class":"total","a":5,"b":5,"unit":"1/s","change_pct":0,"pooled_change_pct":0,"ci95_pct":null,"limit_pct":null,"p_holm":null,"judged":false,"outcome":""},`
	if !strings.HasPrefix(string(b), want) {
		t.Errorf("got  %s\nwant %s…", b, want)
	}
	const end = `"errors":{"a":{"total":0,"by_class":{}},"b":{"total":4,"by_class":{"status":4}}},"unfinished":{"a":0,"b":0},"confidence_pct":95,"measured_s":12,"scenario":"mix",` +
		`"start":"2026-01-02T15:04:05Z","version":"test","host":{"os":"linux","arch":"amd64","cores":2,"go":"go1.26","gomaxprocs":2},` +
		`"load":{"text":"open model, poisson arrivals at 100/s","model":"open","arrivals":"poisson","rate_rps":100,"timeout_s":5,"warmup_s":0},"result_file":"run.jsonl"}`
	if !strings.HasSuffix(string(b), end) {
		t.Errorf("got  %s\nwant …%s", b, end)
	}
}

// Of a comparison only the pairs that are judged count, for requests and costs
// alike.
func TestResourcesOfAComparison(t *testing.T) {
	f := minute().file()
	for i := range f.Slices {
		f.Slices[i].TargetUse = &results.TargetUse{CPUSeconds: 1, Requests: 500, PeakRSSMB: 50}
		if f.Slices[i].Arm == results.ArmB {
			f.Slices[i].TargetUse = nil
		}
	}
	for i := range f.Slices {
		if f.Slices[i].Pair == 1 && f.Slices[i].Arm == results.ArmB {
			f.Slices[i].Excluded = "interrupted" // so A's slice of the pair counts for nothing
		}
	}
	c := Compare(f, Options{})
	if c.Resources == nil || c.Resources.B != nil || c.Resources.A == nil {
		t.Fatalf("%+v, want those of A only", c.Resources)
	}
	if got := c.Resources.A; got.CPUSeconds != float64(c.Pairs) || c.Pairs == 0 || math.Abs(*got.CPUPer1000-2) > 1e-9 {
		t.Errorf("%v CPU s, %v per 1,000 requests; want %d and 2", got.CPUSeconds, *got.CPUPer1000, c.Pairs)
	}
}
