package loadgen

import (
	"sync"
	"time"
)

// waiting is the body of a request with Expect: 100-continue, until the target asks
// for it, or has had its time. Only such requests pay for it: with a
// timer and a few allocations.
type waiting struct {
	mu    sync.Mutex
	body  []byte // in its framing; nil: it is sent, or nobody wants it any more
	timer *time.Timer
}

// holdBack keeps the body back and arms the timer.
func (c *conn) holdBack(body []byte, wait time.Duration) {
	w := &waiting{body: body}
	c.waits = w
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(wait, func() { c.sendBody(w) })
}

// sendBody sends the body unless that was done. A small one goes out under the
// lock, so that its buffer is nobody else's meanwhile; a large one as
// any large request.
func (c *conn) sendBody(w *waiting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if body := w.body; body != nil {
		w.body = nil
		w.timer.Stop()
		c.send(body)
	}
}

// noBody gives up the body of a request that has ended; it says whether there was
// one: the target may still wait for it, and the connection is of no further use.
func (c *conn) noBody() bool {
	w := c.waits
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c.waits = nil
	w.timer.Stop()
	held := w.body != nil
	w.body = nil
	return held
}
