package loadgen

import (
	"context"
	"fmt"
	"math"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// eachOnce are so many requests, each with a path of its own.
func eachOnce(name string, n int) (pool []send.Request) {
	for i := range n {
		pool = append(pool, get(fmt.Sprintf("/%s/%d", name, i)))
	}
	return pool
}

func byName(paths []string, name string) (out []string) {
	for _, p := range paths {
		if rest, ok := strings.CutPrefix(p, "/"+name+"/"); ok {
			out = append(out, rest)
		}
	}
	return out
}

// No request is sent twice in a whole run, the measured ones begin with the first,
// the warm-up takes from the end and leaves something, and the run ends when one
// class is used up, in both models.
func TestPoolsThatAreSentOnce(t *testing.T) {
	for model, load := range map[string]Load{
		"closed": {Model: results.Closed, Connections: 3, Duration: time.Minute},
		"open":   {Model: results.Open, Connections: 100, Rate: ConstantRate(2000), Arrivals: Constant, Duration: time.Minute},
	} {
		t.Run(model, func(t *testing.T) {
			var target seen
			srv := httptest.NewServer(&target)
			defer srv.Close()
			g, err := New(closedPlan(t, srv.URL, load,
				Class{Name: "user", Weight: 1, Pool: eachOnce("user", 100), Once: true},
				Class{Name: "step", Weight: 1, Pool: eachOnce("step", 90), Once: true, Step: &Step{}},
				Class{Name: "other", Weight: 2, Pool: eachOnce("other", 7)},
				Class{Name: "again", Weight: 1, Pool: eachOnce("again", 10), Once: true, Again: true},
			), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			runPhase(t, g, Phase{Kind: results.Warmup, Requests: 40})
			if g.UsedUp() {
				t.Error("used up by 40 requests, of which 10 are users")
			}
			warm := byName(target.take(), "user")
			slices.Sort(warm)
			var last []string
			for n := 80; n < 90; n++ { // the step has no more than 90
				last = append(last, fmt.Sprint(n))
			}
			if d := cmp.Diff(last, warm); d != "" {
				t.Errorf("warm-up (-want +got): %s", d)
			}
			_, slice := runPhase(t, g, Phase{Kind: results.Measure, Stream: 1, Duration: time.Minute})
			if !g.UsedUp() || slice.Unfinished > 0 {
				t.Errorf("used up: %v, %d unfinished", g.UsedUp(), slice.Unfinished)
			}
			paths := target.take()
			users := byName(paths, "user")
			slices.Sort(users)
			var want []string
			for n := range 80 {
				want = append(want, fmt.Sprint(n))
			}
			slices.Sort(want)
			if d := cmp.Diff(want, users); d != "" {
				t.Errorf("measured (-want +got): %s", d)
			}
			if again := byName(paths, "again"); len(slices.Compact(slices.Sorted(slices.Values(again)))) != 10 || len(again) < 70 || len(again) > 82 {
				t.Errorf("%d of a pool that begins again: %v", len(again), again)
			}
			if steps := byName(paths, "step"); len(steps) != len(slices.Compact(slices.Sorted(slices.Values(steps)))) || len(steps) != 80 {
				t.Errorf("%d steps: %v", len(steps), steps)
			}
			// Nothing is left: another phase ends where a user would be due.
			runPhase(t, g, Phase{Kind: results.Measure, Stream: 2, Duration: time.Minute})
			if more := byName(target.take(), "user"); !g.UsedUp() || len(more) > 0 {
				t.Errorf("%v more", more)
			}
		})
	}
}

// A warm-up takes at most half of what is left.
func TestWarmupLeavesWhatIsSentOnce(t *testing.T) {
	var target seen
	srv := httptest.NewServer(&target)
	defer srv.Close()
	g, err := New(closedPlan(t, srv.URL, closedLoad(2, 1), Class{Name: "a", Weight: 1, Pool: eachOnce("a", 11), Once: true}), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	runPhase(t, g, Phase{Kind: results.Warmup, Duration: time.Minute})
	if got := slices.Sorted(slices.Values(target.take())); g.UsedUp() || !slices.Equal(got, []string{"/a/10", "/a/6", "/a/7", "/a/8", "/a/9"}) {
		t.Errorf("%v", got)
	}
}

// What is foretold is what is sent, and ends where it does.
func TestPreviewOfWhatIsSentOnce(t *testing.T) {
	plan := closedPlan(t, "http://127.0.0.1:1", openLoad(100, 0),
		Class{Name: "a", Weight: 2, Pool: eachOnce("a", 10), Once: true}, Class{Name: "b", Weight: 1, Pool: eachOnce("b", 3)})
	plan.Load.Duration = time.Hour
	var got []string
	for p := range plan.Requests(Phase{Kind: results.Measure, Stream: 1}) {
		if p.Class == 0 {
			got = append(got, p.Request.Target)
		}
	}
	want := []string{}
	for _, r := range plan.Classes[0].Pool {
		want = append(want, r.Target)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// In an experiment both arms get the same requests in each pair, each target each
// of them once, and it ends when they are used up.
func TestExperimentsSendOnce(t *testing.T) {
	var targets [2]seen
	e := Experiment{Slice: 30 * time.Millisecond, Settle: 10 * time.Millisecond, Warmup: 50 * time.Millisecond, Seed: 5, Budget: time.Minute, Control: true}
	for i := range targets {
		srv := httptest.NewServer(&targets[i])
		defer srv.Close()
		load := openLoad(1000, 0)
		load.Duration = time.Second
		e.Plans[i] = closedPlan(t, srv.URL, load, Class{Name: "a", Weight: 1, Pool: eachOnce("a", 400), Once: true})
	}
	sent := map[string]bool{}
	pairs := map[int]map[string][]string{}
	err := e.Run(context.Background(), time.Now(), func(s *results.Slice) error {
		arm := min(1, slices.Index([]string{results.ArmA, results.ArmB, results.ArmControl}, s.Arm)%2)
		paths := targets[arm].take()
		for _, path := range paths {
			if key := fmt.Sprint(arm, path); sent[key] {
				t.Errorf("pair %d, %s: %s again", s.Pair, s.Arm, path)
			} else {
				sent[key] = true
			}
		}
		slices.Sort(paths)
		if pairs[s.Pair] == nil {
			pairs[s.Pair] = map[string][]string{}
		}
		if s.Excluded == "" {
			pairs[s.Pair][s.Arm] = paths
		}
		return nil
	})
	if err != nil || len(pairs) < 3 || !e.UsedUp() {
		t.Fatal(len(pairs), err, e.UsedUp())
	}
	for n, p := range pairs {
		if n > 0 && p[results.ArmA] != nil && p[results.ArmB] != nil && !slices.Equal(p[results.ArmA], p[results.ArmB]) {
			t.Errorf("pair %d: %v and %v", n, p[results.ArmA], p[results.ArmB])
		}
	}
	if first := pairs[1][results.ArmA]; !slices.Contains(first, "/a/0") {
		t.Errorf("the first pair has %v", first)
	}
}

// nth and before are what counting says.
func TestCountsOfSequences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.SampledFrom([]float64{1, 2, 5}), 1, 4).Draw(t, "weights")
		s := newSequence(weights, newRand(rapid.Uint64().Draw(t, "seed"), streamClasses, 1))
		class := rapid.IntRange(0, len(weights)-1).Draw(t, "class")
		n := uint64(rapid.IntRange(0, 3*len(s.classes)).Draw(t, "n"))
		count := uint64(0)
		for i := range n {
			if s.class(i) == class {
				count++
			}
		}
		if got := s.before(class, n); got != count {
			t.Fatalf("%d before %d, want %d", got, n, count)
		}
		at := s.nth(class, count)
		if at < n || at == math.MaxInt64 || s.class(at) != class || s.rank(at) != count {
			t.Fatalf("number %d of class %d is %d", count, class, at)
		}
	})
}
