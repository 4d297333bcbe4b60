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
	// Budget is the most that all of it takes, warm-up and waiting for the last
	// answers included. No pair is begun that it is not expected to hold, and what
	// is in flight when it ends is unfinished, no error.
	Budget  time.Duration
	Warmup  time.Duration // per target
	Slice   time.Duration // measured, per slice; 0: by rate and latency
	Settle  time.Duration // load before each, in no figure; 0: by latency
	Control bool          // each pair has a slice of results.ArmControl, too, of other requests
	Seed    uint64
	// Planned, if not nil, is told after the warm-up how many pairs the budget holds
	// how long a slice of them is measured, and about how long they take.
	Planned func(pairs int, slice, took time.Duration)
	// Looks are the numbers of pairs after which Look is asked; the last ends the
	// experiment. None: it ends with its budget.
	Looks []int
	Look  func() Next
	// Before is how many pairs other launches of the targets have had, and Pairs the
	// most that these have; 0: as the budget holds.
	Before, Pairs int

	drains time.Duration // after all slices of a pair, as the warm-up showed
	usedUp bool
}

// Next is how an experiment goes on after a look.
type Next struct {
	Stop bool
	// Lost is how many pairs of all do not count. The look is due again when as
	// many more are there, while the budget holds them.
	Lost int
	// Settle replaces that of the slices to come; 0: it stays.
	Settle time.Duration
}

// Bounds of what is chosen. Many short pairs beat few long ones: whatever
// drifts on the machine, drifts less between neighbours. A slice lasts for 20
// requests, 20 median and 3 slow ones, so that its percentiles mean something,
// and where answers are slow, no shorter than the wait for the last of them.
const (
	minSlice  = 250 * time.Millisecond
	maxSlice  = 2 * time.Second
	minSettle = 60 * time.Millisecond
	maxSettle = 500 * time.Millisecond
	// overrun is what a busy machine may add to the budget.
	overrun = time.Second
	// fewestPairs are planned where stats.MinValues are needed: one or the other is
	// lost to noise.
	fewestPairs = stats.MinValues + 2
)

const streamOrder uint64 = 0x6f726465722d4142 // "order-AB"

// slots is the number of slices of a pair.
func (e *Experiment) slots() time.Duration {
	if e.Control {
		return 3
	}
	return 2
}

// CheckBudget says before the start whether the budget can hold enough pairs to
// judge by, and which would.
func (e *Experiment) CheckBudget() error {
	if e.Slice < 0 || e.Settle < 0 || e.Warmup < 0 {
		return fmt.Errorf("slice %s, settle %s, warm-up %s: want no negative ones", e.Slice, e.Settle, e.Warmup)
	}
	pair := e.ShortestPair()
	if e.Budget < 2*e.Warmup+stats.MinValues*pair {
		need := 2*e.Warmup + (fewestPairs+stats.MinValues/6)*pair
		return fmt.Errorf("a budget of %s leaves room for %d pairs of slices, and no verdict comes from fewer than %d: give --budget %s",
			e.Budget, e.MostPairs(), stats.MinValues, need.Truncate(time.Second)+time.Second)
	}
	return nil
}

// MostPairs is how many pairs the budget holds at best: of targets that answer at
// once.
func (e *Experiment) MostPairs() int {
	return max(0, int((e.Budget-2*e.Warmup)/e.ShortestPair()))
}

// ShortestPair is the least that a pair takes.
func (e *Experiment) ShortestPair() time.Duration {
	slice, settle := e.Slice, e.Settle
	if slice == 0 {
		slice = minSlice
	}
	if settle == 0 {
		settle = minSettle
	}
	return e.slots() * (slice + settle)
}

// fit chooses slice and settle time by what the warm-up showed, and the number
// of pairs that what is left of the budget then holds.
func (e *Experiment) fit(response *stats.Histogram, left time.Duration) (pairs int) {
	fewest := time.Duration(fewestPairs)
	if e.Pairs > 0 {
		fewest = time.Duration(e.Pairs)
	}
	p50, p99 := response.Quantile(0.5), response.Quantile(0.99)
	if e.Settle == 0 {
		e.Settle = min(max(minSettle, 3*p50), maxSettle)
	}
	if e.Slice == 0 {
		e.Slice = max(20*p50, 3*p99)
		if load := &e.Plans[0].Load; load.Model == results.Open {
			e.Slice = max(e.Slice, time.Duration(20/meanOver(load.Rate, load.Duration)*float64(time.Second)))
		}
		drain := e.drains / e.slots()
		e.Slice = min(max(e.Slice, minSlice), max(maxSlice, drain))
		// Rather shorter slices than too few pairs.
		e.Slice = max(minSlice, min(e.Slice, left/(e.slots()*fewest)-e.Settle-drain))
	}
	pairs = max(1, int(left/e.pair()))
	if pairs < int(fewest) && fewest*e.pair() <= left+overrun {
		pairs = int(fewest)
	}
	if e.Pairs > 0 {
		pairs = min(pairs, e.Pairs)
	}
	return pairs
}

// pair is about how long a pair takes.
func (e *Experiment) pair() time.Duration { return e.slots()*(e.Slice+e.Settle) + e.drains }

// Run carries out the experiment. Slices go to emit as they end; an error of
// emit, or of ctx, ends it after the running slice. The error is a *Gone when a
// target ended or answered no more.
func (e *Experiment) Run(ctx context.Context, origin time.Time, emit func(*results.Slice) error) error {
	if err := e.CheckBudget(); err != nil && e.Pairs == 0 {
		return err
	}
	x := &interleaving{now: func() time.Duration { return time.Since(origin) }, emit: emit, ended: e.Ended}
	var stocks [2]*stock
	var generators [2]*Generator
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
		stocks[i], generators[i] = g.stock, g
	}
	x.align = func() { align(stocks[0], stocks[1]) }
	x.usedUp = func(arm int) bool { return generators[arm].UsedUp() }
	running := *e // what is found out on the way is not the caller's
	err := running.interleave(ctx, x)
	e.usedUp = x.over
	return err
}

// UsedUp says whether it ended because requests that are sent once had all been sent.
func (e *Experiment) UsedUp() bool { return e.usedUp }

// interleave runs warm-ups, then pairs.
func (e *Experiment) interleave(ctx context.Context, x *interleaving) error {
	defer x.watch(ctx)()
	x.end = x.now() + e.Budget
	response := stats.NewHistogram()
	for arm := range arms {
		warmup := min(e.Warmup, x.end-x.now()) // the other's may have taken all
		if warmup <= 0 {
			break
		}
		drained, err := x.slice(arm, Phase{Kind: results.Warmup, Duration: warmup}, 0, 0, response)
		if err != nil {
			return err
		}
		e.drains += drained
		if arm == 0 && e.Control {
			e.drains += drained
		}
	}
	x.planned = e.fit(response, x.end-x.now())
	if e.Planned != nil {
		e.Planned(x.planned, e.Slice, time.Duration(x.planned)*e.pair())
	}
	if err := e.pairs(x); err != nil {
		return err
	}
	return x.lastWord()
}

// pairs runs pairs until the budget, or a look, ends them.
func (e *Experiment) pairs(x *interleaving) error {
	coin := newRand(e.Seed, streamOrder, uint64(e.Before))
	begin, look, lost := x.now(), 0, 0
	for n := 1; e.Pairs == 0 || n <= e.Pairs; n++ {
		took := e.pair()
		if x.pairs > 0 {
			took = (x.now() - begin) / time.Duration(x.pairs)
		}
		if !x.hasTime(e, took) {
			return nil
		}
		if err := x.pair(e, e.Before+n, e.order(coin.IntN)); err != nil {
			return err
		}
		if x.over {
			return nil
		}
		if e.Look == nil || look == len(e.Looks) || x.pairs < e.Looks[look]+lost {
			continue
		}
		next := e.Look()
		switch {
		case next.Stop:
			return nil
		case next.Lost > lost:
			lost = next.Lost
			continue
		case look == len(e.Looks)-1:
			return nil
		}
		look++
		if next.Settle > 0 {
			e.Settle = next.Settle
		}
	}
	return nil
}

// control is the slot of a pair that is A's again. Its requests are others: one that
// A knows from the slice before, and B does not, may be answered from a cache, or be
// refused as done already.
const (
	control        = 2
	controlStreams = 1e9 + 5000 // away from those of pairs; numbers are by stream%1e4
)

// order draws the order of a pair's slices.
func (e *Experiment) order(draw func(int) int) []int {
	first := draw(2)
	order := []int{first, 1 - first}
	if !e.Control {
		return order
	}
	at := draw(3)
	return append(order[:at:at], append([]int{control}, order[at:]...)...)
}

var arms = [2]string{results.ArmA, results.ArmB}
