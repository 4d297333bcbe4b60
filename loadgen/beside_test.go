package loadgen

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// ledger is a server that keeps which bodies it was sent, by path.
type ledger struct {
	*httptest.Server
	mu     sync.Mutex
	bodies map[string][]string
}

func newLedger(t *testing.T) *ledger {
	l := &ledger{bodies: map[string][]string{}}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.bodies[r.URL.Path] = append(l.bodies[r.URL.Path], string(body))
	}))
	t.Cleanup(l.Close)
	return l
}

// sent counts the requests by path since the last time.
func (l *ledger) sent() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int{}
	for path, bodies := range l.bodies {
		out[path] = len(bodies)
	}
	clear(l.bodies)
	return out
}

// numbered is a class whose requests are told apart by a number.
func numbered(name string) Class {
	r := post("/"+name, strings.Repeat("0", send.FreshDigits))
	r.Fresh = []int{0}
	return Class{Name: name, Weight: 1, Pool: []send.Request{r}}
}

// beside adds a load with a class of its name.
func beside(p *Plan, load Load) {
	other := *p
	other.beside, other.Load, other.Classes, other.Seed = nil, load, []Class{numbered(load.Name)}, p.Seed+uint64(len(p.beside))+1
	p.RunBeside(other)
}

// paced is a load of so many per second, at equal gaps.
func paced(name string, rps float64, start, length time.Duration) Load {
	load := openLoad(rps, 0)
	load.Name, load.Start, load.Duration = name, start, length
	return load
}

// Each load does what it does alone, in its own time, and is counted by itself; no two
// requests of all have one number.
func TestLoadsBeside(t *testing.T) {
	for _, transport := range []Transport{Lean, NetHTTP} {
		srv := newLedger(t)
		plan := closedPlan(t, srv.URL, paced("", 200, 0, 500*time.Millisecond), numbered("main"))
		plan.Connect.Transport = transport
		beside(&plan, paced("short", 100, 100*time.Millisecond, 200*time.Millisecond))
		beside(&plan, paced("rest", 100, 300*time.Millisecond, 0))
		beside(&plan, paced("never", 100, time.Second, time.Second))
		few := closedLoad(2, 7)
		few.Name = "few"
		beside(&plan, few)
		got, last := measure(t, plan)
		want := map[string]int64{"main": got.Sent, "short": 20, "rest": 20, "never": 0, "few": 7}
		if got.Sent != 100 || len(last.Classes) != 1 {
			t.Errorf("%s: %d requests of %v are measured, want 100 of main", transport, got.Sent, last.Classes)
		}
		numbers := map[string]bool{}
		for name, n := range want {
			d := last.Classes[name]
			if name != "main" {
				d = last.Beside[name]
			}
			if d == nil || d.Sent != n || d.Done != n || int64(len(srv.bodies["/"+name])) != n {
				t.Errorf("%s: %s: %+v, %d served, want %d", transport, name, d, len(srv.bodies["/"+name]), n)
			}
			for _, body := range srv.bodies["/"+name] {
				if numbers[body] {
					t.Errorf("%s: %s is the number of two requests", transport, body)
				}
				numbers[body] = true
			}
		}
		if last.Beside["few"].Clocks[results.ClockResponse] != nil || last.Beside["rest"].Clocks[results.ClockResponse].Count() != 20 {
			t.Errorf("%s: the clocks are not those of each load's model", transport)
		}
	}
}

// The judged load sends the same with others beside it, and its preview says what.
func TestLoadsBesideChangeNothing(t *testing.T) {
	srv := newLedger(t)
	alone := closedPlan(t, srv.URL, openLoad(500, 50), numbered("main"))
	shared := alone
	beside(&shared, paced("other", 200, 0, 0))
	var want []string
	for p := range shared.Requests(Phase{Kind: results.Measure, Stream: 1}) {
		want = append(want, string(p.Request.Body))
	}
	for _, plan := range []Plan{alone, shared} {
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		runPhase(t, g, Phase{Kind: results.Measure, Stream: 1, Requests: 50})
		g.Close()
		got := map[string]bool{}
		for _, body := range srv.bodies["/main"] {
			got[body] = true
		}
		for _, body := range want {
			if !got[body] {
				t.Errorf("with %d loads beside %s was not sent", len(plan.beside), body)
			}
		}
		if len(got) != 50 || len(want) != 50 {
			t.Errorf("%d requests, want 50 as the preview's %d", len(got), len(want))
		}
		for load := range plan.Loads() {
			preview := plan.Loads()[load]
			if load == 0 {
				continue
			}
			n := 0
			for p := range preview.Requests(Phase{Kind: results.Measure, Stream: 1, Duration: 50 * time.Millisecond}) {
				n++
				if body := string(p.Request.Body); !strings.Contains(strings.Join(srv.bodies["/other"], " "), body) {
					t.Errorf("the load beside did not send %s of its preview", body)
				}
			}
			if n == 0 {
				t.Error("no preview of the load beside")
			}
		}
		srv.sent()
	}
}

// A load without an end ends with the judged one, by number or when that is cut off.
func TestLoadsBesideEndWithTheJudged(t *testing.T) {
	srv := newLedger(t)
	plan := closedPlan(t, srv.URL, closedLoad(1, 40), numbered("main"))
	endless := Load{Name: "endless", Model: results.Closed, Connections: 2}
	beside(&plan, endless)
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	_, last := runPhase(t, g, Phase{Kind: results.Measure})
	counts := srv.sent()
	if counts["/main"] != 40 || counts["/endless"] == 0 || int64(counts["/endless"]) != last.Beside["endless"].Sent {
		t.Errorf("%v served, %d of endless recorded", counts, last.Beside["endless"].Sent)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var slices, beside int64
	err = g.Run(ctx, Phase{Kind: results.Measure, Stream: 2, Duration: time.Hour, Interval: 50 * time.Millisecond}, func(s *results.Slice) error {
		if slices++; slices == 2 {
			cancel()
		}
		beside += s.Beside["endless"].Sent
		return nil
	})
	if counts := srv.sent(); err == nil || slices < 3 || int64(counts["/endless"]) != beside {
		t.Errorf("%v after %d slices, %v served, %d of endless recorded", err, slices, counts, beside)
	}
	if counts := srv.sent(); len(counts) != 0 {
		t.Errorf("%v after the end", counts)
	}
}

// In a phase of many, each load runs from the first settle request to the end, the same
// each time, and its settle requests are in no figure either.
func TestLoadsBesideRunThroughout(t *testing.T) {
	srv := newLedger(t)
	plan := closedPlan(t, srv.URL, paced("", 200, 0, time.Hour), numbered("main"))
	beside(&plan, paced("late", 100, 10*time.Second, time.Millisecond))
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var first map[string][]string
	for arm := range 2 {
		_, last := runPhase(t, g, Phase{Kind: results.Measure, Stream: 3, Settle: 100 * time.Millisecond, Duration: 200 * time.Millisecond, Throughout: true})
		if d := last.Beside["late"]; d.Sent != 20 || len(srv.bodies["/late"]) != 30 || last.Discarded != 20 {
			t.Errorf("%d measured of %d, %d settle requests of main; want 20 of 30, and 20", d.Sent, len(srv.bodies["/late"]), last.Discarded)
		}
		sent := map[string][]string{}
		maps.Copy(sent, srv.bodies)
		srv.sent()
		if arm == 0 {
			first = sent
		} else if d := cmp.Diff(setOf(first), setOf(sent)); d != "" {
			t.Errorf("other requests than in the slice before:\n%s", d)
		}
	}
}

func setOf(bodies map[string][]string) map[string]bool {
	out := map[string]bool{}
	for path, all := range bodies {
		for _, body := range all {
			out[path+" "+body] = true
		}
	}
	return out
}

func TestPlansOfLoadsThatAreWrong(t *testing.T) {
	for want, change := range map[string]func(*Plan){
		`class "main" is of several loads`: func(p *Plan) { p.beside[0].Classes[0].Name = "main" },
		"load other: it starts at -1s":     func(p *Plan) { p.beside[0].Load.Start = -time.Second },
		"and has 1 loads beside it":        func(p *Plan) { p.beside[0].beside = []Plan{*p} },
		"load other: connections: 0":       func(p *Plan) { p.beside[0].Load.Connections = 0 },
		"load without an end":              func(p *Plan) { p.Load.Requests = 0 },
	} {
		plan := closedPlan(t, "http://127.0.0.1:1", openLoad(10, 1), numbered("main"))
		beside(&plan, paced("other", 10, 0, 0))
		if err := plan.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&plan)
		if err := plan.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Whatever loads there are, no two requests of a stream have one number, as long as a
// load has no more than its part of them.
func TestLanes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		of := rapid.IntRange(1, 50).Draw(rt, "of")
		a, b := laneOf(rapid.IntRange(0, of-1).Draw(rt, "a"), of), laneOf(rapid.IntRange(0, of-1).Draw(rt, "b"), of)
		part := a.part
		m, n := rapid.Uint64Range(0, part-1).Draw(rt, "m"), rapid.Uint64Range(0, part-1).Draw(rt, "n")
		same := a == b && m == n
		if x, y := a.number(m), b.number(n); (x == y) != same || x >= requestsPerStream || y >= requestsPerStream {
			rt.Fatal(fmt.Sprint(a, m, x, b, n, y))
		}
	})
}

// Of loads side by side the one whose rows are used up ends; all end with the judged one.
func TestRowsThatAreSentOnceEndTheirOwnLoad(t *testing.T) {
	for name, judged := range map[string]bool{"of the load beside": false, "of the judged one": true} {
		l := newLedger(t)
		plan := closedPlan(t, l.URL, paced("", 100, 0, 300*time.Millisecond), numbered("main"))
		beside(&plan, paced("other", 100, 0, 0))
		once := &plan.beside[0].Classes[0]
		if judged {
			once, plan.Load.Duration = &plan.Classes[0], time.Hour
		}
		*once = Class{Name: once.Name, Weight: 1, Once: true, Pool: []send.Request{post("/once", "1"), post("/once", "2"), post("/once", "3")}}
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, s := runPhase(t, g, Phase{Kind: results.Measure, Stream: 1})
		g.Close()
		sent := l.sent()
		if sent["/once"] != 3 || !judged && sent["/main"] != 30 || g.UsedUp() != judged || s.DurationS > 60 {
			t.Errorf("%s: sent %v, used up: %v", name, sent, g.UsedUp())
		}
	}
}
