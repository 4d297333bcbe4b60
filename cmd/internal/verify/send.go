package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/cases"
	"github.com/mlbench/mlbench/targets"
)

// maxAnswer bounds what is read, and compared, of an answer's body.
const maxAnswer = 4 << 20

// asker asks one target.
type asker struct {
	target    targets.Target
	token     targets.Secret
	timeout   time.Duration
	transport *http.Transport
	secrets   []string // that were sent: a target may echo them
	resent    atomic.Int64
	undecoded atomic.Pointer[error] // the first body that was compared in its content coding
	answered  atomic.Bool
	failed    atomic.Pointer[string] // how the first request without an answer did
}

// silent says that no request had an answer, and why the first had none.
func (k *asker) silent() (why string, ok bool) {
	if first := k.failed.Load(); first != nil && !k.answered.Load() {
		return *first, true
	}
	return "", false
}

// newAsker goes straight to the target, as load does: no proxy, no redirects,
// no compression unless asked for. What it sends with every request may be
// secret, as may the target's headers.
func (q *Questions) newAsker(p Party) (*asker, error) {
	transport, err := p.Target.Transport(q.Connections)
	if err != nil {
		return nil, err
	}
	transport.IdleConnTimeout = time.Second // what the target may have closed meanwhile is not used
	k := &asker{target: p.Target, token: p.Token, timeout: q.Timeout, transport: transport}
	for _, h := range k.headers(&cases.Case{Auth: scenarios.Bearer, Header: q.Headers}) {
		const least = 6 // shorter ones are part of many words
		if value := strings.TrimPrefix(h.Value, "Bearer "); h.Shown() != h.Value && len(value) >= least {
			k.secrets = append(k.secrets, value)
		}
	}
	return k, nil
}

// redact takes what is secret out of a text, also where it is quoted.
func (k *asker) redact(s string) string {
	for _, secret := range k.secrets {
		hidden := targets.Secret(secret).String()
		quoted := strconv.Quote(secret)
		s = strings.ReplaceAll(s, quoted[1:len(quoted)-1], hidden)
		s = strings.ReplaceAll(s, secret, hidden)
	}
	return s
}

// ask sends the request. Its error means that nobody listens any more, or that
// ctx is done; all else that goes wrong is an answer, too.
func (k *asker) ask(ctx context.Context, c *cases.Case) (answers.Answer, error) {
	a, err := k.once(ctx, c)
	if err != nil && harmless(c.Method) && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		k.resent.Add(1)
		a, err = k.once(ctx, c) // the connection may have been closed just before
	}
	if err == nil {
		k.answered.Store(true)
		return a, nil
	}
	if ctx.Err() != nil {
		return a, ctx.Err()
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return a, fmt.Errorf("%w: %s at %s does not answer any more: %w", targets.ErrUnreachable, k.target.Name, targets.ShownURL(k.target.URL), op)
	}
	why := k.redact(failure(err))
	k.failed.CompareAndSwap(nil, &why)
	return answers.Answer{Failure: why}, nil
}

// harmless methods are safe to send again: RFC 9110 §9.2.1.
func harmless(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

func (k *asker) once(ctx context.Context, c *cases.Case) (answers.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()
	req, err := k.request(ctx, c)
	if err != nil {
		return answers.Answer{}, err
	}
	resp, err := targets.RoundTrip(k.transport, req)
	if err != nil {
		return answers.Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return answers.Answer{}, err
	}
	a := answers.Answer{Status: resp.StatusCode, Header: resp.Header, Cut: len(body) > maxAnswer}
	if !a.Cut {
		plain, err := targets.Decode(resp.Header.Values("Content-Encoding"), body, maxAnswer)
		if a.Cut = errors.Is(err, targets.ErrTooLong); err == nil || a.Cut {
			body = plain
		} else {
			k.undecoded.CompareAndSwap(nil, &err)
		}
	}
	a.Body = []byte(k.redact(string(body[:min(len(body), maxAnswer)])))
	for name, values := range resp.Header {
		for i := range values {
			resp.Header[name][i] = k.redact(values[i])
		}
	}
	if to := resp.Header.Get("Location"); to != "" {
		own := k.target.URL.Scheme + "://" + k.target.URL.Host // each target names itself
		resp.Header.Set("Location", strings.TrimPrefix(to, own))
	}
	return a, nil
}

// request is the case for this target: the target's own headers replace those
// that say who asks, and are added where the case has none.
func (k *asker) request(ctx context.Context, c *cases.Case) (*http.Request, error) {
	u, err := k.target.Resolve(c.Path)
	if err != nil {
		return nil, err
	}
	var body io.Reader = http.NoBody
	if c.Body != nil {
		body = bytes.NewReader(c.Body)
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, u.String(), body)
	if err != nil {
		return nil, err
	}
	if c.Chunked && len(c.Body) > 0 {
		req.ContentLength = -1
	}
	targets.SetHeaders(req, k.headers(c))
	return req, nil
}

// headers are those of the request, the token among them.
func (k *asker) headers(c *cases.Case) []targets.Field {
	out, own := append([]targets.Field{}, c.Header...), []targets.Field(nil)
	if c.Auth == scenarios.Bearer && k.token != "" {
		out = append(out, targets.Field{Name: "Authorization", Value: "Bearer " + string(k.token), Secret: true})
	}
	for _, h := range k.target.Headers {
		given := slices.ContainsFunc(out, func(f targets.Field) bool { return strings.EqualFold(f.Name, h.Name) })
		if asks := strings.EqualFold(h.Name, "user-agent") || strings.EqualFold(h.Name, "accept"); asks || !given {
			own = append(own, h)
		}
	}
	return targets.Merge(out, own)
}

// failure names the way in which a target did not answer, without what differs
// by chance: addresses, ports.
func failure(err error) string {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed before the answer's end"
	}
	text := err.Error()
	if strings.Contains(text, "connection reset") || strings.Contains(text, "broken pipe") {
		return "connection reset"
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		text = inner.Error()
	}
	return text
}
