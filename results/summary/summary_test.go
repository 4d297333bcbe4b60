package summary

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// The control's slices are in the file and in no figure of A; without a control there
// is no such arm.
func TestControlIsInNoFigureOfA(t *testing.T) {
	file := func(control bool) *results.File {
		f := openFile(map[string]*results.ClassData{"predict": served(20)})
		h := &f.Header
		h.Command, h.Control = "compare", control
		h.Targets = append(h.Targets, results.Target{Arm: results.ArmB, Name: "b"})
		f.Slices[0].Pair, f.Slices[0].Position = 1, 3
		twice := served(30)
		twice.Done, twice.Errors = 29, map[string]int64{results.ErrTimeout: 1}
		twice.Status = map[string]int64{"200": 29}
		b := results.Slice{Arm: results.ArmB, Pair: 1, Position: 1, Phase: results.Measure, DurationS: 10, Classes: map[string]*results.ClassData{"predict": served(20)}}
		f.Slices = append(f.Slices, b, results.Slice{Arm: results.ArmControl, Pair: 1, Position: 2, Phase: results.Measure, DurationS: 10, Classes: map[string]*results.ClassData{"predict": twice}})
		return f
	}
	read := func(f *results.File) *results.File {
		got, err := results.ReadFile(write(t, f), nil)
		if err != nil {
			t.Fatal(err)
		}
		got.Path = ""
		return got
	}
	if f := read(file(false)); f.Damage == "" {
		t.Error("an arm A2 of a comparison without a control")
	}
	with := read(file(true))
	if with.Damage != "" || len(with.Slices) != 3 {
		t.Fatalf("damage %q, %d slices", with.Damage, len(with.Slices))
	}
	without := *with
	without.Slices = slices.Clone(with.Slices[:2])
	figures := func(f *results.File) string {
		b, err := json.MarshalIndent(Of(f, Select{Arm: results.ArmA}, nil), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(figures(&without), figures(with)); diff != "" {
		t.Errorf("-without +with the control:\n%s", diff)
	}
}

// figuresOf are the numbers of a summary that this file computes by hand.
type figuresOf struct {
	Duration, Throughput, Goodput float64
	Requests, Dropped, Errors     int64
	Min, Mean, P50, P90, Max      float64
	Count                         int64
}

func figuresOfTotal(s *Run) figuresOf {
	r := s.Latency[results.ClockResponse]
	return figuresOf{
		Duration: s.DurationS, Throughput: s.ThroughputRPS, Goodput: s.GoodputRPS,
		Requests: s.Requests, Dropped: s.Dropped, Errors: s.Errors.Total,
		Min: r.Min, Mean: r.Mean, P50: r.At(0.5), P90: r.At(0.9), Max: r.Max,
		Count: r.Count,
	}
}

// within is what a histogram keeps of a value: 0.1%.
var within = cmpopts.EquateApprox(0.001, 0)

func near(a, b float64) bool { return math.Abs(a-b) <= 0.001*b }

// predict: 70 requests of 1…70 ms in two slices, health: 30 of 1…30 ms; of the
// hundred planned, 4 were dropped before, 3 timed out, 2 had a wrong status and
// 1 failed its check.
func handMade() *results.File {
	first, second := served(50), &results.ClassData{
		Planned: 24, Sent: 20, Dropped: 4, Done: 17,
		Errors:   map[string]int64{results.ErrTimeout: 3, results.ErrStatus: 2, results.ErrCheck: 1, results.ErrDNS: 0},
		Status:   map[string]int64{"200": 15, "503": 2},
		BytesOut: 10, BytesIn: 20,
		Clocks: map[string]*stats.Histogram{results.ClockResponse: hist(51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70), results.ClockService: steps(20), results.ClockLag: hist(1)},
	}
	f := openFile(nil)
	f.Slices = []results.Slice{
		{Arm: results.ArmA, Phase: results.Warmup, DurationS: 3, Classes: map[string]*results.ClassData{"predict": served(1000)}},
		{Arm: results.ArmA, Phase: results.Settle, DurationS: 3, Classes: map[string]*results.ClassData{"predict": served(1000)}},
		{Arm: results.ArmA, Phase: results.Measure, DurationS: 6, Classes: map[string]*results.ClassData{"predict": first, "health": served(30)}},
		{Arm: results.ArmA, Phase: results.Measure, DurationS: 1, Excluded: "steal", Classes: map[string]*results.ClassData{"predict": served(1000)}},
		{Arm: results.ArmB, Phase: results.Measure, DurationS: 9, Classes: map[string]*results.ClassData{"predict": served(1000)}},
		{Arm: results.ArmA, Phase: results.Measure, DurationS: 4, Classes: map[string]*results.ClassData{"predict": second}},
	}
	return f
}

func TestOf(t *testing.T) {
	s := Of(handMade(), Select{Arm: results.ArmA}, nil)
	want := figuresOf{
		Duration: 10, Throughput: 9.7, Goodput: 9.4, // 97 answers, 94 of them good
		Requests: 100, Dropped: 4, Errors: 6,
		// 1…70 and 1…30: the 50th is 25, the 90th is 60, the sum 2485+465.
		Min: 1, Mean: 29.5, P50: 25, P90: 60, Max: 70, Count: 100,
	}
	if diff := cmp.Diff(want, figuresOfTotal(s), within); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int64{results.ErrTimeout: 3, results.ErrStatus: 2, results.ErrCheck: 1}, s.Errors.ByClass); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int64{"200": 95, "503": 2}, s.Status); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if got := s.Latency[results.ClockService]; got.Count != 100 || !near(got.Max, 50) {
		t.Errorf("service: %d values, max %v; want 100, 50", got.Count, got.Max)
	}
	if got := s.Latency[results.ClockLag]; got.Count != 81 || !near(got.Max, 1) {
		t.Errorf("lag: %d values, max %v; want 81, 1", got.Count, got.Max)
	}
	if s.Schema != Schema || s.Scenario != "mix" || s.Target.Name != "modern" || s.Seed != 42 || s.Model != results.Open || s.ResultFile != "run.jsonl" {
		t.Errorf("identity: %+v", s)
	}
	var names []string
	for _, c := range s.Classes {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"predict", "health"}, names); diff != "" {
		t.Fatalf("classes are not in the scenario's order:\n%s", diff)
	}
	type class struct {
		Share, Declared, Through, Goodput, Max float64
		Requests, Errors                       int64
	}
	for i, want := range []class{
		{Share: 74.0 / 104, Declared: 0.7, Through: 6.7, Goodput: 6.4, Max: 70, Requests: 70, Errors: 6},
		{Share: 30.0 / 104, Declared: 0.3, Through: 3, Goodput: 3, Max: 30, Requests: 30},
	} {
		c := s.Classes[i]
		got := class{c.Share, c.Declared, c.Through, c.Goodput, c.Latency[results.ClockResponse].Max, c.Requests, c.Errors.Total}
		if diff := cmp.Diff(want, got, within); diff != "" {
			t.Errorf("class %s (-want +got):\n%s", c.Name, diff)
		}
	}
}

// In the closed model there is no Response: it is Service.
func TestOfClosed(t *testing.T) {
	closed := func(n int) *results.ClassData {
		d := served(n)
		d.Clocks[results.ClockResponse], d.Clocks[results.ClockLag] = nil, nil
		return d
	}
	f := openFile(nil)
	f.Header.Model, f.Header.Connections = results.Closed, 2
	for range 2 {
		f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: results.Measure, DurationS: 5, Classes: map[string]*results.ClassData{"predict": closed(10), "health": closed(20)}})
	}
	s := Of(f, Select{Arm: results.ArmA}, nil)
	want := figuresOf{
		Duration: 10, Throughput: 6, Goodput: 6, Requests: 60,
		// Four times 1…10 and twice 11…20: the sum is 530, the 30th is 8, the 54th 17.
		Min: 1, Mean: 530.0 / 60, P50: 8, P90: 17, Max: 20, Count: 60,
	}
	if diff := cmp.Diff(want, figuresOfTotal(s), within); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(s.Latency[results.ClockService], s.Latency[results.ClockResponse]); diff != "" {
		t.Errorf("response is not service:\n%s", diff)
	}
	if lag := s.Latency[results.ClockLag]; lag.Count != 0 || !math.IsNaN(lag.Max) || !math.IsNaN(lag.At(0.5)) {
		t.Errorf("lag in a closed model: %+v, want nothing", lag)
	}
	if f.Slices[0].Classes["predict"].Clocks[results.ClockResponse] != nil || f.Slices[0].Classes["predict"].Clocks[results.ClockService].Count() != 10 {
		t.Error("Of changed the file")
	}
}

// Summaries are computed twice from one file, and for two arms.
func TestOfLeavesTheFileAlone(t *testing.T) {
	f := handMade()
	first, _ := json.Marshal(Of(f, Select{Arm: results.ArmA}, nil))
	second, _ := json.Marshal(Of(f, Select{Arm: results.ArmA}, nil))
	if string(first) != string(second) {
		t.Errorf("the second summary differs:\n%s\n%s", first, second)
	}
}

func TestOfNothing(t *testing.T) {
	s := Of(openFile(nil), Select{Arm: results.ArmA}, nil)
	if s.Valid || s.ThroughputRPS != 0 || s.DurationS != 0 || len(s.Classes) != 2 || s.Classes[0].Share != 0 {
		t.Errorf("summary of nothing: %+v", s)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `"latency_ms":{"response":{"min":null,"mean":null,"p50":null,"p90":null,"p95":null,"p99":null,"p99.9":null,"max":null}`
	if !strings.Contains(string(b), want) {
		t.Errorf("JSON %s\nlacks %s", b, want)
	}
	if b, _ := json.Marshal(Of(openFile(nil), Select{Arm: results.ArmB}, nil).Target); string(b) != `{"name":"","url":""}` {
		t.Errorf("target of an arm that does not exist: %s", b)
	}
}

// The keys of design: in this order, and no others.
func TestSummaryJSON(t *testing.T) {
	f := openFile(map[string]*results.ClassData{"predict": served(2)})
	f.Header.Classes = []results.Class{{Name: "predict", Share: 1}, {Name: "<z>", Share: 0}, {Name: "a", Share: 0}}
	b, err := json.Marshal(Of(f, Select{Arm: results.ArmA}, []float64{0.5, 0.999}))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"schema":"mlbench.run/1","scenario":"mix","target":{"name":"modern","url":"http://127.0.0.1:8000"},"seed":42,"model":"open",` +
		`"valid":true,"warning_codes":[],"duration_s":10,"requests":2,"dropped":0,"unfinished":0,"throughput_rps":0.2,"goodput_rps":0.2,` +
		`"errors":{"total":0,"by_class":{}},"status":{"200":2},` +
		`"latency_ms":{"response":{"min":0.999936,"mean":1.500288,"p50":1.000447,"p99.9":2.000895,"max":2.000895},` +
		`"service":{"min":0.999936,"mean":1.500288,"p50":1.000447,"p99.9":2.000895,"max":2.000895},` +
		`"lag":{"min":0.001536,"mean":0.001792,"p50":0.002047,"p99.9":0.002047,"max":0.002047}},` +
		`"classes":{"predict":{"share":1,"requests":2,"throughput_rps":0.2,"goodput_rps":0.2,"errors":{"total":0,"by_class":{}},"latency_ms":{`
	if !strings.HasPrefix(string(b), want) {
		t.Errorf("got  %s\nwant %s…", b, want)
	}
	if i, j := strings.Index(string(b), `"\u003cz\u003e":`), strings.Index(string(b), `"a":`); i < 0 || j < i {
		t.Errorf("classes are not in the scenario's order: %s", b)
	}
	const facts = `"objectives":[],` +
		`"start":"2026-01-02T15:04:05Z","version":"test","host":{"os":"linux","arch":"amd64","cores":2,"go":"go1.26","gomaxprocs":2},` +
		`"load":{"text":"open model, poisson arrivals at 100/s","model":"open","arrivals":"poisson","rate_rps":100,"timeout_s":5,"warmup_s":0},"result_file":"run.jsonl"}`
	if !strings.HasSuffix(string(b), facts) {
		t.Errorf("end of %s", b)
	}
}

func TestPercentileName(t *testing.T) {
	for q, want := range map[float64]string{0.5: "p50", 0.29: "p29", 0.999: "p99.9", 0.9999: "p99.99", 0.999999: "p99.9999", 0.001: "p0.1"} {
		if got := PercentileName(q); got != want {
			t.Errorf("PercentileName(%v) = %s, want %s", q, got, want)
		}
	}
}

func TestEnough(t *testing.T) {
	tests := []struct {
		q float64
		n int64 // the smallest that is enough
	}{{0.5, 2}, {0.9, 10}, {0.95, 20}, {0.99, 100}, {0.999, 1000}, {0.9999, 10000}}
	for _, tt := range tests {
		if Enough(tt.n-1, tt.q) || !Enough(tt.n, tt.q) {
			t.Errorf("q %v: enough at %d is %v, at %d %v", tt.q, tt.n-1, Enough(tt.n-1, tt.q), tt.n, Enough(tt.n, tt.q))
		}
	}
}

// No percentile is beyond the maximum, whatever the histogram's steps round.
func TestTrapPercentileBeyondTheMaximum(t *testing.T) {
	for _, max := range []float64{0.0015, 1.0009, 2.0475, 99.951, 1234.567, 119_999.9} {
		f := openFile(map[string]*results.ClassData{"predict": {
			Planned: 2, Sent: 2, Done: 2, Status: map[string]int64{"200": 2},
			Clocks: map[string]*stats.Histogram{results.ClockResponse: hist(max/3, max), results.ClockService: hist(max/3, max), results.ClockLag: hist(0.001, 0.001)},
		}})
		l := Of(f, Select{Arm: results.ArmA}, []float64{0.5, 0.99, 0.999, 0.99999}).Latency[results.ClockResponse]
		for _, p := range l.Percentiles {
			if p.MS > l.Max || p.MS < l.Min {
				t.Errorf("of %v and %v ms: p%v is %v, beyond %v to %v", max/3, max, 100*p.Q, p.MS, l.Min, l.Max)
			}
		}
	}
}
