package loadgen

import (
	"fmt"
	"sync"
	"time"
)

// standstill tells when the generator itself stood still: it was stopped, its
// container paused, its machine frozen, or no core left for it. Nothing else
// tells in a closed model, where the workers stand still with it: to them it
// looks as if the target had not answered. The watchdog's tick is due every few
// milliseconds and waits for nothing, so one that comes late by far is the
// generator's lateness and nobody else's.
type standstill struct {
	mu      sync.Mutex
	last    time.Duration // the tick before, on the generator's clock
	ends    time.Duration // when the last long standstill ended
	lasted  time.Duration // how long it had lasted
	longest time.Duration // lateness of a tick since the last cut
	sum     time.Duration // of those that came late since then
}

const (
	// longStandstill is a lateness that no ordinary load leads to; the slice in
	// which it falls is in no figure.
	longStandstill = 100 * time.Millisecond
	// lateTick is one that is no matter of the scheduler's.
	lateTick = 10 * time.Millisecond
	// afterStandstill is how long what was in flight takes to be read: the slice
	// that has it is left out as well.
	afterStandstill = 100 * time.Millisecond
)

// tick notes that it is now, and returns by how much that is late.
func (s *standstill) tick(now time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.note(now)
}

func (s *standstill) note(now time.Duration) time.Duration {
	late := now - s.last - watchEvery
	s.last = max(s.last, now)
	s.longest = max(s.longest, late)
	if late >= lateTick {
		s.sum += late
	}
	if late >= longStandstill {
		s.ends, s.lasted = now, late
	}
	return late
}

// cut returns what was seen since the last cut, which was at begin: the longest
// standstill, the sum of all, and why the slice from then until now is to be left
// out of figures, or "".
func (s *standstill) cut(begin, now time.Duration) (longest, sum time.Duration, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(now) // its tick may be due, and later than we
	longest, sum = s.longest, s.sum
	s.longest, s.sum = 0, 0
	if s.lasted > 0 && s.ends+afterStandstill > begin {
		why = fmt.Sprintf("the load generator itself stood still for %s", s.lasted.Round(10*time.Millisecond))
	}
	return longest, sum, why
}
