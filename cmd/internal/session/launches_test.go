package session

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Pairs of a launch are the more, the dearer a launch and the noisier a pair is.
func TestPairsOfALaunchFollowFromItsCost(t *testing.T) {
	for _, tc := range []struct {
		launch, pair time.Duration
		spread       float64
		want         int
	}{
		{10 * time.Second, 620 * time.Millisecond, 0.03, 4},
		{10 * time.Second, 620 * time.Millisecond, 0.10, 14},
		{time.Second, 620 * time.Millisecond, 0.10, 4},
		{time.Minute, 620 * time.Millisecond, 0.20, 24},
		{time.Second, time.Second, 0, 4},
	} {
		if got := bestPairs(tc.launch, tc.pair, tc.spread); got != tc.want {
			t.Errorf("a launch of %s, pairs of %s that differ by %g: %d pairs, want %d", tc.launch, tc.pair, tc.spread, got, tc.want)
		}
	}
}

// How many pairs a launch has must not depend on what is compared: neither a
// difference of the targets nor one of launches is in the spread.
func TestSpreadIsThatWithinLaunches(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	l := &launching{f: &results.File{}, made: 2}
	slice := func(arm string, pair, launch int, ms float64) {
		live := stats.NewLive()
		live.Record(time.Duration(ms * float64(time.Millisecond)))
		l.f.Slices = append(l.f.Slices, results.Slice{Arm: arm, Pair: pair, Launch: launch, Phase: results.Measure, Classes: map[string]*results.ClassData{
			"get": {Clocks: map[string]*stats.Histogram{results.ClockService: live.Drain()}},
		}})
	}
	for pair := 1; pair <= 400; pair++ {
		launch, worse := 1, 1.5
		if pair > 200 {
			launch, worse = 2, 0.7
		}
		slice(results.ArmA, pair, launch, 10)
		slice(results.ArmB, pair, launch, 10*worse*math.Exp(0.05*rng.NormFloat64()))
		slice(results.ArmControl, pair, launch, 99)
	}
	if got := l.spread(); got < 0.044 || got > 0.056 {
		t.Errorf("spread of %.3f, want 0.05", got)
	}
}
