package loadgen

import (
	"sync"
	"time"
)

// watchdog ends requests that exceed the plan's timeout. One goroutine looks
// over all connections now and then: cheaper than a timer per request, and the
// granularity does no harm since a timeout is recorded at its nominal value.
type watchdog struct {
	now   func() time.Duration
	mu    sync.Mutex
	conns []*conn
	still standstill
	stop  chan struct{}
	done  chan struct{}
}

const watchEvery = 10 * time.Millisecond

func newWatchdog(now func() time.Duration) *watchdog {
	w := &watchdog{now: now, stop: make(chan struct{}), done: make(chan struct{})}
	w.still.last = now()
	go w.loop()
	return w
}

func (w *watchdog) loop() {
	defer close(w.done)
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			// After a standstill answers that came meanwhile are there to be read,
			// and get until the next tick.
			if now := w.now(); w.still.tick(now) < longStandstill {
				w.expire(int64(now))
			}
		case <-w.stop:
			return
		}
	}
}

// expire ends every request whose deadline lies before now.
func (w *watchdog) expire(now int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		// The swap fails if the request has just ended: only then may the
		// connection carry another one.
		if dl := c.deadline.Load(); dl > 0 && dl < now && c.deadline.CompareAndSwap(dl, expired) {
			_ = c.nc.SetDeadline(time.Unix(1, 0))
		}
	}
}

func (w *watchdog) add(c *conn) {
	w.mu.Lock()
	c.slot = len(w.conns)
	w.conns = append(w.conns, c)
	w.mu.Unlock()
}

// remove forgets c; again is harmless.
func (w *watchdog) remove(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.slot < 0 {
		return
	}
	last := w.conns[len(w.conns)-1]
	w.conns[c.slot] = last
	last.slot = c.slot
	w.conns = w.conns[:len(w.conns)-1]
	c.slot = -1
}

// close stops the watch and closes every connection.
func (w *watchdog) close() {
	close(w.stop)
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.nc.Close()
	}
}
