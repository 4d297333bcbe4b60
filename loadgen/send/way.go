package send

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/mlbench/mlbench/loadgen/http1"
)

// Way is how requests get to a target: straight, past proxies.
type Way struct {
	URL *url.URL    // scheme, host and port
	TLS *tls.Config // of https; nil: defaults
	// Network and Address are where to connect instead of the URL's host and port;
	// empty: there, by TCP.
	Network, Address string
	HTTP2            bool // for http without negotiation (prior knowledge)
}

// ErrNoHTTP2 is the sentinel of a target that does not agree on HTTP/2, where
// net/http would go on with HTTP/1.1.
var ErrNoHTTP2 = errors.New("it does not offer HTTP/2 (ALPN)")

// Endpoint is where connections go.
func (w *Way) Endpoint() (network, address string) {
	port := map[string]string{"http": "80", "https": "443"}[w.URL.Scheme]
	return cmp.Or(w.Network, "tcp"), cmp.Or(w.Address, net.JoinHostPort(w.URL.Hostname(), cmp.Or(w.URL.Port(), port)))
}

// Dial opens a connection, without TLS.
func (w *Way) Dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	network, address := w.Endpoint()
	return d.DialContext(ctx, network, address)
}

// Handshake is that of https on an open connection, which it closes if it fails.
func (w *Way) Handshake(ctx context.Context, nc net.Conn) (net.Conn, error) {
	cfg := w.config()
	cfg.NextProtos = []string{"http/1.1"}
	if w.HTTP2 {
		cfg.NextProtos = []string{"h2"}
	}
	tc := tls.Client(nc, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		return nil, err
	}
	return tc, nil
}

// config is what TLS is to be, but for the protocol above it.
func (w *Way) config() *tls.Config {
	cfg := w.TLS.Clone()
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if cfg.ServerName == "" {
		cfg.ServerName, _, _ = strings.Cut(w.URL.Hostname(), "%") // without an IPv6 zone
	}
	if w.HTTP2 {
		cfg.VerifyConnection = func(s tls.ConnectionState) error {
			if s.NegotiatedProtocol != "h2" {
				return ErrNoHTTP2
			}
			return nil
		}
	}
	return cfg
}

// Transport makes net/http go this way, with nothing added. It keeps so many idle
// connections; 0: a new one for each request.
func (w *Way) Transport(keep int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!w.HTTP2)
	protocols.SetHTTP2(w.HTTP2)
	protocols.SetUnencryptedHTTP2(w.HTTP2)
	return &http.Transport{
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return w.Dial(ctx) },
		TLSClientConfig:        w.config(),
		Protocols:              protocols,
		DisableCompression:     true,
		ExpectContinueTimeout:  continueWait,
		DisableKeepAlives:      keep == 0,
		MaxIdleConnsPerHost:    keep,
		MaxResponseHeaderBytes: http1.MaxHeaderBytes,
	}
}
