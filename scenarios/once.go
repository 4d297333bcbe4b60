package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/http1"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results/answers"
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

	request *send.Request
	check   func(*loadgen.Answer) error // nil: none
	step    *loadgen.Step               // nil: it follows nothing
	journey map[string]string           // what its steps have captured
	values  *values
}

// Calls prepares setup and teardown, and no classes.
func Calls(sc *Scenario, o CompileOptions) (*Exchanges, error) {
	if err := o.once(sc); err != nil {
		return nil, err
	}
	return sc.calls(&o)
}

// Once prepares every request of the scenario to be sent once: of a class, the
// first of its pool.
func Once(sc *Scenario, o CompileOptions) (*Exchanges, error) {
	if err := o.once(sc); err != nil {
		return nil, err
	}
	plan, err := Compile(sc, o)
	if err != nil {
		return nil, err
	}
	out, err := sc.calls(&o)
	if err != nil {
		return nil, err
	}
	for i, c := range plan.AllClasses() {
		e := Exchange{Name: c.Name, Follows: c.Step != nil, Expect: c.Expect, request: &c.Pool[0], check: c.Check, step: c.Step, values: o.values, journey: map[string]string{}}
		if e.Follows {
			e.journey = out.Classes[i-1].journey
		}
		out.Classes = append(out.Classes, e)
	}
	return out, nil
}

// once makes them those for sending one of each.
func (o *CompileOptions) once(s *Scenario) (err error) {
	if o.values, err = s.values(o.ForShow); err != nil {
		return fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	o.PoolSize, o.Note = 1, nil // Compile tells it
	return nil
}

func (s *Scenario) calls(o *CompileOptions) (*Exchanges, error) {
	out := &Exchanges{}
	var err error
	if out.Setup, err = calls(s.Setup, o); err == nil {
		out.Teardown, err = calls(s.Teardown, o)
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return out, nil
}

// calls compiles what is sent once in any case.
func calls(list []onceCall, o *CompileOptions) ([]Exchange, error) {
	var out []Exchange
	for i := range list {
		r := list[i].request()
		payloads, err := pool(&requestClass{Request: *r}, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		out = append(out, Exchange{Name: r.Name, Expect: r.Expect.Status, request: &payloads[0], values: o.values})
	}
	return out, nil
}

// Shown is the complete request as it is sent, but for secrets.
func (e *Exchange) Shown() []byte {
	r := e.shown()
	return r.Shown()
}

// shown has no value that was captured.
func (e *Exchange) shown() send.Request {
	hide := map[string]string{}
	for name := range e.journey {
		hide[name] = `"[captured]"` // as JSON, as captures are
	}
	return e.request.Filled(hide)
}

// Sent is an exchange that got its answer.
type Sent struct {
	Answer *targets.Answer // without secrets that it repeats
	Cut    bool            // its body was longer
	Times  int             // that the request was sent, which a step may be more than once
	Wrong  string          // what was not as expected, if anything
}

// Send sends the request and waits for its whole answer, of whose body it keeps
// the first bytes. A step that repeats is sent until its answer is as wanted; what
// became of the last time is returned.
func (e *Exchange) Send(ctx context.Context, t targets.Target, timeout time.Duration, keep int) (*Sent, error) {
	for times := 1; ; times++ {
		s, again, err := e.send(ctx, t, timeout, keep)
		if err != nil {
			return nil, err
		}
		if s.Times = times; !again {
			return s, nil
		}
		if times >= e.step.AtMost {
			s.Wrong = fmt.Sprintf("not after %d times: %s", times, s.Wrong)
			return s, nil
		}
		select {
		case <-time.After(e.step.Pause.Mean + (e.step.Pause.Min+e.step.Pause.Max)/2):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// send sends it one time; again says that a step that repeats waits for what is then
// wrong.
func (e *Exchange) send(ctx context.Context, t targets.Target, timeout time.Duration, keep int) (s *Sent, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r := e.request.Filled(e.journey)
	a, err := t.Exchange(ctx, &r, loadgen.MaxCheckedBody)
	if err != nil {
		return nil, false, err
	}
	a.Head = http1.Unfold(a.Head)
	s = &Sent{Answer: a}
	_, header, _ := bytes.Cut(a.Head, []byte("\r\n"))
	got := &loadgen.Answer{
		Status: a.Status, Header: slices.Concat(header, []byte("\r\n")), Body: a.Body,
		Cut: a.Size > int64(len(a.Body)), Service: a.Took, Captured: e.journey,
		Sent: func() send.Request { return r },
	}
	switch {
	case !e.expected(a.Status):
		s.Wrong = fmt.Sprintf("status %d, want %s", a.Status, e.wanted())
	case e.check != nil:
		if err := e.check(got); err != nil {
			s.Wrong = err.Error()
			for _, more := range got.Failures()[min(1, len(got.Failures())):] {
				s.Wrong += "; " + more.Error()
			}
		}
	}
	if body, err := (&view{a: got}).body(); err == nil && !bytes.Equal(body, a.Body) {
		a.Body, a.Size = body, int64(len(body)) // as people, and secrets to hide, have it
	}
	if again = got.Unmet != nil; again {
		s.Wrong = got.Unmet.Error()
	}
	e.hide(s)
	s.Cut = a.Size > loadgen.MaxCheckedBody || len(a.Body) > keep
	a.Body = a.Body[:min(len(a.Body), keep)]
	return s, again, nil
}

// hide redacts what is known to be secret: what the scenario took from outside,
// tokens, and what was captured, if it is long enough to be a token.
func (e *Exchange) hide(s *Sent) {
	secrets := e.values.redactor(hidable(slices.Collect(maps.Values(e.journey)))...)
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
	return statuses(e.Expect).String()
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
	shown := e.shown()
	text := "an empty body"
	if body := s.Answer.Body; len(body) > 0 {
		text = strconv.Quote(answers.Printable(body))
		if s.Cut {
			text += fmt.Sprintf(" … (%d bytes)", s.Answer.Size)
		}
	}
	return fmt.Errorf("%s: %s %s at %s answered with %s: %s", e.Name, shown.Method, shown.ShownTarget(), t.Name, s.Wrong, text)
}
