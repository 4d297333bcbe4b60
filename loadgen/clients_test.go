package loadgen

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/results"
)

// timed is a transport that takes so long for each request, and writes down when each
// worker sent and left.
type timed struct {
	httpStatus
	g     *Generator
	takes time.Duration
	mu    sync.Mutex
	sent  map[int][]time.Duration
	left  map[int][]time.Duration
}

func (x *timed) exchange(worker int, req *request) outcome {
	time.Sleep(x.takes)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sent[worker] = append(x.sent[worker], req.sent)
	o := outcome{class: req.class, status: 200, planned: req.planned, begun: req.begun(), service: x.takes, response: x.takes}
	x.g.recorder.record(0, &o)
	return o
}

func (x *timed) leave(worker int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.left[worker] = append(x.left[worker], x.g.now())
}

func (x *timed) start(*run, *request) { panic("a closed model") }
func (x *timed) close()               {}

// simulate runs a load whose requests take so long, in no time at all.
func simulate(t *testing.T, load Load, takes time.Duration) (x *timed, slices []results.Slice, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		g, err := New(closedPlan(t, "http://127.0.0.1:1", load), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		x = &timed{g: g, takes: takes, sent: map[int][]time.Duration{}, left: map[int][]time.Duration{}}
		g.transport = x
		err = g.Run(t.Context(), Phase{Kind: results.Measure, Stream: 1, Interval: time.Second}, func(s *results.Slice) error {
			slices = append(slices, *s)
			return nil
		})
		if took = g.now(); err != nil {
			t.Fatal(err)
		}
	})
	return x, slices, took
}

func TestPacingIsFromStartToStart(t *testing.T) {
	load := Load{Model: results.Closed, Connections: 2, Pacing: time.Second, Duration: 10 * time.Second}
	for takes, want := range map[time.Duration]string{
		30 * time.Millisecond:   "[0s 1s 2s 3s 4s 5s 6s 7s 8s 9s]",
		2500 * time.Millisecond: "[0s 2.5s 5s 7.5s]", // who is late does not catch up
	} {
		x, _, _ := simulate(t, load, takes)
		for worker := range 2 {
			if got := fmt.Sprint(x.sent[worker]); got != want {
				t.Errorf("requests of %s, one a second: worker %d sent at %s, want %s", takes, worker, got, want)
			}
		}
	}
	load.Think = Think{Min: 3 * time.Second, Max: 3 * time.Second}
	x, _, _ := simulate(t, load, time.Second)
	if got, want := fmt.Sprint(x.sent[0]), "[0s 4s 8s]"; got != want {
		t.Errorf("with a longer think time sent at %s, want %s", got, want)
	}
}

func TestClientsComeAndGo(t *testing.T) {
	load := Load{
		Model: results.Closed, Connections: 4, Duration: 50 * time.Second,
		Clients: Ramps(0, []Stage{{8 * time.Second, 4}, {10 * time.Second, 4}, {8 * time.Second, 0}, {4 * time.Second, 0}, {10 * time.Second, 1}}),
	}
	x, slices, took := simulate(t, load, 100*time.Millisecond)
	for worker := range 4 {
		sent, from, until := x.sent[worker], time.Duration(2*worker+1)*time.Second, time.Duration(25-2*worker)*time.Second
		if worker == 0 { // it comes again
			if again := sent[len(sent)-1]; again < 49*time.Second {
				t.Errorf("the last request at %s, want one until the end, at 50s", again)
			}
			var gap [2]time.Duration
			for i := range sent[1:] {
				if sent[i+1]-sent[i] > time.Second {
					gap = [2]time.Duration{sent[i], sent[i+1]}
				}
			}
			if gap[0] >= until || gap[0] < until-200*time.Millisecond || gap[1] != 35*time.Second {
				t.Errorf("worker 0 sent nothing from %s to %s, want from 25s to 35s", gap[0], gap[1])
			}
		} else if last := sent[len(sent)-1]; last >= until || last < until-200*time.Millisecond {
			t.Errorf("worker %d sent last at %s, want until %s", worker, last, until)
		}
		if sent[0] != from {
			t.Errorf("worker %d sent first at %s, want %s", worker, sent[0], from)
		}
		if left := x.left[worker]; len(left) != 1 || left[0] < until || left[0] > until+100*time.Millisecond {
			t.Errorf("worker %d left at %v, want once, after its last request at %s", worker, left, until)
		}
	}
	if took != 50*time.Second+100*time.Millisecond && took != 50*time.Second {
		t.Errorf("took %s, want 50s", took)
	}
	planned := map[string]bool{}
	for _, s := range slices {
		planned[fmt.Sprintf("stage %d: %d", s.Stage, s.InFlightMax)] = true
	}
	want := "[stage 1: 1 stage 1: 2 stage 1: 3 stage 1: 4 stage 2: 4 stage 3: 1 stage 3: 2 stage 3: 3 stage 3: 4 stage 4: 0 stage 5: 0 stage 5: 1]"
	if got := fmt.Sprint(sortedKeys(planned)); got != want {
		t.Errorf("slices say\n%s, want\n%s", got, want)
	}
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }

// Who waits for its stage does not hold up a load whose requests have all been sent.
func TestAllRequestsSentEndsStages(t *testing.T) {
	load := Load{Model: results.Closed, Connections: 2, Requests: 20, Clients: Steps([]Stage{{time.Hour, 1}, {time.Hour, 2}})}
	x, _, took := simulate(t, load, 100*time.Millisecond)
	if took != 2*time.Second || len(x.sent[0]) != 20 {
		t.Errorf("took %s for %d requests, want 2s for 20", took, len(x.sent[0]))
	}
	load.Requests, load.Clients = 0, Steps([]Stage{{time.Second, 2}, {time.Second, 0}})
	load.Duration = time.Hour
	if _, _, took = simulate(t, load, 100*time.Millisecond); took > 2*time.Second {
		t.Errorf("a load without clients for good lasts %s, want 1s", took)
	}
}

func TestClientsAreThoseOfTheShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(0, 6)
		var stages []Stage
		most, length := 1, time.Duration(0)
		for range rapid.IntRange(1, 5).Draw(t, "stages") {
			s := Stage{time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second, float64(number.Draw(t, "clients"))}
			stages, most, length = append(stages, s), max(most, int(s.Rate)), length+s.Duration
		}
		load := Load{Connections: most, Clients: Steps(stages)}
		if rapid.Bool().Draw(t, "ramps") {
			load.Clients = Ramps(float64(rapid.IntRange(0, most).Draw(t, "from")), stages)
		}
		if err := load.validateClients(); err != nil {
			t.Fatal(err)
		}
		at := time.Duration(rapid.Int64Range(0, int64(length+10*time.Second)).Draw(t, "at"))
		there, edge := 0, false
		for client := range most + 1 {
			for _, d := range load.due(client) {
				if at >= d.from && at < d.until {
					there++
				}
				edge = edge || (at-d.from).Abs() < time.Microsecond || (at-d.until).Abs() < time.Microsecond
			}
		}
		if want := clientsAt(load.Clients, at); there != want && !edge {
			t.Fatalf("%d clients at %s, want %d", there, at, want)
		}
	})
}

// The connection of a client that goes is closed, whichever transport has it; that of
// one who stays is kept.
func TestWhoGoesClosesItsConnection(t *testing.T) {
	for _, by := range []Transport{Lean, NetHTTP} {
		t.Run(string(by), func(t *testing.T) {
			changes := make(chan http.ConnState, 100)
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			srv.Config.ConnState = func(_ net.Conn, to http.ConnState) {
				if to == http.StateNew || to == http.StateClosed {
					changes <- to
				}
			}
			srv.Start()
			defer srv.Close()
			load := Load{Model: results.Closed, Connections: 3, Duration: 300 * time.Millisecond, Pacing: time.Millisecond}
			load.Clients = Steps([]Stage{{100 * time.Millisecond, 3}, {100 * time.Millisecond, 1}})
			plan := closedPlan(t, srv.URL, load)
			plan.Connect.Transport = by
			g, err := New(plan, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			if err := g.Run(t.Context(), Phase{Kind: results.Measure}, func(*results.Slice) error { return nil }); err != nil {
				t.Fatal(err)
			}
			for _, want := range []http.ConnState{http.StateNew, http.StateNew, http.StateNew, http.StateClosed, http.StateClosed} {
				if got := <-changes; got != want {
					t.Fatalf("a connection is %s, want 3 new ones, then 2 closed", got)
				}
			}
			select {
			case more := <-changes:
				t.Errorf("another connection is %s, want one kept by who stays", more)
			default:
			}
		})
	}
}
