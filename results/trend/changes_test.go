package trend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// direct is Q by its definition.
func direct(x, y []float64) (e, q float64) {
	mean := func(a, b []float64) float64 {
		sum := 0.0
		for _, v := range a {
			for _, w := range b {
				sum += math.Abs(v - w)
			}
		}
		return sum / float64(len(a)*len(b))
	}
	n, m := float64(len(x)), float64(len(y))
	e = 2*mean(x, y) - mean(x, x) - mean(y, y)
	return e, n * m / (n + m) * e
}

// at is Q of the split of a series before the k-th value.
func at(series []float64, k int) (q float64) {
	s, ranks := splitting(series)
	s.take(ranks)
	s.each(ranks, len(ranks), func(split int, of float64) {
		if split == k {
			q = of
		}
	})
	return q
}

func steps(from, to, by int) (out []float64) {
	for v := from; v < to; v += by {
		out = append(out, float64(v))
	}
	return out
}

// By hand: of {1, 3} and {6, 10} the mean distance across is (5+9+3+7)/4 = 6, within it
// is (0+2+2+0)/4 = 1 and 2, so E = 12 − 3 = 9 and Q = 4/4 · 9.
func TestEnergyByHand(t *testing.T) {
	if got := at([]float64{1, 3, 6, 10}, 2); math.Abs(got-9) > 1e-12 {
		t.Errorf("Q %v, want 9", got)
	}
	if got := at([]float64{0, 0, 1, 1}, 2); math.Abs(got-2) > 1e-12 {
		t.Errorf("Q %v, want 2", got)
	}
}

// The values that the tests of MongoDB's own implementation state
// (signal-processing-algorithms, tests/test_energy_statistics.py).
func TestEnergyAsPublished(t *testing.T) {
	for _, tt := range []struct {
		x, y []float64
		e, q float64
	}{
		{steps(10, 70, 1), steps(10, 70, 1), 0, 0},
		{steps(1, 100, 1), steps(1, 105, 1), 0.160, 8.136},
		{steps(1, 100, 1), steps(10000, 13000, 14), 21859.691, 1481794.709},
		{steps(1, 300, 1), steps(1000, 5000, 10), 4257.009, 728381.015},
		{steps(300, 500, 1), steps(400, 900, 11), 268.352, 10035.943},
	} {
		e, q := direct(tt.x, tt.y)
		ours := at(slices.Concat(tt.x, tt.y), len(tt.x))
		if math.Abs(e-tt.e) > 1.5e-3 || math.Abs(q-tt.q) > 1.5e-3 || math.Abs(ours-tt.q) > 1.5e-3 {
			t.Errorf("E %.4f and Q %.4f by definition, Q %.4f of the split; published %.3f and %.3f", e, q, ours, tt.e, tt.q)
		}
	}
}

// noise are n values of a known kind around 100.
func noise(r *rand.Rand, kind string, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		switch kind {
		case "normal":
			out[i] = 100 + 2*r.NormFloat64()
		case "skewed":
			out[i] = 100 * math.Exp(0.05*r.NormFloat64())
		case "outliers":
			if out[i] = 100 + 2*r.NormFloat64(); r.IntN(10) == 0 {
				out[i] *= 1 + r.Float64()
			}
		case "ties":
			out[i] = 100 + float64(r.IntN(3))
		}
	}
	return out
}

var kinds = []string{"normal", "skewed", "outliers", "ties"}

// Whatever the series: the quick way agrees with the definition; shifting changes
// nothing, scaling scales, reversing mirrors.
func TestSplitsOfAnySeries(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for round := range 200 {
		x := noise(r, kinds[round%len(kinds)], 2+r.IntN(40))
		k := 1 + r.IntN(len(x)-1)
		_, want := direct(x[:k], x[k:])
		near := func(what string, got, want float64) {
			if math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
				t.Errorf("round %d, %s: %v, want %v", round, what, got, want)
			}
		}
		near("as defined", at(x, k), want)
		other := make([]float64, len(x))
		for i, v := range x {
			other[i] = v + 1e6
		}
		if end := k + 1 + r.IntN(len(x)-k); end > k {
			s, ranks := splitting(x)
			s.take(ranks)
			_, want := direct(x[:k], x[k:end])
			s.each(ranks, end, func(split int, of float64) {
				if split == k {
					near("of the first values", of, want)
				}
			})
		}
		near("shifted", at(other, k), want)
		for i, v := range x {
			other[i] = -3 * v
		}
		near("scaled", at(other, k), 3*want)
		copy(other, x)
		slices.Reverse(other)
		near("reversed", at(other, len(x)-k), want)
		if at(x, k) < -1e-9 {
			t.Errorf("round %d: Q %v is negative", round, at(x, k))
		}
	}
}

// Of series without any change the level is the share in which one is found, at most:
// whatever kind of noise it is. A binomial bound of 4 standard deviations.
func TestNoiseHasNoChange(t *testing.T) {
	const series, level = 400, 0.05
	bound := level*series + 4*math.Sqrt(series*level*(1-level))
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(7, uint64(len(kind))))
			wrong, any := 0, 0
			for i := range series {
				x := noise(r, kind, 12+r.IntN(30))
				if divide(x, level, uint64(i)) != nil {
					any++
				}
				if len(Changes(x, Rule{Relative: true, Level: level, Seed: uint64(i)})) > 0 {
					wrong++
				}
			}
			t.Logf("%d of %d series are divided, in %d a change is pointed out", any, series, wrong)
			if float64(any) > bound || wrong > any {
				t.Errorf("%d of %d series without a change are divided, and %d pointed out, want at most %.0f", any, series, wrong, bound)
			}
		})
	}
}

// A shift of three standard deviations is found, where it is, in at least 95% of series;
// so are two of them.
func TestShiftsAreFound(t *testing.T) {
	const series = 200
	for _, tt := range []struct{ before, between, after int }{{20, 0, 20}, {40, 0, 8}, {8, 0, 40}, {25, 15, 25}} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(11, uint64(tt.before)))
			hit, extra, shifts := 0, 0, 0
			for i := range series {
				const sd = 2.0
				x := noise(r, "normal", tt.before+tt.between+tt.after)
				want := []int{tt.before}
				for j := tt.before; j < len(x); j++ {
					x[j] += 3 * sd
				}
				if tt.between > 0 {
					want = append(want, tt.before+tt.between)
					for j := want[1]; j < len(x); j++ {
						x[j] += 3 * sd
					}
				}
				got := Changes(x, Rule{Relative: true, Least: 0.02, Seed: uint64(i)})
				for _, w := range want {
					if slices.ContainsFunc(got, func(c Change) bool { return c.At >= w-2 && c.At <= w+2 }) {
						hit++
					}
				}
				shifts += len(want)
				extra += max(0, len(got)-len(want))
			}
			t.Logf("%d of %d found within two results, %d besides", hit, shifts, extra)
			if 100*hit < 95*shifts || 100*extra > 4*shifts {
				t.Errorf("%d of %d found within two results, and %d others; want 95%%, and few", hit, shifts, extra)
			}
		})
	}
}

// Hand-made series, as MongoDB's tests have them: a step is found exactly.
func TestStepsAreFoundExactly(t *testing.T) {
	for k := leastPoints / 2; k < 40; k++ {
		x := append(slices.Repeat([]float64{10}, k), slices.Repeat([]float64{20}, k)...)
		got := Changes(x, Rule{Relative: true})
		if len(got) != 1 || got[0].At != k || got[0].Before != 10 || got[0].After != 20 || got[0].Effect != 1 || got[0].P > 0.01 {
			t.Fatalf("%d and %d: %+v", k, k, got)
		}
	}
	x := slices.Concat(slices.Repeat([]float64{10}, 12), slices.Repeat([]float64{20}, 12), slices.Repeat([]float64{10}, 12))
	got := Changes(x, Rule{Relative: true})
	if len(got) != 2 || got[0].At != 12 || got[1].At != 24 || got[1].Effect != -0.5 {
		t.Errorf("there and back: %+v", got)
	}
}

func TestWhatIsNoChange(t *testing.T) {
	outlier := slices.Repeat([]float64{10}, 30)
	outlier[14] = 50
	for name, x := range map[string][]float64{
		"nothing": nil, "one": {1}, "too few": {1, 1, 1, 1, 1, 9, 9, 9, 9, 9}, "constant": slices.Repeat([]float64{3}, 50), "an outlier": outlier,
		"below the least effect": append(slices.Repeat([]float64{100}, 20), slices.Repeat([]float64{104}, 20)...),
		"zeros":                  make([]float64, 40),
	} {
		if got := Changes(x, Rule{Relative: true}); len(got) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	x := append(slices.Repeat([]float64{0}, 20), slices.Repeat([]float64{0.4}, 20)...)
	if got := Changes(x, Rule{Least: 0.5}); len(got) > 0 {
		t.Errorf("0.4 pp of errors: %+v", got)
	}
	for i := 20; i < 40; i++ {
		x[i] = 0.6
	}
	if got := Changes(x, Rule{Least: 0.5}); len(got) != 1 || got[0].At != 20 || got[0].Effect != 0.6 {
		t.Errorf("0.6 pp of errors: %+v", got)
	}
	if got := Changes(x, Rule{Relative: true}); len(got) != 1 || !math.IsInf(got[0].Effect, 1) {
		t.Errorf("from nothing to something: %+v", got)
	}
}

// A small change beside a large one goes, and the large one keeps its whole effect.
func TestTheSmallestEffectGoesFirst(t *testing.T) {
	x := slices.Concat(slices.Repeat([]float64{100}, 20), slices.Repeat([]float64{102}, 20), slices.Repeat([]float64{150}, 20))
	got := Changes(x, Rule{Relative: true})
	if len(got) != 1 || got[0].At != 40 || got[0].Before != 101 || got[0].After != 150 {
		t.Errorf("%+v", got)
	}
}

// The same series has the same change points, each time.
func TestChangesAreReproducible(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	x := noise(r, "outliers", 60)
	for i := 30; i < 60; i++ {
		x[i] *= 1.04
	}
	first := fmt.Sprint(Changes(x, Rule{Relative: true, Level: 0.2, Least: 0.001}))
	for range 3 {
		if again := fmt.Sprint(Changes(x, Rule{Relative: true, Level: 0.2, Least: 0.001})); again != first {
			t.Fatalf("%s, then %s", first, again)
		}
	}
}

func BenchmarkChangesOfAThousand(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 5))
	x := noise(r, "normal", 1000)
	for i := 300; i < 1000; i++ {
		x[i] += 20
	}
	for i := 700; i < 1000; i++ {
		x[i] += 20
	}
	for b.Loop() {
		if len(Changes(x, Rule{Relative: true})) != 2 {
			b.Fatal("two changes, found another number")
		}
	}
}

func FuzzChanges(f *testing.F) {
	f.Add([]byte{1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9}, true)
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, b []byte, relative bool) {
		if len(b) > 60 {
			return
		}
		x := make([]float64, len(b))
		for i, v := range b {
			x[i] = float64(v)
		}
		last := 0
		for _, c := range Changes(x, Rule{Relative: relative, Level: 0.1}) {
			if c.At < last+leastSegment || c.At > len(x)-leastSegment || !(c.P > 0 && c.P <= 0.1) || math.IsNaN(c.Before+c.After) {
				t.Errorf("%v: %+v", b, c)
			}
			last = c.At
		}
	})
}
