package conns

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// failing fails to accept so many times, each time with the next of its errors.
type failing struct {
	net.Listener
	errs []error
}

func (f *failing) Accept() (net.Conn, error) {
	if len(f.errs) > 0 {
		err := f.errs[0]
		f.errs = f.errs[1:]
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
	}
	return f.Listener.Accept()
}

// H2: a passing lack of something never ends a server.
func TestAPassingLackIsWaitedFor(t *testing.T) {
	for _, errno := range passing {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		complaints := 0
		l := New(&failing{Listener: ln, errs: []error{errno, errno}}, func(err error) {
			complaints++
			if !errors.Is(err, errno) {
				t.Errorf("%v: complained of %v", errno, err)
			}
		})
		client, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c, err := l.Accept()
		if err != nil {
			t.Fatalf("%v: %v", errno, err)
		}
		if complaints != 1 {
			t.Errorf("%v: %d complaints for one lack, want 1", errno, complaints)
		}
		c.Close()
		client.Close()
		l.Close()
	}
}

func TestFinalErrorsAreReturned(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	l := New(&failing{Listener: ln, errs: []error{syscall.EBADF}}, func(error) {})
	if _, err := l.Accept(); !errors.Is(err, syscall.EBADF) {
		t.Errorf("accept: %v, want EBADF", err)
	}
}

// A server told to stop while it waits for descriptors stops.
func TestCloseEndsTheWait(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 1000) // more than anyone would wait for
	for i := range errs {
		errs[i] = syscall.EMFILE
	}
	var l *Listener
	l = New(&failing{Listener: ln, errs: errs}, func(error) { l.Close() })
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: %v, want net.ErrClosed", err)
	}
}

func TestWaitEndsWithTheLastConnection(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := New(ln, func(error) {})
	defer l.Close()
	var accepted []net.Conn
	for range 3 {
		client, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted = append(accepted, c)
	}
	waited := make(chan struct{})
	go func() { l.Wait(time.Hour); close(waited) }()
	for i, c := range accepted {
		select {
		case <-waited:
			t.Fatalf("the wait ended with %d connections open", 3-i)
		default:
		}
		c.Close()
		c.Close() // twice is once
	}
	<-waited // for ever, if the last close were not seen
}
