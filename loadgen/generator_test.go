package loadgen

import (
	"context"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// get is a request without a body.
func get(path string) send.Request {
	return send.Request{Method: "GET", Target: path, Header: []send.Field{{Name: "Host", Value: "test"}}}
}

// post is a request with a body.
func post(path, body string) send.Request {
	return send.Request{Method: "POST", Target: path, Header: []send.Field{{Name: "Host", Value: "test"}}, Body: []byte(body)}
}

func closedPlan(t testing.TB, base string, load Load, classes ...Class) Plan {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	if len(classes) == 0 {
		classes = []Class{{Name: "get", Weight: 1, Pool: []send.Request{get("/")}}}
	}
	return Plan{URL: u, Classes: classes, Load: load, Timeout: 10 * time.Second, Seed: 1}
}

func closedLoad(workers int, requests int64) Load {
	return Load{Model: results.Closed, Connections: workers, Requests: requests}
}

func openLoad(rps float64, requests int64) Load {
	return Load{Model: results.Open, Connections: 1000, Rate: ConstantRate(rps), Arrivals: Constant, Requests: requests}
}

// measure runs one phase and returns the sum of its slices.
func measure(t *testing.T, plan Plan) (*results.ClassData, *results.Slice) {
	t.Helper()
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	return runPhase(t, g, Phase{Kind: results.Measure})
}

func runPhase(t *testing.T, g *Generator, ph Phase) (*results.ClassData, *results.Slice) {
	t.Helper()
	var last *results.Slice
	sum := &results.ClassData{}
	err := g.Run(context.Background(), ph, func(s *results.Slice) error {
		last = s
		for _, d := range s.Classes {
			sum.Add(d)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum, last
}

// models are the same plan in both load models.
var models = map[string]func(requests int64) Load{
	"closed": func(n int64) Load { return closedLoad(4, n) },
	"open":   func(n int64) Load { return openLoad(2000, n) },
}

func TestEveryRequestIsCountedOnce(t *testing.T) {
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			var served atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				served.Add(1)
				if r.URL.Path == "/bad" {
					w.WriteHeader(http.StatusTeapot)
				}
				fmt.Fprint(w, "hello")
			}))
			defer srv.Close()
			d, s := measure(t, closedPlan(t, srv.URL, load(1000),
				Class{Name: "good", Weight: 3, Pool: []send.Request{get("/")}},
				Class{Name: "bad", Weight: 1, Pool: []send.Request{get("/bad")}},
			))
			if d.Planned != 1000 || d.Sent != 1000 || d.Done != 1000 || served.Load() != 1000 {
				t.Errorf("planned %d, sent %d, done %d, served %d; want 1000 each", d.Planned, d.Sent, d.Done, served.Load())
			}
			if d.Status["200"] != 750 || d.Status["418"] != 250 || d.Errors[results.ErrStatus] != 250 {
				t.Errorf("status %v, errors %v; want 750 of 200 and 250 unexpected 418", d.Status, d.Errors)
			}
			if d.Clocks[results.ClockService].Count() != 1000 {
				t.Errorf("%d service times, want 1000: unexpected statuses are answers too", d.Clocks[results.ClockService].Count())
			}
			if s.Connections.Failed != 0 || s.Connections.Opened == 0 {
				t.Errorf("connections %+v", s.Connections)
			}
		})
	}
}

// Trap: latency counted from sending instead of from the plan hides a stalled
// target from the requests that were due meanwhile.
func TestStalledTargetShowsInResponseTimes(t *testing.T) {
	const stall = 400 * time.Millisecond
	var once sync.Once
	var mu sync.Mutex
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock() // one at a time, as a single-threaded server
		defer mu.Unlock()
		once.Do(func() { time.Sleep(stall) })
	}))
	defer srv.Close()
	d, _ := measure(t, closedPlan(t, srv.URL, openLoad(500, 400)))
	// 200 requests are due during the stall: half of all, evenly spread over it.
	if p75 := d.Clocks[results.ClockResponse].Quantile(0.75); p75 < stall/3 {
		t.Errorf("p75 of response times is %s: the %s stall is hidden", p75, stall)
	}
	if d.Clocks[results.ClockResponse].Max() < stall*9/10 {
		t.Errorf("max %s, want about %s", d.Clocks[results.ClockResponse].Max(), stall)
	}
}

// Trap: the generator's own lateness must show in lag and response time, and
// not in the service time.
func TestLateGeneratorShowsInLag(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	plan := closedPlan(t, srv.URL, openLoad(500, 200))
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	const late = 300 * time.Millisecond
	// A clock that jumps is a generator that was stopped.
	r := &run{g: g, phase: Phase{Kind: results.Measure, Requests: 200}, begin: g.now() - late, cut: make(chan struct{})}
	r.classes = newSequence(g.weights, newRand(1, streamClasses, 0))
	g.recorder.settled = r.begin
	r.open(context.Background())
	d := sumOf(g)
	if lag := d.Clocks[results.ClockLag].Quantile(0.5); lag < late/4 {
		t.Errorf("median lag %s: half the requests were due before the generator came to life %s late", lag, late)
	}
	if d.Clocks[results.ClockResponse].Quantile(0.5) < d.Clocks[results.ClockLag].Quantile(0.5) {
		t.Errorf("median response time %s is below the median lag %s", d.Clocks[results.ClockResponse].Quantile(0.5), d.Clocks[results.ClockLag].Quantile(0.5))
	}
	if d.Clocks[results.ClockService].Quantile(0.5) >= d.Clocks[results.ClockLag].Quantile(0.5) {
		t.Errorf("median service time %s holds the generator's lag of %s", d.Clocks[results.ClockService].Quantile(0.5), d.Clocks[results.ClockLag].Quantile(0.5))
	}
}

func sumOf(g *Generator) *results.ClassData {
	sum := &results.ClassData{}
	var s results.Slice
	g.recorder.drain(&s)
	for _, d := range s.Classes {
		sum.Add(d)
	}
	return sum
}

func TestTimeoutIsCensoredNotDropped(t *testing.T) {
	release := make(chan struct{})
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/slow" {
					<-release
				}
			}))
			plan := closedPlan(t, srv.URL, load(40),
				Class{Name: "fast", Weight: 9, Pool: []send.Request{get("/")}},
				Class{Name: "slow", Weight: 1, Pool: []send.Request{get("/slow")}})
			plan.Timeout = time.Second
			d, _ := measure(t, plan)
			if d.Sent != 40 || d.Done != 36 || d.Errors[results.ErrTimeout] != 4 {
				t.Errorf("sent %d, done %d, errors %v; want 40, 36 and 4 timeouts", d.Sent, d.Done, d.Errors)
			}
			if d.Clocks[results.ClockService].Count() != 40 {
				t.Errorf("%d service times, want 40", d.Clocks[results.ClockService].Count())
			}
			if got := d.Clocks[results.ClockService].Max(); got < plan.Timeout || got > plan.Timeout*1001/1000 {
				t.Errorf("max service time %s, want the timeout %s", got, plan.Timeout)
			}
		})
	}
	close(release)
}

// Trap: a planned request that cannot be sent must be counted, never skipped.
func TestInFlightLimitDropsAndCounts(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	load := openLoad(1000, 100)
	load.Connections = 3
	plan := closedPlan(t, srv.URL, load)
	time.AfterFunc(500*time.Millisecond, func() { close(release) })
	d, s := measure(t, plan)
	if d.Planned != 100 || d.Planned != d.Sent+d.Dropped || d.Dropped < 50 {
		t.Errorf("planned %d, sent %d, dropped %d: want 100, most of them dropped, none lost", d.Planned, d.Sent, d.Dropped)
	}
	if s.InFlightMax != 3 {
		t.Errorf("%d in flight at most, want 3", s.InFlightMax)
	}
}

func TestRefusedConnectionsAreErrorsWithoutLatency(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	l.Close()
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			d, s := measure(t, closedPlan(t, base, load(12)))
			if d.Sent != 12 || d.Done != 0 || d.Errors[results.ErrRefused] != 12 || s.Connections.Failed != 12 {
				t.Errorf("sent %d, done %d, errors %v, connections %+v; want 12 refused", d.Sent, d.Done, d.Errors, s.Connections)
			}
			if d.Clocks[results.ClockService].Count() != 0 {
				t.Error("refused requests count as fast successes")
			}
		})
	}
}

func TestFreshDigitsMakeEveryRequestUnique(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(b)
		mu.Lock()
		seen[string(b)]++
		mu.Unlock()
	}))
	defer srv.Close()
	p := post("/", "[0.123"+strings.Repeat("0", send.FreshDigits)+"]")
	p.Fresh = []int{len("[0.123")}
	measure(t, closedPlan(t, srv.URL, closedLoad(4, 500), Class{Name: "p", Weight: 1, Pool: []send.Request{p}}))
	if len(seen) != 500 {
		t.Errorf("%d different bodies in 500 requests", len(seen))
	}
}

func TestSameSeedSendsTheSameBytes(t *testing.T) {
	order := func(seed, stream uint64) string {
		var mu sync.Mutex
		var b strings.Builder
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			b.WriteString(r.URL.Path)
			mu.Unlock()
		}))
		defer srv.Close()
		plan := closedPlan(t, srv.URL, closedLoad(1, 60),
			Class{Name: "a", Weight: 1, Pool: []send.Request{get("/a1"), get("/a2"), get("/a3")}},
			Class{Name: "b", Weight: 1, Pool: []send.Request{get("/b1"), get("/b2")}})
		plan.Seed = seed
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		runPhase(t, g, Phase{Kind: results.Measure, Stream: stream})
		return b.String()
	}
	first := order(1, 1)
	if again := order(1, 1); again != first {
		t.Errorf("the same seed and stream sent\n%s\nand\n%s", first, again)
	}
	if order(2, 1) == first || order(1, 2) == first {
		t.Error("another seed, or stream, sent the same requests")
	}
}

func TestSettleTrafficIsInNoFigure(t *testing.T) {
	var served atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	defer srv.Close()
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			served.Store(0)
			g, err := New(closedPlan(t, srv.URL, load(1)), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			d, s := runPhase(t, g, Phase{Kind: results.Measure, Duration: 200 * time.Millisecond, Settle: 100 * time.Millisecond})
			if s.Discarded == 0 || d.Planned+s.Discarded != served.Load() {
				t.Errorf("%d measured, %d settle requests, %d served", d.Planned, s.Discarded, served.Load())
			}
		})
	}
}

func TestIntervalsAddUp(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	g, err := New(closedPlan(t, srv.URL, closedLoad(2, 1)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var slices int
	var planned int64
	end := 0.0
	err = g.Run(context.Background(), Phase{Kind: results.Measure, Duration: 250 * time.Millisecond, Interval: 50 * time.Millisecond}, func(s *results.Slice) error {
		if end != 0 && math.Abs(s.StartS-end) > 1e-9 {
			t.Errorf("slice %d starts at %v s, the last one ended at %v s", slices, s.StartS, end)
		}
		end = s.StartS + s.DurationS
		slices++
		planned += s.Classes["get"].Planned
		if s.Classes["get"].Clocks[results.ClockService].Count() != s.Classes["get"].Done {
			t.Error("histogram and count differ")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if slices < 2 || planned == 0 {
		t.Errorf("%d slices, %d requests", slices, planned)
	}
}

func TestInterruptKeepsWhatWasMeasured(t *testing.T) {
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			var served atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				if served.Add(1) == 100 {
					cancel()
				}
			}))
			defer srv.Close()
			g, err := New(closedPlan(t, srv.URL, load(1_000_000)), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			var done int64
			err = g.Run(ctx, Phase{Kind: results.Measure}, func(s *results.Slice) error {
				done += s.Classes["get"].Done
				return nil
			})
			if err != context.Canceled {
				t.Errorf("error %v, want context.Canceled", err)
			}
			if done < 100 || done != served.Load() {
				t.Errorf("%d answers recorded, %d served", done, served.Load())
			}
		})
	}
}

func TestTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "secret") }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			plan := closedPlan(t, srv.URL, load(50))
			plan.TLS = srv.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			if d, _ := measure(t, plan); d.Done != 50 || len(d.Errors) > 0 {
				t.Errorf("done %d, errors %v", d.Done, d.Errors)
			}
			plan.TLS = nil
			if d, _ := measure(t, plan); d.Errors[results.ErrTLS] != 50 {
				t.Errorf("errors %v with an untrusted certificate, want 50 tls", d.Errors)
			}
		})
	}
}

func TestPlanNamesAllMistakes(t *testing.T) {
	err := (&Plan{Classes: []Class{{Name: "x"}}, Load: Load{Model: "odd"}}).Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"target", `class "x" has no requests`, "weight", "timeout", "connections", "without an end", `load model "odd"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}
