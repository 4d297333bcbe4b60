package loadgen

import (
	"context"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

const probeEvery = 2 * time.Millisecond

// ProbeWakeUps waits for an instant every probeEvery for d, twice, and says how
// late each wake-up was: with the runtime's timers, as most programs do, and then
// with the thread that paces the open model.
func ProbeWakeUps(ctx context.Context, d time.Duration) (timer, pacer *stats.Histogram) {
	return probeTimer(ctx, d), probePacer(ctx, d)
}

func probeTimer(ctx context.Context, d time.Duration) *stats.Histogram {
	begin := time.Now()
	late := stats.NewLive()
	for at := probeEvery; at <= d && ctx.Err() == nil; at += probeEvery {
		time.Sleep(at - time.Since(begin))
		late.Record(time.Since(begin) - at)
	}
	return late.Drain()
}

func probePacer(ctx context.Context, d time.Duration) *stats.Histogram {
	defer Tune(results.Open)()
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
