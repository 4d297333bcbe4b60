package loadgen

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Mistakes that load generators are known for, one test each; those made of what
// was measured are in results and report, the gate that passes on what it cannot
// read is in cmd/mlbench. The first ones
// are in generator_test.go: TestStalledTargetShowsInResponseTimes and
// TestLateGeneratorShowsInLag (latency counted from sending, or from a clock
// read after a late wake-up), TestEveryRequestIsCountedOnce (percentiles of
// successes only), TestInFlightLimitDropsAndCounts (planned requests skipped).

// A stalled target is recorded once per planned request: neither the requests
// due meanwhile are left out, nor are made-up ones added on top of those sent.
func TestTrapDoubleCorrection(t *testing.T) {
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if n.Add(1) == 20 {
			<-time.After(200 * time.Millisecond)
		}
	}))
	defer srv.Close()
	d, _ := measure(t, closedPlan(t, srv.URL, openLoad(500, 150)))
	if d.Clocks[results.ClockResponse].Count() != 150 || d.Clocks[results.ClockService].Count() != 150 || d.Clocks[results.ClockLag].Count() != 150 || n.Load() != 150 {
		t.Errorf("%d response, %d service times and %d lags of %d requests served; want 150 each",
			d.Clocks[results.ClockResponse].Count(), d.Clocks[results.ClockService].Count(), d.Clocks[results.ClockLag].Count(), n.Load())
	}
}

// The slow ones at the end count: a phase waits for the answers of all that it
// sent.
func TestTrapSlowRequestsCutOffAtTheEnd(t *testing.T) {
	const slow = 150 * time.Millisecond
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-time.After(slow) }))
	defer srv.Close()
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			l := load(0)
			// Every request is still in flight when the phase stops sending.
			l.Duration, l.Rate = slow/3, ConstantRate(100)
			d, s := measure(t, closedPlan(t, srv.URL, l))
			if d.Done == 0 || d.Done != d.Planned || d.Clocks[results.ClockService].Min() < slow {
				t.Errorf("planned %d, done %d, fastest %s; want all of them, after %s", d.Planned, d.Done, d.Clocks[results.ClockService].Min(), slow)
			}
			if s.DrainS < slow.Seconds()/2 || s.Classes["get"].Late != d.Done {
				t.Errorf("%d of %d answers are late, %.3f s behind the end", s.Classes["get"].Late, d.Done, s.DrainS)
			}
		})
	}
}

// Connecting, the TLS handshake included, belongs to the request.
func TestTrapConnectTimeExcluded(t *testing.T) {
	const handshake = 100 * time.Millisecond
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		<-time.After(handshake)
		return nil, nil
	}}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			plan := closedPlan(t, srv.URL, load(3))
			plan.TLS = &tls.Config{InsecureSkipVerify: true}
			plan.Connect.MaxRequests = 1
			d, s := measure(t, plan)
			if d.Done != 3 || d.Clocks[results.ClockService].Min() < handshake || s.Connections.Clocks[results.ClockTLS].Min() < handshake {
				t.Errorf("done %d, fastest %s, handshake %s; want at least %s", d.Done, d.Clocks[results.ClockService].Min(), s.Connections.Clocks[results.ClockTLS].Min(), handshake)
			}
		})
	}
}

// Mean, percentiles and counts are over the same requests, however many.
func TestTrapFirstRequestsOnly(t *testing.T) {
	r := newRecorder([]Class{{Name: "a"}}, false, 2)
	const n = 2_000_000
	for i := range n {
		r.record(i%2, &outcome{status: 200, service: time.Duration(1+i/(n/2)) * time.Millisecond})
	}
	var s results.Slice
	r.drain(&s)
	d := s.Classes["a"]
	if d.Done != n || d.Clocks[results.ClockService].Count() != n {
		t.Errorf("%d done, %d recorded, want %d", d.Done, d.Clocks[results.ClockService].Count(), n)
	}
	if m := d.Clocks[results.ClockService].Mean(); m < 1498*time.Microsecond || m > 1502*time.Microsecond {
		t.Errorf("mean %s of as many requests of 1 ms as of 2 ms", m)
	}
}

// Services faster than a millisecond are told apart.
func TestTrapMillisecondBuckets(t *testing.T) {
	r := newRecorder([]Class{{Name: "a"}}, false, 1)
	for i := range 100 {
		r.record(0, &outcome{status: 200, service: time.Duration(100+i) * time.Microsecond})
	}
	var s results.Slice
	r.drain(&s)
	h := s.Classes["a"].Clocks[results.ClockService]
	if p50, p90 := h.Quantile(0.5), h.Quantile(0.9); p50 < 148*time.Microsecond || p50 > 150*time.Microsecond || p90 < 188*time.Microsecond || p90 > 190*time.Microsecond {
		t.Errorf("p50 %s, p90 %s of 100 to 199 µs", p50, p90)
	}
}

// A rate is the whole run's, however many connections there are.
func TestTrapRatePerWorker(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	for _, connections := range []int{1, 50} {
		load := openLoad(200, 0)
		load.Connections, load.Duration = connections, 250*time.Millisecond
		if d, _ := measure(t, closedPlan(t, srv.URL, load)); d.Planned != 50 {
			t.Errorf("%d requests planned in 250 ms at 200/s with %d connections, want 50", d.Planned, connections)
		}
	}
}

// Neither warm-up nor requests sent again exceed the limit of connections.
func TestTrapBurstsBeyondTheLimit(t *testing.T) {
	var now, most atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for n := now.Add(1); ; {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		<-time.After(5 * time.Millisecond)
		now.Add(-1)
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, "x")
	}))
	defer srv.Close()
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			most.Store(0)
			l := load(200)
			l.Connections = 3
			g, err := New(closedPlan(t, srv.URL, l), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			runPhase(t, g, Phase{Kind: results.Warmup, Requests: 50})
			runPhase(t, g, Phase{Kind: results.Measure, Stream: 1})
			if most.Load() > 3 {
				t.Errorf("%d requests at once, the limit is 3", most.Load())
			}
		})
	}
}

// The throughput of a short slice counts what the target completed within it:
// not less because requests straddle its ends, not more because the last ones
// are awaited.
func TestTrapThroughputOfShortSlices(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-time.After(40 * time.Millisecond) }))
	defer srv.Close()
	const workers, seconds = 3, 0.3
	g, err := New(closedPlan(t, srv.URL, closedLoad(workers, 1)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	d, s := runPhase(t, g, Phase{Kind: results.Measure, Duration: time.Duration(seconds * float64(time.Second)), Settle: 60 * time.Millisecond})
	if s.DurationS != seconds || d.Carried == 0 || d.Late == 0 {
		t.Errorf("%v s, %d carried over, %d late; want %v s, and some of both", s.DurationS, d.Carried, d.Late, seconds)
	}
	want := workers * seconds / d.Clocks[results.ClockService].Mean().Seconds()
	if got := float64(d.Done - d.Late + d.Carried); got < want-workers-1 || got > want+workers+1 {
		t.Errorf("%v answers within the slice, want about %.1f: %d workers, %s each", got, want, workers, d.Clocks[results.ClockService].Mean())
	}
}

// An interrupt does not lose the requests that a stalled target never answered:
// they are at least counted.
func TestTrapInterruptHidesTheStall(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			var n atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				if n.Add(1) >= 10 {
					cancel()
					<-release
				}
			}))
			g, err := New(closedPlan(t, srv.URL, load(1_000_000)), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			var unfinished, sent int64
			_ = g.Run(ctx, Phase{Kind: results.Measure}, func(s *results.Slice) error {
				unfinished, sent = unfinished+s.Unfinished, sent+s.Classes["get"].Sent
				return nil
			})
			if unfinished == 0 || sent+unfinished < n.Load() {
				t.Errorf("%d served, %d recorded, %d unfinished", n.Load(), sent, unfinished)
			}
		})
	}
}
