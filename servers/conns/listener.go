package conns

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	firstWait = 5 * time.Millisecond
	maxWait   = time.Second
	// complaintEvery bounds how often a lack is told of: it may last.
	complaintEvery = time.Minute
)

// passing are the errors of accept that are no fault of the listener: something
// is lacking for a while, or one client is gone already (accept(2)).
var passing = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
	syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EPROTO, syscall.EPERM, syscall.EINTR, syscall.EAGAIN,
	syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP,
}

// Listener is a listener that outlives a passing lack of descriptors, buffers
// or memory, and knows how many of its connections are open. Neither net/http
// nor fasthttp waits for all of these: their servers would end, and every
// request in hand with them.
type Listener struct {
	net.Listener
	complain   func(error)
	complained time.Time // by Accept only

	open    atomic.Int64
	emptied chan struct{} // holds a token when open came to 0
	closed  chan struct{}
	once    sync.Once
	err     error // of the first Close
}

// New wraps ln. The errors that are waited for are given to complain, one a
// minute at most.
func New(ln net.Listener, complain func(error)) *Listener {
	return &Listener{Listener: ln, complain: complain, emptied: make(chan struct{}, 1), closed: make(chan struct{})}
}

// Accept returns the next connection. Its errors are final.
func (l *Listener) Accept() (net.Conn, error) {
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		c, err := l.Listener.Accept()
		if err == nil {
			return l.count(c), nil
		}
		if !passes(err) {
			return nil, err
		}
		if time.Since(l.complained) > complaintEvery {
			l.complained = time.Now()
			l.complain(err)
		}
		select {
		case <-time.After(wait):
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

func passes(err error) bool {
	for _, errno := range passing {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// Close refuses new connections from now on; open ones stay. Only the first
// call counts.
func (l *Listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.err = l.Listener.Close()
	})
	return l.err
}

// Wait returns once no connection is open, or after d.
func (l *Listener) Wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for l.open.Load() > 0 {
		select {
		case <-l.emptied:
		case <-timer.C:
			return
		}
	}
}

func (l *Listener) count(c net.Conn) net.Conn {
	l.open.Add(1)
	if tcp, ok := c.(*net.TCPConn); ok {
		return &tcpConn{TCPConn: tcp, listener: l}
	}
	return &conn{Conn: c, listener: l}
}

func (l *Listener) gone() {
	if l.open.Add(-1) > 0 {
		return
	}
	select {
	case l.emptied <- struct{}{}:
	default:
	}
}

// tcpConn keeps the methods of a TCP connection: net/http half-closes it so that
// a client reads its answer before it sees the end.
type tcpConn struct {
	*net.TCPConn
	listener *Listener
	once     sync.Once
}

func (c *tcpConn) Close() error {
	err := c.TCPConn.Close()
	c.once.Do(c.listener.gone)
	return err
}

type conn struct {
	net.Conn
	listener *Listener
	once     sync.Once
}

func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.listener.gone)
	return err
}
