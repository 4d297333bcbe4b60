package reference

import "time"

// Instants in this file are durations since the clock of the model started.

// stalls are the spans without progress: [k·every+lead, k·every+lead+length)
// for k = 0, 1, … where lead is a tenth of a period.
type stalls struct {
	length, every time.Duration
}

func (o Options) stalls() stalls { return stalls{length: o.Stall, every: o.StallEvery} }

func (s stalls) lead() time.Duration { return s.every / 10 }

// resume is t itself, or the end of the stall that t lies in.
func (s stalls) resume(t time.Duration) time.Duration {
	since := t - s.lead()
	if s.every == 0 || since < 0 {
		return t
	}
	if phase := since % s.every; phase < s.length {
		return t + s.length - phase
	}
	return t
}

// next is the beginning of the first stall at or after t; t must not lie within
// a stall. ok is false when there are none.
func (s stalls) next(t time.Duration) (begin time.Duration, ok bool) {
	if s.every == 0 {
		return 0, false
	}
	since := t - s.lead()
	if since <= 0 {
		return s.lead(), true
	}
	return t + s.every - since%s.every, true
}

// advance is when work begun at t ends if it makes no progress during stalls.
func (s stalls) advance(t, work time.Duration) time.Duration {
	t = s.resume(t)
	begin, ok := s.next(t)
	if !ok || t+work <= begin {
		return t + work
	}
	rest := work - (begin - t)
	gap := s.every - s.length // progress between two stalls
	// Work that ends together with a gap is done then, not a stall later.
	gaps := (rest - 1) / gap
	return begin + s.length + gaps*s.every + (rest - gaps*gap)
}

// queue is the whole model. It is not safe for concurrent use.
type queue struct {
	stalls stalls
	// free holds the instant at which each FIFO worker will be free; empty means
	// unlimited parallelism.
	free []time.Duration
}

func newQueue(o Options) *queue {
	return &queue{stalls: o.stalls(), free: make([]time.Duration, o.Workers)}
}

// frozen says whether a stall stops work in hand, as it does for FIFO workers.
func (q *queue) frozen() bool { return len(q.free) > 0 }

// plan decides when a request is served. Requests must be planned in order of
// arrival. Between start and finish lie the work and, when work in hand freezes,
// the stalls it meets.
func (q *queue) plan(arrival, work time.Duration) (start, finish time.Duration) {
	if !q.frozen() {
		start = q.stalls.resume(arrival)
		return start, start + work
	}
	worker := 0
	for i, free := range q.free {
		if free < q.free[worker] {
			worker = i
		}
	}
	start = q.stalls.resume(max(arrival, q.free[worker]))
	finish = q.stalls.advance(start, work)
	q.free[worker] = finish
	return start, finish
}
