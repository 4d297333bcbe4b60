package stats

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// inParallel calls f for each of n runs with a generator of its own.
func inParallel(n int, seed uint64, f func(rng *rand.Rand, null nullRanks)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			null := nullRanks{}
			for {
				run := next.Add(1)
				if run > int64(n) {
					return
				}
				f(rand.New(rand.NewPCG(seed, uint64(run))), null)
			}
		})
	}
	all.Wait()
}

// symmetric are noises that a coin per pair makes as likely positive as negative.
var symmetric = []struct {
	name string
	draw func(*rand.Rand) float64
}{
	{"normal", func(r *rand.Rand) float64 { return r.NormFloat64() }},
	{"t₂", func(r *rand.Rand) float64 { return r.NormFloat64() / math.Sqrt(r.ExpFloat64()) }},
	{"scale mixture", func(r *rand.Rand) float64 {
		if r.Float64() < 0.1 {
			return 10 * r.NormFloat64()
		}
		return r.NormFloat64()
	}},
	{"a coin on skewed noise", func(r *rand.Rand) float64 { return float64(2*r.IntN(2)-1) * r.ExpFloat64() }},
}

// Four looks do not make false alarms likelier than α, whatever the noise; looking
// as often without sharing α between them would.
func TestSimulatedLooksKeepTheirLevel(t *testing.T) {
	const alpha = 0.05
	runs := 1000 * *simulations
	for seed, shape := range symmetric {
		for _, withSlot := range []bool{false, true} {
			var found, peeking atomic.Int64
			inParallel(runs, uint64(seed), func(rng *rand.Rand, null nullRanks) {
				d, slot := make([]float64, 192), make([]float64, 192)
				for i := range d {
					slot[i] = float64(2*rng.IntN(2) - 1)
					d[i] = 0.05 * shape.draw(rng)
					if withSlot {
						d[i] += slot[i] * 0.3
					}
				}
				peeked := false
				evidence := func(n int) Evidence {
					m := Metric{Name: "p50", Class: "total", D: d[:n]}
					if withSlot {
						m.Slot = slot[:n]
					} else if p, _ := null.test(d[:n], 0); p <= alpha {
						peeked = true
					}
					return Evidence{
						Metrics: []Metric{m},
						Errors:  []Errors{{Class: "total", Whole: true, Margin: 0.005}},
						Blocked: true, // no pass ends it early
					}
				}
				v, err := judgeLooks(Looks(PlanLooks(192)), 192, true, evidence, Rule{Alpha: alpha, Beta: 0.05}, null)
				if err != nil {
					t.Error(err)
				}
				if v.Outcome == Regression {
					found.Add(1)
				}
				if peeked {
					peeking.Add(1)
				}
			})
			a, b := float64(found.Load())/float64(runs), float64(peeking.Load())/float64(runs)
			t.Logf("%-22s slot effect %-5v %d runs: regression in %.2f%%; peeking at %.2f%%", shape.name, withSlot, runs, 100*a, 100*b)
			slack := 3 * math.Sqrt(alpha*(1-alpha)/float64(runs))
			if a > alpha+slack || a < 0.01 {
				t.Errorf("%s: found in %v of runs without a difference, α is %v", shape.name, a, alpha)
			}
			if !withSlot && b < 0.08 {
				t.Errorf("%s: peeking finds %v: the simulation shows nothing", shape.name, b)
			}
		}
	}
}

// What a change within its limit comes to, as against one just beyond: looking
// early must not call the former a regression.
func TestSimulatedLooksAreStrict(t *testing.T) {
	runs := 500 * *simulations
	for _, tt := range []struct {
		change             float64
		mostWorse, leastOK float64
		leastWorse, mostOK float64
		mostPairs          float64 // on average
	}{
		{0, 0.002, 0.99, 0, 1, 60},
		{3, 0.02, 0.60, 0, 1, 192},
		{5, 1, 0, 0, 0.05, 192},
		{10, 1, 0, 0.97, 0.001, 60},
		{20, 1, 0, 0.98, 0, 26},
	} {
		var worse, ok, pairs atomic.Int64
		inParallel(runs, uint64(tt.change), func(rng *rand.Rand, null nullRanks) {
			e := long(192)
			for m := range e.Metrics {
				sd := []float64{0.06, 0.12, 0.20}[m] // of p50, p90, p99 of short slices
				for i := range e.Metrics[m].D {
					e.Metrics[m].D[i] = pct(tt.change) + sd*rng.NormFloat64()
				}
			}
			v, err := judgeLooks(Looks(PlanLooks(192)), 192, true, func(n int) Evidence { return first(e, n) }, RuleFor(1), null)
			if err != nil {
				t.Error(err)
			}
			switch v.Outcome {
			case Regression:
				worse.Add(1)
			case OK:
				ok.Add(1)
			}
			pairs.Add(int64(v.Looks[len(v.Looks)-1].Pairs))
		})
		share := func(n *atomic.Int64) float64 { return float64(n.Load()) / float64(runs) }
		t.Logf("%+3.0f%%: regression %.1f%%, ok %.1f%%, after %.0f pairs", tt.change, 100*share(&worse), 100*share(&ok), share(&pairs))
		slack := func(p float64) float64 { return 3 * math.Sqrt(p*(1-p)/float64(runs)) }
		if w, o := share(&worse), share(&ok); w > tt.mostWorse+slack(tt.mostWorse) || w < tt.leastWorse-slack(tt.leastWorse) || o > tt.mostOK+slack(tt.mostOK) || o < tt.leastOK-slack(tt.leastOK) {
			t.Errorf("%+.0f%%: regression in %v, ok in %v", tt.change, w, o)
		}
		if share(&pairs) > tt.mostPairs {
			t.Errorf("%+.0f%%: after %v pairs on average", tt.change, share(&pairs))
		}
	}
}
