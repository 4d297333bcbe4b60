package loadgen

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// echoProto answers with the protocol it was asked by.
var echoProto = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Proto", r.Proto)
	if r.Method == http.MethodPost && !strings.HasPrefix(string(b), "body-") {
		w.WriteHeader(http.StatusBadRequest)
	}
	fmt.Fprint(w, r.Proto)
})

func TestNetHTTPTransports(t *testing.T) {
	for _, tc := range []struct {
		name      string
		transport Transport
		tls       bool
		proto     string
	}{
		{"HTTP/1.1", NetHTTP, false, "HTTP/1.1"},
		{"HTTP/1.1 over TLS", NetHTTP, true, "HTTP/1.1"},
		{"h2c", HTTP2, false, "HTTP/2.0"},
		{"h2", HTTP2, true, "HTTP/2.0"},
	} {
		for model, load := range models {
			t.Run(tc.name+"/"+model, func(t *testing.T) {
				var other atomic.Int64
				srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Proto != tc.proto {
						other.Add(1)
					}
					echoProto(w, r)
				}))
				srv.Config.Protocols = new(http.Protocols)
				srv.Config.Protocols.SetHTTP1(true)
				srv.Config.Protocols.SetHTTP2(true)
				srv.Config.Protocols.SetUnencryptedHTTP2(true)
				srv.EnableHTTP2 = true
				if tc.tls {
					srv.StartTLS()
				} else {
					srv.Start()
				}
				defer srv.Close()
				p := post("/x", "body-"+strings.Repeat("0", send.FreshDigits))
				p.Fresh = []int{len("body-")}
				plan := closedPlan(t, srv.URL, load(60), Class{Name: "p", Weight: 1, Pool: []send.Request{p}})
				plan.Connect.Transport = tc.transport
				plan.TLS = &tls.Config{InsecureSkipVerify: true}
				d, s := measure(t, plan)
				if d.Done != 60 || len(d.Errors) != 0 || other.Load() != 0 {
					t.Errorf("done %d, errors %v, %d by another protocol than %s", d.Done, d.Errors, other.Load(), tc.proto)
				}
				if d.Clocks[results.ClockService].Count() != 60 || d.Clocks[results.ClockFirstByte].Count() != 60 || d.Clocks[results.ClockFirstByte].Min() <= 0 || d.BytesOut == 0 || s.Connections.Opened == 0 {
					t.Errorf("%d service times, %d first bytes from %s, %d bytes out, connections %+v", d.Clocks[results.ClockService].Count(), d.Clocks[results.ClockFirstByte].Count(), d.Clocks[results.ClockFirstByte].Min(), d.BytesOut, s.Connections)
				}
			})
		}
	}
}

func TestNetHTTPFailuresAreClassified(t *testing.T) {
	base := hostile(t, func(c net.Conn, _ int64) bool { return false })
	silent := hostile(t, func(net.Conn, int64) bool { return true })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	l.Close()
	for url, class := range map[string]string{base: results.ErrReset, silent: results.ErrTimeout, nobody: results.ErrRefused} {
		plan := closedPlan(t, url, closedLoad(1, 2), Class{Name: "p", Weight: 1, Pool: []send.Request{post("/", "x")}})
		plan.Connect.Transport = NetHTTP
		plan.Timeout = 200 * time.Millisecond
		if d, _ := measure(t, plan); d.Errors[class] != 2 || d.Done != 0 {
			t.Errorf("errors %v, want 2 %s", d.Errors, class)
		}
	}
}

func TestUnixSocketAndResolve(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: echoProto}}
	srv.Start()
	defer srv.Close()
	for _, transport := range []Transport{Lean, NetHTTP} {
		plan := closedPlan(t, "http://example.test", closedLoad(2, 20))
		plan.Connect = Connect{Transport: transport, Network: "unix", Address: path}
		if d, _ := measure(t, plan); d.Done != 20 {
			t.Errorf("%s over a Unix socket: done %d, errors %v", transport, d.Done, d.Errors)
		}
	}
	tcp := httptest.NewServer(echoProto)
	defer tcp.Close()
	plan := closedPlan(t, "http://no-such-host.invalid", closedLoad(2, 20))
	plan.Connect.Address = tcp.Listener.Addr().String()
	if d, _ := measure(t, plan); d.Done != 20 {
		t.Errorf("with a resolved address: done %d, errors %v", d.Done, d.Errors)
	}
	plan.Connect.Address = ""
	if d, _ := measure(t, plan); d.Errors[results.ErrDNS] != 20 {
		t.Errorf("errors %v of a name that does not resolve, want 20 dns", d.Errors)
	}
}

func TestRequestsPerConnection(t *testing.T) {
	srv := httptest.NewServer(echoProto)
	defer srv.Close()
	plan := closedPlan(t, srv.URL, closedLoad(2, 100))
	plan.Connect.MaxRequests = 10
	d, s := measure(t, plan)
	if d.Done != 100 || s.Connections.Opened < 10 || s.Connections.Opened > 11 || s.Connections.Closed < 9 {
		t.Errorf("done %d, connections %+v; want 100 answers on ten connections or eleven", d.Done, s.Connections)
	}
	if s.Connections.Clocks[results.ClockDial].Count() != s.Connections.Opened {
		t.Errorf("%d dial times, %d connections", s.Connections.Clocks[results.ClockDial].Count(), s.Connections.Opened)
	}
}

func TestFirstByteAndLastByte(t *testing.T) {
	const gap = 100 * time.Millisecond
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "first")
		w.(http.Flusher).Flush()
		<-time.After(gap)
		fmt.Fprint(w, "last")
	}))
	defer srv.Close()
	d, _ := measure(t, closedPlan(t, srv.URL, closedLoad(1, 3)))
	if d.Clocks[results.ClockService].Min() < gap || d.Clocks[results.ClockFirstByte].Min() > d.Clocks[results.ClockService].Min()-gap*9/10 {
		t.Errorf("first byte after %s, last after %s; the target waits %s in between", d.Clocks[results.ClockFirstByte].Min(), d.Clocks[results.ClockService].Min(), gap)
	}
}

// vegeta's own decoder and report read the raw results.
func TestRawResultsAreVegetas(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(500)
		}
	}))
	defer srv.Close()
	plan := closedPlan(t, srv.URL, openLoad(1000, 100),
		Class{Name: "good", Weight: 3, Pool: []send.Request{get("/?x=1")}},
		Class{Name: "bad", Weight: 1, Pool: []send.Request{get("/bad")}})
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var raw bytes.Buffer
	g.WriteRaw(&raw)
	runPhase(t, g, Phase{Kind: results.Warmup, Requests: 10})
	d, _ := runPhase(t, g, Phase{Kind: results.Measure, Stream: 1})

	dec := vegeta.DecoderFor(bytes.NewReader(raw.Bytes()))
	if dec == nil {
		t.Fatalf("vegeta does not know the format of:\n%.500s", &raw)
	}
	var m vegeta.Metrics
	for {
		var r vegeta.Result
		if err := dec.Decode(&r); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		m.Add(&r)
	}
	m.Close()
	if m.Requests != 100 || m.StatusCodes["200"] != 75 || m.StatusCodes["500"] != 25 {
		t.Errorf("vegeta counts %d requests, statuses %v; want 100 and 75 of 200, 25 of 500", m.Requests, m.StatusCodes)
	}
	// Planned at 1,000/s: vegeta sees the planned rate, and our response times.
	if m.Rate < 999 || m.Rate > 1011 {
		t.Errorf("vegeta sees %.1f/s, planned were 1000/s", m.Rate)
	}
	if got, want := m.Latencies.Max, d.Clocks[results.ClockResponse].Max(); got > want || got < want*995/1000 {
		t.Errorf("vegeta's slowest request took %s, ours %s", got, want)
	}
	line, _ := bufio.NewReader(&raw).ReadBytes('\n')
	var extra struct {
		Class   string `json:"class"`
		Service int64  `json:"service"`
		URL     string `json:"url"`
	}
	if err := json.Unmarshal(line, &extra); err != nil || extra.Class == "" || extra.Service == 0 || !strings.HasPrefix(extra.URL, srv.URL+"/") {
		t.Errorf("%v in %s", err, line)
	}
}

func TestThinkTimesAndSpawnRate(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	// 4 workers, 20 ms between requests, 400 ms: at most 4 × 21 requests, where
	// without think time there would be thousands.
	load := closedLoad(4, 0)
	load.Duration, load.Think = 400*time.Millisecond, Think{Min: 20 * time.Millisecond, Max: 20 * time.Millisecond}
	if d, _ := measure(t, closedPlan(t, srv.URL, load)); d.Done < 4 || d.Done > 84 {
		t.Errorf("%d requests by 4 workers that think 20 ms, in 400 ms", d.Done)
	}
	// One worker per 100 ms: four of ten start within 350 ms.
	load = closedLoad(10, 0)
	load.Duration, load.SpawnRate = 350*time.Millisecond, 10
	if _, s := measure(t, closedPlan(t, srv.URL, load)); s.Connections.Opened > 4 {
		t.Errorf("%d workers started within 350 ms at 10 per second", s.Connections.Opened)
	}
}

func TestThinkTimeLaws(t *testing.T) {
	rng := newRand(1, streamThink, 1)
	mean := func(th Think) (m time.Duration, low, high time.Duration) {
		low = 1 << 62
		const n = 20_000
		for range n {
			d := th.draw(rng)
			m += d / n
			low, high = min(low, d), max(high, d)
		}
		return
	}
	if m, low, high := mean(Think{Min: time.Second, Max: 3 * time.Second}); low < time.Second || high > 3*time.Second || m < 1980*time.Millisecond || m > 2020*time.Millisecond {
		t.Errorf("uniform(1s,3s): mean %s, from %s to %s", m, low, high)
	}
	if m, low, high := mean(Think{Mean: time.Second}); low > time.Millisecond || high < 7*time.Second || m < 970*time.Millisecond || m > 1030*time.Millisecond {
		t.Errorf("exponential(1s): mean %s, from %s to %s", m, low, high)
	}
}
