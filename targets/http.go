package targets

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
)

// exchangeTimeout bounds one login, check or look, if none longer is asked for.
const exchangeTimeout = 10 * time.Second

// TLSConfig is nil where Go's defaults do.
func (t Target) TLSConfig() (*tls.Config, error) {
	if t.URL.Scheme != "https" || !t.Insecure && t.CAFile == "" && t.CertFile == "" {
		return nil, nil
	}
	c := &tls.Config{InsecureSkipVerify: t.Insecure}
	if t.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("target %s: client certificate: %w", t.Name, err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	if t.CAFile != "" {
		pem, err := readSmall(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("target %s: certificate authorities: %w", t.Name, err)
		}
		if c.RootCAs, err = x509.SystemCertPool(); err != nil {
			c.RootCAs = x509.NewCertPool()
		}
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("target %s: %s holds no certificate in PEM form", t.Name, t.CAFile)
		}
	}
	return c, nil
}

// Connect is where connections go: network and address to dial; no address means
// the URL's.
func (t Target) Connect() (network, address string) {
	switch {
	case t.Socket != "":
		return "unix", t.Socket
	case t.Address != "":
		return "tcp", t.Address
	}
	return "tcp", ""
}

// Checked is what a target said to a check.
type Checked struct {
	Status int
	Server string               // the header in which it says what it is
	TLS    *tls.ConnectionState // nil: none
	Took   time.Duration        // connecting included
}

// Check says whether the target answers HTTP, by a GET of its ready path, which
// must answer 200 to 399, or else of its URL, where any status will do.
func (t Target) Check(ctx context.Context) (Checked, error) {
	t = t.looking()
	u, err := t.Resolve(t.Ready)
	if err != nil {
		return Checked{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Checked{}, err
	}
	begin := time.Now()
	resp, err := t.do(req)
	if err != nil {
		return Checked{}, err
	}
	resp.Body.Close()
	a := Checked{Status: resp.StatusCode, Server: resp.Header.Get("Server"), TLS: resp.TLS, Took: time.Since(begin)}
	if t.Ready != "" && (a.Status < 200 || a.Status > 399) {
		return a, fmt.Errorf("target %s is not ready: GET %s answered %d, want 200 to 399%s", t.Name, t.Ready, a.Status, unreadyRemedy(a.Status))
	}
	return a, nil
}

// Way is how the load gets to the target.
func (t Target) Way() (*send.Way, error) {
	cfg, err := t.TLSConfig()
	network, address := t.Connect()
	return &send.Way{URL: t.URL, TLS: cfg, Network: network, Address: address, HTTP2: t.HTTP2}, err
}

// Transport makes net/http go that way. It keeps so many idle connections; 0: none.
func (t Target) Transport(keep int) (*http.Transport, error) {
	way, err := t.Way()
	if err != nil {
		return nil, err
	}
	return way.Transport(keep), nil
}

// RoundTrip sends one request by net/http, and refuses what is no answer to it:
// after 101 the body would be the connection, whose reading nothing bounds.
func RoundTrip(rt http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := rt.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusSwitchingProtocols:
		err = fmt.Errorf("%w: 101 without an upgrade asked for", errMalformed)
	case resp.StatusCode < 100 || resp.StatusCode > 999:
		err = fmt.Errorf("%w: status %d", errMalformed, resp.StatusCode)
	default:
		return resp, nil
	}
	resp.Body.Close()
	return nil, err
}

var errMalformed = errors.New("malformed answer")

// do sends one request with the target's headers, straight to it as the load
// will go: no proxy, no redirects. The headers of its body are the request's own.
func (t Target) do(req *http.Request) (*http.Response, error) {
	transport, err := t.Transport(0)
	if err != nil {
		return nil, err
	}
	own := req.Header.Get("Content-Type")
	SetHeaders(req, t.Headers)
	if own != "" {
		req.Header.Set("Content-Type", own)
	}
	ctx, cancel := context.WithTimeout(req.Context(), t.timeout())
	resp, err := RoundTrip(transport, req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, t.broken(req.Context(), err)
	}
	resp.Body = &cancelBody{resp.Body, cancel}
	return resp, nil
}

// SetHeaders gives the request headers instead of those of the same names; an
// empty value takes one away. Host is that of the request line's target.
func SetHeaders(req *http.Request, fields []Field) {
	for _, f := range fields {
		req.Header.Del(f.Name)
	}
	for _, f := range fields {
		switch {
		case strings.EqualFold(f.Name, "host"):
			req.Host = f.Value
		case f.Value != "" || f.Empty:
			req.Header.Add(f.Name, f.Value)
		case strings.EqualFold(f.Name, "user-agent"):
			req.Header.Set(f.Name, "") // else net/http has one of its own
		}
	}
}

// timeout is no less than exchangeTimeout: what a load would count as late is there.
func (t Target) timeout() time.Duration { return max(t.Timeout, exchangeTimeout) }

// cancelBody ends the exchange's timer with its body.
type cancelBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *cancelBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
