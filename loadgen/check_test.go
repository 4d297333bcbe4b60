package loadgen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// everyWay runs a test with each load model and transport.
func everyWay(t *testing.T, test func(t *testing.T, load func(int64) Load, transport Transport)) {
	for model, load := range models {
		for _, transport := range []Transport{Lean, NetHTTP} {
			t.Run(model+"/"+string(transport), func(t *testing.T) { test(t, load, transport) })
		}
	}
}

func TestChecksJudgeAnswers(t *testing.T) {
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := n.Add(1)
		w.Header().Set("X-Number", fmt.Sprint(i))
		switch {
		case i%10 == 0: // not of expected status: not checked
			w.WriteHeader(http.StatusTeapot)
		case i%5 == 0:
			fmt.Fprint(w, "bad")
			return
		}
		fmt.Fprint(w, "good")
		if i%2 == 0 {
			w.(http.Flusher).Flush() // chunked
			fmt.Fprint(w, " day")
		}
	}))
	defer srv.Close()
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		n.Store(0)
		var wrong atomic.Int64
		check := func(a *Answer) error {
			if a.Status != 200 || a.Cut || a.Service <= 0 || a.Captured != nil || !bytes.Contains(a.Header, []byte("X-Number: ")) || bytes.Contains(a.Header, []byte("HTTP/")) {
				wrong.Add(1)
			}
			switch string(a.Body) {
			case "good", "good day":
				return nil
			case "bad":
				return errors.New("a bad day")
			}
			wrong.Add(1)
			return nil
		}
		plan := closedPlan(t, srv.URL, load(200), Class{Name: "get", Weight: 1, Pool: []send.Request{get("/")}, Check: check})
		plan.Connect.Transport = transport
		d, s := measure(t, plan)
		if d.Done != 200 || d.Errors[results.ErrStatus] != 20 || d.Errors[results.ErrCheck] != 20 || d.Clocks[results.ClockService].Count() != 200 {
			t.Errorf("done %d, errors %v, %d service times; want 200, 20 by status, 20 by check", d.Done, d.Errors, d.Clocks[results.ClockService].Count())
		}
		if s.Sample(results.ErrCheck) != "a bad day" {
			t.Errorf("samples %v", s.Examples)
		}
		if wrong.Load() > 0 {
			t.Errorf("%d answers were not shown as they are", wrong.Load())
		}
		if transport == Lean && s.Connections.Opened > 200 {
			t.Errorf("%d connections opened", s.Connections.Opened)
		}
	})
}

// A failed check says nothing against the connection.
func TestFailedChecksKeepTheConnection(t *testing.T) {
	check := func(*Answer) error { return errors.New("no") }
	plan := closedPlan(t, instant(t), closedLoad(1, 50), Class{Name: "get", Weight: 1, Pool: []send.Request{get("/")}, Check: check})
	if d, s := measure(t, plan); d.Errors[results.ErrCheck] != 50 || s.Connections.Opened != 1 || s.Connections.Failed != 0 {
		t.Errorf("errors %v, connections %+v; want 50 failed checks on one connection", d.Errors, s.Connections)
	}
}

func TestLongBodiesAreCutForChecks(t *testing.T) {
	var size atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Repeat("x", int(size.Load())))
	}))
	defer srv.Close()
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		for _, want := range []int64{0, 5, MaxCheckedBody, MaxCheckedBody + 1, 2 * MaxCheckedBody} {
			size.Store(want)
			check := func(a *Answer) error {
				if got := int64(len(a.Body)); got != min(want, MaxCheckedBody) || a.Cut != (want > MaxCheckedBody) {
					return fmt.Errorf("%d bytes, cut %v", got, a.Cut)
				}
				return nil
			}
			plan := closedPlan(t, srv.URL, load(3), Class{Name: "get", Weight: 1, Pool: []send.Request{get("/")}, Check: check})
			plan.Connect.Transport = transport
			if d, s := measure(t, plan); d.Done != 3 || len(d.Errors) > 0 || d.BytesIn < 3*want {
				t.Errorf("%d bytes: done %d, %d bytes in, errors %v %v", want, d.Done, d.BytesIn, d.Errors, s.Examples)
			}
		}
	})
}

// What the check sees as service time is what is recorded, however long the
// check takes: the clocks were read before.
func TestCheckingIsNobodysLatency(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		var mu sync.Mutex
		seen := map[time.Duration]bool{}
		check := func(a *Answer) error {
			<-time.After(20 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			seen[a.Service] = true
			return nil
		}
		srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		defer srv.Close()
		plan := closedPlan(t, srv.URL, load(5), Class{Name: "get", Weight: 1, Pool: []send.Request{get("/")}, Check: check})
		plan.Connect.Transport = transport
		for _, r := range rawRequests(t, plan) {
			if !seen[r.Service] {
				t.Errorf("recorded %s, checked %v", r.Service, seen)
			}
		}
	})
}

// rawRequests runs a plan and returns its requests one by one.
func rawRequests(t *testing.T, plan Plan) []rawResult {
	t.Helper()
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var raw bytes.Buffer
	g.WriteRaw(&raw)
	runPhase(t, g, Phase{Kind: results.Measure})
	var all []rawResult
	for dec := json.NewDecoder(&raw); dec.More(); {
		var r rawResult
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		t.Fatal("no requests")
	}
	return all
}

// However the answer is cut by reads, and whatever interim answers come first,
// the check sees the final header.
func TestChecksSeeTheFinalHeader(t *testing.T) {
	const answer = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1  100\n\nHTTP/1.1 200 OK\r\nA: 1\nB: 2\r\nContent-Length: 9\r\n\r\nA: 3\r\n\r\nh"
	base := hostile(t, func(c net.Conn, n int64) bool {
		step := max(1, int(n)%len(answer))
		for rest := answer; rest != ""; {
			k := min(step, len(rest))
			if _, err := c.Write([]byte(rest[:k])); err != nil {
				return false
			}
			rest = rest[k:]
		}
		return true
	})
	check := func(a *Answer) error {
		if string(a.Header) != "A: 1\nB: 2\r\nContent-Length: 9\r\n" {
			return fmt.Errorf("header %q", a.Header)
		}
		if string(a.Body) != "A: 3\r\n\r\nh" {
			return fmt.Errorf("body %q", a.Body)
		}
		return nil
	}
	plan := closedPlan(t, base, closedLoad(1, 60), Class{Name: "get", Weight: 1, Pool: []send.Request{get("/")}, Check: check})
	if d, s := measure(t, plan); d.Done != 60 || len(d.Errors) > 0 {
		t.Errorf("done %d, errors %v, %v", d.Done, d.Errors, s.Examples)
	}
}
