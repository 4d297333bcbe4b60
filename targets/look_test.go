package targets

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
)

var lookRequest = &send.Request{Method: "GET", Target: "/x", Header: []send.Field{{Name: "Host", Value: "model.example"}}}

// raw serves every connection by a function.
func raw(t *testing.T, serve func(c net.Conn, n int64)) Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := int64(1); ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c, n) }()
		}
	}()
	target, err := Parse("t=http://"+l.Addr().String(), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// answerRaw answers each request with the bytes, and closes.
func answerRaw(t *testing.T, bytes string) Target {
	return raw(t, func(c net.Conn, _ int64) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.WriteString(c, bytes)
		}
	})
}

// speaking is a server of some protocols, with TLS or without.
func speaking(t *testing.T, secure bool, set func(*http.Protocols)) Target {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Proto", r.Proto)
		io.WriteString(w, `{"token":"`+r.Host+`"}`)
	}))
	srv.Config.Protocols = new(http.Protocols)
	set(srv.Config.Protocols)
	srv.EnableHTTP2 = srv.Config.Protocols.HTTP2()
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	t.Cleanup(srv.Close)
	target, err := Parse("t="+srv.URL, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	target.Insecure = true
	return target
}

// F01: any answer means that the target is there; the request is the load's.
func TestAnyAnswerToALookMeansReachable(t *testing.T) {
	for name, answer := range map[string]string{
		"404":                  "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
		"405":                  "HTTP/1.1 405 Method Not Allowed\r\n\r\n",
		"101":                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
		"100 and no more":      "HTTP/1.1 100 Continue\r\n\r\n",
		"HTTP/1.0":             "HTTP/1.0 200 OK\r\n\r\nok",
		"half of a body":       "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
		"a broken header":      "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
		"400 of something":     "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nwrong",
		"400 that names https": "HTTP/1.1 400 Bad Request\r\nContent-Length: 17\r\n\r\nsee https://x/doc",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := answerRaw(t, answer).Look(t.Context(), lookRequest); err != nil {
				t.Error(err)
			}
		})
	}
	host := raw(t, func(c net.Conn, _ int64) { // a default-deny virtual host
		if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil && r.Host == "model.example" {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		}
	})
	if _, err := host.Look(t.Context(), lookRequest); err != nil {
		t.Errorf("a virtual host: %v", err)
	}
	chance := raw(t, func(c net.Conn, n int64) {
		if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil && r.Host != "" && n == 3 {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		}
	})
	if _, err := chance.Look(t.Context(), lookRequest); err != nil {
		t.Errorf("two connections closed by chance: %v", err)
	}
}

// F02: a target of HTTP/2 alone is asked by it, with TLS and without: checks, looks,
// logins and single requests.
func TestTargetsOfHTTP2AloneAreReached(t *testing.T) {
	for name, target := range map[string]Target{
		"h2":  speaking(t, true, func(p *http.Protocols) { p.SetHTTP2(true) }),
		"h2c": speaking(t, false, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }),
	} {
		t.Run(name, func(t *testing.T) {
			target.HTTP2 = true
			target.Headers = []Field{{Name: "Host", Value: "model.example"}}
			if err := target.FirstLook(t.Context()); err != nil {
				t.Error("connecting:", err)
			}
			if _, err := target.Look(t.Context(), lookRequest); err != nil {
				t.Error("look:", err)
			}
			if a, err := target.Check(t.Context()); err != nil || a.Status != 200 {
				t.Errorf("check: %+v, %v", a, err)
			}
			if token, _, err := target.Login(t.Context(), Login{}, Credentials{Username: "a", Password: "b"}); err != nil || token != "model.example" {
				t.Errorf("login: %q, %v", string(token), err)
			}
			a, err := target.Exchange(t.Context(), &send.Request{Method: "POST", Target: "/x", Header: lookRequest.Header, Body: []byte("hi")}, 100)
			if err != nil || a.Status != 200 || string(a.Body) != `{"token":"model.example"}` || !strings.Contains(string(a.Head), "\r\nX-Proto: HTTP/2.0") {
				t.Errorf("exchange: %+v, %v", a, err)
			}
		})
	}
}

// F01, P7: what stands in the way is named, with what can be done; only of a refused
// connection it is asked whether the server runs.
func TestUnreachableNamesWhatStandsInTheWay(t *testing.T) {
	only1 := func(p *http.Protocols) { p.SetHTTP1(true) }
	secure := speaking(t, true, only1)
	look := func(target Target) error {
		if err := target.FirstLook(t.Context()); err != nil {
			return err
		}
		_, err := target.Look(t.Context(), lookRequest)
		return err
	}
	as := func(target Target, scheme string, change func(*Target)) Target {
		u := *target.URL
		u.Scheme = scheme
		target.URL = &u
		if change != nil {
			change(&target)
		}
		return target
	}
	h2 := func(t *Target) { t.HTTP2 = true }
	named := func(t *Target) {
		t.Insecure, t.URL.Host = false, strings.Replace(t.URL.Host, "127.0.0.1", "localhost", 1)
	}
	for name, tc := range map[string]struct {
		target Target
		want   string
	}{
		"an unknown authority":       {as(secure, "https", func(t *Target) { t.Insecure = false }), "--cacert FILE, or accept any certificate by --insecure (keys ca and insecure of the target file)"},
		"a name not in it":           {as(secure, "https", named), "--insecure"},
		"plain HTTP at https":        {as(speaking(t, false, only1), "https", nil), "it speaks plain HTTP there, not TLS; give http:// instead of https://"},
		"TLS at http":                {as(secure, "http", nil), "it speaks TLS there; give https:// instead of http://"},
		"TLS at http, without words": {as(tlsWithoutWords(t), "http", nil), "it speaks TLS there; give https://"},
		"HTTP/2 only at http":        {as(speaking(t, false, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }), "http", nil), "it speaks HTTP/2 there; give --transport h2"},
		"no HTTP/2":                  {as(secure, "https", h2), "leave out --transport h2"},
		"no HTTP/2 without TLS":      {as(speaking(t, false, only1), "http", h2), "leave out --transport h2"}, // net/http does not always say what it met
		"no TLS":                     {as(answerRaw(t, ""), "https", nil), "the connection"},
		"closed":                     {raw(t, func(net.Conn, int64) {}), "closed the connection without a complete answer"},
		"another protocol":           {answerRaw(t, "SSH-2.0-OpenSSH_9\r\n"), "what answers there is no HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			err := look(tc.target)
			if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v; want %q", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "server started") {
				t.Errorf("%v: it is", err)
			}
		})
	}
	nobody := raw(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.URL.Host = l.Addr().String()
	l.Close()
	if err := look(nobody); err == nil || !strings.Contains(err.Error(), "is the server started") {
		t.Errorf("refused: %v", err)
	}
	nobody.Socket = filepath.Join(t.TempDir(), "none")
	if err := look(nobody); err == nil || !strings.Contains(err.Error(), "is the server started") {
		t.Errorf("no such socket: %v", err)
	}
}

// tlsWithoutWords closes what is no TLS at once.
func tlsWithoutWords(t *testing.T) Target {
	secure := speaking(t, true, func(p *http.Protocols) { p.SetHTTP1(true) })
	return raw(t, func(c net.Conn, _ int64) {
		begin := make([]byte, 1)
		if _, err := io.ReadFull(c, begin); err != nil || begin[0] != 0x16 {
			return
		}
		up, err := net.Dial("tcp", secure.URL.Host)
		if err != nil {
			return
		}
		defer up.Close()
		_, _ = up.Write(begin)
		go func() { _, _ = io.Copy(up, c) }()
		_, _ = io.Copy(c, up)
	})
}

// F03: a look lasts as long as a request of the load may.
func TestALookWaitsAsLongAsTheLoad(t *testing.T) {
	if got := (Target{Timeout: time.Minute}).timeout(); got != time.Minute {
		t.Errorf("%s, want the load's 1m", got)
	}
	if got := (Target{Timeout: time.Millisecond}).timeout(); got != exchangeTimeout {
		t.Errorf("%s for a load that calls a millisecond late, want %s", got, exchangeTimeout)
	}
	ctx, cancel := context.WithCancel(t.Context())
	silent := raw(t, func(c net.Conn, _ int64) { cancel(); _, _ = io.Copy(io.Discard, c) })
	if _, err := silent.Look(ctx, lookRequest); !errors.Is(err, context.Canceled) {
		t.Errorf("a look that was given up: %v", err)
	}
}

// A first look at a target that accepts connections and never answers took as long as
// the timeout: up to an hour.
func TestALookOfALongTimeoutIsBounded(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{time.Millisecond: exchangeTimeout, 20 * time.Second: 20 * time.Second, time.Hour: mostLook} {
		if got := (Target{Timeout: timeout}).Patience(); got != want {
			t.Errorf("a timeout of %s: a look of %s, want %s", timeout, got, want)
		}
	}
	// What is slower than a look may be in time for the load: no error, but a note.
	slow := raw(t, func(c net.Conn, _ int64) { _, _ = io.Copy(io.Discard, c) })
	slow.Timeout = time.Hour
	if note, err := slow.lookFor(t.Context(), lookRequest, 50*time.Millisecond); err != nil || !strings.Contains(note, "GET /x was not answered within 50ms, and is not waited for: requests may take 1h0m0s") {
		t.Errorf("%q, %v", note, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if note, err := slow.Look(ctx, lookRequest); err == nil || note != "" {
		t.Errorf("its caller gave it up: %q, %v", note, err)
	}
	if remedy, said := slow.looking().explain(context.DeadlineExceeded); strings.Contains(remedy, "raise the timeout") || said.Error() != "no answer within 30s" {
		t.Errorf("%v; %s", said, remedy)
	}
}

// H4: 101 is malformed for every client of a target.
func Test101IsMalformedForChecksLoginsAndSingleRequests(t *testing.T) {
	target := raw(t, func(c net.Conn, _ int64) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
		_, _ = io.Copy(io.Discard, c) // held
	})
	_, check := target.Check(t.Context())
	_, _, login := target.Login(t.Context(), Login{}, Credentials{Username: "a", Password: "b"})
	_, exchange := target.Exchange(t.Context(), lookRequest, 10)
	for _, err := range []error{check, login, exchange} {
		if err == nil || !strings.Contains(err.Error(), "malformed answer: 101") {
			t.Errorf("%v; want malformed", err)
		}
	}
}

// What a target sends in place of an answer is in no message: it may repeat a secret.
func TestMalformedAnswersAreNotQuoted(t *testing.T) {
	target := answerRaw(t, "HTTP/1.1 200 OK\r\nX-Echo: hunter2\x01\r\n\r\n")
	_, _, err := target.Login(t.Context(), Login{}, Credentials{Username: "a", Password: "hunter2"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}
