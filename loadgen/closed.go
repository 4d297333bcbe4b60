package loadgen

import (
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// closed runs the closed model: as many workers as connections, each sending
// its next request when its last answer has come and its think time is over.
func (r *run) closed(ctx context.Context) {
	workers := r.g.plan.Load.Connections
	r.inFlightMax.Store(int64(workers))
	var stop atomic.Bool
	release := context.AfterFunc(ctx, func() { stop.Store(true) })
	defer release()
	var next atomic.Uint64
	for i := range workers {
		r.pending.Go(func() { r.work(ctx, i, &next, &stop) })
	}
	r.await()
}

// work is one worker's phase.
func (r *run) work(ctx context.Context, worker int, next *atomic.Uint64, stop *atomic.Bool) {
	load := &r.g.plan.Load
	var t timer
	if load.SpawnRate > 0 {
		delay := time.Duration(float64(worker) / load.SpawnRate * float64(time.Second))
		if !t.wait(ctx, min(delay, r.remaining())) {
			return
		}
	}
	var rng *rand.Rand
	if !load.Think.Zero() {
		rng = newRand(r.g.plan.Seed, streamThink+uint64(worker), r.phase.Stream)
	}
	var req request // one for all: the transport may keep it on the heap
	for !stop.Load() {
		now := r.g.now()
		if r.phase.Duration > 0 && now >= r.end() {
			return
		}
		n := next.Add(1) - 1
		if r.phase.Requests > 0 && n >= uint64(r.phase.Requests) {
			return
		}
		req = r.request(n, now)
		req.sent = now
		r.flying.Add(1)
		o := r.g.transport.exchange(worker, &req)
		for r.follow(&req, &o, &t) {
			o = r.g.transport.exchange(worker, &req)
		}
		r.flying.Add(-1)
		pause := time.Duration(0)
		if rng != nil {
			pause = load.Think.draw(rng)
		}
		if !o.answered() && o.failure != failTimeout {
			pause = max(pause, failurePause)
		}
		if pause > 0 && !t.wait(ctx, min(pause, r.remaining())) {
			return
		}
	}
}

// remaining is the time left until a phase limited by time stops sending.
func (r *run) remaining() time.Duration {
	if r.phase.Duration == 0 {
		return math.MaxInt64
	}
	return r.end() - r.g.now()
}

// failurePause keeps a worker whose request failed without an answer from
// turning a dead target into a busy loop.
const failurePause = 50 * time.Millisecond
