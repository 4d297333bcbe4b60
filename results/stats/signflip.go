package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	// exactFlips is the largest number of differences whose 2ⁿ sign patterns are
	// all counted.
	exactFlips = 32
	// flips is the number of random patterns beyond that: p is never below 1e-5.
	flips = 99_999
	// flipBits is how many signs one table look-up settles.
	flipBits = 8
)

// SignFlip is the permutation test of Σd when every d is as likely as −d: worse
// is the one-sided p value of "d tends to be positive", better of the mirrored
// claim. It serves where ranks say too little: shares of errors, most of them
// zero.
//
// Up to 32 values other than zero it is exact. Beyond, 99,999 random patterns
// drawn from seed decide, the observed one counted among them, which keeps the
// test valid.
func SignFlip(d []float64, seed uint64) (worse, better float64) {
	v := bySize(d)
	// Σd grows as the sum of sizes with a minus sign falls: comparing those sums
	// treats both directions alike.
	var minus, plus float64
	sizes := make([]float64, len(v))
	for i, x := range v {
		sizes[i] = math.Abs(x)
		if x < 0 {
			minus -= x
		} else {
			plus += x
		}
	}
	// Sums equal but for rounding count as equal: the p value may only grow.
	slack := 1e-12 * (minus + plus)
	minus, plus = minus+slack, plus+slack
	if len(sizes) <= exactFlips {
		left, right := sortedSums(sizes[:len(sizes)/2]), sortedSums(sizes[len(sizes)/2:])
		return sumsUpTo(left, right, minus), sumsUpTo(left, right, plus)
	}
	return drawnSums(sizes, minus, plus, rand.New(rand.NewPCG(seed, 0)))
}

// sortedSums lists the sums of all subsets in ascending order.
func sortedSums(sizes []float64) []float64 {
	sums := []float64{0}
	for _, x := range sizes {
		next := make([]float64, 0, 2*len(sums))
		i, j := 0, 0
		for i < len(sums) || j < len(sums) {
			if j == len(sums) || i < len(sums) && sums[i] <= sums[j]+x {
				next = append(next, sums[i])
				i++
			} else {
				next = append(next, sums[j]+x)
				j++
			}
		}
		sums = next
	}
	return sums
}

// sumsUpTo is the share of pairs, one of left and one of right, that sum to at
// most limit.
func sumsUpTo(left, right []float64, limit float64) float64 {
	n, j := 0, len(right)
	for _, l := range left {
		for j > 0 && l+right[j-1] > limit {
			j--
		}
		n += j
	}
	return float64(n) / float64(len(left)) / float64(len(right))
}

// drawnSums estimates the share of subsets that sum to at most each limit from
// random ones.
func drawnSums(sizes []float64, minus, plus float64, rng *rand.Rand) (worse, better float64) {
	var tables [][]float64
	for chunk := range slices.Chunk(sizes, flipBits) {
		table := make([]float64, 1<<len(chunk))
		for i, x := range chunk {
			for s := range 1 << i {
				table[1<<i+s] = table[s] + x
			}
		}
		tables = append(tables, table)
	}
	below, above := 1, 1
	for range flips {
		var sum float64
		var word uint64
		for i, table := range tables {
			if i%(64/flipBits) == 0 {
				word = rng.Uint64()
			}
			sum += table[word&uint64(len(table)-1)]
			word >>= flipBits
		}
		if sum <= minus {
			below++
		}
		if sum <= plus {
			above++
		}
	}
	return float64(below) / (flips + 1), float64(above) / (flips + 1)
}
