package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// shop gives a token to whoever logs in, and serves those who bring it: each
// token three requests, in their order.
type shop struct {
	mu     sync.Mutex
	logins int
	served map[string]string // token to paths
	conns  map[string]string // token to the client's address
	moved  int               // requests on another connection than their login
	bad    func(path string, n int) bool
	count  map[string]int
}

func newShop() *shop {
	return &shop{served: map[string]string{}, conns: map[string]string{}, count: map[string]int{}}
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[r.URL.Path]++
	token := r.Header.Get("Token")
	if r.URL.Path == "/login" {
		s.logins++
		token = fmt.Sprintf("token-%d", s.logins)
		s.conns[token] = r.RemoteAddr
	}
	if _, known := s.conns[token]; !known {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if s.conns[token] != r.RemoteAddr {
		s.moved++
	}
	s.served[token] += r.URL.Path
	if s.bad != nil && s.bad(r.URL.Path, s.count[r.URL.Path]) {
		w.WriteHeader(http.StatusInternalServerError)
	}
	fmt.Fprint(w, token)
}

// session is a journey of three requests; the steps send what the first one
// captured.
func session(weight float64, think Think) []Class {
	capture := func(a *Answer) error {
		if len(a.Body) == 0 {
			return errors.New("no token")
		}
		a.Captured["token"] = string(a.Body)
		return nil
	}
	step := func(path string) send.Request {
		r := post(path, "hi")
		r.Fill = func(r send.Request, captured map[string]string) send.Request {
			r.Header = append(slices.Clone(r.Header), send.Field{Name: "Token", Value: captured["token"]})
			return r
		}
		return r
	}
	return []Class{
		{Name: "session", Weight: weight, Pool: []send.Request{get("/login")}, Check: capture},
		{Name: "session.buy", Weight: weight, Pool: []send.Request{step("/buy")}, Step: &Step{}},
		{Name: "session.leave", Weight: weight, Pool: []send.Request{step("/leave")}, Step: &Step{Think: think}},
	}
}

// byClass runs one phase and returns the sum of its slices, per class.
func byClass(t *testing.T, g *Generator, ph Phase) (map[string]*results.ClassData, results.Slice) {
	t.Helper()
	sums := map[string]*results.ClassData{}
	var all results.Slice
	err := g.Run(context.Background(), ph, func(s *results.Slice) error {
		for name, d := range s.Classes {
			if sums[name] == nil {
				sums[name] = &results.ClassData{}
			}
			sums[name].Add(d)
		}
		all.Discarded += s.Discarded
		all.Unfinished += s.Unfinished
		all.Connections.Opened += s.Connections.Opened
		all.Connections.Stale += s.Connections.Stale
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums, all
}

func measureClasses(t *testing.T, plan Plan) (map[string]*results.ClassData, results.Slice) {
	t.Helper()
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	return byClass(t, g, Phase{Kind: results.Measure})
}

func done(classes map[string]*results.ClassData) map[string]int64 {
	out := map[string]int64{}
	for name, d := range classes {
		out[name] = d.Done
	}
	return out
}

// Each journey is one login and its two steps, in order, with its own token; the
// shares of first requests are exact, and a number of requests counts journeys.
func TestJourneys(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		s := newShop()
		srv := httptest.NewServer(s)
		defer srv.Close()
		classes := append([]Class{{Name: "plain", Weight: 3, Pool: []send.Request{get("/login")}}},
			session(1, Think{Max: time.Millisecond})...)
		plan := closedPlan(t, srv.URL, load(200), classes...)
		plan.Connect.Transport = transport
		got, _ := measureClasses(t, plan)
		want := map[string]int64{"plain": 150, "session": 50, "session.buy": 50, "session.leave": 50}
		if diff := cmp.Diff(want, done(got)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		whole := 0
		for token, paths := range s.served {
			switch paths {
			case "/login":
			case "/login/buy/leave":
				whole++
			default:
				t.Errorf("%s was served %s", token, paths)
			}
		}
		if whole != 50 {
			t.Errorf("%d whole journeys, want 50", whole)
		}
		if transport == Lean && s.moved > 0 {
			t.Errorf("%d steps came on another connection than their journey's", s.moved)
		}
		for name, d := range got {
			if len(d.Errors) > 0 || d.Planned != d.Done || d.Clocks[results.ClockService].Count() != d.Done {
				t.Errorf("%s: %+v", name, d)
			}
		}
	})
}

// A request that fails, by status or by check, ends its journey.
func TestFailuresEndJourneys(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		s := newShop()
		s.bad = func(path string, n int) bool { return path == "/login" && n%10 == 0 || path == "/leave" && n%6 == 0 }
		srv := httptest.NewServer(s)
		defer srv.Close()
		classes := session(1, Think{})
		var n atomic.Int64
		classes[1].Check = func(*Answer) error {
			if n.Add(1)%3 == 0 {
				return errors.New("not this time")
			}
			return nil
		}
		plan := closedPlan(t, srv.URL, load(100), classes...)
		plan.Connect.Transport = transport
		got, _ := measureClasses(t, plan)
		// 10 of 100 logins fail, then 30 of 90 checks; of 60 last steps 10.
		want := map[string]int64{"session": 100, "session.buy": 90, "session.leave": 60}
		if diff := cmp.Diff(want, done(got)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		for name, errs := range map[string]map[string]int64{
			"session": {results.ErrStatus: 10}, "session.buy": {results.ErrCheck: 30}, "session.leave": {results.ErrStatus: 10},
		} {
			if diff := cmp.Diff(errs, got[name].Errors); diff != "" {
				t.Errorf("%s: errors (-want +got):\n%s", name, diff)
			}
		}
	})
}

// A target that does not keep connections gets the steps on new ones; one that
// closes a kept connection gets the step again, once.
func TestJourneysOutliveConnections(t *testing.T) {
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			s := newShop()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Connection", "close")
				s.ServeHTTP(w, r)
			}))
			defer srv.Close()
			got, all := measureClasses(t, closedPlan(t, srv.URL, load(20), session(1, Think{})...))
			if diff := cmp.Diff(map[string]int64{"session": 20, "session.buy": 20, "session.leave": 20}, done(got)); diff != "" || all.Connections.Opened != 60 {
				t.Errorf("%d connections, answers (-want +got):\n%s", all.Connections.Opened, diff)
			}
			base := hostile(t, func(c net.Conn, n int64) bool {
				fmt.Fprint(c, okAnswer)
				return n%2 == 0
			})
			got, all = measureClasses(t, closedPlan(t, base, load(20), session(1, Think{})...))
			if diff := cmp.Diff(map[string]int64{"session": 20, "session.buy": 20, "session.leave": 20}, done(got)); diff != "" || all.Connections.Stale == 0 {
				t.Errorf("connections %+v, answers (-want +got):\n%s", all.Connections, diff)
			}
		})
	}
}

// Journeys that reach over the ends of intervals, of settle traffic and of the
// phase: each request is counted once, each journey is whole, and all of it
// belongs to where it was planned.
func TestJourneysAcrossSlices(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		var served atomic.Int64
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			<-time.After(15 * time.Millisecond)
			served.Add(1)
			fmt.Fprint(w, "x")
		}))
		defer srv.Close()
		l := load(0)
		l.Requests, l.Duration, l.Rate = 0, 200*time.Millisecond, ConstantRate(200)
		plan := closedPlan(t, srv.URL, l, session(1, Think{Min: 10 * time.Millisecond, Max: 10 * time.Millisecond})...)
		plan.Connect.Transport = transport
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		total := int64(0)
		for stream := range uint64(2) {
			got, all := byClass(t, g, Phase{
				Kind: results.Measure, Stream: stream, Settle: 50 * time.Millisecond, Duration: l.Duration, Interval: 20 * time.Millisecond,
			})
			first := got["session"].Done
			if first == 0 || got["session.buy"].Done != first || got["session.leave"].Done != first || all.Discarded%3 != 0 || all.Discarded == 0 {
				t.Errorf("answers %v, %d requests of settling; want whole journeys", done(got), all.Discarded)
			}
			late := int64(0)
			for _, d := range got {
				late += d.Late
			}
			if late == 0 {
				t.Error("no answer was late: nothing reached over the end")
			}
			total += 3*first + all.Discarded
			if served.Load() != total {
				t.Errorf("%d served, %d counted", served.Load(), total)
			}
		}
	})
}

// A step is planned for when the answer before it came, and its think time.
func TestStepsArePlannedByTheAnswerBefore(t *testing.T) {
	const think = 30 * time.Millisecond
	srv := httptest.NewServer(newShop())
	defer srv.Close()
	for _, transport := range []Transport{Lean, NetHTTP} {
		plan := closedPlan(t, srv.URL, openLoad(500, 1), session(1, Think{Min: think, Max: think})...)
		plan.Connect.Transport = transport
		all := rawRequests(t, plan)
		if len(all) != 3 {
			t.Fatalf("%d requests, want 3", len(all))
		}
		// As written they are in the order of the recorder's shards.
		slices.SortFunc(all, func(a, b rawResult) int { return int(a.Seq) - int(b.Seq) })
		for i, pause := range []time.Duration{0, think} {
			before, step := all[i], all[i+1]
			if due := before.Timestamp.Add(before.Latency + pause); !step.Timestamp.Equal(due) {
				t.Errorf("%s: %s is planned %s after its due time", transport, step.Class, step.Timestamp.Sub(due))
			}
			if step.Latency != step.Service+step.Lag || step.Lag < 0 {
				t.Errorf("%s: %s: response %s, service %s, lag %s", transport, step.Class, step.Latency, step.Service, step.Lag)
			}
			if step.Seq != before.Seq+1 {
				t.Errorf("%s: %s has number %d after %d", transport, step.Class, step.Seq, before.Seq)
			}
		}
	}
}

// Neither an interrupt nor the end of a warm-up waits for think times, and no
// request is lost by them.
func TestJourneysDoNotHoldUpTheEnd(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		s := newShop()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var measuring atomic.Bool
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.ServeHTTP(w, r)
			if r.URL.Path == "/buy" && measuring.Load() {
				cancel()
			}
		}))
		defer srv.Close()
		l := load(4)
		plan := closedPlan(t, srv.URL, l, session(1, Think{Min: time.Hour, Max: time.Hour})...)
		plan.Connect.Transport = transport
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		got, _ := byClass(t, g, Phase{Kind: results.Warmup, Requests: 4, Duration: 50 * time.Millisecond})
		if got["session"].Done == 0 || got["session.leave"].Done != 0 {
			t.Errorf("warm-up: answers %v", done(got))
		}
		measuring.Store(true)
		sent, unfinished := int64(0), int64(0)
		err = g.Run(ctx, Phase{Kind: results.Measure, Stream: 1}, func(s *results.Slice) error {
			unfinished += s.Unfinished
			for _, d := range s.Classes {
				sent += d.Sent
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || sent == 0 || unfinished != 0 {
			t.Errorf("error %v, %d requests, %d unfinished", err, sent, unfinished)
		}
	})
}

// A journey counts as one in flight until its end.
func TestJourneysAndTheInFlightLimit(t *testing.T) {
	for _, transport := range []Transport{Lean, NetHTTP} {
		var mu sync.Mutex
		now, most := map[string]bool{}, 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-time.After(5 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			token := r.Header.Get("Token")
			switch r.URL.Path {
			case "/login":
				token = fmt.Sprint(len(now), time.Now().UnixNano())
				now[token] = true
			case "/leave":
				delete(now, token)
			}
			most = max(most, len(now))
			fmt.Fprint(w, token)
		}))
		load := openLoad(500, 60)
		load.Connections = 3
		plan := closedPlan(t, srv.URL, load, session(1, Think{})...)
		plan.Connect.Transport = transport
		got, _ := measureClasses(t, plan)
		srv.Close()
		first := got["session"]
		if first.Dropped == 0 || first.Planned != 60 || got["session.leave"].Done != first.Done || most > 3 {
			t.Errorf("%s: planned %d, dropped %d, answers %v, %d at once", transport, first.Planned, first.Dropped, done(got), most)
		}
	}
}

func TestPlanRefusesBadSteps(t *testing.T) {
	fill := func(r send.Request, _ map[string]string) send.Request { return r }
	base := closedPlan(t, "http://127.0.0.1:1", closedLoad(1, 1))
	for want, classes := range map[string][]Class{
		"a step needs a class before it": {{Name: "a", Weight: 1, Step: &Step{}}},
		"want that of its journey, 1":    {{Name: "a", Weight: 1}, {Name: "b", Weight: 2, Step: &Step{}}},
		"nothing is captured before it":  {{Name: "a", Weight: 1, Pool: []send.Request{{Fill: fill}}}},
		"think time: want":               {{Name: "a", Weight: 1}, {Name: "b", Weight: 1, Step: &Step{Think: Think{Min: 1}}}},
	} {
		base.Classes = classes
		if err := base.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
