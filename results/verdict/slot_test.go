package verdict

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// inSlot2 makes the second slice of every pair take so many times as long.
func inSlot2(f *results.File, factor float64) *results.File {
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Phase != results.Measure || s.Position != 2 {
			continue
		}
		for _, d := range s.Classes {
			l := stats.NewLive()
			for q := range 50 {
				l.Record(time.Duration(factor * float64(d.Response().Quantile((float64(q)+0.5)/50))))
			}
			d.Clocks[results.ClockService] = l.Drain()
			d.Clocks[results.ClockResponse] = d.Clocks[results.ClockService]
		}
	}
	return f
}

// The effect of the slot is found whichever target is the slower one, and by how
// much; without one its interval holds 0.
func TestSlotEffect(t *testing.T) {
	for _, slow := range []float64{1, 1.2, 5, 0.2} {
		for _, slot := range []float64{1, 1.1, 0.9} {
			tr := minute()
			tr.slow, tr.seed = slow, 3
			c := Compare(inSlot2(tr.file(), slot), Options{})
			s := c.SlotEffect
			want := 100 * (slot - 1)
			if s == nil || s.Metric != "p50" {
				t.Fatalf("B ×%v, slot ×%v: %+v", slow, slot, s)
			}
			if s.CI95Pct[0] > want || s.CI95Pct[1] < want || s.CI95Pct[1]-s.CI95Pct[0] > 5 || math.Abs(s.ChangePct-want) > 2 {
				t.Errorf("B ×%v, slot ×%v: %+v, want %+.0f%%", slow, slot, *s, want)
			}
			if s.Seen() != (slot != 1) {
				t.Errorf("B ×%v, slot ×%v: seen %v", slow, slot, s.Seen())
			}
			turned := Compare(swapped(inSlot2(tr.file(), slot)), Options{}).SlotEffect
			if turned == nil || math.Abs(turned.ChangePct-s.ChangePct) > 1e-9 {
				t.Errorf("B ×%v, slot ×%v: %+v, arms exchanged %+v", slow, slot, s, turned)
			}
		}
	}
}

// The interval holds the truth in 95 of 100 cases, though the targets' difference
// was taken out by the same data.
func TestSlotEffectCoverage(t *testing.T) {
	const slot, target, draws = 0.02, 0.7, 1500
	for _, pairs := range []int{16, 48} {
		rng := rand.New(rand.NewPCG(1, uint64(pairs)))
		told, held := 0, 0
		for range draws {
			var order [2][]float64
			for range pairs {
				i := rng.IntN(2)
				order[i] = append(order[i], target+slot*float64(1-2*i)+0.05*rng.NormFloat64())
			}
			d, ok := withoutTargets(order)
			if !ok {
				continue
			}
			told++
			low, high, _ := stats.HLInterval(d, 0.025)
			if low <= slot && slot <= high {
				held++
			}
		}
		if share := float64(held) / float64(told); told < 0.95*draws || share < 0.93 || share > 0.97 {
			t.Errorf("%d pairs: %d of %d intervals hold the truth (%.1f%%), %d draws", pairs, held, told, 100*share, draws)
		} else {
			t.Logf("%d pairs: %.1f%% of %d", pairs, 100*share, told)
		}
	}
}

// In the closed model it is the throughput's, and fewer answers are slower.
func TestSlotEffectClosed(t *testing.T) {
	f := after(minute(), atRate(0.5))
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Position == 2 {
			d := s.Classes["predict"]
			d.Clocks[results.ClockService] = repeat(int(d.Sent), 8*500/(0.9*float64(d.Sent)))
		}
	}
	s := Compare(f, Options{}).SlotEffect
	if s == nil || s.Metric != "throughput" || math.Abs(s.ChangePct+10) > 0.1 {
		t.Fatalf("%+v, want throughput -10%%", s)
	}
	estimate, low, high := s.Slower()
	if math.Abs(estimate-10) > 0.1 || low > estimate || high < estimate || low < 9 || high > 11 {
		t.Errorf("slower by %v [%v, %v], want 10", estimate, low, high)
	}
}

// Nothing is said where nothing can be told.
func TestNoSlotEffect(t *testing.T) {
	for name, change := range map[string]func(*results.File){
		"too few pairs": func(f *results.File) { f.Slices = f.Slices[:2+2*11] },
		"no start times": func(f *results.File) {
			for i := range f.Slices {
				f.Slices[i].StartS = 0
			}
		},
		"always the same order": func(f *results.File) {
			for i := range f.Slices {
				f.Slices[i].StartS = float64(2 * f.Slices[i].Pair)
				if f.Slices[i].Arm == results.ArmB {
					f.Slices[i].StartS++
				}
			}
		},
		"invalid": func(f *results.File) { f.Slices[20].Classes["predict"].Errors = map[string]int64{results.ErrLocal: 1} },
	} {
		f := inSlot2(minute().file(), 1.1)
		change(f)
		if s := Compare(f, Options{}).SlotEffect; s != nil {
			t.Errorf("%s: %+v", name, *s)
		}
	}
}
