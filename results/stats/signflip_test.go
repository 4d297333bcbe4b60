package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// bruteFlips counts the sign patterns whose sum is at least that of d.
func bruteFlips(d []float64) float64 {
	seen, size, n := 0.0, 0.0, 0
	for _, x := range d {
		seen += x
		size += math.Abs(x)
	}
	for pattern := range 1 << len(d) {
		sum := 0.0
		for i, x := range d {
			if pattern>>i&1 == 1 {
				x = -x
			}
			sum += x
		}
		if sum >= seen-2e-12*size {
			n++
		}
	}
	return float64(n) / float64(int(1)<<len(d))
}

func TestSignFlipIsThatOfAllSigns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := differences(0, 11).Draw(t, "d")
		worse, better := SignFlip(d, 0)
		if want := bruteFlips(d); !approx(worse, want, 1e-12) {
			t.Fatalf("p of %v = %v, want %v", d, worse, want)
		}
		if want := bruteFlips(negated(d)); !approx(better, want, 1e-12) {
			t.Fatalf("mirrored p of %v = %v, want %v", d, better, want)
		}
	})
}

// Of random patterns: near the exact share, never zero, the same for the same
// seed, and mirrored exactly.
func TestSignFlipDrawn(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, centre := range []float64{0, 0.1, 0.3, 1.5} {
		d := make([]float64, exactFlips+6)
		sizes := make([]float64, len(d))
		var minus float64
		for i := range d {
			d[i] = centre + rng.NormFloat64()
			sizes[i] = math.Abs(d[i])
			minus += max(0, -d[i])
		}
		want := sumsUpTo(sortedSums(sizes[:len(d)/2]), sortedSums(sizes[len(d)/2:]), minus)
		worse, better := SignFlip(d, 1)
		if slack := 4*math.Sqrt(want*(1-want)/flips) + 1.0/flips; math.Abs(worse-want) > slack {
			t.Errorf("centre %v: p = %v, want %v ± %v", centre, worse, want, slack)
		}
		if worse < 1e-5 {
			t.Errorf("centre %v: p = %v, below 1/(draws+1)", centre, worse)
		}
		if w, b := SignFlip(d, 1); w != worse || b != better {
			t.Errorf("centre %v: the same seed gives %v, %v, then %v, %v", centre, worse, better, w, b)
		}
		if w, b := SignFlip(negated(d), 1); w != better || b != worse {
			t.Errorf("centre %v: swapped %v, %v; want %v, %v", centre, w, b, better, worse)
		}
	}
}

// Sizes all alike make it the sign test, here of more values than a random word
// has bits.
func TestSignFlipOfManyEqualSizes(t *testing.T) {
	d := make([]float64, 150)
	for i := range d {
		d[i] = 1
		if i%5 < 2 {
			d[i] = -1
		}
	}
	worse, better := SignFlip(d, 9)
	for what, tt := range map[string]struct{ got, want float64 }{"worse": {worse, SignTest(60, 90)}, "better": {better, SignTest(90, 60)}} {
		if slack := 4*math.Sqrt(tt.want*(1-tt.want)/flips) + 1.0/flips; math.Abs(tt.got-tt.want) > slack {
			t.Errorf("p of %s = %v, want %v ± %v", what, tt.got, tt.want, slack)
		}
	}
}

// Shares k/n have sums that are equal but for rounding; they count as equal.
func TestSignFlipTiesOfShares(t *testing.T) {
	d := []float64{0.1, 0.2, -0.3, 0.1 + 0.2, -0.1}
	worse, better := SignFlip(d, 0)
	// Of sizes 1, 2, 3, 3, 1 those with minus signs sum to 4: count subsets ≤ 4.
	upTo4, upTo6 := 0, 0
	for sum, n := range counts([]int{1, 2, 3, 3, 1}) {
		if sum <= 4 {
			upTo4 += n
		}
		if sum <= 6 {
			upTo6 += n
		}
	}
	if worse != float64(upTo4)/32 || better != float64(upTo6)/32 {
		t.Errorf("p = %v, %v; want %d/32, %d/32", worse, better, upTo4, upTo6)
	}
}
