package loadgen

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mlbench/mlbench/loadgen/http1"
	"github.com/mlbench/mlbench/loadgen/send"
)

// request is one planned request.
type request struct {
	class   int
	payload *send.Request
	at      int           // its place in the class's pool
	number  uint64        // written at payload.Fresh
	journey *journey      // nil: no step follows, and it is none
	user    *user         // nil: it makes no difference who sends it
	planned time.Duration // on the generator's clock
	sent    time.Duration
}

// whole is the request as it goes out.
func (req *request) whole() send.Request {
	numbered := req.payload.Numbered(req.number)
	return numbered.Filled(req.captured())
}

// take makes it that of the pool's requests whose turn it is.
func (req *request) take(pool []send.Request, turn uint64) {
	req.at = int(turn % uint64(len(pool)))
	req.payload = &pool[req.at]
}

// States of a connection of the open model, where the pacing thread and the
// connection's reader both reach for it.
const (
	idle    int32 = iota // waits for a request
	claimed              // the pacing thread is about to send one
	busy                 // a request is in flight
	dead                 // closed while idle
)

const (
	readBuffer = 8 << 10
	// directWrite is the largest request that is written where it is planned:
	// it surely fits the socket's send buffer, so that the write cannot block.
	directWrite = 32 << 10
)

// conn is one connection to the target, with at most one request in flight.
type conn struct {
	g   *Generator
	by  *lean
	nc  net.Conn
	raw syscall.RawConn // nil where plain system calls do not apply (TLS)
	// arrivals is nil in the closed model, where the worker's own waking is part
	// of what limits it, and a stamp costs what little a request costs.
	arrivals *arrivals
	shard    int
	served   int // answers carried so far: a kept connection may turn out closed

	parser http1.ResponseParser
	keep   keeper
	rbuf   []byte
	wbuf   []byte
	sbuf   []byte // of steps that the connection's reader sends

	req      request
	out      int           // bytes of its body
	first    time.Duration // when the answer's first byte came; 0: with its last
	state    atomic.Int32
	writing  atomic.Bool  // a large request is on its way, by a goroutine of its own
	deadline atomic.Int64 // generator clock, ns; 0: nothing in flight; expired
	slot     int          // the watchdog's
	run      *run         // the phase that the request belongs to; open model
	waits    *waiting     // the request's body, where it is to be asked for; nil: it goes with the head

	// How read and readReady talk to one another.
	onReady func(fd uintptr) bool
	unsent  bool   // wbuf is to be written as soon as the poller is armed
	rest    []byte // what the socket did not take at once
	got     int
	sysErr  error
}

// expired in conn.deadline: the watchdog has ended the request in flight.
const expired = -1

// close ends the connection; it may be called more than once.
func (c *conn) close() {
	c.g.watch.remove(c)
	_ = c.nc.Close()
}

// prepare takes over a request: its bytes are in wbuf, ready to write.
func (c *conn) prepare(req *request) { c.wbuf = c.take(req, c.wbuf) }

// take takes over a request and renders it into buf.
func (c *conn) take(req *request, buf []byte) []byte {
	rendered := c.by.render(buf[:0], req)
	buf, c.out = rendered.bytes, rendered.body
	c.req, c.first = *req, 0
	c.parser.Reset(req.payload.Method == http.MethodHead)
	c.parser.Expect = c.g.expect[req.class]
	c.keep.prepare(c.g.plan.Classes[req.class].Check, &c.parser)
	c.keep.heads = c.keep.check != nil || c.g.plan.Cookies
	c.deadline.Store(int64(req.sent + c.g.plan.Timeout))
	if rendered.waits > 0 {
		c.holdBack(buf[rendered.head:], rendered.waits)
		return buf[:rendered.head]
	}
	return buf
}

// roundTrip sends the prepared request and reads its answer to the end.
func (c *conn) roundTrip() outcome {
	if err := c.write(); err != nil {
		return c.failed(err)
	}
	return c.answer(c.read())
}

// answer reads on from a first read until the answer is complete.
func (c *conn) answer(n int, err error) outcome {
	for {
		if n > 0 {
			if c.keep.heads {
				c.keep.add(c.rbuf[:n], &c.parser)
			}
			used, done, perr := c.parser.Feed(c.rbuf[:n])
			switch {
			case perr != nil && c.served > 0 && !c.parser.Begun:
				return c.end(0, failMalformed) // stale: no example of an error
			case perr != nil:
				return c.end(0, c.g.keep(failMalformed, &c.req, perr))
			case done && used < n:
				// Nobody asked for the rest. The answer is good; whatever else
				// lies there is not taken for one to the next request.
				c.parser.KeepAlive = false
				c.g.conns.stale.Add(1)
				return c.end(c.parser.Status, noFailure)
			case done:
				return c.end(c.parser.Status, noFailure)
			case c.waits != nil && c.parser.Status == 0: // nothing of the final answer yet
				if c.parser.Continue {
					c.sendBody(c.waits)
				}
			case c.first == 0:
				c.first = c.arrived()
			}
		}
		if err == io.EOF {
			if done, _ := c.parser.EOF(); done {
				return c.end(c.parser.Status, noFailure)
			}
		}
		if err != nil {
			return c.failed(err)
		}
		n, err = c.read()
	}
}

// failed classifies a broken exchange.
func (c *conn) failed(err error) outcome {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return c.end(0, failTimeout)
	case isTLS(err):
		return c.end(0, c.g.keep(failTLS, &c.req, err))
	}
	return c.end(0, c.g.keep(failReset, &c.req, err))
}

// arrived is when the bytes of the last read came, on the generator's clock: by
// the kernel's stamp, or now.
func (c *conn) arrived() time.Duration {
	now := c.g.now()
	if c.arrivals == nil || c.arrivals.at.IsZero() {
		return now
	}
	at := c.arrivals.at.Sub(c.g.origin)
	if at < c.req.sent || at > now { // the wall clock was set in between
		return now
	}
	return at
}

// end is the outcome of the request in flight, as of the last byte's arrival.
func (c *conn) end(status int, f failure) outcome {
	now := c.arrived()
	if c.deadline.Swap(0) == expired {
		// The watchdog has cut the connection off, even if the last byte has
		// just come.
		status, f = 0, failTimeout
	}
	r := &c.req
	o := outcome{
		class:    r.class,
		status:   status,
		failure:  f,
		planned:  r.planned,
		begun:    r.begun(),
		service:  now - r.sent,
		response: now - r.planned,
		lag:      r.sent - r.planned,
		bytesOut: int64(c.out),
		bytesIn:  c.parser.BodyBytes,
		payload:  r.payload,
		number:   r.number,
	}
	switch {
	case f == failTimeout:
		// Censored: all that is known is that it took longer.
		o.service = c.g.plan.Timeout
		o.response = o.lag + o.service
	case status != 0 && !c.g.expected(r.class, status):
		o.failure = failStatus
		c.g.keepAnswer(status, r, c.parser.Body, c.parser.BodyBytes)
	}
	o.first = o.service
	if c.first != 0 {
		o.first = c.first - r.sent
	}
	if status != 0 && c.g.plan.Cookies {
		r.user.jar.takeHeader(http1.Unfold(finalHeader(c.keep.head)), r.user.target)
	}
	if o.failure == noFailure && c.keep.check != nil {
		o.failure = c.judge(&o)
	}
	o.stale = c.served > 0 && (o.failure == failReset && !c.parser.Started || o.failure == failMalformed && !c.parser.Begun)
	c.served++
	if c.noBody() {
		c.parser.KeepAlive = false
	}
	return o
}

// reusable says whether the connection can carry another request after o.
func (c *conn) reusable(o *outcome) bool {
	limit := c.g.plan.Connect.MaxRequests
	return c.parser.KeepAlive && o.answered() && (limit == 0 || c.served < limit) && c.written()
}

// written says whether the request is out as a whole. A target that answers
// before it has read all leaves a connection on which nothing can follow. The
// writer of an ordinary request may be just about to say that it is done.
func (c *conn) written() bool {
	for range 1000 {
		if !c.writing.Load() {
			return true
		}
		runtime.Gosched()
	}
	return false
}
