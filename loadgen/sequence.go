package loadgen

import (
	"math"
	"math/rand/v2"
)

// Streams of randomness. Each purpose has its own, so that changing one does
// not shift the others; the plan's seed and the phase's stream complete it.
const (
	streamArrivals uint64 = 0x6172726976616c73 // "arrivals"
	streamClasses  uint64 = 0x636c617373657321 // "classes!"
	streamThink    uint64 = 0x7468696e6b000000 // "think", and the worker's number
	streamSteps    uint64 = 0x737465707321     // "steps!"
	streamChoices  uint64 = 0x63686f6963650000 // "choice", and which of the journey's
	streamPauses   uint64 = 0x7061757365000000 // "pause", and which of the step's
)

func newRand(seed, purpose, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, purpose^(stream*0x9e3779b97f4a7c15)))
}

// sequence says which class the i-th request of a phase belongs to: shuffled
// decks in which every class has its exact share, one after the other, so that
// the achieved mix is the declared one and not a sample of it.
type sequence struct {
	classes []uint16
	ranks   []uint32 // how many of the same class are before
	counts  []uint64 // by class
}

const (
	maxDeck = 10_000 // most cards in a deck

	// LeastShare is the smallest share that a class may have.
	LeastShare = 1. / maxDeck
	minLong    = 6_400 // requests after which a sequence may repeat, at the least
)

// newSequence builds the sequence of a phase.
func newSequence(weights []float64, rng *rand.Rand) sequence {
	deck := newDeck(weights)
	decks := max(4, (minLong+len(deck)-1)/len(deck))
	s := sequence{counts: make([]uint64, len(weights))}
	for range decks {
		rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		for _, class := range deck {
			s.classes, s.ranks = append(s.classes, class), append(s.ranks, uint32(s.counts[class]))
			s.counts[class]++
		}
	}
	return s
}

func (s *sequence) class(i uint64) int { return int(s.classes[i%uint64(len(s.classes))]) }

// rank is how many requests of its class come before the i-th.
func (s *sequence) rank(i uint64) uint64 {
	length := uint64(len(s.classes))
	return i/length*s.counts[s.class(i)] + uint64(s.ranks[i%length])
}

// poolStart is where a phase begins in the pools: the first one measured with
// their first request, as rows and sequences promise, the others elsewhere, so
// that slices and the warm-up do not send the same few again and again.
func poolStart(stream uint64) uint64 {
	const apart, warmup = 7919, 10_007 // primes: whole pools are no multiples
	if stream == 0 {
		return apart * warmup
	}
	return apart * (stream - 1)
}

// newDeck is the smallest deck that holds all shares exactly, or one of maxDeck
// cards filled by largest remainder.
func newDeck(weights []float64) []uint16 {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	size := maxDeck
	for n := 1; n < maxDeck; n++ {
		if exactDeck(weights, sum, n) {
			size = n
			break
		}
	}
	deck := make([]uint16, 0, size)
	var want float64
	for c, w := range weights {
		want += w / sum * float64(size)
		for float64(len(deck)) < math.Round(want) {
			deck = append(deck, uint16(c))
		}
	}
	return deck
}

func exactDeck(weights []float64, sum float64, n int) bool {
	for _, w := range weights {
		if w == 0 {
			continue // a step, which the deck does not deal
		}
		cards := w / sum * float64(n)
		if cards < 0.5 || math.Abs(cards-math.Round(cards)) > 1e-9 {
			return false
		}
	}
	return true
}
