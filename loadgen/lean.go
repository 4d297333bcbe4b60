package loadgen

import (
	"sync/atomic"
	"syscall"
	"time"
)

// lean is the engine's own transport: HTTP/1.1, one request at a time on a
// connection.
type lean struct {
	httpStatus
	g         *Generator
	heads     [][]head // of each class's requests
	workers   []*conn  // closed model: each worker's connection
	pool      pool     // open model: idle connections
	nextShard atomic.Uint32
}

// head is a request up to its body's length, but for its number.
type head struct {
	text  string
	fresh []int         // where the number is written
	waits time.Duration // as send.Request.Waits
}

// newLean renders what is the same each time that a request is sent.
func newLean(g *Generator) *lean {
	l := &lean{g: g, heads: make([][]head, len(g.plan.Classes)), workers: make([]*conn, g.plan.Load.Connections)}
	for i := range g.plan.Classes {
		pool := g.plan.Classes[i].Pool
		heads := make([]head, len(pool))
		for j := range pool {
			heads[j] = head{string(pool[j].AppendHead(nil)), pool[j].HeadFresh(), pool[j].Waits()}
			if j > 0 && heads[j].text == heads[j-1].text {
				heads[j].text = heads[j-1].text // one text for all
			}
		}
		l.heads[i] = heads
	}
	return l
}

// rendered is a request as HTTP/1.1 has it.
type rendered struct {
	bytes []byte
	head  int           // where the body begins, in its framing
	body  int           // how long it is, without
	waits time.Duration // as send.Request.Waits
}

// render makes the request, in b, which is empty.
func (l *lean) render(b []byte, req *request) rendered {
	if req.payload.Fill != nil {
		r := req.whole()
		b = r.AppendHead(b)
		if req.user != nil {
			b = req.user.appendFields(b, l.g, req.class, r.Target)
		}
		b, at := r.AppendBody(b)
		return rendered{b, at, len(r.Body), r.Waits()}
	}
	h := &l.heads[req.class][req.at]
	b = append(b, h.text...)
	req.payload.NumberHead(b, h.fresh, req.number)
	if req.user != nil {
		b = req.user.appendFields(b, l.g, req.class, req.payload.Target)
	}
	b, at := req.payload.AppendBody(b)
	req.payload.Number(b[at:], req.number)
	return rendered{b, at, len(req.payload.Body), h.waits}
}

// close leaves the connections as they are: their watchdog has closed them.
func (l *lean) close() {}

// open connects to the target. The time it takes is the request's.
func (l *lean) open(req *request) (*conn, failure) {
	g := l.g
	nc, took, err := g.dial(req.sent + g.plan.Timeout - g.now())
	if err != nil {
		g.conns.failed.Add(1)
		return nil, g.keep(classifyDial(err), req, err)
	}
	c := &conn{g: g, by: l, nc: nc, rbuf: make([]byte, readBuffer), shard: int(l.nextShard.Add(1)) % len(g.recorder.shards)}
	g.conns.opened.Add(1)
	g.recorder.connected(c.shard, took)
	c.arrivals = arrivalsOf(nc)
	if sc, ok := nc.(syscall.Conn); ok && directSyscalls {
		c.raw, _ = sc.SyscallConn()
	}
	c.onReady, c.keep.sent = c.readReady, c.req.whole
	g.watch.add(c)
	return c, noFailure
}

// exchange opens a connection if the worker has none.
func (l *lean) exchange(worker int, req *request) outcome {
	g, slot := l.g, &l.workers[worker]
	var o outcome
	for {
		c := *slot
		if c == nil {
			fresh, f := l.open(req)
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

func (l *lean) leave(worker int) {
	if c := l.workers[worker]; c != nil {
		l.workers[worker] = nil
		c.close()
		l.g.conns.closed.Add(1)
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
	if o.answered() {
		g.conns.closed.Add(1)
	} else {
		g.conns.failed.Add(1)
	}
}
