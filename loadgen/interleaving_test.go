package loadgen

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// simulated is an experiment without a clock: each slice takes its time, and
// then as long as its last answer.
type simulated struct {
	now   time.Duration
	waits func(arm int, at time.Duration) (drain time.Duration, answered bool)
	begin func(context.Context) // of each slice; may be nil

	slices  [2]int // measured
	emitted []results.Slice
	planned []int
	took    []time.Duration
}

// run interleaves slices at 100/s.
func (s *simulated) run(ctx context.Context, e *Experiment) error {
	e.Planned = func(pairs int, _, took time.Duration) {
		s.planned, s.took = append(s.planned, pairs), append(s.took, took)
	}
	e.Plans[0].Load = openLoad(100, 0)
	x := &interleaving{now: func() time.Duration { return s.now }, ended: e.Ended}
	x.emit = func(sl *results.Slice) error {
		if sl.Phase == results.Measure {
			s.emitted = append(s.emitted, *sl)
		}
		return nil
	}
	for arm := range x.load {
		x.load[arm] = func(ctx context.Context, ph Phase, emit func(*results.Slice) error) error {
			if s.begin != nil {
				s.begin(ctx)
			}
			drain, answered := s.waits(arm, s.now)
			n := int64(100 * ph.Duration.Seconds())
			s.now += ph.Settle + ph.Duration
			sl := &results.Slice{Phase: ph.Kind, DurationS: ph.Duration.Seconds()}
			d := &results.ClassData{Errors: map[string]int64{}, Clocks: map[string]*stats.Histogram{}}
			switch left := ph.Until - s.now; {
			case drain > left:
				drain, sl.Unfinished = max(0, left), n
			case answered:
				d.Planned, d.Sent, d.Done = n, n, n
				if ph.Kind == results.Warmup {
					live := stats.NewLive()
					live.Record(drain)
					d.Clocks[results.ClockService] = live.Drain()
				}
			default:
				d.Planned, d.Sent, d.Errors[results.ErrTimeout] = n, n, n
			}
			s.now += drain
			if ph.Kind == results.Measure {
				s.slices[arm]++
			}
			sl.DrainS, sl.Classes = drain.Seconds(), map[string]*results.ClassData{"a": d}
			return errors.Join(emit(sl), context.Cause(ctx))
		}
	}
	return e.interleave(ctx, x)
}

func always(drains ...time.Duration) func(int, time.Duration) (time.Duration, bool) {
	const timeout = 10 * time.Second
	return func(arm int, _ time.Duration) (time.Duration, bool) {
		return drains[arm], drains[arm] < timeout
	}
}

// B3: a budget is the most that a comparison takes, whatever the targets do.
func TestBudgetIsTheMostWhateverTargetsDo(t *testing.T) {
	const ms, second = time.Millisecond, time.Second
	type answers = func(arm int, at time.Duration) (time.Duration, bool)
	head := func(of answers) answers { // the base answers at once
		return func(arm int, at time.Duration) (time.Duration, bool) {
			if arm == 0 {
				return 2 * ms, true
			}
			return of(arm, at)
		}
	}
	both := func(d time.Duration) answers { return always(d, d) }
	hangs := func(from, timeout time.Duration) answers {
		return head(func(_ int, at time.Duration) (time.Duration, bool) {
			if at >= from {
				return timeout, false
			}
			return 2 * ms, true
		})
	}
	for _, tc := range []struct {
		name string
		answers
		slice time.Duration
		gone  string // arm; "-": no matter
	}{
		{"fast", both(2 * ms), 0, ""},
		{"both in 0.1 s", both(100 * ms), 0, ""},
		{"both in 3 s", both(3 * second), 0, ""},
		{"both in 7 s", both(7 * second), 0, ""},
		{"both in 40 s", both(40 * second), 0, "-"},
		{"the head in 1 s", always(2*ms, second), 0, ""},
		{"the head in 9 s", always(2*ms, 9*second), 0, ""},
		{"the head in 59 s", always(2*ms, 59*second), 0, "-"},
		{"the base in 9 s", always(9*second, 2*ms), 0, ""},
		{"the head hangs, timeouts of 10 s", hangs(0, 10*second), 0, results.ArmB},
		{"the head hangs, timeouts of 30 s", hangs(0, 30*second), 0, results.ArmB},
		{"the head hangs, timeouts of an hour", hangs(0, time.Hour), 0, results.ArmB},
		{"the head hangs at 10 s, timeouts of 10 s", hangs(10*second, 10*second), 0, results.ArmB},
		{"the head hangs at 12 s, timeouts of an hour", hangs(12*second, time.Hour), 0, results.ArmB},
		{"the head hangs just before the end", hangs(18*second, 10*second), 0, "-"},
		{"both hang", func(int, time.Duration) (time.Duration, bool) { return 10 * second, false }, 0, "-"},
		{"both hang for an hour", func(int, time.Duration) (time.Duration, bool) { return time.Hour, false }, 0, "-"},
		{"the head refuses", head(func(int, time.Duration) (time.Duration, bool) { return 0, false }), 0, results.ArmB},
		{"the head refuses from 11 s on", hangs(11*second, 0), 0, results.ArmB},
		{"both refuse", func(int, time.Duration) (time.Duration, bool) { return 0, false }, 0, "-"},
		{"stalls of 5 s", head(func(_ int, at time.Duration) (time.Duration, bool) {
			if at%(7*second) < second {
				return 5 * second, true
			}
			return 2 * ms, true
		}), 0, ""},
		{"slower and slower", head(func(_ int, at time.Duration) (time.Duration, bool) { return at / 4, true }), 0, ""},
		{"the warm-up eats it up", func(_ int, at time.Duration) (time.Duration, bool) {
			if at < 8*second {
				return 13 * second, true
			}
			return 2 * ms, true
		}, 0, ""},
		{"the base's warm-up eats it up", func(_ int, at time.Duration) (time.Duration, bool) {
			if at == 0 {
				return 16 * second, true
			}
			return 2 * ms, true
		}, 0, ""},
		{"long slices", both(2 * ms), 500 * ms, ""},
		{"long slices, answers in 3 s", both(3 * second), 500 * ms, ""},
		{"long slices, answers in 20 s", both(20 * second), 500 * ms, "-"},
	} {
		for _, budget := range []time.Duration{20 * second, 60 * second, 120 * second} {
			for seed := range uint64(2) { // either arm first
				for _, control := range []bool{false, true} {
					s := &simulated{waits: tc.answers}
					e := Experiment{Budget: budget, Warmup: 3 * second, Slice: tc.slice, Seed: seed, Control: control}
					if e.CheckBudget() != nil {
						continue
					}
					err := s.run(context.Background(), &e)
					gone := &Gone{}
					if errors.As(err, &gone); tc.gone != "-" && (gone.Arm != tc.gone || err != nil && tc.gone == "") {
						t.Errorf("%s, budget %s, seed %d: %v", tc.name, budget, seed, err)
					}
					if s.now > budget+overrun {
						t.Errorf("%s: took %s of a budget of %s", tc.name, s.now, budget)
					}
					for i := range s.emitted {
						if sl := &s.emitted[i]; sl.Unfinished > 0 && (i < len(s.emitted)-1 || sl.Excluded == "") {
							t.Errorf("%s: slice %d of %d is cut: %q", tc.name, i, len(s.emitted), sl.Excluded)
						}
					}
				}
			}
		}
	}
}

// B3: what the warm-up showed of the targets is in the announcement.
func TestAnnouncementKnowsHowSlowTheTargetsAre(t *testing.T) {
	s := &simulated{waits: always(3*time.Second, 3*time.Second)}
	e := Experiment{Budget: 3 * time.Minute, Warmup: 3 * time.Second, Seed: 1}
	if err := s.run(context.Background(), &e); err != nil {
		t.Fatal(err)
	}
	const warmUps = 12 * time.Second
	if len(s.planned) != 1 || s.slices != [2]int{s.planned[0], s.planned[0]} || s.took[0] != s.now-warmUps {
		t.Errorf("announced %v pairs in %v; made %v slices in %s", s.planned, s.took, s.slices, s.now-warmUps)
	}
	if s.now > e.Budget || s.planned[0] < stats.MinValues {
		t.Errorf("%d pairs until %s; three minutes hold %d of them", s.planned[0], s.now, stats.MinValues)
	}
}

// B3: where answers are slow, slices are longer, or most of the time would be
// spent waiting for the last of them.
func TestSlicesAreLongerForSlowTargets(t *testing.T) {
	for drain, want := range map[time.Duration]time.Duration{
		time.Millisecond: 250 * time.Millisecond, time.Second: 2 * time.Second, 4 * time.Second: 4 * time.Second,
	} {
		s := &simulated{waits: always(drain, drain)}
		e := Experiment{Budget: time.Hour, Warmup: 3 * time.Second}
		if err := s.run(context.Background(), &e); err != nil || e.Slice != want {
			t.Errorf("answers in %s: slices of %s, want %s (%v)", drain, e.Slice, want, err)
		}
	}
}

// A3: a target that stops answering ends the experiment; one that is restarted
// does not.
func TestTargetThatAnswersNoMoreEndsTheExperiment(t *testing.T) {
	silent := func(from, to time.Duration) func(int, time.Duration) (time.Duration, bool) {
		return func(arm int, at time.Duration) (time.Duration, bool) {
			return time.Millisecond, arm == 0 || at < from || at >= to
		}
	}
	s := &simulated{waits: silent(20*time.Second, time.Hour)}
	gone := &Gone{}
	if err := s.run(context.Background(), &Experiment{Budget: time.Minute, Warmup: 3 * time.Second}); !errors.As(err, &gone) {
		t.Fatalf("no end: %v", err)
	}
	if gone.Arm != results.ArmB || gone.Ended || !gone.Answered || gone.Pairs < 22 || gone.Pairs > 23 || gone.Planned < 80 || s.now > 30*time.Second {
		t.Errorf("%+v at %s", gone, s.now)
	}
	s = &simulated{waits: silent(20*time.Second, 23*time.Second)}
	if err := s.run(context.Background(), &Experiment{Budget: time.Minute, Warmup: 3 * time.Second}); err != nil {
		t.Errorf("away for 3 s: %v", err)
	}
}

// B3, A3: a target that begins to hang in the middle uses up what is left of a
// small budget within a slice. That is told, and not that data is lacking.
func TestTargetThatHangsUntilTheBudgetIsUsedUpIsGone(t *testing.T) {
	const timeout = 10 * time.Second
	for seed := range uint64(4) { // either arm first
		s := &simulated{waits: func(arm int, at time.Duration) (time.Duration, bool) {
			if arm == 1 && at >= 10*time.Second {
				return timeout, false
			}
			return time.Millisecond, true
		}}
		gone := &Gone{}
		err := s.run(context.Background(), &Experiment{Budget: 20 * time.Second, Warmup: 3 * time.Second, Seed: seed})
		if !errors.As(err, &gone) || gone.Arm != results.ArmB || !gone.Answered || gone.Pairs < 3 || gone.Pairs >= gone.Planned {
			t.Errorf("seed %d: %v (%+v)", seed, err, gone)
		}
		if s.slices[0] != s.slices[1] || s.now > 20*time.Second+timeout+overrun {
			t.Errorf("seed %d: %v slices until %s: want whole pairs within a timeout of the budget", seed, s.slices, s.now)
		}
	}
}

// A3: a process that ends, ends the experiment at once.
func TestProcessThatEndsEndsTheExperimentAtOnce(t *testing.T) {
	ended := make(chan struct{})
	s := &simulated{waits: always(time.Millisecond, time.Millisecond)}
	s.begin = func(ctx context.Context) {
		if s.slices == [2]int{4, 4} {
			close(ended)
			<-ctx.Done() // the engine stops sending then
		}
	}
	e := Experiment{Budget: time.Minute, Warmup: 3 * time.Second, Ended: [2]<-chan struct{}{1: ended}}
	gone := &Gone{}
	if err := s.run(context.Background(), &e); !errors.As(err, &gone) || !gone.Ended || gone.Arm != results.ArmB || gone.Pairs != 4 {
		t.Errorf("%v (%+v)", err, gone)
	}
}

// A slow target of which few requests may be in flight is sent settle requests and
// nothing else: those it answers.
func TestTargetThatAnswersSettleRequestsIsNotSilent(t *testing.T) {
	var s silence
	dropped := &results.ClassData{Planned: 40, Dropped: 40}
	for range 5 {
		s.listen(&results.Slice{Discarded: 6, SettleErrors: 2, DrainS: 3, Classes: map[string]*results.ClassData{"a": dropped}}, time.Hour, 1)
	}
	if s.slices != 0 || !s.answered {
		t.Errorf("%+v", s)
	}
	s.listen(&results.Slice{Discarded: 6, SettleErrors: 6, DrainS: 3, Classes: map[string]*results.ClassData{"a": dropped}}, time.Hour, 1)
	if s.slices != 1 {
		t.Errorf("no settle request is answered: %+v", s)
	}
}

// A target that begins to hang in the middle of the last slice is gone, however many
// answers that slice has; one that is only slow is not.
func TestTargetThatHangsInTheMiddleOfASliceIsSilent(t *testing.T) {
	live := stats.NewLive()
	live.Record(2 * time.Second)
	some := &results.ClassData{Planned: 20, Sent: 20, Done: 20, Clocks: map[string]*stats.Histogram{results.ClockService: live.Drain()}}
	for drain, want := range map[float64]bool{3: false, 6: true} {
		var s silence
		s.listen(&results.Slice{Unfinished: 10, DurationS: 0.25, DrainS: drain, Classes: map[string]*results.ClassData{"a": some}}, time.Minute, 7)
		if got := s.endured(time.Minute); got != want || want && s.pairs != 7 {
			t.Errorf("nothing more in %g s, answers took 2 s: %+v", drain, s)
		}
	}
}
