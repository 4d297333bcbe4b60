package loadgen

import (
	"context"
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Experiment loads two targets in interleaved slices: pair after pair, one
// slice on each target, in an order that a coin decides anew for every pair.
// Both slices of a pair send the same requests at the same distances, so that
// what differs is the target.
type Experiment struct {
	Plans  [2]Plan // arm A, the baseline, and arm B, the candidate
	Pairs  int
	Slice  time.Duration // measured, per slice
	Settle time.Duration // before it, in no figure
	Warmup time.Duration // per target, before the first pair
	Seed   uint64
}

// Defaults of an experiment. Many short pairs beat few long ones: whatever
// drifts on the machine, drifts less between neighbours.
const (
	DefaultSlice  = 500 * time.Millisecond
	DefaultSettle = 60 * time.Millisecond
	// MinPairs is the fewest pairs worth looking at.
	MinPairs = 6
)

const streamOrder uint64 = 0x6f726465722d4142 // "order-AB"

// FitBudget sets the number of pairs so that the whole experiment takes at most
// budget, warm-up included.
func (e *Experiment) FitBudget(budget time.Duration) error {
	if e.Slice == 0 {
		e.Slice = DefaultSlice
	}
	if e.Settle == 0 {
		e.Settle = DefaultSettle
	}
	pair := 2 * (e.Slice + e.Settle)
	e.Pairs = int((budget - 2*e.Warmup) / pair)
	if e.Pairs < MinPairs {
		need := MinPairs*pair + 2*e.Warmup
		return fmt.Errorf("a budget of %s leaves room for %d pairs of slices, want at least %d: give --budget %s",
			budget, max(e.Pairs, 0), MinPairs, need.Round(time.Second)+time.Second)
	}
	return nil
}

// Run carries out the experiment. Slices go to emit as they end; an error of
// emit, or of ctx, ends it after the running slice.
func (e *Experiment) Run(ctx context.Context, origin time.Time, emit func(*results.Slice) error) error {
	arms := [2]string{results.ArmA, results.ArmB}
	var gens [2]*Generator
	for i, plan := range e.Plans {
		g, err := New(plan, origin)
		if err != nil {
			return fmt.Errorf("arm %s: %w", arms[i], err)
		}
		defer g.Close()
		gens[i] = g
	}
	phase := func(arm int, ph Phase, pair, position int) error {
		return gens[arm].Run(ctx, ph, func(s *results.Slice) error {
			s.Arm, s.Pair, s.Position = arms[arm], pair, position
			if ctx.Err() != nil {
				s.Excluded = "interrupted"
			}
			return emit(s)
		})
	}
	if e.Warmup > 0 {
		for arm := range gens {
			if err := phase(arm, Phase{Kind: results.Warmup, Duration: e.Warmup}, 0, 0); err != nil {
				return err
			}
		}
	}
	coin := newRand(e.Seed, streamOrder, 0)
	for pair := 1; pair <= e.Pairs; pair++ {
		first := coin.IntN(2)
		for position, arm := range [2]int{first, 1 - first} {
			ph := Phase{Kind: results.Measure, Stream: uint64(pair), Settle: e.Settle, Duration: e.Slice}
			if err := phase(arm, ph, pair, position+1); err != nil {
				return err
			}
		}
	}
	return nil
}
