package reference

import (
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// maxWork bounds one draw, so that no sum of instants can overflow.
const maxWork = time.Hour

// Each kind of draw has a stream of its own: changing one shifts no other.
const (
	payloadStream uint64 = iota + 1
	numberStream
	errorStream
	luckStream
)

// payload is what a body comes to: its hash, not its bytes.
type payload struct {
	sent bool // false: there was no body
	hash uint64
}

// buffers are what bodies are read through.
var buffers = sync.Pool{New: func() any { return new([4 << 10]byte) }}

// readPayload reads a body to its end without keeping it: however many there are
// at a time, they hold a buffer each.
func readPayload(body io.Reader) (payload, error) {
	buffer := buffers.Get().(*[4 << 10]byte)
	defer buffers.Put(buffer)
	h := fnv.New64a()
	n, err := io.CopyBuffer(h, body, buffer[:])
	return payload{sent: n > 0, hash: h.Sum64()}, err
}

// payloadKey is what decides the work of a request: its body when it has one,
// else its number in order of arrival.
func payloadKey(seed uint64, p payload, number uint64) uint64 {
	if !p.sent {
		return mix(mix(seed, numberStream), number)
	}
	return mix(mix(seed, payloadStream), p.hash)
}

// work draws the work of one request. The mean over all keys is Service·Slow
// (with a second mode: the mixture of both means, times Slow).
func (o Options) work(key uint64) time.Duration {
	rng := rand.New(rand.NewPCG(key, o.Seed))
	// Always the same number of draws in the same order: switching a feature on
	// leaves the others' draws as they were.
	second, normal := rng.Float64(), rng.NormFloat64()
	mean := float64(o.Service)
	if second < o.SecondShare {
		mean = float64(o.SecondService)
	}
	if o.Slow != 0 {
		mean *= o.Slow
	}
	// E[exp(σZ)] = exp(σ²/2) for a standard normal Z.
	work := mean * math.Exp(o.Sigma*normal-o.Sigma*o.Sigma/2)
	return time.Duration(math.Round(min(work, float64(maxWork))))
}

// luck draws the factor on all work that one start has.
func (o Options) luck() float64 {
	seed := o.LuckSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	return math.Exp(o.Luck * rand.New(rand.NewPCG(seed, luckStream)).NormFloat64())
}

// fails draws whether the request of this number is answered with an error. By
// number and not by payload: a generator that repeats one body must still see
// the share that was asked for.
func (o Options) fails(number uint64) bool {
	if o.Errors == 0 {
		return false
	}
	return rand.New(rand.NewPCG(mix(mix(o.Seed, errorStream), number), o.Seed)).Float64() < o.Errors
}

// mix is the finalizer of splitmix64 over a Weyl step (Steele, Lea, Flood 2014):
// neighbouring inputs give unrelated outputs, as seeds of a generator must be.
func mix(a, b uint64) uint64 {
	z := a + (b+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
