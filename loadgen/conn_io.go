//go:build unix

package loadgen

import (
	"io"
	"syscall"
)

// directSyscalls: plain TCP connections are read and written by system calls
// on the descriptor, which saves one fruitless read per request.
const directSyscalls = true

// write sends the prepared request; on a raw connection a small one is only
// made ready here and sent by the read that follows.
func (c *conn) write() error {
	if c.raw != nil && len(c.wbuf) <= directWrite {
		c.unsent = true
		return nil
	}
	_, err := c.nc.Write(c.wbuf)
	return err
}

// read fills rbuf with what has come, waiting for at least one byte.
func (c *conn) read() (int, error) {
	if c.raw == nil {
		return c.nc.Read(c.rbuf)
	}
	for {
		c.got, c.sysErr = 0, nil
		if err := c.raw.Read(c.onReady); err != nil {
			return 0, err
		}
		if c.sysErr != nil {
			return 0, c.sysErr
		}
		if rest := c.rest; rest != nil {
			// The socket took a part only: the rest goes the blocking way.
			c.rest = nil
			if _, err := c.nc.Write(rest); err != nil {
				return 0, err
			}
			continue
		}
		if c.got == 0 {
			return 0, io.EOF
		}
		return c.got, nil
	}
}

// readReady is called by RawConn.Read, first at once and then whenever the
// connection turns readable. At once it sends the request that waits to be
// sent and says "not yet": the poller was armed before, so the answer cannot
// be missed, and the read that would find nothing is never made.
func (c *conn) readReady(fd uintptr) bool {
	if c.unsent {
		c.unsent = false
		n, err := ignoringEINTR(writeNow, int(fd), c.wbuf)
		if err == syscall.EAGAIN {
			n, err = 0, nil
		}
		if err != nil {
			c.sysErr = err
			return true
		}
		if n < len(c.wbuf) {
			c.rest = c.wbuf[n:]
			return true
		}
		return false
	}
	n, err := c.readOnce(int(fd))
	if err == syscall.EAGAIN {
		return false
	}
	c.got, c.sysErr = n, err
	return true
}

func ignoringEINTR(call func(int, []byte) (int, error), fd int, b []byte) (int, error) {
	for {
		n, err := call(fd, b)
		if err != syscall.EINTR {
			return n, err
		}
	}
}

func (c *conn) readOnce(fd int) (int, error) {
	if c.arrivals != nil {
		return ignoringEINTR(c.arrivals.read, fd, c.rbuf)
	}
	return ignoringEINTR(readNow, fd, c.rbuf)
}
