package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWithoutSlot(t *testing.T) {
	d := []float64{0.1, 0.3, 0.1, 0.3, 0.1, 0.1} // 0.2 apart, unevenly many
	slot := []float64{-1, 1, -1, 1, -1, -1}
	rest, effect := WithoutSlot(d, slot)
	if diff := cmp.Diff([]float64{0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.1}, append(rest, effect), within(1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	one := []float64{1, 1, 1, 1, 1, 1}
	if rest, effect := WithoutSlot(d, one); effect != 0 || cmp.Diff(d, rest) != "" {
		t.Errorf("of one order: %v, %v", rest, effect)
	}
}

// The argument for exactness: between identical targets what the coins decide is
// the sign of what is left, and nothing else.
func TestCoinsDecideSignsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.SliceOfN(rapid.Float64Range(-1, 1), 3, 40).Draw(t, "second/first")
		coins := func(label string) (slot, d []float64) {
			slot = rapid.SliceOfN(rapid.SampledFrom([]float64{1, -1}), len(second), len(second)).Draw(t, label)
			for i, z := range second {
				d = append(d, slot[i]*z)
			}
			return slot, d
		}
		slotOne, dOne := coins("slot")
		slotTwo, dTwo := coins("other coins")
		one, two := exactWithoutSlot(dOne, slotOne), exactWithoutSlot(dTwo, slotTwo)
		for i := range one {
			if one[i] != slotOne[i]*slotTwo[i]*two[i] {
				t.Fatalf("pair %d: %v and %v of slots %v and %v", i, one[i], two[i], slotOne[i], slotTwo[i])
			}
		}
	})
}

// A second slot 30% faster takes nothing from the test's level nor, by more than
// a tenth, from the interval; the difference of targets is found in spite of it,
// also where it is many times as large as all noise.
func TestSlotEffectIsTakenOut(t *testing.T) {
	const pairs, runs = 48, 2000
	rng := rand.New(rand.NewPCG(3, 1))
	rule := RuleFor(1)
	judge := func(slotEffect, difference float64) (j Judgement) {
		m := Metric{Name: "p50", Class: "total", Margin: 0.05}
		for range pairs {
			s := float64(2*rng.IntN(2) - 1)
			m.Slot = append(m.Slot, s)
			m.D = append(m.D, difference+s*slotEffect+0.05*rng.NormFloat64())
		}
		t := m.measure(rule.single(), nullRanks{})
		return t.Judgement
	}
	width := func(slotEffect float64) (share, cover, median float64) {
		var widths []float64
		significant, covered := 0, 0
		for range runs {
			j := judge(slotEffect, 0)
			if min(j.P, j.PBetter) <= 0.025 {
				significant++
			}
			if j.Low <= 0 && 0 <= j.High {
				covered++
			}
			widths = append(widths, j.High-j.Low)
		}
		return float64(significant) / runs, float64(covered) / runs, HodgesLehmann(widths)
	}
	share, cover, without := width(0)
	shareOf, coverOf, with := width(math.Log(0.7))
	t.Logf("p ≤ 0.05 in %.3f without and %.3f with a slot effect, covered %.3f and %.3f, width %.4f and %.4f", share, shareOf, cover, coverOf, without, with)
	for _, s := range []float64{share, shareOf, 1 - cover, 1 - coverOf} {
		if s < 0.03 || s > 0.07 {
			t.Errorf("level %v, want 0.05 ± 0.02", s)
		}
	}
	if with > 1.1*without {
		t.Errorf("interval %v wide, %v without a slot effect", with, without)
	}
	for _, difference := range []float64{0.1, -0.1, 1.6} {
		for range 200 {
			j := judge(math.Log(0.7), difference)
			if math.Abs(j.Estimate-difference) > 0.05 || min(j.P, j.PBetter) > 0.001 && math.Abs(difference) < 1 {
				t.Fatalf("difference %v estimated as %v, p %v and %v, slot %v", difference, j.Estimate, j.P, j.PBetter, j.Slot)
			}
		}
	}
}
