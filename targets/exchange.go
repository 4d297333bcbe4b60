package targets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
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

// Exchange sends one request on a connection of its own,
// as the load will go: no proxy, no redirects, nothing added; by HTTP/2 if the
// target is to be asked by that. It reads the whole
// answer and keeps the first bytes of its body. The context's deadline ends it.
func (t Target) Exchange(ctx context.Context, r *send.Request, keep int) (*Answer, error) {
	begin := time.Now()
	if t.HTTP2 {
		a, err := t.exchangeHTTP2(ctx, r, keep)
		if err != nil {
			return nil, t.broken(ctx, err)
		}
		a.Took = time.Since(begin)
		return a, nil
	}
	nc, err := t.dial(ctx)
	if err != nil {
		return nil, t.broken(ctx, err)
	}
	defer nc.Close()
	stop := context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	wrote, asked, read := make(chan error, 1), make(chan struct{}, 1), make(chan struct{})
	go func() { wrote <- write(nc, r, asked, read) }()
	a, err := readAnswer(nc, r.Method, keep, asked)
	close(read)
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

// write sends the request; a body that waits when it is asked for, or when its time
// is over, but not after the answer has been read.
func write(nc net.Conn, r *send.Request, asked, read <-chan struct{}) error {
	b, from := r.AppendBody(r.AppendHead(nil))
	if wait := r.Waits(); wait > 0 {
		if _, err := nc.Write(b[:from]); err != nil {
			return err
		}
		b = b[from:]
		select {
		case <-asked:
		case <-time.After(wait):
		case <-read:
			return nil
		}
	}
	_, err := nc.Write(b)
	return err
}

// roundTripHTTP2 sends the request by HTTP/2. The answer's body is to be closed.
func (t Target) roundTripHTTP2(ctx context.Context, r *send.Request) (*http.Response, error) {
	transport, err := t.Transport(0)
	if err != nil {
		return nil, err
	}
	req, err := r.HTTP(t.URL)
	if err != nil {
		return nil, err
	}
	return RoundTrip(transport, req.WithContext(ctx))
}

func (t Target) exchangeHTTP2(ctx context.Context, r *send.Request, keep int) (*Answer, error) {
	resp, err := t.roundTripHTTP2(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body := &first{most: keep}
	n, err := io.Copy(body, resp.Body)
	if err != nil {
		return nil, err
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %d %s\r\n", resp.Proto, resp.StatusCode, http.StatusText(resp.StatusCode))
	if err := resp.Header.Write(&head); err != nil {
		return nil, err
	}
	return &Answer{Status: resp.StatusCode, Head: bytes.TrimSuffix(head.Bytes(), []byte("\r\n")), Body: body.kept, Size: n}, nil
}

// readAnswer passes over interim answers (1xx); asked is told of one that asks for
// the body.
func readAnswer(r io.Reader, method string, keep int, asked chan<- struct{}) (*Answer, error) {
	heads := &first{most: headLimit}
	br := bufio.NewReader(io.TeeReader(r, heads))
	for {
		resp, err := http.ReadResponse(br, &http.Request{Method: method})
		if err != nil {
			return nil, err
		}
		head, rest, _ := bytes.Cut(heads.kept, []byte("\r\n\r\n"))
		switch {
		case resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, fmt.Errorf("%w: 101 without an upgrade asked for", errMalformed)
		case resp.StatusCode < 100:
			return nil, fmt.Errorf("%w: status %03d", errMalformed, resp.StatusCode)
		case resp.StatusCode < 200:
			if heads.kept = rest; resp.StatusCode == http.StatusContinue {
				select {
				case asked <- struct{}{}:
				default:
				}
			}
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
