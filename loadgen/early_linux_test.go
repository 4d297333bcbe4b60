package loadgen

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/mlbench/mlbench/loadgen/send"
)

// A target may answer before it has read a large request. Nothing else can
// follow on that connection, whose request is still on its way.
func TestAnswerBeforeTheRequestIsRead(t *testing.T) {
	const requests = 4
	// Small buffers, or the system takes in the whole request.
	small := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 16<<10) })
	}}
	l, err := small.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
					t.Error(err)
				}
				_, _ = io.WriteString(c, okAnswer)
				<-done // the rest of the request is never read
			}()
		}
	}()
	class := Class{Name: "post", Weight: 1, Pool: []send.Request{post("/", strings.Repeat("x", 16<<20))}}
	d, s := measure(t, closedPlan(t, "http://"+l.Addr().String(), openLoad(50, requests), class))
	if d.Done != requests || d.Status["200"] != requests {
		t.Errorf("%d of %d requests done, statuses %v, errors %v", d.Done, requests, d.Status, d.Errors)
	}
	if s.Connections.Opened != requests {
		t.Errorf("%d connections for %d requests, each of which spoils its own", s.Connections.Opened, requests)
	}
}
