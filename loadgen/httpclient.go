package loadgen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/loadgen/http1"
	"github.com/mlbench/mlbench/loadgen/send"
)

// httpClient carries requests by net/http, or whatever is an http.RoundTripper,
// for what the lean transport does not speak. Connections are opened as it needs
// them: with HTTP/2 many requests share one.
type httpClient struct {
	httpStatus
	g         *Generator
	client    *http.Client
	own       []*http.Client // of each worker, where they leave; nil: client is everybody's
	templates map[*send.Request]*http.Request
}

func newHTTPClient(g *Generator, by http.RoundTripper) (*httpClient, error) {
	c := &httpClient{g: g, client: newClient(g, by), templates: map[*send.Request]*http.Request{}}
	for i := range g.plan.Classes {
		pool := g.plan.Classes[i].Pool
		for j := range pool {
			if pool[j].Fill != nil || pool[j].FreshHead() {
				continue // complete only when it is sent
			}
			req, err := pool[j].HTTP(g.plan.URL)
			if err != nil {
				return nil, fmt.Errorf("class %q: %w", g.plan.Classes[i].Name, err)
			}
			c.templates[&pool[j]] = req
		}
	}
	return c, nil
}

func newClient(g *Generator, by http.RoundTripper) *http.Client {
	c := &http.Client{Transport: by}
	if !g.plan.Connect.Follow {
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return c
}

func (c *httpClient) close() {
	c.client.CloseIdleConnections()
	for worker := range c.own {
		c.leave(worker)
	}
}

// leave does nothing where workers share connections.
func (c *httpClient) leave(worker int) {
	if c.own != nil {
		c.own[worker].CloseIdleConnections()
	}
}

// start carries a request and its journey on a goroutine of their own.
func (c *httpClient) start(r *run, req *request) {
	own := *req
	go func() {
		var think timer
		for more := true; more; {
			o := c.exchange(0, &own)
			more = r.follow(&own, &o, &think)
		}
		r.done(&own)
	}()
}

// exchange carries one request and waits for its whole answer. One that met a kept
// connection which turned out to be of no use is sent again, its clocks running.
func (c *httpClient) exchange(worker int, req *request) outcome {
	g, client := c.g, c.client
	if c.own != nil {
		client = c.own[worker]
	}
	ctx, cancel := context.WithTimeout(context.Background(), req.sent+g.plan.Timeout-g.now())
	defer cancel()
	o := c.once(ctx, client, req)
	for o.stale {
		g.conns.stale.Add(1)
		o = c.once(ctx, client, req)
	}
	g.recorder.record(int(req.number)%len(g.recorder.shards), &o)
	return o
}

func (c *httpClient) once(ctx context.Context, client *http.Client, req *request) outcome {
	g := c.g
	o := outcome{class: req.class, planned: req.planned, begun: req.begun(), lag: req.sent - req.planned, payload: req.payload, number: req.number}
	used, reused := 0, false
	// Some hooks may still be called when the request has timed out, and req is
	// another's.
	sent := req.sent
	var first atomic.Int64
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
		GotFirstResponseByte: func() { first.Store(int64(g.now() - sent)) },
	}
	var a *Answer
	check := g.plan.Classes[req.class].Check
	if check != nil {
		a = &Answer{Captured: req.captured(), Sent: req.whole}
	}
	status, n, err := c.roundTrip(httptrace.WithClientTrace(ctx, trace), client, req, &o, a)
	o.service = g.now() - req.sent
	if o.first == 0 {
		o.first = time.Duration(first.Load())
	}
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
			if err := req.judge(check, a); err != nil {
				o.failure = g.keep(failCheck, req, err)
			}
			g.count(a.failed, req, &o)
		}
	case errors.Is(err, context.DeadlineExceeded):
		o.failure, o.service = failTimeout, g.plan.Timeout
	default:
		o.failure = classifyHTTP(err)
		g.conns.failed.Add(1)
		if o.stale = reused && c.stale(&o, err); !o.stale {
			g.keep(o.failure, req, err)
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
func (c *httpClient) roundTrip(ctx context.Context, client *http.Client, req *request, o *outcome, a *Answer) (status int, n int64, err error) {
	of := req.payload.Numbered(req.number)
	t := c.templates[req.payload]
	if t == nil {
		of = of.Filled(req.captured())
		if t, err = of.HTTP(c.g.plan.URL); err != nil {
			return 0, 0, err
		}
	}
	t = t.WithContext(ctx)
	if req.user != nil {
		req.user.setFields(t, c.g, req.class, of.Target)
	}
	of.SetBody(t, of.Body)
	o.bytesOut = int64(len(of.Body))
	if c.g.follows() {
		own := *client
		own.Jar = &followedJar{&req.user.jar, c.g.plan.URL}
		client = &own
	}
	resp, err := client.Do(t)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err // without the URL, which may have a secret
		}
		return 0, 0, err
	}
	defer resp.Body.Close()
	if of.Waits() > 0 {
		o.first = c.g.now() - req.sent // the first byte was perhaps that of 100 Continue
	}
	if err := judgeStatus(resp.StatusCode); err != nil {
		return 0, 0, err // the body of a 101 is the connection, which nothing bounds
	}
	if c.g.plan.Cookies && !c.g.follows() {
		for _, line := range resp.Header.Values("Set-Cookie") {
			req.user.jar.take(line, req.user.target)
		}
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
		c.g.keepAnswer(resp.StatusCode, req, a.Body, n)
	}
	if err == nil && n > http1.DefaultMaxBody {
		err = http1.ErrBodyTooLarge
	}
	return resp.StatusCode, n, err
}
