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
	Plans [2]Plan // arm A, the baseline, and arm B, the candidate
	PIDs  [2]int  // of the targets' processes, to be watched; 0: none
	// Ended, where not nil, is closed when the arm's target has ended by itself.
	Ended [2]<-chan struct{}
	// Budget is for all of it, warm-up and waiting for the last answers included.
	// No pair is begun that it is not expected to hold, so that only targets that
	// stop answering can exceed it, by one timeout.
	Budget time.Duration
	Warmup time.Duration // per target
	Slice  time.Duration // measured, per slice; 0: by rate and latency
	Settle time.Duration // load before each, in no figure; 0: by latency
	Seed   uint64
	// Planned, if not nil, is told how many pairs are to come and about how long
	// they take: after the warm-up, and again when the experiment is extended.
	Planned func(pairs int, took time.Duration)
	// Extend, if not nil, is asked after the last pair whether to go on, once,
	// for as long again but not over a minute.
	Extend func() bool

	drains time.Duration // after both slices of a pair, as the warm-up showed
}

// Bounds of what is chosen. Many short pairs beat few long ones: whatever
// drifts on the machine, drifts less between neighbours. A slice lasts for 20
// requests, 20 median and 3 slow ones, so that its percentiles mean something,
// and where answers are slow, no shorter than the wait for the last of them.
const (
	minSlice     = 500 * time.Millisecond
	maxSlice     = 2 * time.Second
	minSettle    = 60 * time.Millisecond
	maxSettle    = 500 * time.Millisecond
	maxExtension = time.Minute
	// overrun is what a busy machine may add to the budget, all pairs together.
	overrun = time.Second
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
		need += stats.MinValues / 3 * 2 * (slice + settle) // a quarter of the pairs may be lost to noise
		return fmt.Errorf("a budget of %s leaves room for %d pairs of slices, and no verdict comes from fewer than %d: give --budget %s",
			e.Budget, max(0, int((e.Budget-2*e.Warmup)/(2*(slice+settle)))), stats.MinValues, need.Truncate(time.Second)+time.Second)
	}
	return nil
}

// fit chooses slice and settle time by what the warm-up showed, and the number
// of pairs that the budget then holds.
func (e *Experiment) fit(response *stats.Histogram) (pairs int) {
	p50, p99 := response.Quantile(0.5), response.Quantile(0.99)
	left := e.Budget - 2*e.Warmup - e.drains
	if e.Settle == 0 {
		e.Settle = min(max(minSettle, 3*p50), maxSettle)
	}
	if e.Slice == 0 {
		e.Slice = max(20*p50, 3*p99)
		if load := &e.Plans[0].Load; load.Model == results.Open {
			e.Slice = max(e.Slice, time.Duration(20/meanOver(load.Rate, load.Duration)*float64(time.Second)))
		}
		e.Slice = min(max(e.Slice, minSlice), max(maxSlice, e.drains/2))
		// Rather shorter slices than too few pairs.
		e.Slice = max(minSlice, min(e.Slice, left/(2*stats.MinValues)-e.Settle-e.drains/2))
	}
	pairs = max(1, int(left/e.pair()))
	if pairs < stats.MinValues && stats.MinValues*e.pair() <= left+overrun {
		return stats.MinValues
	}
	return pairs
}

// pair is about how long a pair takes.
func (e *Experiment) pair() time.Duration { return 2*(e.Slice+e.Settle) + e.drains }

// Run carries out the experiment. Slices go to emit as they end; an error of
// emit, or of ctx, ends it after the running slice. The error is a *Gone when a
// target ended or answered no more.
func (e *Experiment) Run(ctx context.Context, origin time.Time, emit func(*results.Slice) error) error {
	if err := e.CheckBudget(); err != nil {
		return err
	}
	x := &interleaving{now: func() time.Duration { return time.Since(origin) }, emit: emit, ended: e.Ended}
	for i, plan := range e.Plans {
		g, err := New(plan, origin)
		if err != nil {
			return fmt.Errorf("arm %s: %w", arms[i], err)
		}
		defer g.Close()
		if e.PIDs[i] != 0 {
			g.WatchProcess(e.PIDs[i])
		}
		x.load[i] = g.Run
	}
	running := *e // what is found out on the way is not the caller's
	return running.interleave(ctx, x)
}

// interleave runs warm-ups, then pairs.
func (e *Experiment) interleave(ctx context.Context, x *interleaving) error {
	defer x.watch(ctx)()
	x.end = x.now() + e.Budget
	response := stats.NewHistogram()
	if e.Warmup > 0 {
		for arm := range arms {
			drained, err := x.slice(arm, Phase{Kind: results.Warmup, Duration: e.Warmup}, 0, 0, response)
			if err != nil {
				return err
			}
			e.drains += drained
		}
	}
	x.planned = e.fit(response)
	e.announce(x.planned)
	coin := newRand(e.Seed, streamOrder, 0)
	for pair := 1; pair <= x.planned && x.hasTime(e.pair()); pair++ {
		if err := x.pair(e, pair, coin.IntN(2)); err != nil {
			return err
		}
		more := min(pair, int(maxExtension/e.pair()))
		if pair == x.planned && pair+more >= stats.MinValues && e.Extend != nil && e.Extend() {
			e.Extend = nil
			x.planned, x.end = x.planned+more, x.now()+time.Duration(more)*e.pair()
			e.announce(more)
		}
	}
	return x.lastWord()
}

func (e *Experiment) announce(pairs int) {
	if e.Planned != nil {
		e.Planned(pairs, time.Duration(pairs)*e.pair())
	}
}

var arms = [2]string{results.ArmA, results.ArmB}
