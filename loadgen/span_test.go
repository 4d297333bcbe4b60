package loadgen

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// clerk takes jobs, each done when it has been asked for it k times, k from 1 to 4 in
// turn. It writes down what it was sent by whom.
type clerk struct {
	mu     sync.Mutex
	asked  []int    // by job
	bodies []string // by job: what was sent after it was done
	broken func(job, times int) bool
}

func (c *clerk) needs(job int) int { return job%4 + 1 }

func (c *clerk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.URL.Path == "/jobs" {
		fmt.Fprint(w, len(c.asked))
		c.asked, c.bodies = append(c.asked, 0), append(c.bodies, "")
		return
	}
	var job int
	_, _ = fmt.Sscan(r.Header.Get("Job"), &job)
	if r.URL.Path != "/state" {
		body, _ := io.ReadAll(r.Body)
		c.bodies[job] += r.URL.Path + string(body)
		return
	}
	c.asked[job]++
	switch {
	case c.broken != nil && c.broken(job, c.asked[job]):
		w.WriteHeader(http.StatusInternalServerError)
	case c.asked[job] >= c.needs(job):
		fmt.Fprint(w, "done")
	default:
		fmt.Fprint(w, "running")
	}
}

// jobs is a journey that asks until its job is done.
func jobs(atMost int, pause Think) []Class {
	step := func(path string) send.Request {
		r := post(path, "n=000000000000")
		r.Fresh = []int{2}
		r.Fill = func(r send.Request, captured map[string]string) send.Request {
			r.Header = append(slices.Clone(r.Header), send.Field{Name: "Job", Value: captured["job"]})
			return r
		}
		return r
	}
	take := func(a *Answer) error {
		a.Captured["job"] = string(a.Body)
		return nil
	}
	until := func(a *Answer) error {
		if string(a.Body) != "done" {
			a.Unmet = fmt.Errorf("found %q", a.Body)
		}
		return nil
	}
	return []Class{
		{Name: "job", Weight: 1, Pool: []send.Request{get("/jobs")}, Check: take, Total: true},
		{Name: "job.state", Weight: 1, Pool: []send.Request{step("/state")}, Check: until, Step: &Step{AtMost: atMost, Pause: pause}},
		{Name: "job.fetch", Weight: 1, Pool: []send.Request{step("/fetch")}, Step: &Step{}},
	}
}

// spans runs one phase and returns the sums of its classes and spans.
func spans(t *testing.T, plan Plan) (classes, spans map[string]*results.ClassData, last *results.Slice) {
	t.Helper()
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if err := g.Run(t.Context(), Phase{Kind: results.Measure}, func(s *results.Slice) error { last = s; return nil }); err != nil {
		t.Fatal(err)
	}
	return last.Classes, last.Spans, last
}

// A step is sent until its answer is as wanted, and no more often; all of it is
// counted, and timed as a whole.
func TestRepeatedSteps(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		c := &clerk{}
		srv := httptest.NewServer(c)
		defer srv.Close()
		plan := closedPlan(t, srv.URL, load(40), jobs(10, Think{Max: time.Millisecond})...)
		plan.Connect.Transport = transport
		classes, spans, last := spans(t, plan)
		if diff := cmp.Diff(map[string]int64{"job": 40, "job.state": 100, "job.fetch": 40}, done(classes)); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int64{"job.total": 40, "job.state.total": 40}, done(spans)); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
		for job, n := range c.asked {
			if n != c.needs(job) {
				t.Errorf("job %d was asked for %d times, want %d", job, n, c.needs(job))
			}
		}
		if total := last.Total(); total.Sent != 180 || len(total.Errors) > 0 {
			t.Errorf("all together: %d, errors %v; spans are no requests", total.Sent, total.Errors)
		}
		for name, d := range spans {
			if d.Sent != 40 || d.Clocks[results.ClockService].Count() != 40 || len(d.Errors) > 0 || d.Clocks[results.ClockFirstByte] != nil {
				t.Errorf("%s: %+v", name, d)
			}
		}
		whole, state := spans["job.total"].Response(), spans["job.state.total"].Response()
		if whole.Min() < state.Min() || whole.Max() < state.Max() || state.Max() < classes["job.state"].Response().Max() {
			t.Errorf("journeys of %s to %s, waits of %s to %s", whole.Min(), whole.Max(), state.Min(), state.Max())
		}
	})
}

// A step is repeated with the bytes of the first time, and the steps behind it are
// sent what they would be if it had not been: both arms are sent the same.
func TestRepeatsShiftNothing(t *testing.T) {
	sent := func(atMost int) []string {
		c := &clerk{}
		srv := httptest.NewServer(c)
		defer srv.Close()
		classes := jobs(atMost, Think{})
		if atMost == 1 {
			classes[1].Check = func(*Answer) error { return nil }
		}
		spans(t, closedPlan(t, srv.URL, closedLoad(1, 8), classes...))
		return c.bodies
	}
	once, repeated := sent(1), sent(10)
	if diff := cmp.Diff(once, repeated); diff != "" || once[0] == once[1] {
		t.Errorf("sent behind a step (-once +repeated):\n%s", diff)
	}
}

// The time of a span is, of one journey, that of its requests and pauses.
func TestSpansAreSums(t *testing.T) {
	const pause = 3 * time.Millisecond
	for _, transport := range []Transport{Lean, NetHTTP} {
		srv := httptest.NewServer(&clerk{asked: make([]int, 3), bodies: make([]string, 3)}) // the next job takes 4
		plan := closedPlan(t, srv.URL, openLoad(1, 1), jobs(4, Think{Min: pause, Max: pause})...)
		plan.Connect.Transport = transport
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		var raw strings.Builder
		g.WriteRaw(&raw)
		var slice *results.Slice
		if err := g.Run(t.Context(), Phase{Kind: results.Measure}, func(s *results.Slice) error { slice = s; return nil }); err != nil {
			t.Fatal(err)
		}
		g.Close()
		srv.Close()
		if n := strings.Count(raw.String(), "\n"); n != 6 {
			t.Fatalf("%s: %d requests one by one, want 6", transport, n)
		}
		var requests time.Duration
		for _, d := range slice.Classes {
			requests += d.Response().Mean() * time.Duration(d.Done)
		}
		state := slice.Classes["job.state"].Response()
		for name, want := range map[string]time.Duration{"job.total": requests + 3*pause, "job.state.total": state.Mean()*4 + 3*pause} {
			got := slice.Spans[name].Response().Max()
			if off := (got - want).Abs(); off > want/100 { // as fine as histograms are
				t.Errorf("%s: %s took %s, its requests and pauses %s", transport, name, got, want)
			}
			if lag := slice.Spans[name].Clocks[results.ClockLag]; lag.Count() != 1 {
				t.Errorf("%s: %s: %d lags", transport, name, lag.Count())
			}
		}
	}
}

// What is not as wanted after the last time is an error of the span, of no request,
// and the end of the journey; what fails on the way is one of both.
func TestSpansThatFail(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		c := &clerk{broken: func(job, times int) bool { return job%4 == 1 && times == 2 }}
		srv := httptest.NewServer(c)
		defer srv.Close()
		plan := closedPlan(t, srv.URL, load(40), jobs(3, Think{})...)
		plan.Connect.Transport = transport
		classes, spans, last := spans(t, plan)
		// Of each four jobs one is done at once, one fails the second time, one is done
		// the third, and one never.
		if diff := cmp.Diff(map[string]int64{"job": 40, "job.state": 90, "job.fetch": 20}, done(classes)); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int64{results.ErrStatus: 10}, last.Total().Errors); diff != "" {
			t.Errorf("errors of requests (-want +got):\n%s", diff)
		}
		for name, d := range spans {
			if diff := cmp.Diff(map[string]int64{results.ErrStatus: 10, results.ErrCheck: 10}, d.Errors); diff != "" || d.Sent != 40 || d.Response().Count() != 40 {
				t.Errorf("%s: %d, errors (-want +got):\n%s", name, d.Sent, diff)
			}
		}
		i := slices.IndexFunc(last.Examples, func(e results.Example) bool { return e.Span })
		if i < 0 || last.Examples[i].Class != "job.state.total" || last.Examples[i].Error != results.ErrCheck || last.Examples[i].Text != `not after 3 times: found "running"` {
			t.Errorf("examples %+v", last.Examples)
		}
	})
}

// A target that is not there fails journeys, too, in each way of connecting.
func TestSpansOfRefusedRequests(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		srv := httptest.NewServer(nil)
		srv.Close()
		plan := closedPlan(t, srv.URL, load(3), jobs(3, Think{})...)
		plan.Connect.Transport = transport
		_, spans, _ := spans(t, plan)
		if d := spans["job.total"]; d.Sent != 3 || d.Errors[results.ErrRefused] != 3 || d.Response().Count() != 0 {
			t.Errorf("%+v", d)
		}
		if d := spans["job.state.total"]; d.Sent != 0 {
			t.Errorf("of a step that was never sent: %+v", d)
		}
	})
}

// Journeys that begin while a target settles, and those that are cut off, are in no
// span.
func TestSpansOfSettleTraffic(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-time.After(5 * time.Millisecond)
			fmt.Fprint(w, "done")
		}))
		defer srv.Close()
		l := load(0)
		l.Requests, l.Duration, l.Rate = 0, 100*time.Millisecond, ConstantRate(200)
		plan := closedPlan(t, srv.URL, l, jobs(3, Think{})...)
		plan.Connect.Transport = transport
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		var last *results.Slice
		err = g.Run(t.Context(), Phase{Kind: results.Measure, Settle: 50 * time.Millisecond, Duration: l.Duration}, func(s *results.Slice) error { last = s; return nil })
		if err != nil {
			t.Fatal(err)
		}
		first, whole := last.Classes["job"].Done, last.Spans["job.total"].Done
		if first == 0 || whole != first || last.Discarded == 0 || last.Spans["job.total"].Late != 0 {
			t.Errorf("%d first requests, %d journeys, %d requests of settling", first, whole, last.Discarded)
		}
	})
}

// branches are journeys of one of two steps, or of neither, and another behind them.
func branches() []Class {
	step := func(name string, weight float64, s Step) Class {
		return Class{Name: name, Weight: weight, Pool: []send.Request{get("/" + name)}, Step: &s}
	}
	return []Class{
		{Name: "a", Weight: 1, Pool: []send.Request{get("/a")}, Total: true},
		step("view", 0.5, Step{Choice: 1, From: 0, To: 0.5}), step("buy", 0.25, Step{Choice: 1, From: 0.5, To: 0.75}),
		step("end", 1, Step{}),
		step("x", 0.5, Step{Choice: 2, From: 0, To: 0.5}), step("y", 0.5, Step{Choice: 2, From: 0.5, To: 1}),
	}
}

// A journey takes at most one branch of each choice, by its number and the seed alone.
func TestBranches(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		var mu sync.Mutex
		got := map[string]int64{}
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			got[r.URL.Path[1:]]++
		}))
		defer srv.Close()
		plan := closedPlan(t, srv.URL, load(400), branches()...)
		plan.Connect.Transport = transport
		classes, spans, _ := spans(t, plan)
		planned := map[string]int64{}
		for p := range plan.Requests(Phase{Kind: results.Measure, Requests: 400}) {
			planned[plan.Classes[p.Class].Name]++
		}
		if diff := cmp.Diff(planned, got); diff != "" {
			t.Errorf("served (-planned +got):\n%s", diff)
		}
		if diff := cmp.Diff(planned, done(classes)); diff != "" {
			t.Errorf("counted (-planned +got):\n%s", diff)
		}
		if spans["a.total"].Done != 400 || got["end"] != 400 || got["x"]+got["y"] != 400 {
			t.Errorf("%d whole journeys, served %v", spans["a.total"].Done, got)
		}
		// Five standard deviations of 400 draws.
		for name, share := range map[string]float64{"view": 0.5, "buy": 0.25, "x": 0.5} {
			if n := float64(got[name]); n < 400*share-50 || n > 400*share+50 {
				t.Errorf("%s: taken by %v of 400, want a share of %v", name, n, share)
			}
		}
	})
}

// The same seed draws the same branches, whichever journey comes first; another seed
// and another phase draw others, and one choice says nothing of the next.
func TestDrawsOfBranches(t *testing.T) {
	path := func(seed, journey uint64) (out string) {
		p := Plan{Seed: seed, Classes: branches()}
		for class, more := p.next(0, journey); more; class, more = p.next(class, journey) {
			out += p.Classes[class].Name + " "
		}
		return out
	}
	other, seen := 0, map[string]bool{}
	for n := range uint64(200) {
		seen[path(1, n)] = true
		if again := path(1, n); again != path(1, n) {
			t.Fatal("not the same twice")
		}
		if path(1, n) != path(2, n) || path(1, n) != path(1, n+requestsPerStream) {
			other++
		}
	}
	if other < 100 || len(seen) != 6 {
		t.Errorf("%d of 200 differ, paths %v", other, seen)
	}
}

func TestPlanRefusesBadBranchesAndRepeats(t *testing.T) {
	first := Class{Name: "a", Weight: 1}
	step := func(s Step) Class { return Class{Name: "b", Weight: 1, Step: &s} }
	base := closedPlan(t, "http://127.0.0.1:1", closedLoad(1, 1))
	for want, classes := range map[string][]Class{
		"no journey begins with it":               {{Name: "a", Weight: 1, Total: true}},
		"a branch of the draws from 0.5 to 0.5":   {first, step(Step{Choice: 1, From: 0.5, To: 0.5})},
		"weight 1, want that of its journey, 0.5": {first, step(Step{Choice: 1, From: 0, To: 0.5})},
		"repeated at most -1 times":               {first, step(Step{AtMost: -1})},
		"want at least 1, and a check":            {first, step(Step{AtMost: 2})},
		"think time: want":                        {first, {Name: "b", Weight: 1, Check: func(*Answer) error { return errors.New("") }, Step: &Step{AtMost: 2, Pause: Think{Min: 1}}}},
	} {
		base.Classes = classes
		if err := base.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Spans stand behind the classes, without a share.
func TestSharesOfSpans(t *testing.T) {
	p := Plan{Classes: jobs(3, Think{})}
	third := 1. / 3
	want := []results.Class{
		{Name: "job", Share: third},
		{Name: "job.state", Share: third, Repeats: true},
		{Name: "job.fetch", Share: third},
		{Name: "job.total", Span: true},
		{Name: "job.state.total", Span: true},
	}
	if diff := cmp.Diff(want, p.Shares()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a step waited for in vain may quote an answer that repeats its user's secrets:
// they are hidden, as in other examples.
func TestUnmetHidesTheUsersSecrets(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s3cret-of-a-user", Path: "/"})
		fmt.Fprint(w, r.Header.Get("Cookie"))
	}))
	defer srv.Close()
	for _, transport := range []Transport{Lean, NetHTTP} {
		plan := closedPlan(t, srv.URL, closedLoad(1, 1), jobs(2, Think{})...)
		plan.Connect.Transport, plan.Cookies = transport, true
		plan.Redact = func(text string, more ...string) string {
			for _, secret := range more {
				text = strings.ReplaceAll(text, secret, send.Hidden)
			}
			return text
		}
		_, _, last := spans(t, plan)
		if len(last.Examples) != 1 || !last.Examples[0].Span || strings.Contains(last.Examples[0].Text, "s3cret") || !strings.Contains(last.Examples[0].Text, send.Hidden) {
			t.Errorf("%s: %+v", transport, last.Examples)
		}
	}
}

// The span of a journey is that of its own requests, its user's login not among them.
func TestSpansBeginBehindTheLogin(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		c := &clerk{}
		srv := httptest.NewServer(c)
		defer srv.Close()
		plan := closedPlan(t, srv.URL, load(8), jobs(10, Think{})...)
		plan.Connect.Transport, plan.PerJourney = transport, true
		plan.Login = &Class{Name: "login", Pool: []send.Request{get("/jobs")}, Check: func(a *Answer) error {
			a.Captured[authorization] = string(a.Body)
			return nil
		}}
		classes, spans, last := spans(t, plan)
		if diff := cmp.Diff(map[string]int64{"job.total": 8, "job.state.total": 8, "login": 8}, done(spans)); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
		if total := last.Total(); total.Sent != classes["job"].Sent+classes["job.state"].Sent+classes["job.fetch"].Sent || classes["job"].Sent != 8 {
			t.Errorf("%d requests in all: %v", total.Sent, done(classes))
		}
	})
}
