package loadgen

import (
	"context"
	"math"
	"sync"
	"time"
)

// pool holds the idle connections of the open model, last used first out.
// Connections that died meanwhile are found out when taken.
type pool struct {
	mu   sync.Mutex
	idle []*conn
}

// take claims an idle connection, or returns nil.
func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if c.state.CompareAndSwap(idle, claimed) {
			return c
		}
	}
	return nil
}

func (p *pool) put(c *conn) {
	c.state.Store(idle)
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
}

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
	sched := newSchedule(load.Rate, load.Arrivals, newRand(g.plan.Seed, streamArrivals, r.phase.Stream))
	p := newPacer(g.now)
	for n := uint64(0); r.phase.Requests == 0 || n < uint64(r.phase.Requests); n++ {
		at, ok := sched.next(limit)
		if !ok {
			break
		}
		req := r.request(n)
		req.planned = r.begin + at
		if !p.wait(ctx, req.planned) {
			return
		}
		r.start(&req)
	}
	// Requests planned late in the phase may be sent late, but the phase lasts
	// as long as it was planned to.
	if r.phase.Duration > 0 && r.phase.Requests == 0 {
		p.wait(ctx, r.end())
	}
}

// start sends req now, on an idle connection or a new one, or drops it when the
// in-flight limit is reached.
func (r *run) start(req *request) {
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
	r.flying.Add(1)
	req.sent = g.now()
	if g.client != nil {
		go g.serveHTTP(*req, r)
		return
	}
	c := g.pool.take()
	if c == nil {
		go g.serveNew(*req, r)
		return
	}
	c.run = r
	c.prepare(req)
	c.state.Store(busy)
	if len(c.wbuf) > directWrite {
		go c.writeAll()
		return
	}
	c.writeAll()
}

// writeAll writes the prepared request. A failure closes the connection, which
// its reader then reports.
func (c *conn) writeAll() {
	if _, err := c.nc.Write(c.wbuf); err != nil {
		_ = c.nc.Close()
	}
}

// serveNew opens a connection for req, sends it and stays as the connection's
// reader until it closes.
func (g *Generator) serveNew(req request, r *run) {
	c := g.startNew(&req, r)
	for c != nil {
		n, err := c.read()
		if !c.awaited() {
			g.conns.closed.Add(1)
			c.close()
			return
		}
		o := c.answer(n, err)
		req, r = c.req, c.run
		switch {
		case c.reusable(&o):
			g.ended(c.shard, &o, r, c)
		case o.stale:
			g.conns.stale.Add(1)
			g.retire(c, &o)
			c = g.startNew(&req, r)
		default:
			g.retire(c, &o)
			g.ended(c.shard, &o, r, nil)
			c = nil
		}
	}
}

// serveHTTP carries one request by the net/http client.
func (g *Generator) serveHTTP(req request, r *run) {
	o := g.client.do(&req)
	g.ended(int(req.number)%len(g.recorder.shards), &o, r, nil)
}

// startNew opens a connection and sends req on it; nil when that failed and was
// recorded.
func (g *Generator) startNew(req *request, r *run) *conn {
	c, f := g.open(req)
	if f != noFailure {
		o := g.unsent(req, f)
		g.ended(req.class%len(g.recorder.shards), &o, r, nil)
		return nil
	}
	c.run = r
	c.prepare(req)
	c.state.Store(busy)
	c.writeAll()
	return c
}

// awaited says whether what a read brought belongs to a request. On an idle
// connection it does not: the target closed it, or sent what nobody asked for.
func (c *conn) awaited() bool {
	for {
		switch c.state.Load() {
		case busy:
			return true
		case idle:
			if c.state.CompareAndSwap(idle, dead) {
				return false
			}
		default:
			// The pacing thread has just claimed the connection: its request
			// goes out into a closed connection within the microsecond.
			time.Sleep(time.Microsecond)
		}
	}
}

// ended records a request's outcome and gives its connection, if it can carry
// another request, back to the pool.
func (g *Generator) ended(shard int, o *outcome, r *run, c *conn) {
	g.recorder.record(shard, o)
	if c != nil {
		g.pool.put(c)
	}
	g.inFlight.Add(-1)
	r.flying.Add(-1)
	r.pending.Done()
}
