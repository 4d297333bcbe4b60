//go:build !linux

package loadgen

import (
	"context"
	"runtime"
	"time"
)

// pacer waits for planned instants with the runtime's timers, whose lateness
// the lag histogram shows.
type pacer struct{ now func() time.Duration }

func newPacer(now func() time.Duration) *pacer {
	runtime.LockOSThread()
	return &pacer{now: now}
}

// wait returns at the instant, or false when ctx ended before it.
func (p *pacer) wait(ctx context.Context, until time.Duration) bool {
	const spin = time.Millisecond
	for {
		left := until - p.now()
		if left <= 0 {
			return ctx.Err() == nil
		}
		if left > spin {
			if ctx.Err() != nil {
				return false
			}
			time.Sleep(min(left-spin, 5*time.Millisecond))
		}
	}
}
