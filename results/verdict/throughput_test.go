package verdict

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

func TestThroughputOfASlice(t *testing.T) {
	answers := func(n int, ms float64) *results.ClassData {
		return &results.ClassData{Sent: int64(n), Done: int64(n), Clocks: map[string]*stats.Histogram{results.ClockService: repeat(n, ms)}}
	}
	with := func(d *results.ClassData, change func(*results.ClassData)) *results.ClassData { change(d); return d }
	for name, tt := range map[string]struct {
		workers int
		drain   float64
		data    *results.ClassData
		want    float64
	}{
		"workers by response time":              {2, 0, answers(4, 250), 8},
		"however many came in time":             {2, 0, with(answers(4, 250), func(d *results.ClassData) { d.Late = 2 }), 8},
		"a fast failure is no throughput":       {2, 0, with(answers(4, 250), func(d *results.ClassData) { failing(d, 1) }), 6},
		"a timeout costs its time":              {2, 0, with(answers(4, 250), func(d *results.ClassData) { d.Done, d.Errors = 3, map[string]int64{results.ErrTimeout: 1} }), 6},
		"time lost between requests":            {2, 0, answers(4, 1), 12}, // four came, and a fifth and sixth might have
		"answers to requests of the settling":   {2, 0, with(answers(4, 1), func(d *results.ClassData) { d.Carried = 2 }), 16},
		"nothing but failures":                  {2, 0, &results.ClassData{Sent: 9, Errors: map[string]int64{results.ErrRefused: 9}}, 1},
		"nothing but status 500":                {2, 0, with(answers(100, 1), func(d *results.ClassData) { failing(d, 100) }), 1},
		"frozen from before until after":        {2, 0.44, &results.ClassData{}, 2},
		"steps of journeys from before":         {2, 0.44, &results.ClassData{Carried: 7}, 14},
		"one answer now and then":               {1, 0, answers(1, 600), 1 / 0.6},
		"a file that does not tell the workers": {0, 0, answers(4, 250), 8},
	} {
		p := &pairing{workers: tt.workers, settle: 0.06}
		got := p.throughput(&measured{Slice: &results.Slice{DurationS: 0.5, DrainS: tt.drain}, total: tt.data})
		if math.Abs(got/tt.want-1) > 0.001 {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// workersOf has a target answer workers of a closed model, all of which begin
// with the settling, for a slice; took is how long a request begun at an instant
// takes.
func workersOf(workers int, settle, length float64, took func(begin float64) float64) *results.Slice {
	s := &results.Slice{Type: "slice", Phase: results.Measure, DurationS: length, Classes: map[string]*results.ClassData{}}
	d, live, last := &results.ClassData{}, stats.NewLive(), length
	for range workers {
		for at := -settle; at < length; {
			done := at + took(at)
			last = max(last, done)
			switch {
			case at >= 0:
				live.Record(time.Duration((done - at) * float64(time.Second)))
				d.Sent, d.Done = d.Sent+1, d.Done+1
				if done >= length {
					d.Late++
				}
			case done >= 0 && done < length:
				d.Carried++
			}
			at = done
		}
	}
	d.Planned, d.Clocks = d.Sent, map[string]*stats.Histogram{results.ClockService: live.Drain()}
	d.Status = map[string]int64{"200": d.Sent}
	s.DrainS = last - length
	s.Classes["predict"] = d
	return s
}

// closedFile is a comparison of two targets by the time that they take.
func closedFile(workers, pairs int, settle, length float64, took func(arm string, pair int) func(begin float64) float64) *results.File {
	f := minute().file()
	f.Slices = nil
	f.Header.Model, f.Header.Arrivals, f.Header.RateRPS, f.Header.Connections = results.Closed, "", 0, workers
	coin, at := rand.New(rand.NewPCG(1, 1)), 6.0
	for pair := 1; pair <= pairs; pair++ {
		order := []string{results.ArmA, results.ArmB}
		if coin.IntN(2) == 1 {
			order = []string{results.ArmB, results.ArmA}
		}
		for i, arm := range order {
			s := workersOf(workers, settle, length, took(arm, pair))
			s.Arm, s.Pair, s.Position, s.StartS = arm, pair, i+1, at+settle
			at += settle + length + s.DrainS
			f.Slices = append(f.Slices, *s)
		}
	}
	return f
}

// The change of throughput is that of the time a target takes, however many
// whole requests fit into a slice: counts of half a second called 12% slower the
// same at 250 ms, and 4% slower 11% less.
func TestThroughputIsNotRoundedToWholeRequests(t *testing.T) {
	for _, latency := range []float64{0.002, 0.15, 0.2, 0.25, 0.6} {
		for _, slower := range []float64{0, 0.04, 0.06, 0.12, 0.15} {
			for _, slice := range []struct{ settle, length, spread float64 }{
				{0.06, 0.5, 0}, {0.06, 0.5, 0.05}, {min(max(0.06, 3*latency), 0.5), min(max(0.5, 20*latency), 1.8), 0.05},
			} {
				rng := rand.New(rand.NewPCG(1, 2))
				f := closedFile(8, 24, slice.settle, slice.length, func(arm string, _ int) func(float64) float64 {
					mean := latency
					if arm == results.ArmB {
						mean *= 1 + slower
					}
					return func(float64) float64 { return mean * (1 + slice.spread*(2*rng.Float64()-1)) }
				})
				name := fmt.Sprintf("%v s and %v%% more, slices of %+v", latency, 100*slower, slice)
				m := pairsOf(f).throughputMetric(&f.Header, 0.05)
				want := 100 * (1/(1+slower) - 1)
				if got := percent(-stats.HodgesLehmann(m.D)); len(m.D) != 24 || !(math.Abs(got-want) < 1) {
					t.Errorf("%s: %+.1f%% by %d pairs, want %+.1f%%", name, got, len(m.D), want)
				}
				if latency > slice.length || slower == 0.04 || slower == 0.06 { // no request within a slice, or near the limit
					continue
				}
				c := Compare(f, limitsOf("errors=5pp"))
				if wantVerdict := map[bool]Verdict{true: Regression, false: OK}[slower > 0]; c.Verdict != wantVerdict {
					t.Errorf("%s: %s, want %s: %q", name, c.Verdict, wantVerdict, told(c))
				}
			}
		}
	}
}

// A slice that B spent frozen is a pair like any other: it used to drop out.
func TestFrozenSlicesAreJudged(t *testing.T) {
	for _, frozen := range []int{0, 24} {
		f := closedFile(8, 24, 0.06, 0.5, func(arm string, pair int) func(float64) float64 {
			return func(begin float64) float64 {
				if arm == results.ArmB && pair <= frozen && begin < 0 {
					return 1
				}
				return 0.005
			}
		})
		p := pairsOf(f)
		m := p.throughputMetric(&f.Header, 0.05)
		if len(m.D) != 24 {
			t.Errorf("%d frozen slices: %d of 24 pairs are judged", frozen, len(m.D))
		}
		want := map[int]float64{0: 0, 24: math.Log(200)}[frozen] // 1 s each instead of 5 ms
		if math.Abs(m.D[0]-want) > 0.01 {
			t.Errorf("%d frozen slices: %v, want %v", frozen, m.D[0], want)
		}
	}
}
