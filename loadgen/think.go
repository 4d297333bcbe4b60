package loadgen

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Think is the time a worker of a closed model waits between an answer and its
// next request: from Min to Max, uniformly, or exponential with a Mean; all zero:
// it does not wait.
type Think struct{ Min, Max, Mean time.Duration }

// Zero says that nobody waits.
func (t *Think) Zero() bool { return *t == Think{} }

func (t *Think) validate() error {
	if t.Min < 0 || t.Max < t.Min || t.Mean < 0 || t.Mean > 0 && t.Max > 0 {
		return fmt.Errorf("think time: want one from low to high, or exponential with a mean, have %+v", *t)
	}
	return nil
}

// draw is one think time.
func (t *Think) draw(rng *rand.Rand) time.Duration {
	if t.Mean > 0 {
		return time.Duration(rng.ExpFloat64() * float64(t.Mean))
	}
	return t.Min + time.Duration(rng.Float64()*float64(t.Max-t.Min))
}

// of is the think time drawn for a purpose, and a request of that number.
func (t *Think) of(seed, purpose, number uint64) time.Duration {
	if t.Zero() {
		return 0
	}
	return t.draw(newRand(seed, purpose, number))
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
