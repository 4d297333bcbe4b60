package targets

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
	"strings"
	"syscall"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
)

// mostLook bounds a first look: what is there accepts a connection, and answers on its
// ready path, sooner than requests of an hour.
const mostLook = 30 * time.Second

// Patience is how long a first look waits.
func (t Target) Patience() time.Duration { return min(t.timeout(), mostLook) }

// looking is the target with its patience for a timeout.
func (t Target) looking() Target {
	t.Timeout = t.Patience()
	return t
}

// FirstLook says whether the target is there without asking for anything that may
// have effects: by its ready path, if it has one, or else by connecting.
func (t Target) FirstLook(ctx context.Context) error {
	if t.Ready == "" {
		return t.Reach(ctx)
	}
	_, err := t.Check(ctx)
	return err
}

// ProxyNote says that a proxy which the environment names for the target is passed
// by; empty: there is none.
func (t Target) ProxyNote() string {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: t.URL})
	if t.Socket != "" || err != nil || proxy == nil {
		return ""
	}
	return fmt.Sprintf("%s: requests go straight to it, not through the proxy %s of %s_PROXY",
		t.Name, proxy.Host, strings.ToUpper(t.URL.Scheme))
}

// Reach connects to the target as the load will, TLS and the agreement on its
// protocol included, and sends nothing.
func (t Target) Reach(ctx context.Context) error {
	t = t.looking()
	limited, cancel := context.WithTimeout(ctx, t.timeout())
	defer cancel()
	nc, err := t.dial(limited)
	if err != nil {
		return t.broken(ctx, err)
	}
	return nc.Close()
}

// Look sends one request, which is to be one without effects,
// and waits until an answer begins: whichever it is, the target is there. One that takes
// longer than a look, as requests of the load may, is none of its mistakes: the note
// says so.
func (t Target) Look(ctx context.Context, r *send.Request) (note string, err error) {
	return t.lookFor(ctx, r, t.Patience())
}

func (t Target) lookFor(ctx context.Context, r *send.Request, patience time.Duration) (note string, err error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	const tries = 3 // one may be closed by chance: a restart, a limit
	err = t.look(limited, r)
	for i := 1; i < tries && closedUnanswered(err); i++ {
		err = t.look(limited, r)
	}
	switch {
	case err == nil:
		return "", nil
	case t.timeout() > patience && ctx.Err() == nil && limited.Err() != nil:
		return fmt.Sprintf("%s: %s %s was not answered within %s, and is not waited for: requests may take %s", t.Name, r.Method, r.ShownTarget(), patience, t.Timeout), nil
	case closedUnanswered(err), errors.Is(err, errUnspoken):
		if other := t.otherProtocol(limited); other != nil {
			err = other
		}
	}
	return "", t.looking().broken(ctx, err)
}

func closedUnanswered(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func (t Target) look(ctx context.Context, r *send.Request) error {
	if t.HTTP2 {
		resp, err := t.roundTripHTTP2(ctx, r)
		if err == nil {
			return resp.Body.Close()
		}
		if strings.Contains(err.Error(), "received from peer") || errors.Is(err, errMalformed) {
			return nil // it ended the stream: what speaks HTTP/2 is there
		}
		return err
	}
	nc, err := t.dial(ctx)
	if err != nil {
		return err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })()
	go func() { _, _ = nc.Write(r.AppendHTTP1(nil)) }() // a target may answer before it has read all
	const begin = "HTTP/1."
	br := bufio.NewReader(nc)
	switch head, err := br.Peek(len(begin)); {
	case len(head) > 0 && !bytes.HasPrefix([]byte(begin), head) && string(head) != begin:
		return errUnspoken
	case err != nil:
		return err
	}
	if t.URL.Scheme == "http" && t.complainsOfHTTP(ctx, nc, br) {
		return errTLSThere
	}
	return nil
}

// complainsOfHTTP says whether the answer is that of a server of TLS to plain HTTP:
// many speak that much of it.
func (t Target) complainsOfHTTP(ctx context.Context, nc net.Conn, br *bufio.Reader) bool {
	status, err := br.Peek(len("HTTP/1.1 400"))
	if err != nil || !bytes.HasSuffix(status, []byte(" 400")) {
		return false
	}
	const most, wait = 4 << 10, time.Second
	_ = nc.SetReadDeadline(time.Now().Add(wait))
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		return false
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, most))
	return bytes.Contains(bytes.ToLower(body), []byte("https")) && errors.Is(t.otherProtocol(ctx), errTLSThere)
}

// otherProtocol is what the target speaks instead of plain HTTP/1.1, as far as
// can be found out without a request.
func (t Target) otherProtocol(ctx context.Context) error {
	const wait = 2 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait)
	defer cancel()
	if t.URL.Scheme == "https" || t.HTTP2 {
		return nil
	}
	if nc, err := t.dial(ctx); err == nil {
		defer nc.Close()
		if tls.Client(nc, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(ctx) == nil { // nothing is sent through it
			return errTLSThere
		}
	}
	nc, err := t.dial(ctx)
	if err != nil {
		return nil
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })()
	const settings = 4 // kind of the frame with which either side begins
	frame := make([]byte, 9)
	if _, err := fmt.Fprint(nc, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x00\x00\x00\x04\x00\x00\x00\x00\x00"); err != nil {
		return nil
	}
	if _, err := io.ReadFull(nc, frame); err == nil && frame[0] == 0 && frame[3] == settings {
		return errH2There
	}
	return nil
}

// dial opens a connection, with TLS for https.
func (t Target) dial(ctx context.Context) (net.Conn, error) {
	way, err := t.Way()
	if err != nil {
		return nil, err
	}
	nc, err := way.Dial(ctx)
	if err != nil || t.URL.Scheme != "https" {
		return nc, err
	}
	return way.Handshake(ctx, nc)
}
