package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// Users are who sends requests, where that makes a difference: a login for each of
// them, or cookies. What the engine calls so is loadgen.Plan.Login and its neighbours.

// per says who logs in.
type per string

const (
	perRun     per = "run"     // once for all, before the load
	perWorker  per = "worker"  // each client of a closed model
	perJourney per = "journey" // each journey, which may be a single request
)

// cookies says what becomes of those that answers set.
type cookies string

const (
	noCookies   cookies = "none"
	keepCookies cookies = "keep" // each user sends them
)

// loginClass is what logins of users are called in results: a span.
const loginClass = "login"

// LoginPerUser says whether there is a login for each user.
func (s *Scenario) LoginPerUser() bool {
	return s.Login != nil && (s.Login.Per == perWorker || s.Login.Per == perJourney)
}

// users checks the keys of users, after those of the login.
func (v *validator) users() {
	if c, n := v.sc.Cookies, v.d.Root.Get("cookies"); n != nil && n.Kind == strict.String && c != noCookies && c != keepCookies {
		v.d.Bad(n, "found %q, want keep or none", c)
	}
	l, n := v.sc.Login, v.d.Root.Get("login")
	if l == nil || n.Kind != strict.Map {
		return
	}
	at := n.Get("per")
	switch {
	case at == nil || at.Kind != strict.String:
	case l.Per != perRun && !v.sc.LoginPerUser():
		v.d.Bad(at, "found %q, want run, worker or journey", l.Per)
	case v.sc.LoginPerUser() && len(v.sc.Loads) > 1:
		v.d.Bad(at, "there are several loads, whose users would have the same accounts: want run, or a journey that logs in with its first request")
	case l.Per == perWorker && v.sc.anyOpen():
		v.d.Bad(at, "an open model has no workers: want journey, or a closed model")
	}
	if v.sc.LoginPerUser() && slices.Contains(v.sc.requestNames(), loginClass) {
		v.d.Bad(at, "a request is called %q, too, as these logins are in results: choose another name for it", loginClass)
	}
}

// anyOpen says whether a load is open, before defaults are filled in.
func (s *Scenario) anyOpen() bool {
	return s.Load.isOpen() || slices.ContainsFunc(s.Loads, func(l namedLoad) bool { return l.isOpen() })
}

// isOpen says which model it is before defaults are filled in.
func (l *LoadModel) isOpen() bool {
	return l.Model == results.Open || l.Model == "" && (l.Rate != 0 || l.Shape.shape != nil)
}

// requestNames are those of all requests and steps.
func (s *Scenario) requestNames() (names []string) {
	for _, c := range s.classes() {
		names = append(names, c.Name)
	}
	return names
}

// noCookieHeader refuses a second header Cookie.
func (s *Scenario) noCookieHeader(name string) error {
	if s.Cookies == keepCookies && strings.EqualFold(name, "cookie") {
		return errCookies
	}
	return nil
}

var errCookies = errors.New("there is cookies: keep as well, which makes this header of what answers set: leave one out")

// compileUsers adds to a plan what its users do.
func (s *Scenario) compileUsers(plan *loadgen.Plan, load string, o *CompileOptions) error {
	plan.Cookies = s.Cookies == keepCookies
	for i := range plan.Classes {
		for _, f := range plan.Classes[i].Pool[0].Header {
			if err := s.noCookieHeader(f.Name); err != nil {
				return fmt.Errorf("header Cookie of %s: %w", plan.Classes[i].Name, err)
			}
		}
	}
	if !o.eachLogsIn() {
		return nil
	}
	plan.PerJourney = s.Login.Per == perJourney
	for i, c := range s.classesOf(load) {
		of := &plan.Classes[i]
		// A header of the target or of a flag goes before it.
		of.Token = c.Auth == Bearer && !slices.ContainsFunc(of.Pool[0].Header, func(f send.Field) bool { return strings.EqualFold(f.Name, "authorization") })
	}
	size := defaultPool
	if !plan.PerJourney {
		size = plan.Load.Connections
	}
	pool, err := s.loginPool(size, o)
	switch {
	case errors.Is(err, targets.ErrNotSet) && s.Login.Optional:
		o.Note(fmt.Sprintf("%s: no login, requests are sent without a token: %v", o.Target.Name, err))
		return nil
	case errors.Is(err, targets.ErrNotSet):
		return fmt.Errorf("%w: login: %w; set MLBENCH_USERNAME and MLBENCH_PASSWORD", targets.ErrCredentials, err)
	case err != nil:
		return fmt.Errorf("login: %w", err)
	}
	if accounts := len(pool); !plan.PerJourney && accounts > 1 && accounts < size {
		o.Note(fmt.Sprintf("%d clients share %d logins", size, accounts))
	}
	plan.Login, plan.Credentials = &loadgen.Class{Name: loginClass, Pool: pool}, credentialsOf
	if s.wantsToken() {
		login := s.LoginRequest()
		plan.Login.Check = func(a *loadgen.Answer) error {
			token, err := login.Token(a.Body)
			if err == nil {
				a.Captured["Authorization"] = "Bearer " + string(token)
			}
			return err
		}
		return nil
	}
	for code := http.StatusOK; code < http.StatusBadRequest; code++ { // forms answer with redirects
		plan.Login.Expect = append(plan.Login.Expect, code)
	}
	return nil
}

// loginPool are the logins of users, in their order: as many, or as there are rows in
// the files that they take.
func (s *Scenario) loginPool(size int, o *CompileOptions) ([]send.Request, error) {
	l := s.Login
	r := Request{
		Name: loginClass, Weight: 1, Method: cmp.Or(l.Method, http.MethodPost), Path: cmp.Or(l.Path, "/login"), Auth: NoAuth, Body: l.Body, Fresh: true,
		Headers: headers{{Field: targets.Field{Name: "Accept", Value: jsonKind}}},
	}
	if r.Body == nil {
		r.Body = &Body{kind: jsonKind, template: template{newLiteral([]byte(`{"username":"${MLBENCH_USERNAME}","password":"${MLBENCH_PASSWORD}"}`), jsonEscape)}}
	}
	if l.Per == perJourney {
		r.Body.template.walk(func(g generator) {
			if row, ok := g.(*rowGen); ok {
				size = max(size, int(min(row.source.source.Rows, maxPool)))
			}
		})
	}
	r.Pool = Count(size)
	own := *o
	own.PoolSize, own.Note, own.Token, own.values = 0, func(string) {}, "", o.values.with(o.Accounts)
	return pool(&requestClass{Request: r}, &own)
}

// with are the values with credentials before the environment.
func (v *values) with(c *targets.Credentials) *values {
	own, env := *v, v.env
	own.declared = maps.Clone(v.declared)
	own.env = func(name string) (string, bool) {
		switch {
		case name == "MLBENCH_USERNAME" && c.Username != "":
			return c.Username, true
		case name == "MLBENCH_PASSWORD" && c.Password != "":
			return string(c.Password), true
		}
		return env(name)
	}
	return &own
}

// eachLogsIn says whether the plan is to have logins of its users.
func (o *CompileOptions) eachLogsIn() bool { return o.Accounts != nil && !o.ForShow }

// FirstLogin is the login of the plan's first user, before the load: it finds the
// mistakes that those of all would have, and its token is that of setup and teardown.
// Without a login at a target, where it is optional, users have none.
func (s *Scenario) FirstLogin(ctx context.Context, t targets.Target, set targets.CredentialSettings, plan *loadgen.Plan) (targets.Secret, string, error) {
	if plan.Login == nil {
		return "", "", nil
	}
	token, note, err := s.login(ctx, t, set, plan.Login.Pool[0].Body)
	if err == nil && (note != "" || token == "" && s.NeedsToken()) {
		plan.Login = nil
	}
	return token, note, err
}
