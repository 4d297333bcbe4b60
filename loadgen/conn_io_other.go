//go:build !unix

package loadgen

const directSyscalls = false

func (c *conn) write() error {
	_, err := c.nc.Write(c.wbuf)
	return err
}

func (c *conn) read() (int, error) { return c.nc.Read(c.rbuf) }

func (c *conn) readReady(uintptr) bool { return true }
