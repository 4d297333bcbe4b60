package stats

import (
	"math"
	"math/rand/v2"
	"slices"
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
// the sign of what is left, and nothing else; of merged pairs all their coins.
func TestCoinsDecideSignsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.SliceOfN(rapid.Float64Range(-1, 1), 3, 40).Draw(t, "second/first")
		n := len(second)
		share := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.2, 0.5, 0.6, 1}), n, n).Draw(t, "share")
		if rapid.Bool().Draw(t, "single") {
			share = slices.Repeat([]float64{1}, n)
		}
		coins := func(label string) (slot, d, coin []float64) {
			coin = rapid.SliceOfN(rapid.SampledFrom([]float64{1, -1}), n, n).Draw(t, label)
			for i, z := range second {
				slot, d = append(slot, coin[i]*share[i]), append(d, coin[i]*z)
			}
			return slot, d, coin
		}
		slotOne, dOne, coinOne := coins("coins")
		slotTwo, dTwo, coinTwo := coins("other coins")
		one, two := exactWithoutSlot(dOne, slotOne), exactWithoutSlot(dTwo, slotTwo)
		for i := range one {
			if one[i] != coinOne[i]*coinTwo[i]*two[i] {
				t.Fatalf("pair %d: %v and %v of slots %v and %v", i, one[i], two[i], slotOne[i], slotTwo[i])
			}
		}
	})
}

// Of single pairs the estimate for merged ones is that for single ones.
func TestSlotSlope(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 60).Draw(t, "d")
		slot := rapid.SliceOfN(rapid.SampledFrom([]float64{1, -1}), len(d), len(d)).Draw(t, "slot")
		second := make([]float64, len(d))
		for i := range d {
			second[i] = d[i] * slot[i]
		}
		if got, want := slotSlope(d, slot, true), HodgesLehmann(second); math.Abs(got-want) > 1e-12 {
			t.Fatalf("slope %v, want %v", got, want)
		}
	})
	if by := slotSlope([]float64{1, 2, 3}, []float64{0, 0, 0}, true); by != 0 {
		t.Errorf("slots that are even say %v, want 0", by)
	}
	if by := slotSlope([]float64{1, 2, 3}, []float64{0.5, 0.5, 0.5}, false); by != 0 {
		t.Errorf("slots that are alike say %v, want 0", by)
	}
	if by := slotSlope([]float64{5.1, 5, 4.9}, []float64{0.5, 0, -0.5}, false); math.Abs(by-0.2) > 1e-12 {
		t.Errorf("slope %v, want 0.2", by)
	}
}

// A second slot 30% faster takes nothing from the test's level nor, by more than
// a tenth, from the interval; the difference of targets is found in spite of it,
// also where it is many times as large as all noise.
func TestSlotEffectIsTakenOut(t *testing.T) {
	for _, group := range []int{1, 4} {
		slotEffectIsTakenOut(t, group)
	}
}

func slotEffectIsTakenOut(t *testing.T, group int) {
	const pairs, runs = 48, 2000
	rng := rand.New(rand.NewPCG(3, uint64(group)))
	rule := RuleFor(1)
	judge := func(slotEffect, difference float64) (j Judgement) {
		m := Metric{Name: "p50", Class: "total", Margin: 0.05, Group: group}
		for range pairs {
			s := 0.0
			for range group {
				s += float64(2*rng.IntN(2)-1) / float64(group)
			}
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
	t.Logf("groups of %d: p ≤ 0.05 in %.3f without and %.3f with a slot effect, covered %.3f and %.3f, width %.4f and %.4f", group, share, shareOf, cover, coverOf, without, with)
	for _, s := range []float64{share, shareOf, 1 - cover, 1 - coverOf} {
		if s < 0.03 || s > 0.07 {
			t.Errorf("groups of %d: level %v, want 0.05 ± 0.02", group, s)
		}
	}
	if with > 1.1*without {
		t.Errorf("interval %v wide, %v without a slot effect", with, without)
	}
	for _, difference := range []float64{0.1, -0.1, 1.6} {
		for range 200 {
			j := judge(math.Log(0.7), difference)
			if math.Abs(j.Estimate-difference) > 0.05 || min(j.P, j.PBetter) > 0.001 {
				t.Fatalf("difference %v estimated as %v, p %v and %v, slot %v", difference, j.Estimate, j.P, j.PBetter, j.Slot)
			}
		}
	}
}

// Where targets differ by far more than the noise and few coins fell alike, s·d is
// in two heaps, and its middle in one of them: five times as slow was not proven in
// 14 pairs.
func TestLargeDifferencesSurviveTheSlot(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, difference := range []float64{0.2, 1.4, -1.4} {
		for _, slotEffect := range []float64{0, 0.05, -0.36} {
			missed := 0
			for range 1000 {
				m := Metric{Margin: 0.05}
				ordered := 0.0
				for range 14 {
					s := float64(2*rng.IntN(2) - 1)
					ordered += s
					m.Slot, m.D = append(m.Slot, s), append(m.D, difference+s*slotEffect+0.03*rng.NormFloat64())
				}
				worse, better := m.test(0, 0, nullRanks{})
				if min(worse, better) > 0.001 {
					missed++
				}
			}
			// One order alone proves nothing; it comes in 0.01%, and 13 of 14 in 0.2%.
			if missed > 10 {
				t.Errorf("difference %v, slot effect %v: not found in %d of 1000", difference, slotEffect, missed)
			}
		}
	}
}
