package loadgen

import (
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

// start sends on an idle connection, or leaves it to a new one.
func (l *lean) start(r *run, req *request) {
	c := l.pool.take()
	if c == nil {
		go l.serveNew(*req, r)
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
func (l *lean) serveNew(req request, r *run) {
	g := l.g
	var think timer
	c := l.startNew(&req, r)
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
			c = l.startNew(&req, r)
			continue
		}
		g.recorder.record(c.shard, &o)
		switch more := r.follow(&req, &o, &think); {
		case more && kept:
			c.sendStep(&req)
		case more:
			c = l.startNew(&req, r)
		case kept:
			l.pool.put(c)
			r.done(&req)
		default:
			r.done(&req)
			c = nil
		}
	}
}

// startNew opens a connection and sends req on it; nil when that failed and was
// recorded.
func (l *lean) startNew(req *request, r *run) *conn {
	g := l.g
	c, f := l.open(req)
	if f != noFailure {
		o := g.unsent(req, f)
		g.recorder.record(req.class%len(g.recorder.shards), &o)
		r.advance(req, &o) // no journey goes on
		r.done(req)
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
