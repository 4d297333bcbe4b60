package loadgen

import (
	"context"
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Gone says that a target ended in the middle of an experiment, or answered no
// more, which ended the experiment, too.
type Gone struct {
	Arm            string
	Ended          bool // its process ended; else it is only silent
	Answered       bool // it had answered before
	Pairs, Planned int  // whole pairs before that, of how many; 0 of 0 in the warm-up
	At             time.Duration
}

// Error is for those who expect no such end.
func (g *Gone) Error() string {
	if g.Ended {
		return fmt.Sprintf("the target of arm %s ended by itself", g.Arm)
	}
	return fmt.Sprintf("the target of arm %s answers nothing", g.Arm)
}

// A target that has never answered is given up after so many slices, warm-up
// included; one that did answer gets the time of a restart, too.
const (
	silentFromStart = 2
	silentSlices    = 3
	silentTime      = 5 * time.Second
	// endGrace is how long a process may take from breaking its connections to
	// having ended: its children's output is waited for.
	endGrace = 2 * time.Second
)

// interleaving runs slices on either target.
type interleaving struct {
	ctx   context.Context // ends with the first target, too
	load  [2]func(context.Context, Phase, func(*results.Slice) error) error
	now   func() time.Duration
	emit  func(*results.Slice) error
	ended [2]<-chan struct{}

	end            time.Duration      // of the budget
	cut            bool               // it ended before the last answers came
	align          func()             // makes both arms go on with the same requests; nil: they do
	usedUp         func(arm int) bool // says whether what is sent once is; nil: nothing is
	over           bool               // it is
	pairs, planned int
	silent         [2]silence
}

// silence is for how long an arm has answered nothing.
type silence struct {
	slices   int
	since    time.Duration
	pairs    int           // whole ones before it
	answered bool          // ever
	usual    time.Duration // the longest that an answer, or the last of a slice, took
	broken   bool          // its last slice met closed connections
}

// watch ends the interleaving's context when a target has ended. The returned
// function ends the watch.
func (x *interleaving) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	x.ctx = ctx
	for arm, ended := range x.ended {
		go func() {
			select {
			case <-ended: // never, if nil
				cancel(&Gone{Arm: arms[arm], Ended: true})
			case <-ctx.Done():
			}
		}()
	}
	return func() { cancel(nil) }
}

// hasTime says whether the budget holds another pair, which takes about that long.
// The first is tried wherever its load has time: nobody waits longer for answers
// than the budget lasts. What a busy machine delayed may cost some of the budget's
// pairs, but not those without which there is no verdict.
func (x *interleaving) hasTime(e *Experiment, took time.Duration) bool {
	end := x.end
	if x.pairs < fewestPairs {
		end += overrun
	}
	if x.pairs == 0 {
		return x.now()+e.slots()*(e.Slice+e.Settle) <= end
	}
	return x.now()+took <= end
}

// pair runs a slice on each target, and of the control. It is whole when each came
// to its end.
func (x *interleaving) pair(e *Experiment, pair int, order []int) error {
	if x.align != nil {
		x.align()
	}
	for position, slot := range order {
		if x.now()+e.Settle+e.Slice > x.end+overrun {
			return nil // waiting for answers took what was left
		}
		ph := Phase{Kind: results.Measure, Stream: uint64(pair), Settle: e.Settle, Duration: e.Slice}
		if slot == control {
			ph.Stream += controlStreams
		}
		if _, err := x.slice(slot, ph, pair, position+1, nil); err != nil {
			return err
		}
	}
	if !x.cut {
		x.pairs++
	}
	return nil
}

// slice runs one slice and returns how long its last answers took. What was
// served is added to service, if that is not nil.
func (x *interleaving) slice(slot int, ph Phase, pair, position int, service *stats.Histogram) (drained time.Duration, err error) {
	arm, name := slot, results.ArmControl
	if slot == control {
		arm = 0
	} else {
		name = arms[arm]
	}
	ph.Until, ph.Throughout = x.end+overrun, true
	err = x.load[arm](x.ctx, ph, func(s *results.Slice) error {
		s.Arm, s.Pair, s.Position = name, pair, position
		x.over = x.over || x.usedUp != nil && x.usedUp(arm)
		x.cut = x.cut || x.over || s.Unfinished > 0
		if x.ctx.Err() != nil || x.cut {
			s.Excluded = string(results.Interrupted)
		}
		drained = time.Duration(s.DrainS * float64(time.Second))
		x.silent[arm].listen(s, x.now(), x.pairs)
		if service != nil {
			for _, d := range s.Classes {
				service.Merge(d.Clocks[results.ClockService])
			}
		}
		return x.emit(s)
	})
	if x.usedUp != nil && x.usedUp(arm) { // also before a slice
		x.over, x.cut = true, true
	}
	if gone, ok := context.Cause(x.ctx).(*Gone); ok {
		return drained, x.placed(gone)
	}
	if err == nil && x.silent[arm].lasts(x.now()) {
		return drained, x.silenced(arm)
	}
	return drained, err
}

// placed says when it was.
func (x *interleaving) placed(g *Gone) *Gone {
	at := *g
	at.Pairs, at.Planned, at.At = x.pairs, x.planned, x.now()
	return &at
}

// silenced is the end of an arm that answers nothing.
func (x *interleaving) silenced(arm int) *Gone {
	gone := x.placed(&Gone{Arm: arms[arm], Answered: x.silent[arm].answered})
	gone.Pairs = x.silent[arm].pairs
	return gone
}

// listen takes note of whether a slice had answers.
func (s *silence) listen(sl *results.Slice, now time.Duration, pairs int) {
	// Where few may be in flight, a slow target is sent nothing but settle requests.
	asked, answered := sl.Unfinished+sl.Discarded, sl.Discarded-sl.SettleErrors
	s.broken = false
	usual := s.usual
	for _, d := range sl.Classes {
		asked += d.Sent
		answered += d.Done + d.Carried
		s.broken = s.broken || d.Errors[results.ErrReset]+d.Errors[results.ErrRefused] > 0
		if h := d.Clocks[results.ClockService]; h != nil && d.Done > 0 {
			usual = max(usual, h.Max())
		}
	}
	drain := time.Duration(sl.DrainS * float64(time.Second))
	switch hangs := sl.Unfinished > 0 && drain >= max(silentTime, 2*usual); {
	case answered > 0 && !hangs:
		*s = silence{answered: true, usual: max(usual, drain), broken: s.broken}
	case answered > 0: // it began to hang in the middle of the slice
		*s = silence{answered: true, usual: usual, broken: s.broken, slices: 1, pairs: pairs, since: now - drain}
	case asked > 0:
		if s.slices == 0 {
			s.pairs = pairs
			s.since = now - time.Duration(sl.DurationS*float64(time.Second)) - drain
		}
		s.slices++
	}
}

// lasts says that waiting on would lead to nothing.
func (s *silence) lasts(now time.Duration) bool {
	if !s.answered {
		return s.slices >= silentFromStart
	}
	return s.slices >= silentSlices && now-s.since >= silentTime
}

// endured says that an arm, which has answered nothing for as long, would have
// answered if it were only slow.
func (s *silence) endured(now time.Duration) bool {
	return s.slices > 0 && now-s.since >= max(silentTime, 2*s.usual)
}

// lastWord finds out whether a target was gone in the last slice. Where waiting
// for one that answered nothing took the time of the pairs to come, that is what
// ended the experiment. And a target whose connections broke may have ended then:
// its process may take a moment longer.
func (x *interleaving) lastWord() error {
	for arm := range arms {
		s, other := &x.silent[arm], &x.silent[1-arm]
		if x.pairs < x.planned && s.endured(x.now()) && other.slices == 0 {
			return x.silenced(arm)
		}
	}
	for arm, ended := range x.ended {
		if ended == nil || !x.silent[arm].broken {
			continue
		}
		grace := time.NewTimer(endGrace)
		select {
		case <-ended:
			return x.placed(&Gone{Arm: arms[arm], Ended: true})
		case <-grace.C:
		case <-x.ctx.Done():
		}
		grace.Stop()
	}
	return nil
}
