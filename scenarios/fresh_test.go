package scenarios

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen/send"
)

// drawNumbers makes any distribution that check accepts.
func drawNumbers(t *rapid.T) *numbers {
	magnitude := rapid.Float64Range(-12, 12)
	signed := rapid.Custom(func(t *rapid.T) float64 {
		v := math.Pow(10, magnitude.Draw(t, "exponent")) * rapid.Float64Range(1, 10).Draw(t, "mantissa")
		return v * float64(rapid.SampledFrom([]int{-1, 0, 1}).Draw(t, "sign"))
	})
	s := normal()
	a, b := signed.Draw(t, "a"), signed.Draw(t, "b")
	lo, hi := min(a, b), max(a, b)
	if rapid.Bool().Draw(t, "uniform") {
		s.Dist = "uniform"
		s.Min, s.Max = &lo, &hi
		return &s
	}
	s.Stddev = math.Abs(signed.Draw(t, "stddev"))
	s.Mean = lo + rapid.Float64Range(0, 1).Draw(t, "mean")*(hi-lo)
	if rapid.Bool().Draw(t, "min") {
		s.Min = &lo
	}
	if rapid.Bool().Draw(t, "max") {
		s.Max = &hi
	}
	return &s
}

// A rounded number has no more than its places and stays within its bounds, also
// where these have more.
func TestRoundedNumbersKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawNumbers(t)
		lo, hi := s.bounds()
		places := Count(rapid.IntRange(0, 6).Draw(t, "decimals"))
		s.Decimals = &places
		if s.first() > s.last() {
			t.Skip("refused when the scenario is read")
		}
		w := &writer{rng: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), unique: true}
		w.first(s)
		var v float64
		if err := json.Unmarshal(w.buf, &v); err != nil || len(w.fresh) > 0 {
			t.Fatalf("%s: %v, fresh %v", w.buf, err, w.fresh)
		}
		near := 1e-9 * math.Abs(v) // as no decimal fraction is exact
		if v < lo-near || v > hi+near {
			t.Fatalf("%s is not within %v and %v", w.buf, lo, hi)
		}
		_, fraction, _ := strings.Cut(string(w.buf), ".")
		if len(fraction) > int(places) && math.Abs(v) < 1e9 && !strings.Contains(fraction, "e") {
			t.Fatalf("%s has more than %d places", w.buf, places)
		}
	})
}

// Whatever the engine writes at the fresh digits, the number is JSON, within
// its bounds, and close to the one that was drawn.
func TestFreshNumbersKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawNumbers(t)
		lo, hi := s.bounds()
		seed := rapid.Uint64().Draw(t, "seed")
		drawn := s.draw(rand.New(rand.NewPCG(seed, 1)))
		w := &writer{rng: rand.New(rand.NewPCG(seed, 1)), unique: true}
		w.first(s)
		if len(w.fresh) > 1 {
			t.Fatalf("%d fresh numbers in %s", len(w.fresh), w.buf)
		}
		value := func(digits uint64) float64 {
			for _, at := range w.fresh {
				copy(w.buf[at:], fmt.Sprintf("%0*d", send.FreshDigits, digits))
			}
			var v float64
			if err := json.Unmarshal(w.buf, &v); err != nil {
				t.Fatalf("%s: %v", w.buf, err)
			}
			if v < lo || v > hi {
				t.Fatalf("%s is not within %v and %v", w.buf, lo, hi)
			}
			return v
		}
		n := rapid.Uint64Max(1e12-1).Draw(t, "number")
		ulp := math.Nextafter(math.Abs(drawn), math.Inf(1)) - math.Abs(drawn)
		// Twice what is promised: staying in bounds may take one place more.
		near := 2 * min(0.01*s.scale(), max(0.001, 1e13*ulp))
		for _, digits := range []uint64{0, n, 1e12 - 1} {
			if v := value(digits); math.Abs(v-drawn) > near {
				t.Fatalf("%s is far from %v (more than %v)", w.buf, drawn, near)
			}
		}
	})
}

// Digits that the engine counts up must come out as different float64 numbers,
// or caches would see the same request again.
func TestFreshDigitsReachTheNumber(t *testing.T) {
	lo, hi := -1000.0, 1000.0
	for name, s := range map[string]numbers{
		"standard":  {Dist: "normal", Stddev: 1, Min: &lo, Max: &hi},
		"wide":      {Dist: "uniform", Min: &lo, Max: &hi},
		"pixels":    {Dist: "normal", Mean: 128, Stddev: 50},
		"large":     {Dist: "normal", Mean: 1e9, Stddev: 1e8},
		"small":     {Dist: "normal", Stddev: 1e-9},
		"unit":      {Dist: "uniform"},
		"far money": {Dist: "normal", Mean: 50_000, Stddev: 20_000},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		for range 2000 {
			w := &writer{rng: rng, unique: true}
			w.first(&s)
			if len(w.fresh) != 1 {
				t.Fatalf("%s: no fresh digits in %s", name, w.buf)
			}
			seen := map[float64]bool{}
			n := rng.Uint64N(1e12 - 10)
			for i := range uint64(10) {
				copy(w.buf[w.fresh[0]:], fmt.Sprintf("%0*d", send.FreshDigits, n+i))
				var v float64
				if err := json.Unmarshal(w.buf, &v); err != nil {
					t.Fatal(err)
				}
				seen[v] = true
			}
			if len(seen) != 10 {
				t.Fatalf("%s: ten requests have %d different numbers: %s", name, len(seen), w.buf)
			}
		}
	}
}

// Fresh or not, the numbers of a vector have the moments of their distribution.
func TestMoments(t *testing.T) {
	const vectors, size = 4000, 10
	lo, hi := -1000.0, 1000.0
	for name, tt := range map[string]struct {
		numbers
		mean, stddev, tolerance float64
	}{
		"N(0,1)":         {numbers{Dist: "normal", Stddev: 1, Min: &lo, Max: &hi}, 0, 1, 0.05},
		"N(128,50)":      {numbers{Dist: "normal", Mean: 128, Stddev: 50}, 128, 50, 2},
		"U(0,1)":         {numbers{Dist: "uniform"}, 0.5, math.Sqrt(1. / 12), 0.02},
		"U(-1000,1000)":  {numbers{Dist: "uniform", Min: &lo, Max: &hi}, 0, 2000 / math.Sqrt(12), 30},
		"truncated N":    {numbers{Dist: "normal", Stddev: 1, Min: new(float64)}, math.Sqrt(2 / math.Pi), math.Sqrt(1 - 2/math.Pi), 0.03},
		"constant":       {numbers{Dist: "normal", Mean: 5}, 5, 0, 1e-9},
		"tiny N(0,1e-6)": {numbers{Dist: "normal", Stddev: 1e-6}, 0, 1e-6, 5e-8},
	} {
		var first, rest []float64
		w := &writer{rng: rand.New(rand.NewPCG(7, 7)), unique: true}
		for range vectors {
			w.buf, w.fresh = w.buf[:0], nil
			w.vector(&tt.numbers, size)
			for _, at := range w.fresh {
				copy(w.buf[at:], fmt.Sprintf("%0*d", send.FreshDigits, w.rng.Int64N(1e12)))
			}
			var v []float64
			if err := json.Unmarshal(w.buf, &v); err != nil || len(v) != size {
				t.Fatalf("%s: %d numbers, %v", name, len(v), err)
			}
			first, rest = append(first, v[0]), append(rest, v[1:]...)
		}
		for what, sample := range map[string][]float64{"first": first, "other": rest} {
			mean, stddev := moments(sample)
			if math.Abs(mean-tt.mean) > tt.tolerance || math.Abs(stddev-tt.stddev) > tt.tolerance {
				t.Errorf("%s: %s numbers have mean %v, standard deviation %v", name, what, mean, stddev)
			}
		}
	}
}

func moments(sample []float64) (mean, stddev float64) {
	for _, v := range sample {
		mean += v / float64(len(sample))
	}
	for _, v := range sample {
		stddev += (v - mean) * (v - mean) / float64(len(sample))
	}
	return mean, math.Sqrt(stddev)
}
