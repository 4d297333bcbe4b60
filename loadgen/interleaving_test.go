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
	planned []int
	took    []time.Duration
}

// run interleaves slices at 100/s, with a timeout of 10 s.
func (s *simulated) run(ctx context.Context, e *Experiment) error {
	e.Planned = func(pairs int, took time.Duration) {
		s.planned, s.took = append(s.planned, pairs), append(s.took, took)
	}
	e.Plans[0].Load = openLoad(100, 0)
	x := &interleaving{now: func() time.Duration { return s.now }, emit: func(*results.Slice) error { return nil }, ended: e.Ended}
	for arm := range x.load {
		x.load[arm] = func(ctx context.Context, ph Phase, emit func(*results.Slice) error) error {
			if s.begin != nil {
				s.begin(ctx)
			}
			drain, answered := s.waits(arm, s.now)
			n := int64(100 * ph.Duration.Seconds())
			d := &results.ClassData{Planned: n, Sent: n, Errors: map[string]int64{}, Clocks: map[string]*stats.Histogram{results.ClockService: stats.NewHistogram()}}
			if answered {
				d.Done = n
				live := stats.NewLive()
				live.Record(drain)
				d.Clocks[results.ClockService] = live.Drain()
			} else {
				d.Errors[results.ErrTimeout] = n
			}
			s.now += ph.Settle + ph.Duration + drain
			if ph.Kind == results.Measure {
				s.slices[arm]++
			}
			err := emit(&results.Slice{Phase: ph.Kind, DurationS: ph.Duration.Seconds(), DrainS: drain.Seconds(), Classes: map[string]*results.ClassData{"a": d}})
			return errors.Join(err, context.Cause(ctx))
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

// B3: waiting for the answers of slow or hanging targets counts against the
// budget: it may be exceeded by one timeout and the second of a busy machine.
func TestBudgetIsKeptWhenTargetsAreSlowOrHang(t *testing.T) {
	const timeout, ms = 10 * time.Second, time.Millisecond
	for _, tc := range []struct {
		name   string
		drains []time.Duration
		budget time.Duration
		gone   string
	}{
		{"fast", []time.Duration{2 * ms, 2 * ms}, 20 * time.Second, ""},
		{"both in 3 s", []time.Duration{3 * time.Second, 3 * time.Second}, 20 * time.Second, ""},
		{"both in 3 s, a minute", []time.Duration{3 * time.Second, 3 * time.Second}, time.Minute, ""},
		{"the head in 9 s", []time.Duration{2 * ms, 9 * time.Second}, 20 * time.Second, ""},
		{"the head hangs", []time.Duration{2 * ms, timeout}, 20 * time.Second, results.ArmB},
		{"the head hangs, a minute", []time.Duration{2 * ms, timeout}, time.Minute, results.ArmB},
		{"the base hangs", []time.Duration{timeout, 2 * ms}, time.Minute, results.ArmA},
		{"both hang", []time.Duration{timeout, timeout}, 20 * time.Second, ""},
	} {
		for seed := range uint64(4) { // either arm first
			s := &simulated{waits: always(tc.drains...)}
			e := Experiment{Budget: tc.budget, Warmup: 3 * time.Second, Seed: seed}
			err := s.run(context.Background(), &e)
			gone := &Gone{}
			if errors.As(err, &gone); gone.Arm != tc.gone || err != nil && tc.gone == "" {
				t.Errorf("%s: %v", tc.name, err)
			}
			if s.now > tc.budget+timeout+overrun {
				t.Errorf("%s: took %s of a budget of %s", tc.name, s.now, tc.budget)
			}
			if tc.gone != "" && s.now > 3*timeout+tc.budget/2 {
				t.Errorf("%s: took %s to find out that nothing answers", tc.name, s.now)
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
		time.Millisecond: 500 * time.Millisecond, time.Second: 2 * time.Second, 4 * time.Second: 4 * time.Second,
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
	if gone.Arm != results.ArmB || gone.Ended || !gone.Answered || gone.Pairs < 12 || gone.Pairs > 13 || gone.Planned < 40 || s.now > 30*time.Second {
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
