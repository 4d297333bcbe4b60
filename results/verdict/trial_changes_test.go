package verdict

import (
	"math"
	"strings"

	"github.com/mlbench/mlbench/results"
)

// Changes to a trial, for the truth table.

func slowBy(by float64) func(*trial) { return func(t *trial) { t.slow = 1 + by } }

func ofPairs(n int) func(*trial) { return func(t *trial) { t.pairs = n } }

func noisy(sd float64) func(*trial) { return func(t *trial) { t.noise = sd } }

func classBy(name string, factor float64) func(*trial) {
	return func(t *trial) {
		t.class = func(class string) float64 {
			if class == name {
				return factor
			}
			return 1
		}
	}
}

func stalling(a, b int) func(*trial) {
	return func(t *trial) {
		t.stall = func(pair int) (bool, bool) { return pair <= a, pair > a && pair <= a+b }
	}
}

func lateIn(n int) func(*trial) {
	return func(t *trial) {
		t.lag = func(pair int, arm string) float64 {
			if pair <= n && (arm == results.ArmA) == (pair%2 == 0) {
				return 5
			}
			return 0.01
		}
	}
}

// failEvery makes one request of B fail in one of so many pairs.
func failEvery(every int) func(*trial) {
	return func(t *trial) {
		t.total = func(pair int, d *results.ClassData) {
			if pair%every == 0 {
				failing(d, 1)
			}
		}
	}
}

func failOf(of string, n int64, arms string) func(*trial) {
	return func(t *trial) {
		t.slice = func(_ int, s *results.Slice) {
			if d := s.Classes[of]; d != nil && strings.Contains(arms, s.Arm) {
				failing(d, n)
			}
		}
	}
}

func failSometimes(t *trial) {
	t.slice = func(pair int, s *results.Slice) {
		if d := s.Classes["info"]; d != nil && s.Arm == results.ArmB && pair%4 == 0 {
			failing(d, 1)
		}
	}
}

func warmedUp(a, b float64) func(*results.File) {
	return func(f *results.File) { f.Slices[0].DurationS, f.Slices[1].DurationS = a, b }
}

func atRate(rate float64) func(*results.File) { return func(f *results.File) { closedModel(f, rate) } }

// dropping drops n requests of an arm, spread evenly over 48 pairs.
func dropping(arm string, n int) func(*trial) {
	return func(t *trial) {
		t.slice = func(pair int, s *results.Slice) {
			if d := s.Classes["predict"]; s.Arm == arm {
				d.Dropped = int64(pair*n/48 - (pair-1)*n/48)
				d.Sent, d.Done = d.Sent-d.Dropped, d.Done-d.Dropped
				d.Status["200"] = d.Sent
			}
		}
	}
}

// excluding marks the second slices of the last n pairs.
func excluding(why string, n int) func(*results.File) {
	return func(f *results.File) {
		last := f.Slices[len(f.Slices)-1].Pair
		for i := range f.Slices {
			if s := &f.Slices[i]; s.Position == 2 && s.Pair > last-n {
				s.Excluded = why
			}
		}
	}
}

// busyIn has the generator use a little over 70% of two cores in the slices of B
// of n pairs, and a little less in all others.
func busyIn(n int) func(*results.File) {
	return func(f *results.File) {
		for i := range f.Slices {
			s := &f.Slices[i]
			share := 0.69
			if s.Arm == results.ArmB && s.Pair <= n {
				share = 0.71
			}
			s.Telemetry = &results.Telemetry{CPUSeconds: math.Round(1e6*share*2*(settleS+s.DurationS)) / 1e6}
		}
	}
}
