package loadgen

import (
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// closed runs the closed model: as many workers as connections, each a client that
// sends its next request when its last answer has come and its think time is over.
func (r *run) closed(ctx context.Context) {
	load := &r.g.plan.Load
	ctx, over := context.WithCancel(ctx)
	defer over()
	r.inFlightMax.Store(int64(load.Connections))
	c := &clients{over: over}
	release := context.AfterFunc(ctx, func() { c.stop.Store(true) })
	defer release()
	for i := range load.Connections {
		r.pending.Go(func() { r.work(ctx, i, c) })
	}
	r.await()
	if r.sent = c.next.Load(); r.phase.Requests > 0 {
		r.sent = min(r.sent, uint64(r.phase.Requests))
	}
}

// clients are what the workers of a phase share.
type clients struct {
	next atomic.Uint64 // request
	stop atomic.Bool
	over func() // ends the phase: all its requests are sent
}

// work is one worker's phase.
func (r *run) work(ctx context.Context, worker int, c *clients) {
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
	for _, due := range load.due(worker) {
		if !t.wait(ctx, min(r.begin+due.from-r.g.now(), r.remaining())) {
			return
		}
		end := forEver
		if due.until < forEver {
			end = r.begin + due.until
		}
		if r.phase.Duration > 0 {
			end = min(end, r.end())
		}
		if !r.serve(ctx, worker, end, c, rng, &t) {
			return
		}
		if due.until < forEver {
			r.g.leave(worker)
		}
	}
}

// serve sends a worker's requests until end; false: the phase is over.
func (r *run) serve(ctx context.Context, worker int, end time.Duration, c *clients, rng *rand.Rand, t *timer) bool {
	load, who := &r.g.plan.Load, r.g.worker(worker)
	var req request // one for all: the transport may keep it on the heap
	for !c.stop.Load() {
		now := r.g.now()
		if now >= end {
			return true
		}
		if who != nil && !who.in && r.g.login >= 0 {
			if !r.logIn(worker, who, &req) && !t.wait(ctx, min(failurePause, end-r.g.now())) {
				return false
			}
			continue
		}
		n := c.next.Add(1) - 1
		if r.phase.Requests > 0 && n >= uint64(r.phase.Requests) {
			c.over()
			return false
		}
		if req = r.request(n, now); who != nil {
			req.user = who
		} else if r.g.plan.hasUsers() {
			r.introduce(&req, n)
		}
		req.sent = now
		r.takeOff(&req)
		o := r.g.transport.exchange(worker, &req)
		for r.follow(&req, &o, t) {
			o = r.g.transport.exchange(worker, &req)
		}
		r.land(&req)
		pause := time.Duration(0)
		if rng != nil {
			pause = load.Think.draw(rng)
		}
		if !o.answered() && o.failure != failTimeout {
			pause = max(pause, failurePause)
		}
		if load.Pacing > 0 {
			pause = max(pause, now+load.Pacing-r.g.now())
		}
		if pause > 0 && !t.wait(ctx, min(pause, end-r.g.now())) {
			return false
		}
	}
	return false
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
