package loadgen

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// 1: a phase that is cancelled before its measured part has begun had a span
// that ended before it began.
func TestPhaseCancelledWhileItSettlesHasNoNegativeSpan(t *testing.T) {
	for name, load := range models {
		for when, served := range map[string]int64{"before its start": 0, "in settle": 5} {
			t.Run(name+" "+when, func(t *testing.T) {
				s := cancelled(t, load, Phase{Kind: results.Measure, Settle: time.Hour, Duration: time.Hour}, served)
				if s.DurationS != 0 || s.DrainS != 0 || s.RateRPS != 0 {
					t.Errorf("a span of %g s and %g s at %g/s of nothing measured", s.DurationS, s.DrainS, s.RateRPS)
				}
				if s.StartS < 0 || s.StartS > 60 {
					t.Errorf("it begins at %g s, which has not come", s.StartS)
				}
			})
		}
	}
}

// cancelled is the slice of a phase that is cancelled at the n-th request; 0:
// before it starts.
func cancelled(t *testing.T, load func(int64) Load, ph Phase, n int64) (out results.Slice) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var served atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if served.Add(1) == n {
			cancel()
		}
	}))
	defer srv.Close()
	g, err := New(closedPlan(t, srv.URL, load(1_000_000)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if n == 0 {
		cancel()
	}
	if err := g.Run(ctx, ph, func(s *results.Slice) error { out = *s; return nil }); err != context.Canceled {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	return out
}

// 1: whatever a phase is cut off in, its target breaking connections or not,
// mlbench can read the file it wrote.
func TestFilesOfInterruptedPhasesAreReadWithoutDamage(t *testing.T) {
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			path := filepath.Join(t.TempDir(), "cut.jsonl")
			w, err := results.Output{File: path}.Create(&results.Header{Targets: []results.Target{{Arm: results.ArmA}}, Classes: []results.Class{{Name: "get", Share: 1}}})
			if err != nil {
				t.Fatal(err)
			}
			var left atomic.Int64 // requests until the interrupt
			var breaks atomic.Bool
			var cancel atomic.Pointer[context.CancelFunc]
			srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				n := left.Add(-1)
				if n == 0 {
					(*cancel.Load())()
				}
				if breaks.Load() && n < 5 {
					panic(http.ErrAbortHandler)
				}
			}))
			defer srv.Close()
			g, err := New(closedPlan(t, srv.URL, load(1_000_000)), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			slices := 0
			const phases = 60
			for i := range phases {
				ctx, stop := context.WithCancel(context.Background())
				cancel.Store(&stop)
				left.Store(rng.Int64N(60))
				breaks.Store(rng.IntN(2) == 0)
				ph := Phase{
					Kind: results.Measure, Stream: uint64(i), Settle: time.Duration(rng.IntN(20)) * time.Millisecond,
					Duration: time.Duration(1+rng.IntN(30)) * time.Millisecond, Interval: time.Duration(rng.IntN(8)) * time.Millisecond,
				}
				err := g.Run(ctx, ph, func(s *results.Slice) error {
					s.Arm = results.ArmA
					slices++
					return w.Slice(s)
				})
				if err != nil && err != context.Canceled {
					t.Fatal(err)
				}
				stop()
			}
			if err := w.Close(results.Interrupted, "interrupted"); err != nil {
				t.Fatal(err)
			}
			f, err := results.ReadFile(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if f.Damage != "" || f.Footer == nil || len(f.Slices) != slices || slices < phases {
				t.Errorf("damage %q, footer %v, %d of %d slices", f.Damage, f.Footer, len(f.Slices), slices)
			}
		})
	}
}

// B3: nobody waits for answers beyond a phase's last instant: what is in flight then
// is unfinished, and no error.
func TestPhaseWaitsForNoAnswerBeyondItsLastInstant(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	for name, load := range models {
		t.Run(name, func(t *testing.T) {
			origin := time.Now()
			plan := closedPlan(t, srv.URL, load(1))
			plan.Timeout = 2 * time.Minute
			g, err := New(plan, origin)
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			ph := Phase{Kind: results.Measure, Settle: 10 * time.Millisecond, Duration: 40 * time.Millisecond, Until: time.Since(origin) + 150*time.Millisecond}
			var s results.Slice
			if err := g.Run(t.Context(), ph, func(got *results.Slice) error { s = *got; return nil }); err != nil {
				t.Fatal(err)
			}
			d := s.Classes["get"]
			if s.Unfinished < 4 || d.Sent != 0 || len(d.Errors) > 0 || s.Discarded != 0 || s.DurationS != 0.04 {
				t.Errorf("%d unfinished, %d sent, errors %v, %d discarded, in %g s", s.Unfinished, d.Sent, d.Errors, s.Discarded, s.DurationS)
			}
			if end := s.StartS + s.DurationS + s.DrainS; end < ph.Until.Seconds()-0.001 {
				t.Errorf("it ended at %g s, before its last instant, %s", end, ph.Until)
			}
		})
	}
}

// Logins that were in flight at ctrl-C were counted as requests without an answer.
func TestLoginsInFlightAtAnInterruptAreNoUnfinishedRequests(t *testing.T) {
	everyWay(t, func(t *testing.T, load func(int64) Load, by Transport) {
		for _, perJourney := range []bool{false, true} {
			if load(1).Model == results.Open && !perJourney {
				continue
			}
			for where, want := range map[string]int64{"/login": 0, "/": 1} { // of which the first is never answered
				release := make(chan struct{})
				ctx, cancel := context.WithCancel(context.Background())
				srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == where {
						cancel()
						<-release
					}
					fmt.Fprint(w, "token")
				}))
				plan := closedPlan(t, srv.URL, load(1))
				plan.Load.Connections, plan.Connect.Transport = 1, by
				plan.Login, plan.PerJourney = accounts(1), perJourney
				g, err := New(plan, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				var s results.Slice
				if err := g.Run(ctx, Phase{Kind: results.Measure, Stream: 1}, func(last *results.Slice) error { s = *last; return nil }); err != context.Canceled {
					t.Errorf("error %v, want context.Canceled", err)
				}
				if s.Unfinished != want {
					t.Errorf("no answer from %s, journeys log in: %v: %d unfinished requests, want %d", where, perJourney, s.Unfinished, want)
				}
				close(release)
				g.Close()
				srv.Close()
			}
		}
	})
}
