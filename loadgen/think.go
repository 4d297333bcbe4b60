package loadgen

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Think is the time a worker of a closed model waits between an answer and its
// next request: none, fixed (Min), uniform (Min to Max) or exponential (Mean).
type Think struct {
	Law  ThinkLaw
	Min  time.Duration
	Max  time.Duration
	Mean time.Duration
}

// ThinkLaw is the distribution of think times.
type ThinkLaw string

const (
	NoThink          ThinkLaw = ""
	FixedThink       ThinkLaw = "fixed"
	UniformThink     ThinkLaw = "uniform"
	ExponentialThink ThinkLaw = "exponential"
)

func (t *Think) validate() error {
	switch {
	case t.Law == NoThink,
		t.Law == FixedThink && t.Min >= 0,
		t.Law == UniformThink && t.Min >= 0 && t.Max >= t.Min,
		t.Law == ExponentialThink && t.Mean > 0:
		return nil
	}
	return fmt.Errorf("think time: want none, fixed, uniform from low to high, or exponential with a mean, have %+v", *t)
}

// draw is one think time.
func (t *Think) draw(rng *rand.Rand) time.Duration {
	switch t.Law {
	case FixedThink:
		return t.Min
	case UniformThink:
		return t.Min + time.Duration(rng.Float64()*float64(t.Max-t.Min))
	case ExponentialThink:
		return time.Duration(rng.ExpFloat64() * float64(t.Mean))
	}
	return 0
}

// timer is a timer to use again and again by one goroutine.
type timer struct{ t *time.Timer }

// wait returns after d, or false when ctx ended before.
func (t *timer) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	if t.t == nil {
		t.t = time.NewTimer(d)
	} else {
		t.t.Reset(d)
	}
	select {
	case <-t.t.C:
		return true
	case <-ctx.Done():
		t.t.Stop()
		return false
	}
}
