package loadgen

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
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
	c.transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, g.network, g.address)
		},
		Protocols:           protocols,
		TLSClientConfig:     cfg,
		MaxIdleConnsPerHost: g.plan.Load.Connections,
		DisableCompression:  true,
		DisableKeepAlives:   g.plan.Connect.MaxRequests == 1,
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

// do carries one request and waits for its whole answer.
func (c *httpClient) do(req *request) outcome {
	g := c.g
	ctx, cancel := context.WithTimeout(context.Background(), req.sent+g.plan.Timeout-g.now())
	defer cancel()
	o := outcome{class: req.class, planned: req.planned, begun: req.begun(), lag: req.sent - req.planned, payload: req.payload, number: req.number}
	trace := &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if !info.Reused {
				g.conns.opened.Add(1)
			}
		},
		GotFirstResponseByte: func() { o.first = g.now() - req.sent },
	}
	var a *Answer
	check := g.plan.Classes[req.class].Check
	if check != nil {
		a = &Answer{Captured: req.captured()}
	}
	status, n, err := c.roundTrip(httptrace.WithClientTrace(ctx, trace), req, &o, a)
	o.service = g.now() - req.sent
	o.bytesIn = n
	switch {
	case err == nil:
		o.status = status
		if !g.expected(req.class, status) {
			o.failure = failStatus
		} else if a != nil {
			a.Service = o.service
			if err := check(a); err != nil {
				o.failure = g.samples.keep(failCheck, err)
			}
		}
	case errors.Is(err, context.DeadlineExceeded):
		o.failure, o.service = failTimeout, g.plan.Timeout
	default:
		o.failure = g.samples.keep(classifyHTTP(err), err)
		g.conns.failed.Add(1)
	}
	o.response = o.lag + o.service
	return o
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
	if a != nil {
		if err := a.read(resp); err != nil {
			return resp.StatusCode, int64(len(a.Body)), err
		}
	}
	n, err = io.Copy(io.Discard, io.LimitReader(resp.Body, defaultMaxBody+1))
	if a != nil {
		a.Cut = n > 0
		n += int64(len(a.Body))
	}
	if err == nil && n > defaultMaxBody {
		err = errBodyTooLarge
	}
	return resp.StatusCode, n, err
}

// classifyHTTP says why an exchange by net/http failed.
func classifyHTTP(err error) failure {
	var op *net.OpError
	switch {
	case errors.Is(err, errBodyTooLarge):
		return failMalformed
	case errors.As(err, &op) && op.Op == "dial", isTLS(err):
		return classifyDial(err)
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return failReset
	}
	return failMalformed
}
