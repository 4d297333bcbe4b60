package loadgen

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/loadgen/http1"
)

// httpClient carries requests by net/http, for what the lean client does not
// speak. It opens connections as it needs them: with HTTP/2 many requests share
// one.
type httpClient struct {
	g         *Generator
	transport *http.Transport
	client    *http.Client
	templates map[*Payload]*http.Request
}

func newHTTPClient(g *Generator) (*httpClient, error) {
	c := &httpClient{g: g, templates: map[*Payload]*http.Request{}}
	protocols := new(http.Protocols)
	if g.plan.Connect.Transport == HTTP2 {
		protocols.SetHTTP2(true)
		protocols.SetUnencryptedHTTP2(true)
	} else {
		protocols.SetHTTP1(true)
	}
	cfg := g.tls.Clone()
	cfg.NextProtos = nil // net/http sets them from Protocols
	if g.plan.Connect.Transport == HTTP2 {
		cfg.VerifyConnection = wantHTTP2
	}
	c.transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, g.network, g.address)
		},
		Protocols:              protocols,
		TLSClientConfig:        cfg,
		MaxIdleConnsPerHost:    g.plan.Load.Connections,
		MaxResponseHeaderBytes: http1.MaxHeaderBytes, // as the lean client
		DisableCompression:     true,
		DisableKeepAlives:      g.plan.Connect.MaxRequests == 1,
	}
	c.client = &http.Client{Transport: c.transport}
	if !g.plan.Connect.Follow {
		c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	for i := range g.plan.Classes {
		pool := g.plan.Classes[i].Payloads
		for j := range pool {
			if pool[j].Fill != nil {
				continue // complete only when it is sent
			}
			req, err := c.parse(pool[j].Wire)
			if err != nil {
				return nil, fmt.Errorf("class %q: %w", g.plan.Classes[i].Name, err)
			}
			c.templates[&pool[j]] = req
		}
	}
	return c, nil
}

// parse makes a prepared request one of net/http's.
func (c *httpClient) parse(wire []byte) (*http.Request, error) {
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		return nil, err
	}
	req.RequestURI = ""
	req.URL.Scheme, req.URL.Host = c.g.plan.URL.Scheme, c.g.plan.URL.Host
	return req, nil
}

func (c *httpClient) close() { c.transport.CloseIdleConnections() }

// do carries one request and waits for its whole answer. One that met a kept
// connection which turned out to be of no use is sent again, its clocks running.
func (c *httpClient) do(req *request) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), req.sent+c.g.plan.Timeout-c.g.now())
	defer cancel()
	for {
		o := c.once(ctx, req)
		if !o.stale {
			return o
		}
		c.g.conns.stale.Add(1)
	}
}

func (c *httpClient) once(ctx context.Context, req *request) outcome {
	g := c.g
	o := outcome{class: req.class, planned: req.planned, begun: req.begun(), lag: req.sent - req.planned, payload: req.payload, number: req.number}
	used, reused := 0, false
	var first atomic.Int64 // hooks may still be called when the request has timed out
	var shaken atomic.Bool
	trace := &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			reused = info.Reused
			if !info.Reused {
				g.conns.opened.Add(1)
			}
			if used++; used > 1 && !g.plan.Connect.Follow {
				g.conns.stale.Add(1) // net/http has sent it again by itself
			}
		},
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { shaken.Store(err != nil) },
		GotFirstResponseByte: func() { first.Store(int64(g.now() - req.sent)) },
	}
	var a *Answer
	check := g.plan.Classes[req.class].Check
	if check != nil {
		a = &Answer{Captured: req.captured()}
	}
	status, n, err := c.roundTrip(httptrace.WithClientTrace(ctx, trace), req, &o, a)
	o.service, o.first = g.now()-req.sent, time.Duration(first.Load())
	o.bytesIn = n
	if err != nil && shaken.Load() {
		err = &tlsError{err}
	}
	switch {
	case err == nil:
		o.status = status
		if !g.expected(req.class, status) {
			o.failure = failStatus
		} else if a != nil {
			a.Service = o.service
			if err := check(a); err != nil {
				o.failure = g.keep(failCheck, req.class, err)
			}
		}
	case errors.Is(err, context.DeadlineExceeded):
		o.failure, o.service = failTimeout, g.plan.Timeout
	default:
		o.failure = classifyHTTP(err)
		g.conns.failed.Add(1)
		if o.stale = reused && c.stale(&o, err); !o.stale {
			g.keep(o.failure, req.class, err)
		}
	}
	o.response = o.lag + o.service
	return o
}

// stale says whether the request that failed on a kept connection was not
// answered there: the target closed it, or what lay there is no answer. HTTP/2
// says itself which requests were not served, and net/http sends those again.
func (c *httpClient) stale(o *outcome, err error) bool {
	if c.g.plan.Connect.Transport == HTTP2 || c.g.plan.Connect.Follow {
		return false
	}
	return o.failure == failReset && o.first == 0 || notAnAnswer(err)
}

// roundTrip sends the request and reads its answer, into a if it is to be
// checked; n counts body bytes.
func (c *httpClient) roundTrip(ctx context.Context, req *request, o *outcome, a *Answer) (status int, n int64, err error) {
	t, wire := c.templates[req.payload], []byte(nil)
	if t == nil {
		wire = req.appendTo(nil)
		if t, err = c.parse(wire); err != nil {
			return 0, 0, err
		}
	}
	t = t.WithContext(ctx)
	if length := int(t.ContentLength); length > 0 {
		if wire == nil {
			wire = req.appendTo(nil)
		}
		o.bytesOut = int64(len(wire))
		body := wire[len(wire)-length:]
		t.Body = io.NopCloser(bytes.NewReader(body))
		t.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	resp, err := c.client.Do(t)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err // without the URL, which may have a secret
		}
		return 0, 0, err
	}
	defer resp.Body.Close()
	if err := judgeStatus(resp.StatusCode); err != nil {
		return 0, 0, err // the body of a 101 is the connection, which nothing bounds
	}
	unexpected := !c.g.expected(req.class, resp.StatusCode)
	if a == nil && unexpected {
		a = &Answer{} // for the example
	}
	if a != nil {
		if err := a.read(resp); err != nil {
			return resp.StatusCode, int64(len(a.Body)), err
		}
	}
	n, err = io.Copy(io.Discard, io.LimitReader(resp.Body, http1.DefaultMaxBody+1))
	if a != nil {
		a.Cut = n > 0
		n += int64(len(a.Body))
	}
	if unexpected {
		c.g.keepAnswer(resp.StatusCode, req.class, a.Body, n)
	}
	if err == nil && n > http1.DefaultMaxBody {
		err = http1.ErrBodyTooLarge
	}
	return resp.StatusCode, n, err
}
