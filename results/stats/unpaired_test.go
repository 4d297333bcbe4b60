package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestStudent(t *testing.T) {
	// By mpmath at 40 digits.
	for _, tt := range []struct{ t, df, want float64 }{
		{0, 3, 0.5},
		{1, 1, 0.25},
		{12.706, 1, 0.025000401179066593},
		{1.5, 2.5, 0.12391822654314813},
		{10, 5, 8.5473787871481795e-5},
		{0.01, 7, 0.49615015882181089},
		{8, 40, 3.9525420550522694e-10},
		{1.96, 100000, 0.024999281597150817},
		{-1, 1, 0.75},
		{math.Inf(1), 4, 0},
		{math.Inf(-1), 4, 1},
	} {
		if got := studentTail(tt.t, tt.df); !approx(got, tt.want, 1e-10) {
			t.Errorf("P(T > %v) with df %v = %.17g, want %.17g", tt.t, tt.df, got, tt.want)
		}
	}
	for _, tt := range []struct{ alpha, df, want float64 }{
		{0.025, 1, 12.706204736174705},
		{0.025, 9, 2.2621571627982055},
		{0.05, 30, 1.6972608865939578},
		{0.005, 4.4, 4.3304495708247717},
		{0.0001, 3, 22.203742273204183},
		{0.5, 7, 0},
	} {
		if got := studentQuantile(tt.alpha, tt.df); math.Abs(got-tt.want) > 1e-9*(1+tt.want) {
			t.Errorf("t at %v with df %v = %.17g, want %.17g", tt.alpha, tt.df, got, tt.want)
		}
	}
	if got, want := studentQuantile(0.025, 1e9), upperZ(0.025); !approx(got, want, 1e-6) {
		t.Errorf("t with 1e9 degrees of freedom %v, want the normal's %v", got, want)
	}
}

// Student's sleep data, the example of R's t.test: t = −1.8608, df = 17.776,
// p = 0.07939 two-sided, interval −3.3654832 … 0.2054832.
func TestWelchPublished(t *testing.T) {
	exp := func(v ...float64) []float64 {
		for i := range v {
			v[i] = math.Exp(v[i])
		}
		return v
	}
	first := exp(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
	second := exp(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
	s, ok := Welch(second, first)
	if !ok {
		t.Fatal("not judged")
	}
	lo, hi := s.Interval(0.025)
	worse, better := s.Test(0)
	got := []float64{s.Estimate / s.SE, s.DF, 2 * better, lo, hi}
	if diff := cmp.Diff([]float64{-1.8608, 17.776, 0.07939, -3.3654832, 0.2054832}, got, within(5.1e-4)); diff != "" {
		t.Errorf("t, df, p, interval (-want +got):\n%s", diff)
	}
	if math.Abs(worse+better-1) > 1e-12 {
		t.Errorf("p of worse %v and of better %v do not add up to 1", worse, better)
	}
}

func TestUnpairedRefusals(t *testing.T) {
	five := []float64{1, 2, 3, 4, 5}
	flat := []float64{2, 2, 2, 2, 2}
	for name, tt := range map[string]struct{ a, b []float64 }{
		"four runs":  {five, five[:4]},
		"no runs":    {nil, five},
		"zero":       {five, []float64{1, 2, 0, 4, 5}},
		"NaN":        {[]float64{1, 2, math.NaN(), 4, 5}, five},
		"infinities": {five, []float64{1, 2, math.Inf(1), 4, 5}},
	} {
		if s, ok := Welch(tt.a, tt.b); ok {
			t.Errorf("%s: judged, %+v", name, s)
		}
	}
	if _, ok := Welch(five, flat); !ok {
		t.Error("spread on one side only: not judged")
	}
	// Runs that agree in all digits differ by what those could hide, at most.
	if s, ok := Welch(flat, []float64{3, 3, 3, 3, 3}); !ok || math.Abs(s.Estimate-math.Log(1.5)) > 1e-12 || math.Abs(s.SE-Resolution*math.Sqrt(0.4)) > 1e-12 || math.Abs(s.DF-8) > 1e-9 {
		t.Errorf("no spread: judged %v, %+v; want ln 1.5, 0.0005·√(2/5), 8", ok, s)
	}
	for name, s := range map[string]struct{ sigma, df float64 }{"none": {0, 9}, "NaN": {math.NaN(), 9}, "one launch": {0.1, 0}, "infinite": {math.Inf(1), 5}} {
		if got, ok := Calibrated(five[:1], five[1:2], s.sigma, s.df); ok {
			t.Errorf("calibration %s: judged, %+v", name, got)
		}
	}
	got, ok := Calibrated([]float64{2}, []float64{3, 3}, 0.1, 9)
	want := Shift{Estimate: math.Log(1.5), SE: 0.1 * math.Sqrt(1.5), DF: 9}
	if diff := cmp.Diff(want, got, within(1e-12)); !ok || diff != "" {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
}

func TestWelchSwaps(t *testing.T) {
	runs := rapid.SliceOfN(rapid.Float64Range(0.5, 2), MinRuns, 12)
	rapid.Check(t, func(t *rapid.T) {
		a, b := runs.Draw(t, "a"), runs.Draw(t, "b")
		s, ok := Welch(a, b)
		back, okBack := Welch(b, a)
		if ok != okBack {
			t.Fatalf("judged one way only: %v, %v", ok, okBack)
		}
		if !ok {
			return
		}
		if s.Estimate != -back.Estimate || !approx(s.SE, back.SE, 1e-12) || !approx(s.DF, back.DF, 1e-9) {
			t.Fatalf("%+v swapped is %+v", s, back)
		}
		if least, most := float64(min(len(a), len(b))-1), float64(len(a)+len(b)-2); s.DF < least-1e-9 || s.DF > most+1e-9 {
			t.Fatalf("%v degrees of freedom, want %v to %v", s.DF, least, most)
		}
	})
}

// Two groups of runs of one distribution: 5% are called worse at 5%.
func TestWelchLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	const runs, alpha = 4000, 0.05
	rejected := 0
	for range runs {
		a, b := make([]float64, 6), make([]float64, 9)
		for i := range a {
			a[i] = math.Exp(0.02 * rng.NormFloat64())
		}
		for i := range b {
			b[i] = math.Exp(0.08 * rng.NormFloat64())
		}
		s, _ := Welch(a, b)
		if p, _ := s.Test(0); p <= alpha {
			rejected++
		}
	}
	// Welch's test is approximate: half a percentage point beside chance.
	if share, slack := float64(rejected)/runs, 0.005+4*math.Sqrt(alpha*(1-alpha)/runs); math.Abs(share-alpha) > slack {
		t.Errorf("rejected %.4f, want %v ± %.4f", share, alpha, slack)
	}
}

func TestMannWhitneyPublished(t *testing.T) {
	// Critical values of U, two-tailed 5%: U rejects and U+1 does not.
	for _, tt := range []struct{ nA, nB, u int }{{4, 4, 0}, {5, 5, 2}, {5, 8, 6}, {6, 6, 5}, {7, 9, 12}, {8, 8, 13}, {10, 10, 23}, {12, 15, 49}, {20, 20, 127}} {
		p := func(u int) float64 {
			// B above all of A costs no rank; each step down of B's lowest costs one.
			a, b := make([]float64, tt.nA), make([]float64, tt.nB)
			for i := range a {
				a[i] = float64(2 * i)
			}
			for i := range b {
				below := min(u, tt.nA)
				u -= below
				b[i] = float64(2*(tt.nA-below)) - 1 + float64(i)/1000
			}
			p, ok := MannWhitney(a, b)
			if !ok {
				t.Fatalf("%d and %d runs: not judged", tt.nA, tt.nB)
			}
			return p
		}
		if at, beyond := p(tt.u), p(tt.u+1); at > 0.025 || beyond <= 0.025 {
			t.Errorf("%d and %d runs: p(U = %d) = %v, p(U = %d) = %v, want them on either side of 0.025", tt.nA, tt.nB, tt.u, at, tt.u+1, beyond)
		}
	}
}

func TestMannWhitneyIsThatOfAllSplits(t *testing.T) {
	value := rapid.Map(rapid.IntRange(0, 9), func(i int) float64 { return float64(i) })
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOfN(value, 1, 5).Draw(t, "a"), rapid.SliceOfN(value, 1, 5).Draw(t, "b")
		all := append(append([]float64{}, a...), b...)
		// U counts the pairs in which B is larger, ties half.
		u := func(pattern int) (u float64) {
			for i, x := range all {
				for j, y := range all {
					if pattern>>i&1 == 0 && pattern>>j&1 == 1 {
						switch {
						case y > x:
							u++
						case y == x:
							u += 0.5
						}
					}
				}
			}
			return u
		}
		own := (1<<len(b) - 1) << len(a)
		n, of := 0, 0
		for pattern := range 1 << len(all) {
			size := 0
			for i := range all {
				size += pattern >> i & 1
			}
			if size == len(b) {
				of++
				if u(pattern) >= u(own) {
					n++
				}
			}
		}
		if got, ok := MannWhitney(a, b); !ok || !approx(got, float64(n)/float64(of), 1e-12) {
			t.Fatalf("p of %v against %v = %v, %v; want %d/%d", b, a, got, ok, n, of)
		}
	})
}

func TestMannWhitneyRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ a, b []float64 }{"no runs": {nil, []float64{1}}, "61 runs": {make([]float64, 60), []float64{1}}, "NaN": {[]float64{math.NaN()}, []float64{1}}} {
		if p, ok := MannWhitney(tt.a, tt.b); ok || !math.IsNaN(p) {
			t.Errorf("%s: %v, want none", name, p)
		}
	}
}
