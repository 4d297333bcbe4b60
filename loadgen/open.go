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
		req := r.request(n, r.begin+at)
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
	c.send(c.wbuf)
}

// send writes a request; a large one on the side, for the target may answer
// before it has read all.
func (c *conn) send(b []byte) {
	if len(b) <= directWrite {
		c.writeAll(b)
		return
	}
	c.writing.Store(true)
	go func() {
		c.writeAll(b)
		c.writing.Store(false)
	}()
}

// writeAll writes all of b. A failure closes the connection, which its reader then
// reports.
func (c *conn) writeAll(b []byte) {
	if _, err := c.nc.Write(b); err != nil {
		_ = c.nc.Close()
	}
}

// sendStep sends a step from the connection's reader. It has a buffer of its own:
// the pacing thread may be still on its way out of writing the request before.
func (c *conn) sendStep(req *request) {
	c.sbuf = c.take(req, c.sbuf)
	c.send(c.sbuf)
}

// serveNew opens a connection for req, sends it and stays as the connection's
// reader until it closes. Steps of journeys are sent from here, too.
func (g *Generator) serveNew(req request, r *run) {
	var think timer
	c := g.startNew(&req, r)
	for c != nil {
		n, err := c.read()
		if !c.awaited() {
			if n > 0 {
				g.conns.stale.Add(1)
			}
			g.conns.closed.Add(1)
			c.close()
			return
		}
		o := c.answer(n, err)
		req, r = c.req, c.run
		kept := c.reusable(&o)
		if !kept {
			g.retire(c, &o)
		}
		if o.stale {
			g.conns.stale.Add(1)
			c = g.startNew(&req, r)
			continue
		}
		g.recorder.record(c.shard, &o)
		switch more := r.follow(&req, &o, &think); {
		case more && kept:
			c.sendStep(&req)
		case more:
			c = g.startNew(&req, r)
		case kept:
			g.release(r, c)
		default:
			g.release(r, nil)
			c = nil
		}
	}
}

// serveHTTP carries one request, or journey, by the net/http client.
func (g *Generator) serveHTTP(req request, r *run) {
	var think timer
	for more := true; more; {
		o := g.client.do(&req)
		g.recorder.record(int(req.number)%len(g.recorder.shards), &o)
		more = r.follow(&req, &o, &think)
	}
	g.release(r, nil)
}

// startNew opens a connection and sends req on it; nil when that failed and was
// recorded.
func (g *Generator) startNew(req *request, r *run) *conn {
	c, f := g.open(req)
	if f != noFailure {
		o := g.unsent(req, f)
		g.recorder.record(req.class%len(g.recorder.shards), &o)
		g.release(r, nil)
		return nil
	}
	c.run = r
	c.prepare(req)
	c.state.Store(busy)
	c.send(c.wbuf)
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

// release ends a request or journey whose outcome is recorded, and gives its
// connection, if it can carry another request, back to the pool.
func (g *Generator) release(r *run, c *conn) {
	if c != nil {
		g.pool.put(c)
	}
	g.inFlight.Add(-1)
	r.flying.Add(-1)
	r.pending.Done()
}
