package loadgen

import (
	"context"
	"fmt"
	"maps"
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
	"github.com/mlbench/mlbench/results/stats"
)

// seen records the requests of each target by its slices.
type seen struct {
	mu    sync.Mutex
	paths []string
}

func (s *seen) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.paths = append(s.paths, r.URL.Path)
	s.mu.Unlock()
}

func (s *seen) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.paths
	s.paths = nil
	return out
}

// Both slices of a pair send the same requests, the order is by lot, and every
// pair has one slice of each arm.
func TestExperimentPairsAreAlike(t *testing.T) {
	var targets [2]seen
	e := Experiment{Slice: 40 * time.Millisecond, Settle: 20 * time.Millisecond, Seed: 5, Budget: 2400 * time.Millisecond}
	for i := range targets {
		srv := httptest.NewServer(&targets[i])
		defer srv.Close()
		load := openLoad(500, 0)
		load.Arrivals, load.Duration = Poisson, time.Second
		e.Plans[i] = closedPlan(t, srv.URL, load,
			Class{Name: "a", Weight: 1, Pool: []send.Request{get("/a1"), get("/a2"), get("/a3")}},
			Class{Name: "b", Weight: 1, Pool: []send.Request{get("/b")}})
	}
	var planned int
	e.Planned = func(n int, _, _ time.Duration) { planned = n }
	got := map[int]map[string][]string{} // pair, arm, paths
	first := map[string]int{}
	err := e.Run(context.Background(), time.Now(), func(s *results.Slice) error {
		if got[s.Pair] == nil {
			got[s.Pair] = map[string][]string{}
		}
		paths := targets[slices.Index(arms[:], s.Arm)].take()
		slices.Sort(paths) // answers may overtake one another
		got[s.Pair][s.Arm] = paths
		if s.Position == 1 {
			first[s.Arm]++
		}
		if s.Discarded == 0 {
			t.Errorf("pair %d: no settle traffic", s.Pair)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if planned < 18 || planned > 20 || len(got) < 14 || len(got) > 20 {
		t.Errorf("%d pairs planned, %d run; 2.4 s hold 20 of 2 × 60 ms at best", planned, len(got))
	}
	for pair, byArm := range got {
		if diff := cmp.Diff(byArm[results.ArmA], byArm[results.ArmB]); diff != "" || len(byArm[results.ArmA]) == 0 {
			t.Errorf("pair %d: the arms got different requests (-A +B):\n%s", pair, diff)
		}
	}
	if slices.Equal(got[1][results.ArmA], got[2][results.ArmA]) && slices.Equal(got[2][results.ArmA], got[3][results.ArmA]) {
		t.Error("all pairs send the same requests")
	}
	if first[results.ArmA] < 3 || first[results.ArmB] < 3 {
		t.Errorf("first slots %v of 20: the order is not by lot", maps.Clone(first))
	}
}

// An experiment is looked at when as many pairs as planned are kept, and ends when
// that says so.
func TestExperimentIsLookedAtAsItGrows(t *testing.T) {
	quick := always(time.Millisecond, time.Millisecond)
	for _, tc := range []struct {
		name   string
		looks  []int
		next   map[int]Next // by pairs
		asked  []int
		pairs  int
		budget time.Duration
	}{
		{"to the last", []int{4, 8, 16}, nil, []int{4, 8, 16}, 16, time.Minute},
		{"stopped", []int{4, 8, 16}, map[int]Next{8: {Stop: true}}, []int{4, 8}, 8, time.Minute},
		{"late pairs are replaced", []int{4, 8}, map[int]Next{4: {Lost: 1}, 8: {Lost: 2}, 9: {Lost: 2}, 10: {Lost: 3}}, []int{4, 5, 9, 10, 11}, 11, time.Minute},
		{"as the budget holds", []int{4, 8, 1000}, nil, []int{4, 8}, 22, 20 * time.Second},
		{"none", nil, nil, nil, 22, 20 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &simulated{waits: quick}
			var asked []int
			e := Experiment{Budget: tc.budget, Warmup: 3 * time.Second, Looks: tc.looks}
			e.Look = func() Next {
				asked = append(asked, s.slices[1])
				return tc.next[s.slices[1]]
			}
			if err := s.run(context.Background(), &e); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(asked, tc.asked) || s.slices != [2]int{tc.pairs, tc.pairs} {
				t.Errorf("asked after %v, %v slices; want %v, %d", asked, s.slices, tc.asked, tc.pairs)
			}
		})
	}
}

// What a look finds of carry-over lengthens the settle time of what is to come.
func TestLookChangesTheSettleTime(t *testing.T) {
	s := &simulated{waits: always(time.Millisecond, time.Millisecond)}
	e := Experiment{Budget: time.Minute, Slice: time.Second, Looks: []int{2, 4}}
	e.Look = func() Next { return Next{Settle: time.Second} }
	begin := s.now
	s.begin = func(context.Context) {
		if s.slices == [2]int{2, 2} {
			begin = s.now
		}
	}
	if err := s.run(context.Background(), &e); err != nil {
		t.Fatal(err)
	}
	if first, rest := begin, s.now-begin; first >= 5*time.Second || rest < 8*time.Second {
		t.Errorf("two pairs of 1 s in %s, two more in %s; want settle times of 60 ms, then of 1 s", first, rest)
	}
}

// The control is a slice of each pair on the base again, anywhere in it.
func TestControlIsAThirdSliceOfThePair(t *testing.T) {
	s := &simulated{waits: always(time.Millisecond, time.Millisecond)}
	e := Experiment{Budget: time.Minute, Warmup: time.Second, Control: true, Seed: 3}
	if err := s.run(context.Background(), &e); err != nil {
		t.Fatal(err)
	}
	orders := map[string]int{}
	for i := 0; i+2 < len(s.emitted); i += 3 {
		order := ""
		for position, sl := range s.emitted[i : i+3] {
			if order += sl.Arm; sl.Pair != i/3+1 || sl.Position != position+1 {
				t.Errorf("slice %d is of pair %d, position %d", i+position, sl.Pair, sl.Position)
			}
		}
		orders[order]++
	}
	if pairs := len(s.emitted) / 3; pairs < 60 || s.slices != [2]int{2 * pairs, pairs} || len(orders) != 6 {
		t.Errorf("%d pairs, %v slices of the targets, orders %v; want all six", pairs, s.slices, orders)
	}
}

// A cache of the base's knows what it was asked just before, and B's does not: what
// it is asked as control is nothing that it is asked as A.
func TestControlAsksNothingTwice(t *testing.T) {
	var targets [2]seen
	e := Experiment{Slice: 40 * time.Millisecond, Settle: 20 * time.Millisecond, Seed: 5, Budget: 3 * time.Second, Control: true}
	pool := make([]send.Request, 100_003)
	for i := range pool {
		pool[i] = get(fmt.Sprintf("/%d", i))
	}
	load := openLoad(300, 0)
	load.Duration = time.Second
	for i := range targets {
		srv := httptest.NewServer(&targets[i])
		defer srv.Close()
		e.Plans[i] = closedPlan(t, srv.URL, load, Class{Name: "a", Weight: 1, Pool: pool})
	}
	asked := map[string][]string{}
	err := e.Run(context.Background(), time.Now(), func(s *results.Slice) error {
		target := &targets[0]
		if s.Arm == results.ArmB {
			target = &targets[1]
		}
		asked[s.Arm] = append(asked[s.Arm], target.take()...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for arm, paths := range asked {
		slices.Sort(paths)
		if of := len(paths); of < 100 || len(slices.Compact(paths)) < of {
			t.Errorf("%s: %d requests, %d different", arm, of, len(slices.Compact(paths)))
		}
	}
	for _, path := range asked[results.ArmControl] {
		if _, twice := slices.BinarySearch(asked[results.ArmA], path); twice {
			t.Errorf("%s: asked as A and as control", path)
		}
	}
}

func TestExperimentFitsSlicesToTheTarget(t *testing.T) {
	at := func(p50, p99 time.Duration) *stats.Histogram {
		l := stats.NewLive()
		for range 97 {
			l.Record(p50)
		}
		for range 3 {
			l.Record(p99)
		}
		return l.Drain()
	}
	for _, tc := range []struct {
		name          string
		p50, p99      time.Duration
		rate          float64
		slice, settle time.Duration
		pairs         int
	}{
		{"fast", 2 * time.Millisecond, 10 * time.Millisecond, 100, 250 * time.Millisecond, 60 * time.Millisecond, 87},
		{"slow", 50 * time.Millisecond, 200 * time.Millisecond, 100, time.Second, 150 * time.Millisecond, 23},
		{"rare", 2 * time.Millisecond, 10 * time.Millisecond, 20, time.Second, 60 * time.Millisecond, 25},
		{"very slow", 500 * time.Millisecond, time.Second, 5, 1429 * time.Millisecond, 500 * time.Millisecond, 14},
	} {
		e := Experiment{Budget: time.Minute, Warmup: 3 * time.Second}
		e.Plans[0].Load = openLoad(tc.rate, 0)
		pairs := e.fit(at(tc.p50, tc.p99), e.Budget-2*e.Warmup)
		if d := e.Slice - tc.slice; d < -5*time.Millisecond || d > 5*time.Millisecond || e.Settle.Round(time.Millisecond) != tc.settle || pairs != tc.pairs {
			t.Errorf("%s: slice %s, settle %s, %d pairs; want %s, %s, %d", tc.name, e.Slice, e.Settle, pairs, tc.slice, tc.settle, tc.pairs)
		}
	}
}

func TestExperimentRefusesAShortBudget(t *testing.T) {
	e := Experiment{Budget: 10 * time.Second, Warmup: 3 * time.Second}
	if err := e.CheckBudget(); err == nil || !strings.Contains(err.Error(), "--budget 16s") {
		t.Errorf("%v; want the budget that is needed", err)
	}
	e.Budget = 20 * time.Second
	if err := e.CheckBudget(); err != nil {
		t.Error(err)
	}
}
