package loadgen

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A reader that wakes late still knows when the bytes came.
func TestArrivalIsNotWhenItIsRead(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dialed, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	nc := stamped(dialed)
	defer nc.Close()
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	a := arrivalsOf(nc)
	if a == nil {
		t.Skip("this kernel does not stamp what a socket receives")
	}
	buf := make([]byte, 64)
	for try := 0; ; try++ {
		before := time.Now()
		if _, err := peer.Write([]byte("answer")); err != nil {
			t.Fatal(err)
		}
		readable(t, nc.(*arrivalConn))
		there := time.Now()
		for time.Since(there) < 5*time.Millisecond { // late
		}
		if n, err := nc.Read(buf); err != nil || string(buf[:n]) != "answer" {
			t.Fatalf("read %q, %v", buf[:n], err)
		}
		if a.at.IsZero() {
			// The kernel switches stamps on a moment after they are asked for.
			if try == 1000 {
				t.Fatal("no stamp in 1000 reads")
			}
			continue
		}
		if a.at.Before(before) || a.at.After(there) {
			t.Fatalf("stamped %v after it was sent, %v before it was seen to be there", a.at.Sub(before), there.Sub(a.at))
		}
		return
	}
}

// readable waits until there is something to read.
func readable(t *testing.T, c *arrivalConn) {
	t.Helper()
	err := c.raw.Control(func(fd uintptr) {
		for {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
			if n == 1 || err != unix.EINTR {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
