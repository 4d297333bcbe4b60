package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMinCount(t *testing.T) {
	for q, want := range map[float64]int{0.5: 6, 0.9: 36, 0.95: 72, 0.99: 368, 0.999: 3688, 0.1: 36, 0: math.MaxInt, 1: math.MaxInt, -1: math.MaxInt} {
		if got := MinCount(q); got != want {
			t.Errorf("MinCount(%v) = %d, want %d", q, got, want)
		}
	}
	for q, want := range map[float64]int{0.5: 200, 0.9: 1000, 0.99: 10_000, 0.01: 368, 1: math.MaxInt} {
		if got := SectionCount(q, Sections); got != want {
			t.Errorf("SectionCount(%v) = %d, want %d", q, got, want)
		}
	}
}

func TestSectioning(t *testing.T) {
	// Four sections at e^±0.2 and e^±0.1 of 3 ms: s² = 0.1/3, t₃ = 3.18245.
	sections := []float64{3 * math.Exp(0.2), 3 * math.Exp(-0.2), 3 * math.Exp(0.1), 3 * math.Exp(-0.1)}
	half := 3.182446305 * math.Sqrt(0.1/3/4)
	lo, hi, ok := Sectioning(3, sections)
	if diff := cmp.Diff([]float64{3 * math.Exp(-half), 3 * math.Exp(half)}, []float64{lo, hi}, within(1e-7)); !ok || diff != "" {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
	for name, tt := range map[string]struct {
		pooled   float64
		sections []float64
	}{
		"one section":    {3, []float64{3}},
		"nothing pooled": {0, sections},
		"an empty one":   {3, []float64{3, 0, 3}},
		"NaN":            {3, []float64{3, math.NaN()}},
		"infinite":       {math.Inf(1), sections},
	} {
		if lo, hi, ok := Sectioning(tt.pooled, tt.sections); ok || !math.IsNaN(lo) || !math.IsNaN(hi) {
			t.Errorf("%s: [%v, %v], %v; want none", name, lo, hi, ok)
		}
	}
}

func TestSectioningScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sections := rapid.SliceOfN(rapid.Float64Range(0.1, 10), 2, 12).Draw(t, "sections")
		pooled := rapid.Float64Range(0.1, 10).Draw(t, "pooled")
		lo, hi, _ := Sectioning(pooled, sections)
		if !(lo <= pooled && pooled <= hi) {
			t.Fatalf("%v outside [%v, %v]", pooled, lo, hi)
		}
		// In another unit it is the same interval.
		scaled := slices.Clone(sections)
		for i := range scaled {
			scaled[i] *= 1000
		}
		if l, h, _ := Sectioning(1000*pooled, scaled); !approx(l, 1000*lo, 1e-9) || !approx(h, 1000*hi, 1e-9) {
			t.Fatalf("[%v, %v] ms is [%v, %v] µs", lo, hi, l, h)
		}
	})
}

// On independent sections it keeps its 95%.
func TestSectioningCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const runs, perSection = 2000, 200
	covered := 0
	for range runs {
		var all, sections []float64
		for range Sections {
			section := make([]float64, perSection)
			for i := range section {
				section[i] = math.Exp(0.3 * rng.NormFloat64())
			}
			all = append(all, section...)
			slices.Sort(section)
			sections = append(sections, section[perSection/2-1]/2+section[perSection/2]/2)
		}
		slices.Sort(all)
		lo, hi, _ := Sectioning(all[len(all)/2-1]/2+all[len(all)/2]/2, sections)
		if lo <= 1 && 1 <= hi {
			covered++
		}
	}
	if share, slack := float64(covered)/runs, 4*math.Sqrt(0.95*0.05/runs); math.Abs(share-0.95) > slack+0.005 {
		t.Errorf("true median within the interval in %.4f of runs, want 0.95 ± %.4f", share, slack+0.005)
	}
}

func TestMergeSize(t *testing.T) {
	for _, tt := range []struct {
		n, q float64
		want int
	}{
		{50, 0.99, 2},
		{100, 0.99, 1},
		{99.99, 0.99, 2},
		{1000, 0.99, 1},
		{20, 0.99, 5},
		{35, 0.9, 1},
		{3, 0.5, 1},
		{0.6, 0.5, 4},
		{10, 0.9, 1}, // though 10·(1−0.9) is below 1
		{0, 0.99, 0},
		{-1, 0.99, 0},
		{100, 1, 0},
		{math.NaN(), 0.5, 0},
		{1e-9, 0.99, 0},
	} {
		if got := MergeSize(tt.n, tt.q); got != tt.want {
			t.Errorf("MergeSize(%v, %v) = %d, want %d", tt.n, tt.q, got, tt.want)
		}
	}
}

func TestGroups(t *testing.T) {
	for _, tt := range []struct {
		n, size int
		want    [][2]int
	}{
		{6, 2, [][2]int{{0, 2}, {2, 4}, {4, 6}}},
		{7, 2, [][2]int{{0, 2}, {2, 4}, {4, 7}}},
		{3, 1, [][2]int{{0, 1}, {1, 2}, {2, 3}}},
		{3, 3, [][2]int{{0, 3}}},
		{2, 3, nil},
		{0, 1, nil},
		{5, 0, nil},
		{5, -1, nil},
	} {
		if diff := cmp.Diff(tt.want, Groups(tt.n, tt.size)); diff != "" {
			t.Errorf("Groups(%d, %d) (-want +got):\n%s", tt.n, tt.size, diff)
		}
	}
}

// With so many pairs, and no fewer, B worse in every one is proof.
func TestMinPairs(t *testing.T) {
	for _, alpha := range []float64{0.01, 0.005, 0.000001} {
		for tests := 1; tests < 200; tests++ {
			n := MinPairs(tests, alpha)
			if math.Pow(2, -float64(n))*float64(tests) > alpha {
				t.Fatalf("%d tests at %v: %d pairs cannot prove anything", tests, alpha, n)
			}
			if n > MinValues && math.Pow(2, -float64(n-1))*float64(tests) <= alpha {
				t.Fatalf("%d tests at %v: %d pairs are one too many", tests, alpha, n)
			}
		}
	}
	if got := MinPairs(0, 0.01); got != MinValues {
		t.Errorf("MinPairs of no tests = %d, want %d", got, MinValues)
	}
}
