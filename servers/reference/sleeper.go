package reference

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"
)

var errClosed = errors.New("server is closed")

// sleeper lets goroutines wait for instants more exactly than time.Sleep, whose
// wake-up the runtime rounds to the milliseconds of its poller. One alarm of the
// operating system wakes whoever is due shortly before the instant; the last
// spinLead or less is spun away by the waiter itself, which hides the time it
// takes to get a goroutine running.
type sleeper struct {
	alarm  *alarm
	closed chan struct{} // closed by close
	done   chan struct{} // closed when run has returned

	mu      sync.Mutex
	waiters waiterHeap
}

type waiter struct {
	at time.Time
	ch chan struct{} // closed when due
}

func newSleeper() (*sleeper, error) {
	a, err := newAlarm()
	if err != nil {
		return nil, err
	}
	s := &sleeper{alarm: a, closed: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s, nil
}

// until returns at the instant, or earlier with an error when ctx or the sleeper
// ends.
func (s *sleeper) until(ctx context.Context, instant time.Time) error {
	if at := instant.Add(-spinLead); time.Until(at) > 0 {
		ch := make(chan struct{})
		s.add(waiter{at: at, ch: ch})
		select {
		case <-ch:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closed:
			return errClosed
		}
	}
	for time.Until(instant) > 0 {
		// spin
	}
	return nil
}

func (s *sleeper) add(w waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return
	}
	heap.Push(&s.waiters, w)
	if s.waiters[0].ch == w.ch {
		s.alarm.set(time.Until(w.at))
	}
}

// run wakes the waiters until close. A waiter that gave up stays in the heap
// until it is due: nobody listens to its channel by then.
func (s *sleeper) run() {
	defer close(s.done)
	for s.alarm.wait() {
		s.mu.Lock()
		for len(s.waiters) > 0 && time.Until(s.waiters[0].at) <= 0 {
			close(heap.Pop(&s.waiters).(waiter).ch)
		}
		if len(s.waiters) > 0 && !s.isClosed() {
			s.alarm.set(time.Until(s.waiters[0].at))
		}
		s.mu.Unlock()
	}
}

// close releases every waiter and returns when the alarm's goroutine has ended.
func (s *sleeper) close() {
	s.mu.Lock()
	if !s.isClosed() {
		close(s.closed)
		s.alarm.close()
	}
	s.mu.Unlock()
	<-s.done
}

// isClosed is for callers that hold mu.
func (s *sleeper) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// waiterHeap is a container/heap of waiters, earliest first.
type waiterHeap []waiter

func (h waiterHeap) Len() int           { return len(h) }
func (h waiterHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h waiterHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *waiterHeap) Push(x any)        { *h = append(*h, x.(waiter)) }
func (h *waiterHeap) Pop() any {
	last := len(*h) - 1
	w := (*h)[last]
	(*h)[last] = waiter{}
	*h = (*h)[:last]
	return w
}
