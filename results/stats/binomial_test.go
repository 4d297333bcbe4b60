package stats

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// within is cmp's comparison of numbers to so many decimals as tables print.
func within(margin float64) cmp.Option {
	return cmp.Options{cmpopts.EquateApprox(0, margin), cmpopts.EquateNaNs()}
}

func TestRegularizedBeta(t *testing.T) {
	// By mpmath at 40 digits.
	tests := []struct{ a, b, x, want float64 }{
		{0.5, 0.5, 0.3, 0.36901011956554538},
		{2, 3, 0.4, 0.5248},
		{50, 2, 0.97, 0.54516343836851899},
		{1000, 2000, 0.34, 0.78121509116064189},
		{1, 100000, 2e-05, 0.86466742347807439},
		{4.5, 0.5, 0.9, 0.34343639613791351},
		{100000, 100000, 0.4985, 0.089856029826326398},
		{30, 1, 0.01, 1e-60},
		{300, 50, 0.5, 1.9738410930573807e-45},
		{300, 50, 0.86, 0.54659236735312163},
		{3, 4, 0, 0},
		{3, 4, -1, 0},
		{3, 4, 1, 1},
		{3, 4, 2, 1},
		{3, 4, math.NaN(), math.NaN()},
	}
	for _, tt := range tests {
		if got := regularizedBeta(tt.a, tt.b, tt.x); !approx(got, tt.want, 1e-9) {
			t.Errorf("I_%v(%v, %v) = %.17g, want %.17g", tt.x, tt.a, tt.b, got, tt.want)
		}
	}
}

func TestRegularizedBetaMirrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(0.1, 1e4).Draw(t, "a"), rapid.Float64Range(0.1, 1e4).Draw(t, "b")
		x := float64(rapid.IntRange(0, 1024).Draw(t, "x")) / 1024 // so that 1−x is exact
		p, mirrored := regularizedBeta(a, b, x), regularizedBeta(b, a, 1-x)
		if !(p >= 0 && p <= 1) || math.Abs(p+mirrored-1) > 1e-9 {
			t.Fatalf("I_%v(%v, %v) = %v and mirrored %v do not add up to 1", x, a, b, p, mirrored)
		}
	})
}

// pmf is the binomial probability of x of n, from its definition.
func pmf(x, n int, p float64) float64 {
	ways := 1.0
	for i := range x {
		ways = ways * float64(n-i) / float64(i+1)
	}
	return ways * math.Pow(p, float64(x)) * math.Pow(1-p, float64(n-x))
}

func TestBinomialTailIsTheSum(t *testing.T) {
	for _, n := range []int{0, 1, 7, 40} {
		for _, p := range []float64{0, 0.01, 0.3, 0.5, 0.99, 1} {
			want := 0.0
			for x := n + 1; x >= -1; x-- {
				if x >= 0 && x <= n {
					want += pmf(x, n, p)
				}
				if got := binomialTail(x, n, p); math.Abs(got-want) > 1e-12 {
					t.Errorf("P(Bin(%d, %v) ≥ %d) = %v, want %v", n, p, x, got, want)
				}
			}
		}
	}
}

func TestSignTest(t *testing.T) {
	tests := []struct {
		a, b int
		want float64
	}{
		{0, 0, 1}, {0, 1, 0.5}, {0, 2, 0.25}, {1, 4, 6.0 / 32}, {1, 3, 5.0 / 16}, {0, 5, 1.0 / 32}, {5, 0, 1}, {3, 3, 42.0 / 64}, {0, 60, math.Pow(2, -60)},
	}
	for _, tt := range tests {
		if got := SignTest(tt.a, tt.b); !approx(got, tt.want, 1e-12) {
			t.Errorf("p of %d against %d = %v, want %v", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestClopperPearsonPublished(t *testing.T) {
	tests := []struct {
		x, n   int
		alpha  float64
		lo, hi float64
	}{
		{0, 0, 0.025, 0, 1},
		{0, 10, 0.025, 0, 0.3085}, // Clopper & Pearson's n = 10 at 95%
		{1, 10, 0.025, 0.0025, 0.4450},
		{5, 10, 0.025, 0.1871, 0.8129},
		{10, 10, 0.025, 0.6915, 1},
		// The sample sizes of the acceptance protocol: upper bounds at 1% ...
		{0, 299, 0.05, 0, 0.0100},
		{1, 473, 0.05, 0.0001, 0.0100},
		{2, 628, 0.05, 0.0006, 0.0100},
		{3, 773, 0.05, 0.0011, 0.0100},
		// ... and lower bounds at 95%.
		{59, 59, 0.05, 0.9505, 1},
		{92, 93, 0.05, 0.9500, 0.9994},
		{122, 124, 0.05, 0.9501, 0.9971},
		{150, 153, 0.05, 0.9501, 0.9946},
	}
	for _, tt := range tests {
		lo, hi := ClopperPearson(tt.x, tt.n, tt.alpha)
		if diff := cmp.Diff([]float64{tt.lo, tt.hi}, []float64{lo, hi}, within(5.1e-5)); diff != "" {
			t.Errorf("%d of %d (-want +got):\n%s", tt.x, tt.n, diff)
		}
	}
}

// The promise, checked by adding up all outcomes.
func TestClopperPearsonCovers(t *testing.T) {
	for _, n := range []int{5, 30} {
		for p := 0.01; p < 1; p += 0.07 {
			covered := 0.0
			for x := range n + 1 {
				if lo, hi := ClopperPearson(x, n, 0.025); lo <= p && p <= hi {
					covered += pmf(x, n, p)
				}
			}
			if covered < 0.95-1e-9 {
				t.Errorf("n = %d, p = %v: covered with %v, want at least 0.95", n, p, covered)
			}
		}
	}
}

func TestClopperPearsonMirrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		lo, hi := ClopperPearson(x, n, 0.025)
		share := float64(x) / float64(n)
		if !(0 <= lo && lo <= share && share <= hi && hi <= 1) {
			t.Fatalf("%d of %d: [%v, %v]", x, n, lo, hi)
		}
		if mirLo, mirHi := ClopperPearson(n-x, n, 0.025); math.Abs(mirLo-(1-hi)) > 1e-9 || math.Abs(mirHi-(1-lo)) > 1e-9 {
			t.Fatalf("%d of %d: [%v, %v], the others [%v, %v]", x, n, lo, hi, mirLo, mirHi)
		}
	})
}

func TestNewcombePublished(t *testing.T) {
	// Newcombe 1998, Table II, method 10: his first share less his second.
	tests := []struct{ b, nB, a, nA, lo, hi float64 }{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{0, 10, 0, 10, -0.2775, 0.2775},
		{10, 10, 0, 20, 0.6791, 1},
		{10, 10, 0, 10, 0.6075, 1},
	}
	for _, tt := range tests {
		lo, hi := Newcombe(tt.a, tt.nA, tt.b, tt.nB, 0.025)
		if diff := cmp.Diff([]float64{tt.lo, tt.hi}, []float64{lo, hi}, within(5.1e-5)); diff != "" {
			t.Errorf("%v/%v less %v/%v (-want +got):\n%s", tt.b, tt.nB, tt.a, tt.nA, diff)
		}
		if negLo, negHi := Newcombe(tt.b, tt.nB, tt.a, tt.nA, 0.025); negLo != -hi || negHi != -lo {
			t.Errorf("swapped [%v, %v], want [%v, %v]", negLo, negHi, -hi, -lo)
		}
	}
}

func TestRuleOfThree(t *testing.T) {
	for _, tt := range []struct{ n, alpha, want float64 }{{2400, 0.05, 3.0 / 2400}, {300, 0.05, 0.01}, {2, 0.05, 1}, {0, 0.05, 1}, {1000, 0.025, 0.00369}} {
		if got := RuleOfThree(tt.n, tt.alpha); !approx(got, tt.want, 0.002) {
			t.Errorf("none of %v at %v: %v, want %v", tt.n, tt.alpha, got, tt.want)
		}
	}
	// It is never below the exact bound.
	for _, n := range []int{5, 50, 5000} {
		if _, exact := ClopperPearson(0, n, 0.05); RuleOfThree(float64(n), 0.05) < exact {
			t.Errorf("none of %d: %v is below the exact %v", n, RuleOfThree(float64(n), 0.05), exact)
		}
	}
}

func TestHolm(t *testing.T) {
	tests := []struct {
		name    string
		p, want []float64
	}{
		{"none", nil, []float64{}},
		{"one", []float64{0.03}, []float64{0.03}},
		{"textbook", []float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{"never above 1", []float64{0.6, 0.7}, []float64{1, 1}},
		{"equal", []float64{0.01, 0.01, 0.01}, []float64{0.03, 0.03, 0.03}},
		{"a smaller p is never adjusted above a larger", []float64{0.011, 0.02, 0.010}, []float64{0.03, 0.03, 0.03}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Holm(tt.p), within(1e-12)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Adjusted p ≤ α is the step-down rule, written as it is in the books.
func TestHolmIsTheStepDownRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Multiples of a power of two: p·K has no rounding to disagree about.
		p := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 64), func(i int) float64 { return float64(i) / 1024 }), 1, 12).Draw(t, "p")
		const alpha = 0.0625
		adjusted := Holm(p)
		sorted := slices.Sorted(slices.Values(p))
		rejecting := 0
		for rejecting < len(p) && sorted[rejecting]*float64(len(p)-rejecting) <= alpha {
			rejecting++
		}
		got := 0
		for i, a := range adjusted {
			if a < p[i] {
				t.Fatalf("%v adjusted to %v", p[i], a)
			}
			if a <= alpha {
				got++
				if p[i] > sorted[rejecting-1] {
					t.Fatalf("%v rejected of %v", p[i], p)
				}
			}
		}
		if got != rejecting {
			t.Fatalf("%d of %v rejected, want %d", got, p, rejecting)
		}
	})
}
