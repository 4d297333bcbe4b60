package targets

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// Answer is what came back for one request.
type Answer struct {
	Status int
	Head   []byte // status line and headers, as they came
	Body   []byte // its beginning, without the framing of chunks
	Size   int64  // of the whole body
	Took   time.Duration
}

// headLimit is what is kept of an answer's head for showing.
const headLimit = 64 << 10

// Exchange sends the bytes of one HTTP/1.1 request on a connection of its own,
// as the load will go: no proxy, no redirects, nothing added. It reads the whole
// answer and keeps the first bytes of its body. The context's deadline ends it.
func (t Target) Exchange(ctx context.Context, wire []byte, keep int) (*Answer, error) {
	begin := time.Now()
	nc, err := t.dial(ctx)
	if err != nil {
		return nil, t.broken(ctx, err)
	}
	defer nc.Close()
	stop := context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	wrote := make(chan error, 1)
	go func() {
		_, err := nc.Write(wire)
		wrote <- err
	}()
	a, err := readAnswer(nc, wire, keep)
	if err != nil {
		if ctx.Err() == nil {
			_ = nc.Close() // ends the writer
			if werr := <-wrote; werr != nil && !errors.Is(werr, net.ErrClosed) {
				err = werr
			}
		}
		return nil, t.broken(ctx, err)
	}
	a.Took = time.Since(begin)
	return a, nil
}

// dial opens a connection, with TLS for https.
func (t Target) dial(ctx context.Context) (net.Conn, error) {
	cfg, err := t.TLSConfig()
	if err != nil {
		return nil, err
	}
	network, address := t.Connect()
	port := map[string]string{"http": "80", "https": "443"}[t.URL.Scheme]
	address = cmp.Or(address, net.JoinHostPort(t.URL.Hostname(), cmp.Or(t.URL.Port(), port)))
	var d net.Dialer
	nc, err := d.DialContext(ctx, network, address)
	if err != nil || t.URL.Scheme != "https" {
		return nc, err
	}
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	cfg.ServerName, cfg.NextProtos = t.URL.Hostname(), []string{"http/1.1"}
	tc := tls.Client(nc, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		return nil, err
	}
	return tc, nil
}

// broken names the target, and says whether it was its caller who gave up.
func (t Target) broken(ctx context.Context, err error) error {
	switch cause := ctx.Err(); {
	case errors.Is(cause, context.Canceled):
		return cause
	case cause != nil || errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w: %s at %s: no complete answer in time", ErrUnreachable, t.Name, t.URL.Redacted())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %s at %s closed the connection without a complete answer", ErrUnreachable, t.Name, t.URL.Redacted())
	}
	return t.unreachable(err)
}

// readAnswer passes over interim answers (1xx).
func readAnswer(r io.Reader, wire []byte, keep int) (*Answer, error) {
	heads := &first{most: headLimit}
	br := bufio.NewReader(io.TeeReader(r, heads))
	method, _, _ := bytes.Cut(wire, []byte(" "))
	for {
		resp, err := http.ReadResponse(br, &http.Request{Method: string(method)})
		if err != nil {
			return nil, err
		}
		head, rest, _ := bytes.Cut(heads.kept, []byte("\r\n\r\n"))
		if resp.StatusCode < 200 && resp.StatusCode != http.StatusSwitchingProtocols {
			heads.kept = rest
			continue
		}
		body := &first{most: keep}
		n, err := io.Copy(body, resp.Body)
		if err != nil {
			return nil, err
		}
		return &Answer{Status: resp.StatusCode, Head: head, Body: body.kept, Size: n}, nil
	}
}

// first keeps the first bytes of what is written to it.
type first struct {
	most int
	kept []byte
}

func (f *first) Write(b []byte) (int, error) {
	f.kept = append(f.kept, b[:min(len(b), max(0, f.most-len(f.kept)))]...)
	return len(b), nil
}
