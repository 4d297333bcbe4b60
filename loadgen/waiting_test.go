package loadgen

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// asking is a server that answers each request's head with what first says, then
// its body, if it comes, with 200. It counts bodies that came unasked for.
type asking struct {
	first string
	mu    sync.Mutex
	early int
	heads []string
	got   []string
}

func (a *asking) serve(c net.Conn) {
	defer c.Close()
	br := bufio.NewReader(c)
	for {
		var head strings.Builder
		for !strings.HasSuffix(head.String(), "\r\n\r\n") {
			b, err := br.ReadByte()
			if err != nil {
				return
			}
			head.WriteByte(b)
		}
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		_, err := br.Peek(1)
		_ = c.SetReadDeadline(time.Time{})
		a.mu.Lock()
		if a.heads = append(a.heads, head.String()); err == nil {
			a.early++
		}
		a.mu.Unlock()
		fmt.Fprint(c, a.first)
		if strings.HasPrefix(a.first, "HTTP/1.1 4") {
			_, _ = io.Copy(io.Discard, br) // whoever waits is to go
			return
		}
		r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(strings.NewReader(strings.Replace(head.String(), "Expect", "X-Expect", 1)), br)))
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		a.mu.Lock()
		a.got = append(a.got, string(body))
		a.mu.Unlock()
		fmt.Fprint(c, okAnswer)
	}
}

func (a *asking) start(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go a.serve(c)
		}
	}()
	return "http://" + l.Addr().String()
}

func expecting(body string, chunked bool) send.Request {
	r := post("/", body+strings.Repeat("0", send.FreshDigits))
	r.Fresh, r.Chunked = []int{len(body)}, chunked
	r.Header = append(r.Header, send.Field{Name: "Expect", Value: "100-continue"})
	return r
}

func TestBodiesWaitToBeAskedFor(t *testing.T) {
	const goOn = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
	large := strings.Repeat("x", 2*directWrite)
	for _, transport := range []Transport{Lean, NetHTTP} {
		for model, load := range models {
			for name, tt := range map[string]struct {
				first     string
				requests  int64
				body      string
				chunked   bool
				conns     int64 // 0: any number
				failed    int64
				bodiesGot int
			}{
				"asked for":        {goOn, 6, "body", false, 0, 0, 6},
				"large":            {goOn, 3, large, false, 0, 0, 3},
				"chunked":          {goOn, 3, "body", true, 0, 0, 3},
				"never asked for":  {"", 1, "body", false, 1, 0, 1},
				"refused":          {"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", 4, "body", false, 4, 4, 0},
				"refused, chunked": {"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", 2, large, true, 2, 2, 0},
			} {
				t.Run(string(transport)+"/"+model+"/"+name, func(t *testing.T) {
					t.Parallel()
					a := &asking{first: tt.first}
					if tt.failed > 0 && transport == NetHTTP { // else it sends the body that nobody wants
						a.first = strings.Replace(tt.first, "Content", "Connection: close\r\nContent", 1)
					}
					plan := closedPlan(t, a.start(t), load(tt.requests), Class{Name: "p", Weight: 1, Pool: []send.Request{expecting(tt.body, tt.chunked)}})
					plan.Connect.Transport = transport
					d, s := measure(t, plan)
					a.mu.Lock()
					defer a.mu.Unlock()
					if d.Done != tt.requests || d.Errors[results.ErrStatus] != tt.failed || a.early != 0 || len(a.heads) != int(tt.requests) {
						t.Errorf("%d done of %d, errors %v, %d bodies of %d came unasked for", d.Done, tt.requests, d.Errors, a.early, len(a.heads))
					}
					if tt.conns > 0 && s.Connections.Opened != tt.conns {
						t.Errorf("%+v, want %d opened", s.Connections, tt.conns)
					}
					seen := map[string]bool{}
					for _, body := range a.got {
						if seen[body] = true; len(body) != len(tt.body)+send.FreshDigits || !strings.HasPrefix(body, tt.body) {
							t.Errorf("got a body of %d bytes", len(body))
						}
					}
					if len(seen) != tt.bodiesGot {
						t.Errorf("%d different bodies, want %d", len(seen), tt.bodiesGot)
					}
					for _, head := range a.heads {
						if strings.Contains(head, "chunked") != tt.chunked || strings.Contains(head, "Content-Length") == tt.chunked {
							t.Errorf("chunked %v, sent %q", tt.chunked, head)
						}
					}
					// The first byte is that of the answer, not of what came before it.
					if c := d.Clocks[results.ClockFirstByte]; tt.first == goOn && c.Min() < 20*time.Millisecond/2 {
						t.Errorf("first bytes after %v, before the body was sent", c.Min())
					}
				})
			}
		}
	}
}

func TestChunkedBodies(t *testing.T) {
	r := expecting("n", true)
	r.HiddenBody = []send.Span{{From: 0, To: 1}}
	const head = "POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
	if got, want := string(r.AppendHTTP1(nil)), head+"d\r\nn000000000000\r\n0\r\n\r\n"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	if got, want := string(r.Shown()), head+"d\r\n[redacted]000000000000\r\n0\r\n\r\n"; got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
	r.Body, r.Fresh = []byte{}, nil
	if got, want := string(r.AppendHTTP1(nil)), head+"0\r\n\r\n"; got != want {
		t.Errorf("an empty body is sent as %q, want %q", got, want)
	}
	if r.Waits() != 0 {
		t.Error("it waits with nothing to send")
	}
}

// A body that waits is not sent before it is asked for by HTTP/2 either.
func TestBodiesWaitToBeAskedForByHTTP2(t *testing.T) {
	body := strings.Repeat("x", 32<<10)
	for name, refuse := range map[string]bool{"asked for": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			var got, arrived atomic.Int64
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if refuse {
					w.WriteHeader(http.StatusExpectationFailed)
					return
				}
				n, _ := io.Copy(io.Discard, r.Body)
				got.Add(n)
			}))
			srv.Config.Protocols = new(http.Protocols)
			srv.Config.Protocols.SetUnencryptedHTTP2(true)
			srv.Listener = counted{srv.Listener, &arrived}
			srv.Start()
			defer srv.Close()
			plan := closedPlan(t, srv.URL, closedLoad(1, 3), Class{Name: "p", Weight: 1, Pool: []send.Request{expecting(body, false)}})
			plan.Connect.Transport = HTTP2
			d, _ := measure(t, plan)
			if failed := d.Errors[results.ErrStatus]; d.Done != 3 || failed > 0 != refuse || refuse != (arrived.Load() < int64(len(body))) || refuse != (got.Load() == 0) {
				t.Errorf("%d done, errors %v, %d bytes of bodies, %d in all", d.Done, d.Errors, got.Load(), arrived.Load())
			}
		})
	}
}

// counted counts what its connections read.
type counted struct {
	net.Listener
	n *atomic.Int64
}

func (c counted) Accept() (net.Conn, error) {
	nc, err := c.Listener.Accept()
	return &countedConn{nc, c.n}, err
}

type countedConn struct {
	net.Conn
	n *atomic.Int64
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n.Add(int64(n))
	return n, err
}
