package verdict

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// answered is a class's slice of requests that took these times, in ms.
func answered(ms ...float64) *results.ClassData {
	n := int64(len(ms))
	return &results.ClassData{Planned: n, Sent: n, Done: n, Status: map[string]int64{"200": n}, Clocks: map[string]*stats.Histogram{results.ClockResponse: hist(ms...), results.ClockService: hist(ms...), results.ClockLag: repeat(int(n), 0.01)}}
}

// handPairs is five pairs of two classes, in which B takes twice as long, and
// some slices that belong to no pair. The medians are 1 (A) and 2 ms (B).
func handPairs() *results.File {
	f := openFile(nil)
	f.Header.Targets = []results.Target{{Arm: results.ArmA, Name: "legacy", URL: ""}, {Arm: results.ArmB, Name: "modern", URL: ""}}
	add := func(arm string, pair int, predict, health *results.ClassData) *results.Slice {
		f.Slices = append(f.Slices, results.Slice{Arm: arm, Pair: pair, Phase: results.Measure, DurationS: 2, Classes: map[string]*results.ClassData{"predict": predict, "health": health}})
		return &f.Slices[len(f.Slices)-1]
	}
	for pair := 1; pair <= 5; pair++ {
		a, b := answered(1, 4), answered(2, 8)
		if pair == 2 {
			failing(a, 1)
		}
		if pair == 3 {
			b = answered(2, 600) // frozen, which takes 500: 2 ms, five times 50
		}
		if pair == 4 {
			a, b = answered(1, 50), answered(2, 8)
		}
		if pair%2 == 0 { // B first
			add(results.ArmB, pair, b, answered(0.2))
			add(results.ArmA, pair, a, answered(0.1))
		} else {
			add(results.ArmA, pair, a, answered(0.1))
			add(results.ArmB, pair, b, answered(0.2))
		}
	}
	add(results.ArmA, 6, answered(70, 80), answered(9)) // without a partner
	add(results.ArmA, 7, answered(70, 80), answered(9))
	add(results.ArmB, 7, answered(70, 80), answered(9)).Excluded = string(results.Interrupted)
	add(results.ArmA, 0, answered(70, 80), answered(9)).Phase = results.Warmup
	late := add(results.ArmA, 8, answered(70, 80), answered(9))
	late.Classes["predict"].Clocks[results.ClockLag] = repeat(2, 1.5)
	add(results.ArmB, 8, answered(1, 1), answered(9))
	add("C", 1, answered(70, 80), answered(9))
	return f
}

// approximately forgives what histograms round.
var approximately = cmp.Options{cmpopts.EquateApprox(0, 0.004), cmpopts.EquateEmpty()}

func times(n int, x float64) (out []float64) {
	for range n {
		out = append(out, x)
	}
	return out
}

func TestEvidence(t *testing.T) {
	f := handPairs()
	p := pairsOf(f)
	if len(p.kept) != 5 || p.late != 1 || p.tooFew() {
		t.Fatalf("%d pairs, %d late, too few %v; want 5, 1, false", len(p.kept), p.late, p.tooFew())
	}
	got := p.evidence(&f.Header, Limits{Percentiles: []PercentileLimit{{0.5, Limit{Max: 0.05}}, {0.8, Limit{Max: 0.1}}, {0.99, Limit{Max: 0.2}}}, Throughput: 0.2, Errors: 0.005})
	none, failed := stats.ErrorPair{RequestsA: 3, RequestsB: 3}, stats.ErrorPair{ErrorsA: 1, RequestsA: 3, RequestsB: 3}
	twice := math.Log(2)
	want := stats.Evidence{
		Metrics: []stats.Metric{
			// All together: 0.1, 1, 4 against 0.2, 2, 8, of which the second is p50.
			// For p80 two pairs are merged, and the fifth joins the last group: of
			// A's nine 0.1 ×3, 1 ×3, 4, 4, 50 the eighth is 4, of B's it is 8.
			{Name: "p50", Class: "total", Margin: 0.05, Group: 1, D: times(5, twice)},
			{Name: "p80", Class: "total", Margin: 0.1, Group: 2, D: times(2, twice), Required: true},
			{Name: "p99", Class: "total", Margin: 0.2, Group: 30, Pairs: 5},
			{Name: "p50", Class: "predict", Margin: 0.05, Group: 1, D: times(5, twice)},
			// Three pairs for p80, and two left over join them: of 1 ×5, 4 ×4, 50
			// the eighth is 4, of 2 ×5, 8 ×4, 600 it is 8.
			{Name: "p80", Class: "predict", Margin: 0.1, Group: 3, D: times(1, twice)},
			{Name: "p99", Class: "predict", Margin: 0.2, Group: 45, Pairs: 5},
			// One request a slice: two pairs for the median.
			{Name: "p50", Class: "health", Margin: 0.05, Group: 2, D: times(2, twice)},
			{Name: "p80", Class: "health", Margin: 0.1, Group: 5, D: times(1, twice)},
			{Name: "p99", Class: "health", Margin: 0.2, Group: 90, Pairs: 5},
		},
		// The slower median is B's, 2 ms, and A's p99 is 50 of its medians, B's 300:
		// only B's 600 ms is beyond 2 ms × 5 × 50.
		Stalls: []stats.Stalls{{Class: "total", OnlyB: 1, Pairs: 5}},
		// Those of the late pair, too.
		Errors: []stats.Errors{
			{Class: "total", Whole: true, Margin: 0.005, Pairs: []stats.ErrorPair{none, failed, none, none, none, none}},
			{Class: "predict", Margin: 0.005, Pairs: []stats.ErrorPair{{RequestsA: 2, RequestsB: 2}, {ErrorsA: 1, RequestsA: 2, RequestsB: 2}, {RequestsA: 2, RequestsB: 2}, {RequestsA: 2, RequestsB: 2}, {RequestsA: 2, RequestsB: 2}, {RequestsA: 2, RequestsB: 2}}},
			{Class: "health", Margin: 0.005, Pairs: []stats.ErrorPair{{RequestsA: 1, RequestsB: 1}, {RequestsA: 1, RequestsB: 1}, {RequestsA: 1, RequestsB: 1}, {RequestsA: 1, RequestsB: 1}, {RequestsA: 1, RequestsB: 1}, {RequestsA: 1, RequestsB: 1}}},
		},
	}
	if diff := cmp.Diff(want, got, approximately); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

// In the closed model throughput is judged and nothing else, turned so that
// fewer is worse: 20% fewer at most is 25% more of A's.
func TestEvidenceClosed(t *testing.T) {
	f := after(minute(), atRate(0.8))
	got := pairsOf(f).evidence(&f.Header, Limits{Throughput: 0.2, Errors: 0.005})
	want := []stats.Metric{{Name: "throughput", Class: "total", Margin: 0.25, Group: 1, D: times(48, math.Log(1.25))}}
	if diff := cmp.Diff(want, got.Metrics, approximately); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// The limit on lag is a quarter of both arms' median together, at least a
// millisecond, and the same whichever arm is called A.
func TestLateness(t *testing.T) {
	for _, tt := range []struct {
		name string
		ms   float64 // every response
		lag  float64 // of one slice
		late int
	}{
		{"below the floor", 2, 0.99, 0},
		{"above the floor", 2, 1.01, 1},
		{"below a quarter", 40, 9.9, 0},
		{"above a quarter", 40, 10.1, 1},
	} {
		for _, arm := range []string{results.ArmA, results.ArmB} {
			tr := minute()
			tr.slice = func(pair int, s *results.Slice) {
				d := s.Classes["predict"]
				d.Clocks[results.ClockResponse], d.Clocks[results.ClockService] = repeat(50, tt.ms), repeat(50, tt.ms)
				if pair == 7 && s.Arm == arm {
					d.Clocks[results.ClockLag] = repeat(50, tt.lag)
				}
			}
			if p := pairsOf(tr.file()); p.late != tt.late || len(p.kept) != 48-tt.late {
				t.Errorf("%s in %s: %d late of %d; want %d", tt.name, arm, p.late, len(p.kept)+p.late, tt.late)
			}
		}
	}
	// Up to a tenth of the requests may be late.
	tr := minute()
	tr.slice = func(pair int, s *results.Slice) {
		n := 5
		if pair == 7 {
			n = 6
		}
		s.Classes["predict"].Clocks[results.ClockLag] = repeat(50-n, 0.01)
		s.Classes["predict"].Clocks[results.ClockLag].Merge(repeat(n, 3))
	}
	if p := pairsOf(tr.file()); p.late != 1 {
		t.Errorf("%d pairs with 5 or 6 late requests of 50 are late, want that with 6", p.late)
	}
}

// The warm-up of 3 s may take a tenth longer, and as long as nine of ten
// requests take without a queue.
func TestOverdue(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*results.File)
		took   float64
		want   float64
	}{
		{"in time", nil, 3, 0},
		{"a tenth", nil, 3.3, 0},
		{"over a tenth", nil, 3.4, 0.4},
		{"slow requests", func(f *results.File) {
			for i := range f.Slices {
				if f.Slices[i].Phase == results.Measure {
					f.Slices[i].Classes["predict"].Clocks[results.ClockResponse] = repeat(50, 300)
				}
			}
		}, 3.5, 0},
		{"closed model", func(f *results.File) { f.Header.Model = results.Closed }, 9, 0},
		{"no warm-up planned", func(f *results.File) { f.Header.WarmupS = 0 }, 9, 0},
	} {
		f := minute().file()
		if tt.change != nil {
			tt.change(f)
		}
		f.Slices[1].DurationS = tt.took
		if got := overdue(f, results.ArmB); math.Abs(got-tt.want) > 0.01 {
			t.Errorf("%s: overdue by %v, want %v", tt.name, got, tt.want)
		}
		c := Compare(f, Options{})
		if warned := len(c.ArmB.Warnings) > 0; warned != (tt.want > 0) || len(c.ArmA.Warnings) > 0 {
			t.Errorf("%s: warnings of A %v, of B %v", tt.name, c.ArmA.Warnings, c.ArmB.Warnings)
		}
	}
}
