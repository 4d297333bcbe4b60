package loadgen

import (
	"context"
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Experiment loads two targets in interleaved slices: pair after pair, one
// slice on each target, in an order that a coin decides anew for every pair.
// Both slices of a pair send the same requests at the same distances, so that
// what differs is the target.
type Experiment struct {
	Plans  [2]Plan       // arm A, the baseline, and arm B, the candidate
	PIDs   [2]int        // of the targets' processes, to be watched; 0: none
	Budget time.Duration // for all of it, warm-up included
	Warmup time.Duration // per target
	Slice  time.Duration // measured, per slice; 0: by rate and latency
	Settle time.Duration // load before each, in no figure; 0: by latency
	Seed   uint64
	// Planned, if not nil, is told the number of pairs before the first.
	Planned func(pairs int)
	// Extend, if not nil, is asked after the last pair whether to go on, once,
	// for as long again but not over a minute.
	Extend func() bool
}

// Bounds of what is chosen. Many short pairs beat few long ones: whatever
// drifts on the machine, drifts less between neighbours. A slice lasts for 20
// requests, 20 median and 3 slow ones, so that its percentiles mean something.
const (
	minSlice     = 500 * time.Millisecond
	maxSlice     = 2 * time.Second
	minSettle    = 60 * time.Millisecond
	maxSettle    = 500 * time.Millisecond
	maxExtension = time.Minute
)

const streamOrder uint64 = 0x6f726465722d4142 // "order-AB"

// CheckBudget says before the start whether the budget can hold enough pairs to
// judge by, and which would.
func (e *Experiment) CheckBudget() error {
	slice, settle := e.Slice, e.Settle
	if slice == 0 {
		slice = minSlice
	}
	if settle == 0 {
		settle = minSettle
	}
	if slice < 0 || settle < 0 || e.Warmup < 0 {
		return fmt.Errorf("slice %s, settle %s, warm-up %s: want no negative ones", e.Slice, e.Settle, e.Warmup)
	}
	if need := 2*e.Warmup + stats.MinValues*2*(slice+settle); e.Budget < need {
		return fmt.Errorf("a budget of %s leaves room for %d pairs of slices, and no verdict comes from fewer than %d: give --budget %s",
			e.Budget, max(0, int((e.Budget-2*e.Warmup)/(2*(slice+settle)))), stats.MinValues, need.Truncate(time.Second)+time.Second)
	}
	return nil
}

// fit chooses slice and settle time by what the warm-up showed, and the number
// of pairs that the budget then holds.
func (e *Experiment) fit(response *stats.Histogram) (pairs int) {
	p50, p99 := response.Quantile(0.5), response.Quantile(0.99)
	left := e.Budget - 2*e.Warmup
	if e.Settle == 0 {
		e.Settle = min(max(minSettle, 3*p50), maxSettle)
	}
	if e.Slice == 0 {
		e.Slice = max(20*p50, 3*p99)
		if load := &e.Plans[0].Load; load.Model == results.Open {
			e.Slice = max(e.Slice, time.Duration(20/MeanRate(load.Rate, load.Duration)*float64(time.Second)))
		}
		e.Slice = min(max(e.Slice, minSlice), maxSlice)
		// Rather shorter slices than too few pairs.
		e.Slice = max(minSlice, min(e.Slice, left/(2*stats.MinValues)-e.Settle))
	}
	return max(stats.MinValues, int(left/(2*(e.Slice+e.Settle))))
}

// Run carries out the experiment. Slices go to emit as they end; an error of
// emit, or of ctx, ends it after the running slice.
func (e *Experiment) Run(ctx context.Context, origin time.Time, emit func(*results.Slice) error) error {
	if err := e.CheckBudget(); err != nil {
		return err
	}
	var gens [2]*Generator
	for i, plan := range e.Plans {
		g, err := New(plan, origin)
		if err != nil {
			return fmt.Errorf("arm %s: %w", arms[i], err)
		}
		defer g.Close()
		if e.PIDs[i] != 0 {
			g.WatchProcess(e.PIDs[i])
		}
		gens[i] = g
	}
	x := &interleaving{ctx: ctx, gens: gens, emit: emit}
	response := stats.NewHistogram()
	if e.Warmup > 0 {
		for arm := range gens {
			err := x.slice(arm, Phase{Kind: results.Warmup, Duration: e.Warmup}, 0, 0, func(s *results.Slice) {
				for _, d := range s.Classes {
					response.Merge(d.Service)
				}
			})
			if err != nil {
				return err
			}
		}
	}
	pairs := e.fit(response)
	if e.Planned != nil {
		e.Planned(pairs)
	}
	coin := newRand(e.Seed, streamOrder, 0)
	for pair := 1; pair <= pairs; pair++ {
		first := coin.IntN(2)
		for position, arm := range [2]int{first, 1 - first} {
			ph := Phase{Kind: results.Measure, Stream: uint64(pair), Settle: e.Settle, Duration: e.Slice}
			if err := x.slice(arm, ph, pair, position+1, nil); err != nil {
				return err
			}
		}
		if pair == pairs && e.Extend != nil && e.Extend() {
			e.Extend = nil
			pairs += min(pairs, int(maxExtension/(2*(e.Slice+e.Settle))))
		}
	}
	return nil
}

var arms = [2]string{results.ArmA, results.ArmB}

// interleaving runs slices on either generator.
type interleaving struct {
	ctx  context.Context
	gens [2]*Generator
	emit func(*results.Slice) error
}

// slice runs one slice; see, if not nil, is shown it first.
func (x *interleaving) slice(arm int, ph Phase, pair, position int, see func(*results.Slice)) error {
	return x.gens[arm].Run(x.ctx, ph, func(s *results.Slice) error {
		s.Arm, s.Pair, s.Position = arms[arm], pair, position
		if x.ctx.Err() != nil {
			s.Excluded = "interrupted"
		}
		if see != nil {
			see(s)
		}
		return x.emit(s)
	})
}
