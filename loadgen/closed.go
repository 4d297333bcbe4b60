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
	r.inFlightMax.Store(int64(len(r.g.workers)))
	var stop atomic.Bool
	release := context.AfterFunc(ctx, func() { stop.Store(true) })
	defer release()
	var next atomic.Uint64
	for i := range r.g.workers {
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
	if load.Think.Law != NoThink {
		rng = newRand(r.g.plan.Seed, streamThink+uint64(worker), r.phase.Stream)
	}
	for !stop.Load() {
		now := r.g.now()
		if r.phase.Duration > 0 && now >= r.end() {
			return
		}
		n := next.Add(1) - 1
		if r.phase.Requests > 0 && n >= uint64(r.phase.Requests) {
			return
		}
		req := r.request(n, now)
		req.sent = now
		r.flying.Add(1)
		o := r.g.exchange(&r.g.workers[worker], &req)
		for r.follow(&req, &o, &t) {
			o = r.g.exchange(&r.g.workers[worker], &req)
		}
		r.flying.Add(-1)
		pause := time.Duration(0)
		if rng != nil {
			pause = load.Think.draw(rng)
		}
		if o.status == 0 && o.failure != failTimeout {
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

// exchange sends req on the worker's connection *slot, opening one if there is
// none, and records what came of it.
func (g *Generator) exchange(slot **conn, req *request) outcome {
	var o outcome
	if g.client != nil {
		r := *req // only here does a request live on the heap
		o = g.client.do(&r)
		g.recorder.record(int(req.number)%len(g.recorder.shards), &o)
		return o
	}
	for {
		c := *slot
		if c == nil {
			fresh, f := g.open(req)
			if f != noFailure {
				o = g.unsent(req, f)
				g.recorder.record(req.class%len(g.recorder.shards), &o)
				return o
			}
			c, *slot = fresh, fresh
		}
		c.prepare(req)
		o = c.roundTrip()
		if c.reusable(&o) {
			g.recorder.record(c.shard, &o)
			return o
		}
		g.retire(c, &o)
		*slot = nil
		if !o.stale {
			g.recorder.record(c.shard, &o)
			return o
		}
		g.conns.stale.Add(1)
	}
}

// unsent is the outcome of a request for which no connection could be opened.
func (g *Generator) unsent(req *request, f failure) outcome {
	now := g.now()
	o := outcome{class: req.class, failure: f, planned: req.planned, begun: req.begun(), payload: req.payload, number: req.number, service: now - req.sent, response: now - req.planned, lag: req.sent - req.planned}
	if f == failTimeout {
		o.service = g.plan.Timeout
		o.response = o.lag + o.service
	}
	return o
}

// retire closes a connection after its last answer.
func (g *Generator) retire(c *conn, o *outcome) {
	c.close()
	if o.status != 0 {
		g.conns.closed.Add(1)
	} else {
		g.conns.failed.Add(1)
	}
}
