package loadgen

import (
	"crypto/tls"
	"io"
	"net"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// arrivals reads a socket together with the instants at which the kernel took
// in what is read. A reader that wakes late, on a busy core or a sleeping one,
// then does not make the target look slow.
type arrivals struct {
	at time.Time // of the last byte of the last read; zero: unknown

	header  unix.Msghdr
	vector  unix.Iovec
	control [64]byte
}

// newArrivals returns nil when the socket has no such stamps.
func newArrivals(raw syscall.RawConn) *arrivals {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
	if err != nil || failed != nil {
		return nil
	}
	return &arrivals{}
}

// read is read(2) of a socket that does not block.
func (a *arrivals) read(fd int, b []byte) (int, error) {
	a.vector.Base = &b[0]
	a.vector.SetLen(len(b))
	a.header.Iov = &a.vector
	a.header.SetIovlen(1)
	a.header.Control = &a.control[0]
	a.header.SetControllen(len(a.control))
	n, _, errno := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&a.header)), 0)
	a.at = time.Time{}
	if errno != 0 {
		return 0, errno
	}
	a.stamp()
	return int(n), nil
}

// stamp reads the one control message there may be: a timespec of the wall
// clock, compared at once with the same clock, before anybody can set it.
func (a *arrivals) stamp() {
	const head = unix.SizeofCmsghdr
	if int(a.header.Controllen) < head+int(unsafe.Sizeof(unix.Timespec{})) {
		return
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&a.control[0]))
	if h.Level != unix.SOL_SOCKET || h.Type != unix.SCM_TIMESTAMPNS {
		return
	}
	arrived := (*unix.Timespec)(unsafe.Pointer(&a.control[head]))
	now := time.Now()
	a.at = now.Add(-time.Duration(now.UnixNano() - arrived.Nano()))
}

// arrivalConn is a TCP connection whose reads are stamped: for TLS, which reads
// by itself.
type arrivalConn struct {
	net.Conn
	raw      syscall.RawConn
	arrivals *arrivals

	onReady func(fd uintptr) bool
	into    []byte
	got     int
	failed  error
}

// stamped wraps nc where its reads can be stamped.
func stamped(nc net.Conn) net.Conn {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nc
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nc
	}
	a := newArrivals(raw)
	if a == nil {
		return nc
	}
	c := &arrivalConn{Conn: nc, raw: raw, arrivals: a}
	c.onReady = func(fd uintptr) bool {
		c.got, c.failed = ignoringEINTR(a.read, int(fd), c.into)
		return c.failed != syscall.EAGAIN
	}
	return c
}

// SyscallConn is for who reads the plain connection by system calls itself.
func (c *arrivalConn) SyscallConn() (syscall.RawConn, error) { return c.raw, nil }

func (c *arrivalConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.into = b
	err := c.raw.Read(c.onReady)
	c.into = nil
	switch {
	case err != nil:
		return 0, err
	case c.failed != nil:
		return 0, c.failed
	case c.got == 0:
		return 0, io.EOF
	}
	return c.got, nil
}

// arrivalsOf are those of a connection made by stamped, below TLS or not.
func arrivalsOf(nc net.Conn) *arrivals {
	if tc, ok := nc.(*tls.Conn); ok {
		nc = tc.NetConn()
	}
	if c, ok := nc.(*arrivalConn); ok {
		return c.arrivals
	}
	return nil
}
