package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// sides are written as a and b.
func sides(order string) (out []bool) {
	for _, r := range order {
		out = append(out, r == 'b')
	}
	return out
}

func TestRunsTest(t *testing.T) {
	// By hand, of the 6 and 252 orders of two and five of each.
	for order, want := range map[string]float64{
		"": 1, "aaa": 1, "ab": 1,
		"aabb": 2. / 6, "abba": 4. / 6, "abab": 1,
		"aaaaabbbbb": 2. / 252, "aaabbbbbaa": 10. / 252, "aabbaabbab": 162. / 252, "ababababab": 1,
	} {
		if got := RunsTest(sides(order)); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", order, got, want)
		}
	}
}

// Against every order of eleven values: what is as seldom or seldomer is counted.
func TestRunsTestCountsOrders(t *testing.T) {
	const n, k = 11, 4
	changes := func(bits int) (c int) {
		for i := 1; i < n; i++ {
			c += (bits>>i ^ bits>>(i-1)) & 1
		}
		return c
	}
	var orders []int
	for bits := range 1 << n {
		if count := bitsOf(bits); count == k {
			orders = append(orders, bits)
		}
	}
	for _, bits := range orders {
		var b []bool
		for i := range n {
			b = append(b, bits>>i&1 == 1)
		}
		fewer := 0
		for _, other := range orders {
			if changes(other) <= changes(bits) {
				fewer++
			}
		}
		if got, want := RunsTest(b), float64(fewer)/float64(len(orders)); math.Abs(got-want) > 1e-12 {
			t.Fatalf("%011b: %v, want %v", bits, got, want)
		}
	}
}

func bitsOf(bits int) (n int) {
	for ; bits > 0; bits >>= 1 {
		n += bits & 1
	}
	return n
}

// What runs that are not in turn do to Welch's test: two equal sides of five on a
// machine whose pace wanders. In turn it keeps its level of 1%; side after side it
// does not.
func TestWelchOfSidesInTurn(t *testing.T) {
	for order, most := range map[string]float64{"aaaaabbbbb": 1, "aaabbbbbaa": 1, "aabbaabbab": 0.013, "ababababab": 0.013} {
		rng, worse := rand.New(rand.NewPCG(5, 8)), 0
		const trials = 20_000
		for range trials {
			pace := 0.0
			var side [2][]float64
			for _, b := range sides(order) {
				pace += 0.01 * rng.NormFloat64()
				i := 0
				if b {
					i = 1
				}
				side[i] = append(side[i], math.Exp(pace+0.01*rng.NormFloat64()))
			}
			shift, _ := Welch(side[0], side[1])
			if p, _ := shift.Test(0); p <= 0.01 {
				worse++
			}
		}
		share := float64(worse) / trials
		t.Logf("%s (p %.3f): worse in %.2f%%", order, RunsTest(sides(order)), 100*share)
		if share > most || most == 1 && order == "aaaaabbbbb" && share < 0.05 {
			t.Errorf("%s: called worse in %.2f%%", order, 100*share)
		}
	}
}
