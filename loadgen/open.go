package loadgen

import (
	"context"
	"math"
	"time"
)

// open runs the open model: this goroutine's thread sends each request at its
// planned instant, whatever earlier answers do; each connection's own goroutine
// reads its answers.
func (r *run) open(ctx context.Context) {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		r.pace(ctx)
	}()
	<-sent
	r.await()
}

// pace sends the phase's requests. It must run on a goroutine of its own: its
// thread is not given back.
func (r *run) pace(ctx context.Context) {
	g, load := r.g, &r.g.plan.Load
	limit := time.Duration(math.MaxInt64)
	if r.phase.Duration > 0 {
		limit = r.phase.Settle + r.phase.Duration
	}
	sched := newSchedule(r.rate(), load.Arrivals, newRand(g.plan.Seed, streamArrivals, r.phase.Stream))
	p := newPacer(g.now)
	var req request // one for all: the transport may keep it on the heap
	for n := uint64(0); r.phase.Requests == 0 || n < uint64(r.phase.Requests); n++ {
		at, ok := r.next(ctx, sched, p, limit)
		if !ok {
			break
		}
		req = r.request(n, r.begin+at)
		r.sent = n + 1
		if !p.wait(ctx, req.planned) {
			return
		}
		r.start(&req, n)
	}
	// Requests planned late in the phase may be sent late, but the phase lasts
	// as long as it was planned to.
	if r.phase.Duration > 0 && r.phase.Requests == 0 {
		p.wait(ctx, r.end())
	}
}

// lookahead is how far in one go a schedule is searched for the next request: at a
// rate near zero it may be days away.
const lookahead = time.Minute

// next is the next instant of the schedule before limit, waited for where it is far
// away; false: there is none, or ctx has ended.
func (r *run) next(ctx context.Context, sched *schedule, p *pacer, limit time.Duration) (time.Duration, bool) {
	for {
		until := r.g.now() - r.begin + lookahead
		at, ok := sched.next(min(limit, until))
		if ok || until >= limit || sched.over() {
			return at, ok
		}
		if !p.wait(ctx, r.begin+until-lookahead/2) {
			return 0, false
		}
	}
}

// start sends req, the n-th of the phase, now, or drops it when the in-flight limit is
// reached.
func (r *run) start(req *request, n uint64) {
	g := r.g
	flying := g.inFlight.Add(1)
	if flying > int64(g.plan.Load.Connections) {
		g.inFlight.Add(-1)
		g.recorder.drop(req)
		return
	}
	if flying > r.inFlightMax.Load() {
		r.inFlightMax.Store(flying)
	}
	r.pending.Add(1)
	if g.plan.hasUsers() {
		r.introduce(req, n)
	}
	r.takeOff(req)
	req.sent = g.now()
	g.transport.start(r, req)
}

// done ends a request or journey whose outcome, that of req, is recorded.
func (r *run) done(req *request) {
	r.g.inFlight.Add(-1)
	r.land(req)
	r.pending.Done()
}

// takeOff counts a request or journey as in flight. A login is none: who was still
// logging in when the load was interrupted has left no request unfinished.
func (r *run) takeOff(req *request) {
	if req.class != r.g.login {
		r.flying.Add(1)
	}
}

// land ends what takeOff counted.
func (r *run) land(req *request) {
	if req.class != r.g.login {
		r.flying.Add(-1)
	}
}
