package loadgen

import (
	"context"
	"time"

	"github.com/mlbench/mlbench/results/stats"
)

// ProbeTimer and ProbePacer wait for an instant every probeEvery, and say how
// late each wake-up was: with the runtime's timers, as most programs do, and
// with the thread that paces the open model.
const probeEvery = 2 * time.Millisecond

// ProbeTimer measures how late the runtime's timers wake.
func ProbeTimer(ctx context.Context, d time.Duration) *stats.Histogram {
	begin := time.Now()
	late := stats.NewLive()
	for at := probeEvery; at <= d && ctx.Err() == nil; at += probeEvery {
		time.Sleep(at - time.Since(begin))
		late.Record(time.Since(begin) - at)
	}
	return late.Drain()
}

// ProbePacer measures how late the pacing thread of the open model wakes.
func ProbePacer(ctx context.Context, d time.Duration) *stats.Histogram {
	reserveThread()
	late := stats.NewLive()
	done := make(chan struct{})
	go func() { // the pacer keeps this goroutine's thread
		defer close(done)
		begin := time.Now()
		now := func() time.Duration { return time.Since(begin) }
		p := newPacer(now)
		for at := probeEvery; at <= d && p.wait(ctx, at); at += probeEvery {
			late.Record(now() - at)
		}
	}()
	<-done
	return late.Drain()
}
