package loadgen

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// A user is who sends requests, where it makes a difference: it logs in, and sends
// the token that it got, or keeps cookies. In a closed model it is a worker, from
// coming to going and in all phases, else, or with Plan.PerJourney, a journey, which
// may be a single request. What that means:
//
//   - The login of a worker is sent before its first request, and again until it
//     succeeds; that of a journey once, and a journey whose login failed is over.
//   - It is sent on the connection of the user's other requests. In the open model it
//     is due when its journey is, and the journey's first request when it was
//     answered, as a step's.
//   - It counts for no number of requests, and in no figure of them: it is a span.
//   - Which account it is of depends on the number of the worker or journey alone.
type user struct {
	in      bool   // has logged in
	token   string // the value of the header Authorization; "": none
	jar     jar
	target  string // of the request in flight
	journey *entry // nil: a worker
}

// entry is how the journey of a user begins.
type entry struct {
	planned time.Duration
	first   request // after the login
}

// authorization is the name under which the Check of Plan.Login captures the value
// that requests carry in the header of this name.
const authorization = "Authorization"

// hasUsers says whether it makes a difference who sends a request.
func (p *Plan) hasUsers() bool { return p.Login != nil || p.Cookies }

// userIsWorker says whether users are the workers of a closed model.
func (p *Plan) userIsWorker() bool { return p.Load.Model == results.Closed && !p.PerJourney }

// withLogin are all classes, that of the login behind the others.
func (p *Plan) withLogin() []Class {
	if p.Login == nil {
		return p.Classes
	}
	login := *p.Login
	login.login = true
	return append(slices.Clip(p.Classes), login)
}

// validateLogin reports what is wrong with the login, and who has users without.
func (p *Plan) validateLogin() error {
	login := p.Login
	if login == nil {
		return nil
	}
	same := func(c Class) bool { return c.Name == login.Name }
	switch {
	case len(login.Pool) == 0:
		return errors.New("login without requests")
	case login.Step != nil || login.Total || len(login.Checks) > 0 || slices.ContainsFunc(login.Pool, func(r send.Request) bool { return r.Fill != nil }):
		return errors.New("login: want a single request, of no journey")
	case slices.ContainsFunc(p.Classes, same):
		return fmt.Errorf("login: a class has its name, %q", login.Name)
	case p.Load.Model == results.Open && !p.PerJourney:
		return errors.New("login of each worker: an open model has none")
	}
	return nil
}

// worker is the user that a worker is; nil if it is none.
func (g *Generator) worker(number int) *user {
	if g.users == nil {
		return nil
	}
	return &g.users[number]
}

// follows says whether users' cookies go along redirects: net/http asks for them then.
func (g *Generator) follows() bool { return g.plan.Cookies && g.plan.Connect.Follow }

// leave ends the worker's time as a client: who has its number next is another.
func (g *Generator) leave(worker int) {
	g.transport.leave(worker)
	if u := g.worker(worker); u != nil {
		*u = user{}
	}
}

// loginOf is the login of a user by its number, due at an instant.
func (g *Generator) loginOf(u *user, of, number uint64, due time.Duration) request {
	req := request{class: g.login, number: number, planned: due, user: u}
	req.journey = &journey{class: g.login, begin: start{planned: due}, captured: map[string]string{}}
	req.take(g.plan.Classes[g.login].Pool, of)
	return req
}

// introduce gives req, which is the n-th of the phase, a user of its own, whose login
// it becomes if there is one.
func (r *run) introduce(req *request, n uint64) {
	req.user = &user{journey: &entry{planned: req.planned}}
	if login := r.g.login; login >= 0 {
		req.user.journey.first = *req
		*req = r.g.loginOf(req.user, poolStart(r.phase.Stream)+n, req.number, req.planned)
	}
}

// logIn is that of a worker, by req; false: it failed.
func (r *run) logIn(worker int, u *user, req *request) bool {
	now := r.g.now()
	// Numbers from the other end than those of requests, the same in all phases.
	*req = r.g.loginOf(u, uint64(worker), 1e12-1-uint64(worker), now)
	req.sent = now
	o := r.g.transport.exchange(worker, req)
	return req.admitted(&o)
}

// admitted makes a login that ended in o that of its user; false: it failed.
func (req *request) admitted(o *outcome) bool {
	if o.failure == noFailure {
		req.user.in, req.user.token = true, req.journey.captured[authorization]
	}
	return o.failure == noFailure
}

// enter makes req, a login which ended in o, the first request of its journey; false:
// there is none.
func (r *run) enter(req *request, o *outcome) bool {
	due, u := o.planned+o.response, req.user
	if !req.admitted(o) || r.overWarmup(due) || r.ctx.Err() != nil {
		return false
	}
	*req = u.journey.first
	r.takeOff(req)
	req.planned, req.sent = due, r.g.now()
	if !r.g.recorder.open {
		req.planned = req.sent
	}
	if req.journey != nil {
		req.journey.begin.planned = req.planned
	}
	return true
}

// appendFields appends the header fields that are the user's.
func (u *user) appendFields(b []byte, g *Generator, class int, target string) []byte {
	u.target = target
	if u.token != "" && g.plan.Classes[class].Token {
		b = append(b, authorization+": "...)
		b = append(b, u.token...)
		b = append(b, "\r\n"...)
	}
	if g.plan.Cookies {
		b = u.jar.append(b, "Cookie: ", pathOf(target), g.plan.URL.Scheme == "https", "\r\n")
	}
	return b
}

// setFields is appendFields for net/http.
func (u *user) setFields(t *http.Request, g *Generator, class int, target string) {
	u.target = target
	t.Header = t.Header.Clone()
	if u.token != "" && g.plan.Classes[class].Token {
		t.Header.Set(authorization, u.token)
	}
	if g.follows() {
		return // each request of a chain of redirects has its own
	}
	if cookies := u.jar.append(nil, "", pathOf(target), g.plan.URL.Scheme == "https", ""); len(cookies) > 0 {
		t.Header.Set("Cookie", string(cookies))
	}
}

// secrets are what requests of this user or journey hold that no one else is to see.
func (g *Generator) secrets(req *request) (out []string) {
	for _, value := range req.captured() { // tokens, as a rule
		out = append(out, value)
	}
	if req.class == g.login && g.plan.Credentials != nil {
		out = append(out, g.plan.Credentials(req.payload.Body)...)
	}
	return append(out, req.user.secrets()...)
}

// secrets are the user's token and cookies.
func (u *user) secrets() (out []string) {
	if u == nil {
		return nil
	}
	if u.token != "" {
		out = append(out, u.token, u.token[strings.LastIndexByte(u.token, ' ')+1:])
	}
	const shortest = 8 // a shorter value is no secret, and in too many words
	for _, c := range u.jar {
		if len(c.value) >= shortest {
			out = append(out, c.value)
		}
	}
	return out
}
