package loadgen

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// The answers that no ordinary server gives, and what both clients of HTTP/1.1
// make of them.
var strangeAnswers = []struct {
	name, answer string
	class        string         // of the error; empty: it is good
	status       map[string]int // of a good one; nil: 200
	stays        bool           // the connection carries the next request, too
}{
	{name: "101 without an upgrade", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", class: results.ErrMalformed},
	{name: "101 after 100", answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", class: results.ErrMalformed},
	{name: "100, 102 and 103 before 200", answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + okAnswer, stays: true},
	{name: "chunked with trailers", answer: "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n", stays: true},
	{name: "a header of over 64 kB", answer: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 70<<10) + "\r\nContent-Length: 2\r\n\r\nok", class: results.ErrMalformed},
	{name: "204 with a body", answer: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok", status: map[string]int{"204": 1}},
	{name: "a folded header", answer: "HTTP/1.1 200 OK\r\nX-Note: one,\r\n two\r\nContent-Length:\r\n 2\r\n\r\nok", stays: true},
	{name: "status 600", answer: "HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nok", class: results.ErrStatus, status: map[string]int{"600": 1}, stays: true},
	{name: "status 799", answer: "HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\nok", class: results.ErrStatus, status: map[string]int{"799": 1}, stays: true},
	{name: "status 999", answer: "HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok", class: results.ErrStatus, status: map[string]int{"999": 1}, stays: true},
	{name: "status 000", answer: "HTTP/1.1 000 Odd\r\nContent-Length: 2\r\n\r\nok", class: results.ErrMalformed},
	{name: "status 099", answer: "HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok", class: results.ErrMalformed},
	{name: "status 1000", answer: "HTTP/1.1 1000 Odd\r\nContent-Length: 2\r\n\r\nok", class: results.ErrMalformed},
	{name: "status 20", answer: "HTTP/1.1 20 Odd\r\nContent-Length: 2\r\n\r\nok", class: results.ErrMalformed},
}

// H4: 101 hung net/http's transport for ever. M1: statuses above 599 were counted
// modulo 600. M12: net/http's transport took 10 MB of header.
func TestStrangeAnswersComeToTheSameInEveryClient(t *testing.T) {
	for _, tc := range strangeAnswers {
		for _, transport := range []Transport{Lean, NetHTTP} {
			t.Run(tc.name+"/"+string(transport), func(t *testing.T) {
				t.Parallel()
				const n = 4
				plan := closedPlan(t, hostile(t, func(c net.Conn, _ int64) bool {
					_, _ = io.WriteString(c, tc.answer)
					return true // the connection is held
				}), closedLoad(1, n))
				plan.Connect.Transport = transport
				plan.Timeout = time.Minute // nothing may have to wait for it
				d, s := measure(t, plan)
				if tc.class != "" && d.Errors[tc.class] != n || tc.class == "" && len(d.Errors) > 0 {
					t.Errorf("errors %v (%v), want %d %s", d.Errors, s.Examples, n, tc.class)
				}
				if tc.class == "" && tc.status == nil && d.Status["200"] != n {
					t.Errorf("statuses %v, want %d 200", d.Status, n)
				}
				for code := range tc.status {
					if d.Status[code] != n {
						t.Errorf("statuses %v, want %d %s", d.Status, n, code)
					}
				}
				if tc.class == results.ErrMalformed && len(d.Status) > 0 {
					t.Errorf("statuses %v of malformed answers", d.Status)
				}
				if tc.stays && s.Connections.Opened != 1 {
					t.Errorf("%d connections opened, want 1", s.Connections.Opened)
				}
			})
		}
	}
}

// F21: bytes behind a good answer that nobody asked for failed the next request,
// or the answer, by timing.
func TestStrayBytesEndTheConnectionAndFailNothing(t *testing.T) {
	const n = 12
	for _, tc := range []struct{ name, stray string }{
		{"a line end", "\r\n"},
		{"more than the length", "more"},
		{"a line of text", "hello, world\r\n\r\n"},
		{"half a status line", "HTTP/1.1 2"},
		{"a NUL", "\x00"},
	} {
		for when, answer := range map[string]func(c net.Conn, i int64) bool{
			"with the answer": func(c net.Conn, i int64) bool {
				fmt.Fprint(c, okAnswer, tc.stray)
				return true
			},
			// Surely after the next request has gone out: in its answer's place.
			"in the answer's place": func(c net.Conn, i int64) bool {
				if i%2 == 0 {
					fmt.Fprint(c, tc.stray)
				}
				fmt.Fprint(c, okAnswer)
				return true
			},
		} {
			for _, transport := range []Transport{Lean, NetHTTP} {
				for model, load := range map[string]Load{"closed": closedLoad(1, n), "open": openLoad(200, n)} {
					if model == "open" && when != "with the answer" {
						continue // which request meets a kept connection is chance there
					}
					t.Run(fmt.Sprintf("%s %s/%s/%s", tc.name, when, transport, model), func(t *testing.T) {
						t.Parallel()
						class := Class{Name: "p", Weight: 1, Pool: []send.Request{post("/", "x")}} // which net/http does not repeat by itself
						plan := closedPlan(t, hostile(t, answer), load, class)
						plan.Connect.Transport = transport
						plan.Timeout = 5 * time.Second
						d, s := measure(t, plan)
						if d.Done != n || len(d.Errors) != 0 || len(s.Examples) != 0 {
							t.Errorf("done %d, errors %v %v; want %d answers", d.Done, d.Errors, s.Examples, n)
						}
						if transport == Lean && s.Connections.Stale == 0 {
							t.Errorf("connections %+v: none of no use", s.Connections)
						}
					})
				}
			}
		}
	}
}

// What follows the header of an answer to HEAD is nobody's.
func TestBodiesOfAnswersToHEADFailNothing(t *testing.T) {
	for _, transport := range []Transport{Lean, NetHTTP} {
		head := get("/")
		head.Method = http.MethodHead
		plan := closedPlan(t, hostile(t, func(c net.Conn, _ int64) bool { fmt.Fprint(c, okAnswer); return true }), closedLoad(1, 6), Class{Name: "h", Weight: 1, Pool: []send.Request{head}})
		plan.Connect.Transport = transport
		if d, s := measure(t, plan); d.Done != 6 || len(d.Errors) != 0 {
			t.Errorf("%s: done %d, errors %v %v; want 6 answers", transport, d.Done, d.Errors, s.Samples)
		}
	}
}

// A target that never answers but with garbage is malformed, kept connection or not.
func TestGarbageOnNewConnectionsIsMalformed(t *testing.T) {
	for _, transport := range []Transport{Lean, NetHTTP} {
		plan := closedPlan(t, hostile(t, func(c net.Conn, _ int64) bool { fmt.Fprint(c, "\r\n\r\n"); return true }), closedLoad(1, 3))
		plan.Connect.Transport = transport
		if d, s := measure(t, plan); d.Errors[results.ErrMalformed] != 3 || s.Connections.Stale != 0 {
			t.Errorf("%s: errors %v, connections %+v; want 3 malformed", transport, d.Errors, s.Connections)
		}
	}
}

// h2Frame is a frame of HTTP/2.
func h2Frame(kind, flags byte, stream byte, payload string) string {
	return string([]byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags, 0, 0, 0, stream}) + payload
}

// h2Server answers the first stream of every connection with frames.
func h2Server(t *testing.T, frames string) string {
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
			go func() {
				defer c.Close()
				const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				if _, err := io.ReadFull(c, make([]byte, len(preface))); err != nil {
					return
				}
				_, _ = io.WriteString(c, h2Frame(4, 0, 0, "")+h2Frame(4, 1, 0, ""))
				head := make([]byte, 9)
				for {
					if _, err := io.ReadFull(c, head); err != nil {
						return
					}
					size := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
					if _, err := io.CopyN(io.Discard, c, size); err != nil {
						return
					}
					if head[3] == 1 { // HEADERS
						_, _ = io.WriteString(c, frames)
						if frames[3] == 7 { // GOAWAY
							return
						}
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// F23: RST_STREAM and GOAWAY were counted as malformed.
func TestHTTP2StreamsThatEndEarlyAreResets(t *testing.T) {
	status := func(code string) string { return h2Frame(1, 5, 1, "\x08"+string([]byte{byte(len(code))})+code) }
	for name, tc := range map[string]struct{ frames, class string }{
		"RST_STREAM, INTERNAL_ERROR":   {h2Frame(3, 0, 1, "\x00\x00\x00\x02"), results.ErrReset},
		"RST_STREAM, CANCEL":           {h2Frame(3, 0, 1, "\x00\x00\x00\x08"), results.ErrReset},
		"RST_STREAM amid the body":     {h2Frame(1, 4, 1, "\x88") + h2Frame(3, 0, 1, "\x00\x00\x00\x02"), results.ErrReset},
		"GOAWAY, then closed":          {h2Frame(7, 0, 0, "\x00\x00\x00\x01\x00\x00\x00\x02"), results.ErrReset},
		"a frame that HTTP/2 has not":  {h2Frame(1, 5, 1, "\xff\xff\xff\xff\xff\xff"), results.ErrMalformed},
		"status 101":                   {status("101"), results.ErrMalformed},
		"status 1000":                  {status("1000"), results.ErrMalformed},
		"status 42":                    {status("42"), results.ErrMalformed},
		"status -1":                    {status("-1"), results.ErrMalformed},
		"an answer of HTTP/1.1 to it":  {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", results.ErrMalformed},
		"a header of more than 64 kB ": {h2Frame(1, 0, 1, "\x88") + strings.Repeat(h2Frame(9, 0, 1, "\x00\x01a\x7f\x81\x7d"+strings.Repeat("x", 127+253)), 300), results.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := closedPlan(t, h2Server(t, tc.frames), closedLoad(1, 1))
			plan.Connect.Transport = HTTP2
			plan.Timeout = 5 * time.Second
			if d, s := measure(t, plan); d.Errors[tc.class] != 1 || len(d.Status) != 0 {
				t.Errorf("errors %v %v, statuses %v; want 1 %s", d.Errors, s.Examples, d.Status, tc.class)
			}
		})
	}
}

// F23: a target that does not agree on the protocol was counted as reset, or, if
// it agreed on none, asked by HTTP/1.1 without a word.
func TestFailedALPNIsCountedAsTLS(t *testing.T) {
	for name, offers := range map[string][]string{"HTTP/1.1 only": {"http/1.1"}, "no ALPN at all": nil, "neither": {"spdy/3"}} {
		srv := httptest.NewUnstartedServer(http.NotFoundHandler())
		srv.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return &tls.Config{Certificates: srv.TLS.Certificates, NextProtos: offers}, nil
		}}
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.StartTLS()
		defer srv.Close()
		for _, transport := range []Transport{HTTP2, NetHTTP, Lean} {
			if transport == Lean && name != "neither" || transport == NetHTTP { // which offers nothing to agree on
				continue
			}
			plan := closedPlan(t, srv.URL, closedLoad(1, 2))
			plan.TLS, plan.Connect.Transport = &tls.Config{InsecureSkipVerify: true}, transport
			d, s := measure(t, plan)
			if d.Errors[results.ErrTLS] != 2 || s.Sample(results.ErrTLS) == "" {
				t.Errorf("%s, %s: errors %v %v, want 2 tls", name, transport, d.Errors, s.Examples)
			}
		}
	}
}
