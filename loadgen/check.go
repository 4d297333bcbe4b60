package loadgen

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/mlbench/mlbench/loadgen/http1"
	"github.com/mlbench/mlbench/loadgen/send"
)

// Answer is what a class's Check sees of an answer. Its bytes may be overwritten
// as soon as the check returns.
type Answer struct {
	Status  int
	Header  []byte // the lines of the header, without the status line
	Body    []byte // its first MaxCheckedBody bytes
	Cut     bool   // the body was longer
	Service time.Duration
	// Captured are values for the later steps of the journey, for the check to
	// add to and for Request.Fill to read; nil where no journey goes on.
	Captured map[string]string
	// Unmet is for the check to set: what the answer to a step that is repeated is not
	// yet like. It is then sent again, and nothing is captured.
	Unmet error
	// Sent is the request that it answers, as it went out: made when it is asked for.
	Sent func() send.Request

	failed []failedCheck
}

// failedCheck is one of the class's checks, by its place in Class.Checks.
type failedCheck struct {
	place int
	err   error
}

// Fail says that the answer failed one of Class.Checks, by its place; those not
// named have passed. It is no error by itself: what Class.Check returns is.
func (a *Answer) Fail(check int, err error) { a.failed = append(a.failed, failedCheck{check, err}) }

// Failures are what was said by Fail, in that order.
func (a *Answer) Failures() []error {
	var out []error
	for _, f := range a.failed {
		out = append(out, f.err)
	}
	return out
}

const (
	// maxChecks is how many checks a class may have: as many as an outcome has bits.
	maxChecks = 64
	// MaxCheckedBody is how much of a body is kept for checks.
	MaxCheckedBody = 1 << 20
	// maxIdleBody is how much room for bodies a connection keeps between answers:
	// there may be thousands of connections.
	maxIdleBody = 64 << 10
)

// keeper keeps the answer in flight on one connection for its check.
type keeper struct {
	check  func(*Answer) error // nil: none
	heads  bool                // head is kept
	head   []byte              // the first bytes of the answer, to the header's end at least
	sent   func() send.Request // the request in flight
	answer Answer
}

// prepare makes ready for the next answer.
func (k *keeper) prepare(check func(*Answer) error, p *http1.ResponseParser) {
	k.check = check
	k.head = k.head[:0]
	p.CaptureMax = 0
	if check != nil {
		p.CaptureMax = MaxCheckedBody
	}
}

// add keeps what came while p had not yet seen the header's end. The parser's
// limit of a header bounds it.
func (k *keeper) add(b []byte, p *http1.ResponseParser) {
	if p.InHeader() {
		k.head = append(k.head, b...)
	}
}

// judge runs the check on the answer that o is about. All clocks have been read
// before: what a check takes is nobody's latency.
func (c *conn) judge(o *outcome) failure {
	k := &c.keep
	k.answer = Answer{
		Status: o.status, Header: http1.Unfold(finalHeader(k.head)), Body: c.parser.Body,
		Cut: c.parser.BodyBytes > MaxCheckedBody, Service: o.service, Captured: c.req.captured(), Sent: k.sent,
		failed: k.answer.failed[:0],
	}
	err := c.req.judge(k.check, &k.answer)
	c.g.count(k.answer.failed, &c.req, o)
	k.answer = Answer{failed: k.answer.failed}
	if cap(c.parser.Body) > maxIdleBody {
		c.parser.Body = nil
	}
	if err != nil {
		return c.g.keep(failCheck, &c.req, err)
	}
	return noFailure
}

// judge runs the class's check on the answer to the request.
func (req *request) judge(check func(*Answer) error, a *Answer) error {
	err := check(a)
	if req.journey != nil {
		req.journey.unmet = a.Unmet
	}
	return err
}

// count puts down which checks the answer failed, and keeps the first failure of
// each.
func (g *Generator) count(failed []failedCheck, req *request, o *outcome) {
	for i := range failed {
		f := &failed[i]
		o.failedChecks |= 1 << f.place
		g.keepCheck(req, f.place, f.err)
		f.err = nil // not kept alive
	}
}

// read takes header and body of an answer that net/http read.
func (a *Answer) read(resp *http.Response) error {
	var header bytes.Buffer
	if err := resp.Header.Write(&header); err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxCheckedBody))
	a.Status, a.Header, a.Body = resp.StatusCode, header.Bytes(), body
	return err
}

// finalHeader is the header in the first bytes of an answer: what lies between
// the status line and the empty line, after interim answers (100, 103).
func finalHeader(b []byte) []byte {
	status, rest := cutLine(b)
	begin := rest
	for len(rest) > 0 {
		var line []byte
		before := len(rest)
		if line, rest = cutLine(rest); len(line) > 0 {
			continue
		}
		if _, code, _ := bytes.Cut(status, []byte(" ")); !bytes.HasPrefix(bytes.TrimLeft(code, " "), []byte("1")) {
			return begin[:len(begin)-before]
		}
		status, rest = cutLine(rest)
		begin = rest
	}
	return nil
}

// cutLine splits b behind its first line end, which is CR LF or LF.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}
