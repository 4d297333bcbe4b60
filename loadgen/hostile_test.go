package loadgen

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// hostile serves every connection by a function that may do what it likes
// after each request head it was handed; false closes the connection.
func hostile(t *testing.T, answer func(c net.Conn, n int64) bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var n atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				br := bufio.NewReader(c)
				for {
					req, err := http.ReadRequest(br)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					if !answer(c, n.Add(1)) {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// reset closes the connection so that the peer sees a reset, not an end.
func reset(c net.Conn) bool {
	_ = c.(*net.TCPConn).SetLinger(0)
	return false
}

// Every fault of a target is counted by its class, ends in bounded time, and
// leaves the other requests' clocks alone.
func TestHostileTargets(t *testing.T) {
	// Long enough that on a busy machine no good answer exceeds it.
	const timeout = 2 * time.Second
	for _, tc := range []struct {
		name   string
		answer func(c net.Conn, n int64) bool
		want   map[string]int64 // of 8 requests
		done   int64
	}{
		{
			"reset before the answer", func(c net.Conn, _ int64) bool { return reset(c) },
			map[string]int64{results.ErrReset: 8},
			0,
		},
		{
			"close before the answer", func(net.Conn, int64) bool { return false },
			map[string]int64{results.ErrReset: 8},
			0,
		},
		{"reset in the body", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			return reset(c)
		}, map[string]int64{results.ErrReset: 8}, 0},
		{"half-closed in the body", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			_ = c.(*net.TCPConn).CloseWrite()
			return true
		}, map[string]int64{results.ErrReset: 8}, 0},
		{
			"garbage", func(c net.Conn, _ int64) bool { fmt.Fprint(c, "SSH-2.0-OpenSSH_9\r\n"); return true },
			map[string]int64{results.ErrMalformed: 8},
			0,
		},
		{"wrong content-length, too short", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmore than two")
			return true
		}, nil, 8},
		{"wrong content-length, too long", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
			return true
		}, map[string]int64{results.ErrTimeout: 8}, 0},
		{"endless headers", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := fmt.Fprint(c, "X-More: ", strings.Repeat("x", 1000), "\r\n"); err != nil {
					return false
				}
			}
		}, map[string]int64{results.ErrMalformed: 8}, 0},
		{"a body of 1 GB", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
			return false
		}, map[string]int64{results.ErrMalformed: 8}, 0},
		{"an endless body", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			chunk := "10000\r\n" + strings.Repeat("x", 0x10000) + "\r\n"
			for {
				if _, err := io.WriteString(c, chunk); err != nil {
					return false
				}
			}
		}, nil, 0}, // malformed at the limit or timed out before it: see below
		{"one byte at a time, for ever", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
			tick := time.NewTicker(timeout / 20)
			defer tick.Stop()
			for range tick.C {
				if _, err := c.Write([]byte("x")); err != nil {
					return false
				}
			}
			return false
		}, map[string]int64{results.ErrTimeout: 8}, 0},
		{
			"silence", func(net.Conn, int64) bool { return true },
			map[string]int64{results.ErrTimeout: 8},
			0,
		},
		{"closes after each answer, as it says", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
			return false
		}, nil, 8},
		{"closes after each answer, unannounced", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, okAnswer)
			return false
		}, nil, 8},
		{"HTTP/1.0 with a body to the end", func(c net.Conn, _ int64) bool {
			fmt.Fprint(c, "HTTP/1.0 200 OK\r\n\r\nok")
			return false
		}, nil, 8},
		{"only the third request is reset", func(c net.Conn, n int64) bool {
			if n == 3 {
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\n")
				return reset(c)
			}
			fmt.Fprint(c, okAnswer)
			return true
		}, map[string]int64{results.ErrReset: 1}, 7},
	} {
		for model, load := range map[string]Load{"closed": closedLoad(2, 8), "open": openLoad(100, 8)} {
			t.Run(tc.name+"/"+model, func(t *testing.T) {
				t.Parallel()
				plan := closedPlan(t, hostile(t, tc.answer), load)
				plan.Timeout = timeout
				d, s := measure(t, plan)
				var failed int64
				for _, n := range d.Errors {
					failed += n
				}
				if d.Sent != 8 || d.Done != tc.done || failed != 8-tc.done {
					t.Errorf("sent %d, done %d, errors %v; want 8, %d, %v", d.Sent, d.Done, d.Errors, tc.done, tc.want)
				}
				for class, n := range tc.want {
					if d.Errors[class] != n {
						t.Errorf("errors %v, want %v", d.Errors, tc.want)
					}
				}
				for class := range d.Errors {
					if class != results.ErrTimeout && s.Sample(class) == "" {
						t.Errorf("no example of a %s error: %v", class, s.Examples)
					}
				}
				if d.Clocks[results.ClockService].Max() > timeout*1001/1000 {
					t.Errorf("a service time of %s, beyond the timeout", d.Clocks[results.ClockService].Max())
				}
			})
		}
	}
}

// A target that closes a kept connection just as the next request arrives has
// not served it: it is sent again, once, on a new connection, and counted.
func TestStaleConnectionIsRetriedOnceAndCounted(t *testing.T) {
	base := hostile(t, func(c net.Conn, n int64) bool {
		if n%2 == 0 {
			return false // takes the request, answers nothing
		}
		fmt.Fprint(c, okAnswer)
		return true
	})
	d, s := measure(t, closedPlan(t, base, closedLoad(1, 5)))
	if d.Done != 5 || len(d.Errors) != 0 || len(s.Samples) != 0 || s.Connections.Stale != 4 {
		t.Errorf("done %d, errors %v, connections %+v; want 5 answers and 4 requests sent again", d.Done, d.Errors, s.Connections)
	}
}
