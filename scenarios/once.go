package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/targets"
)

// Exchanges are a scenario's requests for being sent once: the calls before and
// after the load, and one request of each class, in the scenario's order.
type Exchanges struct {
	Setup, Classes, Teardown []Exchange
}

// Exchange is a request to be sent once, and how to show it.
type Exchange struct {
	Name    string
	Follows bool  // a step of the journey that the one before it is part of
	Expect  []int // statuses; empty: 200 to 299

	sent, shown rendered
	check       func(*loadgen.Answer) error // nil: none
	journey     map[string]string           // what its steps have captured
	values      *values
}

// rendered is a prepared request, and what completes it from what was captured.
type rendered struct {
	wire []byte
	fill func(b, wire []byte, captured map[string]string) []byte
}

func (r *rendered) complete(captured map[string]string) []byte {
	if r.fill == nil {
		return r.wire
	}
	return r.fill(nil, r.wire, captured)
}

// Calls prepares setup and teardown, and no classes.
func Calls(sc *Scenario, o CompileOptions) (*Exchanges, error) {
	o, shown, err := sc.onceOptions(o)
	if err != nil {
		return nil, err
	}
	return sc.calls(o, shown)
}

// Once prepares every request of the scenario to be sent once: of a class, the
// first of its pool.
func Once(sc *Scenario, o CompileOptions) (*Exchanges, error) {
	o, shown, err := sc.onceOptions(o)
	if err != nil {
		return nil, err
	}
	var plans [2]*loadgen.Plan
	for i, options := range []CompileOptions{o, shown} {
		if plans[i], err = Compile(sc, options); err != nil {
			return nil, err
		}
	}
	out, err := sc.calls(o, shown)
	if err != nil {
		return nil, err
	}
	for i, c := range plans[0].Classes {
		e := Exchange{Name: c.Name, Follows: c.Step != nil, Expect: c.Expect, check: c.Check, values: o.values, journey: map[string]string{}}
		if e.Follows {
			e.journey = out.Classes[i-1].journey
		}
		e.prepared(&c.Payloads[0], &plans[1].Classes[i].Payloads[0])
		out.Classes = append(out.Classes, e)
	}
	return out, nil
}

// Harmless is a prepared request of the plan that has no effects by its method
// (RFC 9110 §9.2.1) and needs nothing captured; nil: there is none.
func Harmless(plan *loadgen.Plan) []byte {
	for _, c := range plan.Classes {
		method, _, _ := bytes.Cut(c.Payloads[0].Wire, []byte(" "))
		switch string(method) {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			if c.Step == nil {
				return c.Payloads[0].Wire
			}
		}
	}
	return nil
}

// onceOptions are those for sending one of each, and for showing it.
func (s *Scenario) onceOptions(o CompileOptions) (sent, shown CompileOptions, err error) {
	if o.values, err = s.values(o.Redact); err != nil {
		return o, o, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	o.PoolSize, o.Note = 1, nil // Compile tells it
	shown = o
	shown.Redact = true
	return o, shown, nil
}

func (s *Scenario) calls(o, shown CompileOptions) (*Exchanges, error) {
	out := &Exchanges{}
	var err error
	if out.Setup, err = calls(s.Setup, o, shown); err == nil {
		out.Teardown, err = calls(s.Teardown, o, shown)
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return out, nil
}

// calls compiles what is sent once in any case.
func calls(list []Call, o, shown CompileOptions) ([]Exchange, error) {
	var out []Exchange
	for i := range list {
		r := list[i].request()
		e := Exchange{Name: r.Name, Expect: r.Expect.Status, values: o.values}
		class := &requestClass{Request: *r}
		sent, err := pool(class, &o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		masked, err := pool(class, &shown)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		e.prepared(&sent[0], &masked[0])
		out = append(out, e)
	}
	return out, nil
}

func (e *Exchange) prepared(sent, shown *loadgen.Payload) {
	e.sent = rendered{sent.Wire, sent.Fill}
	e.shown = rendered{sameLength(shown.Wire, sent.Wire), shown.Fill}
}

// sameLength gives a request without its secrets the Content-Length that it has
// with them.
func sameLength(shown, sent []byte) []byte {
	field := func(b []byte) []byte {
		head, _, _ := bytes.Cut(b, []byte("\r\n\r\n"))
		_, field, _ := bytes.Cut(head, []byte("\r\nContent-Length: "))
		return field
	}
	head, body, _ := bytes.Cut(shown, []byte("\r\n\r\n"))
	head = bytes.TrimSuffix(head, field(shown)) // the last field, if there is one
	return slices.Concat(head, field(sent), []byte("\r\n\r\n"), body)
}

// Shown is the complete request as it is sent, but for secrets.
func (e *Exchange) Shown() []byte {
	hide := map[string]string{}
	for name := range e.journey {
		hide[name] = `"[captured]"` // as JSON, as captures are
	}
	return e.shown.complete(hide)
}

// Sent is an exchange that got its answer.
type Sent struct {
	Answer *targets.Answer // without secrets that it repeats
	Cut    bool            // its body was longer
	Wrong  string          // what was not as expected, if anything
}

// Send sends the request and waits for its whole answer, of whose body it keeps
// the first bytes.
func (e *Exchange) Send(ctx context.Context, t targets.Target, timeout time.Duration, keep int) (*Sent, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	a, err := t.Exchange(ctx, e.sent.complete(e.journey), loadgen.MaxCheckedBody)
	if err != nil {
		return nil, err
	}
	a.Head = loadgen.Unfold(a.Head)
	s := &Sent{Answer: a}
	_, header, _ := bytes.Cut(a.Head, []byte("\r\n"))
	got := &loadgen.Answer{
		Status: a.Status, Header: slices.Concat(header, []byte("\r\n")), Body: a.Body,
		Cut: a.Size > int64(len(a.Body)), Service: a.Took, Captured: e.journey,
	}
	switch {
	case !e.expected(a.Status):
		s.Wrong = fmt.Sprintf("status %d, want %s", a.Status, e.wanted())
	case e.check != nil:
		if err := e.check(got); err != nil {
			s.Wrong = err.Error()
		}
	}
	if body, err := (&view{a: got}).body(); err == nil && !bytes.Equal(body, a.Body) {
		a.Body, a.Size = body, int64(len(body)) // as people, and secrets to hide, have it
	}
	e.hide(s)
	s.Cut = a.Size > loadgen.MaxCheckedBody || len(a.Body) > keep
	a.Body = a.Body[:min(len(a.Body), keep)]
	return s, nil
}

// hide redacts what is known to be secret: what the scenario took from outside,
// tokens, and what was captured, if it is long enough to be a token.
func (e *Exchange) hide(s *Sent) {
	const shortest = 8
	var more []string
	for _, value := range e.journey {
		if text := plainText(value); len(text) >= shortest {
			more = append(more, text)
		}
	}
	secrets := e.values.redactor(more...)
	s.Answer.Head = []byte(redactHead(secrets.Replace(string(s.Answer.Head))))
	s.Answer.Body = []byte(secrets.Replace(string(s.Answer.Body)))
	s.Wrong = secrets.Replace(s.Wrong)
}

// redactHead hides headers whose names say that they hold secrets: cookies, new
// tokens.
func redactHead(head string) string {
	lines := strings.Split(head, "\r\n")
	for i, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if shown := (targets.Field{Name: name, Value: value}).Shown(); i > 0 && ok && shown != value {
			lines[i] = name + ": " + shown
		}
	}
	return strings.Join(lines, "\r\n")
}

func (e *Exchange) expected(status int) bool {
	if len(e.Expect) > 0 {
		return slices.Contains(e.Expect, status)
	}
	return status >= 200 && status < 300
}

// wanted is the expected statuses in words.
func (e *Exchange) wanted() string {
	if len(e.Expect) == 0 {
		return "200 to 299"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Expect), " ", " or "), "[]")
}

// Must sends the request and calls any unexpected answer an error.
func (e *Exchange) Must(ctx context.Context, t targets.Target, timeout time.Duration) error {
	const most = 200
	s, err := e.Send(ctx, t, timeout, most)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", e.Name, err)
	case s.Wrong == "":
		return nil
	}
	line, _, _ := strings.Cut(string(e.Shown()), " HTTP/1.1\r\n")
	text := "an empty body"
	if body := s.Answer.Body; len(body) > 0 {
		text = strconv.Quote(Printable(body))
		if s.Cut {
			text += fmt.Sprintf(" … (%d bytes)", s.Answer.Size)
		}
	}
	return fmt.Errorf("%s: %s at %s answered with %s: %s", e.Name, line, t.Name, s.Wrong, text)
}

// Printable is text that no terminal takes for commands: of what cannot be seen,
// such as control characters and marks that turn the direction of writing, only
// line breaks and tabs stay, the others show as �; bytes that are no text show as
// their number.
func Printable(b []byte) string {
	text := string(b)
	for cut := range utf8.UTFMax { // the end may be within a character
		if cut < len(b) && utf8.Valid(b[:len(b)-cut]) {
			text = text[:len(b)-cut]
			break
		}
	}
	if !utf8.ValidString(text) {
		return fmt.Sprintf("(%d bytes that are no text)", len(b))
	}
	return strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && !unicode.IsGraphic(c) {
			return '�'
		}
		return c
	}, text)
}
