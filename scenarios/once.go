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
	Login   bool  // that of the user who sends what comes after it
	Expect  []int // statuses; empty: 200 to 299

	request *send.Request
	check   func(*loadgen.Answer) error // nil: none
	step    *loadgen.Step               // nil: it follows nothing
	journey map[string]string           // what its steps have captured
	values  *values
	user    *loadgen.Visitor // who sends it; nil: it makes no difference
	token   bool             // the user's is sent
}

// Calls prepares setup and teardown, and no classes.
func Calls(sc *Scenario, o CompileOptions) (*Exchanges, error) {
	if err := o.once(sc); err != nil {
		return nil, err
	}
	return sc.calls(&o)
}

// Once prepares every request of the scenario to be sent once: of a class, the
// first of its pool, by the first users of the load, with their logins before.
func Once(sc *Scenario, o CompileOptions) (*Exchanges, error) {
	if err := o.once(sc); err != nil {
		return nil, err
	}
	plan, err := Compile(sc, o)
	out, callsErr := sc.calls(&o)
	if err := together(err, callsErr); err != nil {
		return nil, err
	}
	for _, load := range plan.Loads() {
		users := load.Visitors()
		for i := range load.Classes {
			if i == 0 || users[i] != users[i-1] {
				out.logIn(users[i], load.Login, o.values)
			}
			c := &load.Classes[i]
			e := Exchange{
				Name: c.Name, Follows: c.Step != nil, Expect: c.Expect, request: &c.Pool[0], check: c.Check, step: c.Step,
				values: o.values, journey: map[string]string{}, user: users[i], token: c.Token,
			}
			if e.Follows {
				e.journey = out.Classes[len(out.Classes)-1].journey
			}
			out.Classes = append(out.Classes, e)
		}
	}
	return out, nil
}

// logIn adds the login of a user, if there is one.
func (x *Exchanges) logIn(user *loadgen.Visitor, login *loadgen.Class, v *values) {
	if r := user.Login(); r != nil {
		x.Classes = append(x.Classes, Exchange{
			Name: login.Name, Login: true, Expect: login.Expect, request: r, check: login.Check,
			values: v, journey: map[string]string{}, user: user,
		})
	}
}

// once makes them those for sending one of each.
func (o *CompileOptions) once(s *Scenario) (err error) {
	if o.values, err = s.values(o.ForShow); err != nil {
		return fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	o.PoolSize, o.Note = 1, nil // Compile tells it
	return nil
}

// calls are sent by none of the users: a token that they need is that of the options.
func (s *Scenario) calls(o *CompileOptions) (*Exchanges, error) {
	own := *o
	own.Accounts, o = nil, &own
	wrong := mistakes{sc: s}
	out := &Exchanges{Setup: calls(s.Setup, o, &wrong), Teardown: calls(s.Teardown, o, &wrong)}
	if f := newFinder(o.values.inHeaders); f != nil {
		for _, e := range slices.Concat(out.Setup, out.Teardown) {
			f.hideIn(e.request)
		}
	}
	return out, wrong.err()
}

// calls compiles what is sent once in any case.
func calls(list []onceCall, o *CompileOptions, wrong *mistakes) (out []Exchange) {
	for i := range list {
		r := list[i].request()
		payloads, err := pool(&requestClass{Request: *r}, o)
		if err != nil {
			wrong.add("", r.Name, err)
			continue
		}
		out = append(out, Exchange{Name: r.Name, Expect: r.Expect.Status, request: &payloads[0], values: o.values})
	}
	return out
}

// Shown is the complete request as it is sent, but for secrets.
func (e *Exchange) Shown() []byte {
	r := e.shown()
	return r.Shown()
}

// shown has no value that was captured, and of a login no body: who logs in is nobody's
// business.
func (e *Exchange) shown() send.Request {
	hide := map[string]string{}
	for name := range e.journey {
		hide[name] = `"[captured]"` // as JSON, as captures are
	}
	r := e.user.Complete(e.request.Filled(hide), e.token)
	if e.Login {
		r.HiddenBody = []send.Span{{From: 0, To: len(r.Body)}}
	}
	return r
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
	r := e.user.Complete(e.request.Filled(e.journey), e.token)
	a, err := t.Exchange(ctx, &r, loadgen.MaxCheckedBody)
	if err != nil {
		return nil, false, err
	}
	a.Head = http1.Unfold(a.Head)
	s = &Sent{Answer: a}
	_, header, _ := bytes.Cut(a.Head, []byte("\r\n"))
	e.user.Take(header, r.Target)
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
	if e.Login && s.Wrong == "" {
		e.user.Enter(e.journey)
		a.Body = []byte(send.Hidden) // which has the token, and perhaps another
		a.Size = int64(len(a.Body))
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
	own := slices.Concat(slices.Collect(maps.Values(e.journey)), e.user.Secrets())
	if e.Login {
		own = append(own, credentialsOf(e.request.Body)...)
	}
	secrets := e.values.redactor(hidable(own)...)
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
