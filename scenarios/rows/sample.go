package rows

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// Order is which rows are taken, and in which order.
type Order string

// The orders.
const (
	Sequential Order = "sequential" // from the first on
	Random     Order = "random"     // each drawn from all, so that some come twice
	Shuffle    Order = "shuffle"    // drawn without putting back: none comes twice
)

// maxKept bounds the rows in memory.
const maxKept = 32 << 20

// Sample takes n rows, or fewer: in order and shuffled at most all of them, and
// never more than fit into 32 MB by the rows' mean size. Of a longer sample, a
// shorter one with the same rng is the beginning.
func (s *Source) Sample(order Order, n int, rng *rand.Rand) ([]Row, error) {
	if mean := s.mean(); int64(n) > maxKept/mean {
		n = int(max(1, maxKept/mean))
	}
	if order != Random {
		n = int(min(int64(n), s.Rows))
	}
	numbers := s.pick(order, n, rng)
	slots := make([]int, n) // by row number: one pass over the file fills them
	for i := range slots {
		slots[i] = i
	}
	slices.SortFunc(slots, func(a, b int) int { return int(numbers[a] - numbers[b]) })

	in, err := s.open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	next, err := s.stream(in)
	if err != nil {
		return nil, err
	}
	out := make([]Row, n)
	row, at := Row{}, int64(-1)
	for _, slot := range slots {
		for at < numbers[slot] {
			at++
			if row, err = next(at == numbers[slot]); errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("%s has changed since it was read: it has only %d rows", s.name, at)
			} else if err != nil {
				return nil, err
			}
		}
		out[slot] = row
	}
	return out, s.join(out)
}

// mean is about what keeping a row costs.
func (s *Source) mean() int64 {
	n := s.bytes/max(1, s.Rows) + 1
	for _, j := range s.joins {
		if len(j.taken) > 0 {
			n += j.mean()
		}
	}
	return n
}

// pick draws row numbers.
func (s *Source) pick(order Order, n int, rng *rand.Rand) []int64 {
	numbers := make([]int64, n)
	moved := map[int64]int64{} // Shuffle: the places of a deck that are not as at the start
	card := func(i int64) int64 {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	for i := range numbers {
		first := int64(i)
		switch order {
		case Random:
			numbers[i] = rng.Int64N(s.Rows)
		case Shuffle: // Fisher and Yates, on a deck that is never laid out
			j := first + rng.Int64N(s.Rows-first)
			numbers[i] = card(j)
			moved[j] = card(first)
		default:
			numbers[i] = first
		}
	}
	return numbers
}
