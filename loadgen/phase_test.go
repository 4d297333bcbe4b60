package loadgen

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// A rate that ended at zero, with a number of requests that it never comes to,
// was searched for the next request for ever.
func TestARateThatEndsAtZeroEndsTheLoad(t *testing.T) {
	falls := Ramps(200, []Stage{{100 * time.Millisecond, 0}})
	for name, rate := range map[string]Shape{
		"ramp": falls, "steps": Steps([]Stage{{100 * time.Millisecond, 100}, {time.Millisecond, 0}}),
	} {
		plan := closedPlan(t, instant(t), openLoad(1, 1000))
		plan.Load.Rate = rate
		if d, _ := measure(t, plan); d.Done == 0 || d.Done > 20 {
			t.Errorf("%s: %d answers, want about 10 and the end", name, d.Done)
		}
		n := 0
		for range plan.Requests(Phase{Kind: results.Measure}) {
			n++
		}
		if n == 0 || n > 20 {
			t.Errorf("%s: %d requests foretold", name, n)
		}
	}
}

// At a rate near zero the next request is days away: an interrupt does not wait
// until it is found.
func TestInterruptWhileNothingIsDue(t *testing.T) {
	plan := closedPlan(t, instant(t), openLoad(1e-9, 2))
	plan.Load.Arrivals = Poisson
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Run(ctx, Phase{Kind: results.Measure}, func(*results.Slice) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the interrupt", err)
	}
}

// One generator runs phases of different rates; the slices know them.
func TestAPhaseHasItsOwnRate(t *testing.T) {
	if _, err := New(closedPlan(t, instant(t), openLoad(1, 0)), time.Now()); err == nil {
		t.Fatal("a load without an end")
	}
	plan := closedPlan(t, instant(t), openLoad(100, 1))
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for _, rate := range []float64{500, 1000} {
		ph := Phase{Kind: results.Measure, Stream: 1, Duration: 200 * time.Millisecond, Rate: ConstantRate(rate)}
		d, s := runPhase(t, g, ph)
		if want := int64(rate / 5); d.Planned != want || s.RateRPS != rate {
			t.Errorf("at %v/s: planned %d at %v/s, want %d", rate, d.Planned, s.RateRPS, want)
		}
		foretold := int64(0)
		for range plan.Requests(ph) {
			foretold++
		}
		if foretold != d.Planned {
			t.Errorf("at %v/s: %d foretold, %d planned", rate, foretold, d.Planned)
		}
	}
	if d, s := runPhase(t, g, Phase{Kind: results.Measure, Requests: 5}); d.Planned != 5 || s.RateRPS != 100 {
		t.Errorf("%d planned at %v/s, want the plan's rate again", d.Planned, s.RateRPS)
	}
}

// A transport that cannot be made leaves nothing behind.
func TestNoGoroutineStaysWithoutATransport(t *testing.T) {
	bad := get("no path")
	bad.Fresh = nil
	plan := closedPlan(t, "http://127.0.0.1:1", closedLoad(1, 1), Class{Name: "x", Weight: 1, Pool: []send.Request{bad}})
	plan.Connect.Transport = NetHTTP
	before := runtime.NumGoroutine()
	for range 50 {
		if _, err := New(plan, time.Now()); err == nil || !strings.Contains(err.Error(), `class "x"`) {
			t.Fatalf("%v, want what is wrong with the request", err)
		}
	}
	if now := runtime.NumGoroutine(); now >= before+50 {
		t.Errorf("%d goroutines, %d before", now, before)
	}
}

// Of requests that time out, hooks of net/http may come after the next request
// has begun (with -race).
func TestLateFirstBytesOfTimeouts(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-time.After(5 * time.Millisecond): // about when the request is given up
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 64<<10))
	}))
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	srv.Config.Protocols = protocols
	srv.Start()
	defer srv.Close()
	for _, transport := range []Transport{NetHTTP, HTTP2} {
		for _, load := range []Load{closedLoad(4, 100), openLoad(500, 100)} {
			plan := closedPlan(t, srv.URL, load, Class{Name: "p", Weight: 1, Pool: []send.Request{post("/", "x")}})
			plan.Connect.Transport = transport
			plan.Timeout = 5 * time.Millisecond
			if d, _ := measure(t, plan); d.Sent != 100 {
				t.Errorf("%s: %d of 100 sent", transport, d.Sent)
			}
		}
	}
}

// Bytes are those of bodies, whichever transport carries them.
func TestAllTransportsCountTheSameBytes(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "12345")
		if r.URL.Path == "/chunks" {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "67890")
		}
	}))
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	srv.Config.Protocols = protocols
	srv.Start()
	defer srv.Close()
	for _, tc := range []struct {
		request send.Request
		out, in int64
	}{{post("/", "abc"), 3, 5}, {post("/chunks", "abc"), 3, 10}, {get("/"), 0, 5}} {
		for _, transport := range []Transport{Lean, NetHTTP, HTTP2} {
			plan := closedPlan(t, srv.URL, closedLoad(1, 10), Class{Name: "p", Weight: 1, Pool: []send.Request{tc.request}})
			plan.Connect.Transport = transport
			if d, _ := measure(t, plan); d.BytesOut != 10*tc.out || d.BytesIn != 10*tc.in {
				t.Errorf("%s %s by %s: %d bytes out and %d in, want %d and %d", tc.request.Method, tc.request.Target, transport, d.BytesOut, d.BytesIn, 10*tc.out, 10*tc.in)
			}
		}
	}
}

// What an experiment finds out on its way is not written into it: it can be run
// again.
func TestAnExperimentKeepsItsConfiguration(t *testing.T) {
	e := Experiment{Budget: 20 * time.Second, Warmup: 50 * time.Millisecond, Seed: 1}
	for i := range e.Plans {
		e.Plans[i] = closedPlan(t, instant(t), closedLoad(1, 0))
		e.Plans[i].Load.Duration = time.Second
	}
	pairs := 0
	e.Planned = func(n int, _, _ time.Duration) { pairs = n }
	ctx, cancel := context.WithCancel(t.Context())
	before := e
	err := e.Run(ctx, time.Now(), func(s *results.Slice) error {
		if s.Phase == results.Measure {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || pairs == 0 {
		t.Fatalf("%v, %d pairs planned", err, pairs)
	}
	if e.Slice != before.Slice || e.Settle != before.Settle || e.drains != before.drains {
		t.Errorf("slices of %s, settle %s, drains %s; was %s, %s, %s", e.Slice, e.Settle, e.drains, before.Slice, before.Settle, before.drains)
	}
}
