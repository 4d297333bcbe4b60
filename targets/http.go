package targets

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// ErrUnreachable is the sentinel of a target that does not answer.
var ErrUnreachable = errors.New("target unreachable")

// exchangeTimeout bounds one login or check.
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
		pem, err := os.ReadFile(t.CAFile)
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
	TLS    *tls.ConnectionState // nil: none
	Took   time.Duration        // connecting included
}

// Check says whether the target answers HTTP, by a GET of its ready path, which
// must answer 200 to 399, or else of its URL, where any status will do.
func (t Target) Check(ctx context.Context) (Checked, error) {
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
	a := Checked{Status: resp.StatusCode, TLS: resp.TLS, Took: time.Since(begin)}
	if t.Ready != "" && (a.Status < 200 || a.Status > 399) {
		return a, fmt.Errorf("target %s is not ready: GET %s answered %d, want 200 to 399", t.Name, t.Ready, a.Status)
	}
	return a, nil
}

// do sends one request with the target's headers, straight to it as the load
// will go: no proxy, no redirects.
func (t Target) do(req *http.Request) (*http.Response, error) {
	tlsConfig, err := t.TLSConfig()
	if err != nil {
		return nil, err
	}
	for _, h := range t.Headers {
		req.Header.Set(h.Name, h.Value)
		if http.CanonicalHeaderKey(h.Name) == "Host" {
			req.Host = h.Value
		}
	}
	network, address := t.Connect()
	transport := &http.Transport{
		TLSClientConfig:   tlsConfig,
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, host string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, cmp.Or(address, host))
		},
	}
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ctx, cancel := context.WithTimeout(req.Context(), exchangeTimeout)
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		cancel()
		if cause := req.Context().Err(); cause != nil {
			return nil, cause
		}
		return nil, t.unreachable(err)
	}
	resp.Body = &cancelBody{resp.Body, cancel}
	return resp, nil
}

func (t Target) unreachable(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err // without the URL, which is said already
	}
	remedy := t.remedy()
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &cert):
		remedy = "trust its authority (key ca of the target file), or --insecure"
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("no answer within %s", exchangeTimeout)
	}
	return fmt.Errorf("%w: %s at %s: %w; %s", ErrUnreachable, t.Name, t.URL.Redacted(), err, remedy)
}

// cancelBody ends the exchange's timer with its body.
type cancelBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *cancelBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
