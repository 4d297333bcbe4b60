package loadgen

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// bank serves accounts: who logs in gets a token and a cookie of the account, and
// whoever comes without both is refused.
type bank struct {
	mu     sync.Mutex
	logins []string            // accounts
	served map[string][]string // by account: paths
	conns  map[string]string   // by account: the address at login
	moved  int
	refuse func(login int) bool
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.URL.Path == "/login" {
		body, _ := io.ReadAll(r.Body)
		account := string(body)
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			account = "somebody who is in"
		}
		b.logins = append(b.logins, account)
		if b.refuse != nil && b.refuse(len(b.logins)) {
			http.Error(w, "no "+account, http.StatusServiceUnavailable)
			return
		}
		b.conns[account] = r.RemoteAddr
		http.SetCookie(w, &http.Cookie{Name: "account", Value: account, Path: "/"})
		fmt.Fprint(w, "token of "+account)
		return
	}
	account, known := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer token of ")
	if c, err := r.Cookie("account"); !known || err != nil || c.Value != account {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, "you are %q with %q", r.Header.Get("Authorization"), r.Header.Get("Cookie"))
		return
	}
	if b.conns[account] != r.RemoteAddr {
		b.moved++
	}
	b.served[account] = append(b.served[account], r.URL.Path)
}

// openBank starts one, and makes the plan of its customers.
func openBank(t *testing.T, load Load) (*bank, Plan) {
	t.Helper()
	b := &bank{served: map[string][]string{}, conns: map[string]string{}}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	plan := closedPlan(t, srv.URL, load, Class{Name: "a", Weight: 1, Pool: []send.Request{get("/a")}, Token: true}, Class{Name: "b", Weight: 3, Pool: []send.Request{get("/b")}, Token: true})
	plan.Login, plan.Cookies = accounts(30), true
	return b, plan
}

// accounts are logins of user-0, user-1, …
func accounts(n int) *Class {
	login := &Class{Name: "login", Check: func(a *Answer) error {
		if len(a.Body) == 0 {
			return errors.New("no token")
		}
		a.Captured[authorization] = "Bearer " + string(a.Body)
		return nil
	}}
	for i := range n {
		login.Pool = append(login.Pool, post("/login", fmt.Sprintf("user-%d", i)))
	}
	return login
}

func TestEachWorkerLogsInOnce(t *testing.T) {
	for _, by := range []Transport{Lean, NetHTTP} {
		t.Run(string(by), func(t *testing.T) {
			b, plan := openBank(t, closedLoad(4, 200))
			plan.Connect.Transport = by
			g, err := New(plan, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			_, s := runPhase(t, g, Phase{Kind: results.Warmup, Requests: 100})
			if login := s.Spans["login"]; login.Sent != 4 || login.Done != 4 || len(s.Classes) != 2 {
				t.Errorf("logins in the warm-up: %+v", login)
			}
			_, s = runPhase(t, g, Phase{Kind: results.Measure, Stream: 1})
			if d := s.Total(); d.Sent != 200 || d.Failed().Total != 0 || s.Spans["login"].Sent != 0 {
				t.Errorf("%d requests, errors %v, %d logins; want 200, none, none: %+v", d.Sent, d.Failed(), s.Spans["login"].Sent, s.Examples)
			}
			slices.Sort(b.logins)
			if got, want := strings.Join(b.logins, " "), "user-0 user-1 user-2 user-3"; got != want {
				t.Errorf("logins of %s, want %s", got, want)
			}
			served := 0
			for _, paths := range b.served {
				served += len(paths)
			}
			if len(b.served) != 4 || served != 300 {
				t.Errorf("served %d requests of %d accounts, want 300 of 4", served, len(b.served))
			}
			if by == Lean && b.moved > 0 {
				t.Errorf("%d requests on another connection than their login", b.moved)
			}
			if want := []results.Class{{Name: "a", Share: 0.25}, {Name: "b", Share: 0.75}, {Name: "login", Span: true}}; !cmp.Equal(plan.Shares(), want) {
				t.Errorf("classes %+v", plan.Shares())
			}
		})
	}
}

func TestEachJourneyLogsInAnew(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, by Transport) {
		b, plan := openBank(t, load(20))
		plan.Connect.Transport, plan.PerJourney = by, true
		plan.Classes = append(plan.Classes[:1], Class{Name: "a.c", Weight: 1, Pool: []send.Request{get("/c")}, Token: true, Step: &Step{}})
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		_, s := runPhase(t, g, Phase{Kind: results.Measure, Stream: 1})
		if d := s.Total(); d.Sent != 40 || d.Failed().Total != 0 || s.Spans["login"].Done != 20 || s.Classes["a"].Done != 20 {
			t.Errorf("%d requests, errors %v, %d logins; want 40, none, 20: %+v", d.Sent, d.Failed(), s.Spans["login"].Done, s.Examples)
		}
		for k := range 20 {
			if got := fmt.Sprint(b.served[fmt.Sprintf("user-%d", k)]); got != "[/a /c]" {
				t.Errorf("journey %d sent %s, want [/a /c]", k, got)
			}
		}
	})
}

func TestFailedLogins(t *testing.T) {
	b, plan := openBank(t, closedLoad(1, 10))
	b.refuse = func(login int) bool { return login <= 2 }
	_, s := measure(t, plan)
	if d, login := s.Total(), s.Spans["login"]; d.Sent != 10 || d.Failed().Total != 0 || login.Sent != 3 || login.Errors[results.ErrStatus] != 2 {
		t.Errorf("a worker tries again: %d requests, errors %v, logins %+v", d.Sent, d.Failed(), login)
	}
	if len(s.Examples) != 1 || !s.Examples[0].Span || s.Examples[0].Class != "login" {
		t.Errorf("examples %+v", s.Examples)
	}
	everyWay(t, func(t *testing.T, load func(int64) Load, by Transport) {
		b, plan := openBank(t, load(10))
		plan.Connect.Transport, plan.PerJourney = by, true
		b.refuse = func(login int) bool { return login%2 == 0 }
		_, s := measure(t, plan)
		if d, login := s.Total(), s.Spans["login"]; d.Sent != 5 || d.Failed().Total != 0 || login.Sent != 10 || login.Errors[results.ErrStatus] != 5 {
			t.Errorf("journeys without a login: %d requests, errors %v, logins %+v", d.Sent, d.Failed(), login)
		}
	})
}

// What a target repeats of a user's token and cookies does not show.
func TestUsersSecretsAreHidden(t *testing.T) {
	b, plan := openBank(t, closedLoad(1, 1))
	plan.Classes[0].Expect = []int{http.StatusTeapot}
	plan.Classes = plan.Classes[:1]
	_ = b
	plan.Classes[0].Pool[0].Header = append(plan.Classes[0].Pool[0].Header, send.Field{Name: "Cookie", Value: "account=mallory"})
	plan.Redact = func(text string, more ...string) string {
		for _, secret := range more {
			text = strings.ReplaceAll(text, secret, send.Hidden)
		}
		return text
	}
	_, s := measure(t, plan)
	if len(s.Examples) != 1 || strings.Contains(s.Examples[0].Text, "user-0") || !strings.Contains(s.Examples[0].Text, send.Hidden) {
		t.Errorf("%+v", s.Examples)
	}
}

// A target may repeat the account that it turns away.
func TestAccountsThatFailAreHidden(t *testing.T) {
	logins := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" {
			if logins++; logins == 1 {
				w.WriteHeader(http.StatusUnauthorized)
			}
			io.Copy(w, r.Body)
		}
	}))
	defer srv.Close()
	plan := closedPlan(t, srv.URL, closedLoad(1, 1), Class{Name: "a", Weight: 1, Pool: []send.Request{get("/a")}, Token: true})
	plan.Login = accounts(1)
	plan.Credentials = func(body []byte) []string { return []string{string(body)} }
	plan.Redact = func(text string, more ...string) string {
		return strings.ReplaceAll(text, strings.Join(more, ""), send.Hidden)
	}
	_, s := measure(t, plan)
	if len(s.Examples) != 1 || strings.Contains(s.Examples[0].Text, "user-0") || !strings.Contains(s.Examples[0].Text, send.Hidden) {
		t.Errorf("%+v", s.Examples)
	}
}

func TestPlanOfUsersIsValidated(t *testing.T) {
	for name, change := range map[string]func(*Plan){
		"an open model has none": func(p *Plan) { p.Load = openLoad(1, 1) },
		"without requests":       func(p *Plan) { p.Login.Pool = nil },
		"of no journey":          func(p *Plan) { p.Login.Step = &Step{} },
		`its name, "a"`:          func(p *Plan) { p.Login.Name = "a" },
	} {
		_, plan := openBank(t, closedLoad(1, 1))
		change(&plan)
		if err := plan.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want one that says %q", err, name)
		}
	}
}

// wire is a transport that makes the lean one's bytes, and answers after times of its
// own.
type wire struct {
	timed
	lean  *lean
	takes func() time.Duration
	login map[int][]string // bytes, by worker
	bytes []string         // of all other requests
}

func (x *wire) exchange(worker int, req *request) outcome {
	b := x.lean.render(nil, req).bytes
	x.mu.Lock()
	took := x.takes()
	if req.class == x.g.login {
		x.login[worker] = append(x.login[worker], string(b))
	} else {
		x.bytes = append(x.bytes, string(b))
	}
	x.mu.Unlock()
	time.Sleep(took)
	if req.class == x.g.login {
		req.journey.captured[authorization] = "Bearer of " + string(b[len(b)-12:])
		req.user.jar.take("sid="+string(b[len(b)-12:]), "/")
	}
	o := outcome{class: req.class, status: 200, planned: req.planned, begun: req.begun(), service: took, response: took}
	x.g.recorder.record(0, &o)
	return o
}

// The same seed gives each worker, or journey, the same account, and all requests the
// same bytes, however long targets take.
func TestBothArmsHaveTheSameUsers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		workers, requests := rapid.IntRange(1, 5).Draw(rt, "workers"), rapid.Int64Range(1, 60).Draw(rt, "requests")
		perJourney := rapid.Bool().Draw(rt, "per journey")
		fresh := post("/login", "000000000000")
		fresh.Fresh = []int{0}
		arm := func(latency uint64) (x *wire) {
			synctest.Test(t, func(t *testing.T) {
				plan := closedPlan(t, "http://127.0.0.1:1", closedLoad(workers, requests), Class{Name: "a", Weight: 1, Pool: varying(7), Token: true})
				plan.Seed, plan.Login, plan.PerJourney, plan.Cookies = seed, &Class{Name: "login", Pool: []send.Request{fresh}}, perJourney, true
				g, err := New(plan, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				rng := newRand(latency, 1, 1)
				x = &wire{timed: timed{g: g}, lean: newLean(g), takes: func() time.Duration { return time.Duration(rng.IntN(1000)) * time.Microsecond }, login: map[int][]string{}}
				g.transport = x
				if err := g.Run(t.Context(), Phase{Kind: results.Measure, Stream: 1}, func(*results.Slice) error { return nil }); err != nil {
					t.Fatal(err)
				}
			})
			return x
		}
		a, b := arm(1), arm(2)
		if perJourney { // which worker has which journey is up to the answers
			for _, x := range []*wire{a, b} {
				all := slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Values(x.login))...)))
				x.login = map[int][]string{0: all}
				x.bytes = slices.Sorted(slices.Values(x.bytes))
			}
			if d := cmp.Diff(a.bytes, b.bytes); d != "" || int64(len(a.bytes)) != requests || int64(len(a.login[0])) != requests {
				rt.Fatalf("%d requests after %d logins; want %d of each; of the other arm %s", len(a.bytes), len(a.login[0]), requests, d)
			}
		}
		for worker, sent := range a.login {
			if other, is := b.login[worker]; is && !slices.Equal(sent, other) {
				rt.Fatalf("worker %d logs in with\n%q and\n%q", worker, sent, other)
			}
			if !perJourney && len(sent) != 1 {
				rt.Fatalf("worker %d logs in %d times", worker, len(sent))
			}
		}
		for _, sent := range a.bytes {
			if strings.Count(sent, "\r\nAuthorization: Bearer of ") != 1 || strings.Count(sent, "\r\nCookie: sid=") != 1 || strings.Count(sent, "\r\n\r\n") != 1 {
				rt.Fatalf("sent %q", sent)
			}
		}
	})
}

// Who comes after another has gone is somebody else.
func TestWhoComesAgainLogsInAgain(t *testing.T) {
	b, plan := openBank(t, Load{
		Model: results.Closed, Connections: 2, Duration: 300 * time.Millisecond, Pacing: time.Millisecond,
		Clients: Steps([]Stage{{50 * time.Millisecond, 2}, {50 * time.Millisecond, 1}, {200 * time.Millisecond, 2}}),
	})
	_, s := measure(t, plan)
	if d := s.Total(); d.Failed().Total != 0 || d.Sent == 0 {
		t.Errorf("%d requests, errors %v", d.Sent, d.Failed())
	}
	if got := fmt.Sprint(slices.Sorted(slices.Values(b.logins))); got != "[user-0 user-1 user-1]" {
		t.Errorf("logins of %s, want one of user-0 and two of user-1", got)
	}
}
