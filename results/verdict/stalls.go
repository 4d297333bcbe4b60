package verdict

import (
	"math"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// A slice has stalled if some request took over ten times the median and over
// five times the p99 of its class, and of all requests together, and over 5 ms: far
// beyond what such a target does on this machine in its ordinary slices.
//
// The p99 is there for what is slow now and then as a matter of course, such as
// the heavy class of a mix: all slices would count as stalled, and none be told
// apart.
//
// The 5 ms are there for targets that answer in a tenth of one: a thread that has to
// wait for another's turn on its core waits for 1 to 4 ms (the tick of Linux, the
// slice of its scheduler), and ten medians would be told of that alone.
const (
	stallMedians = 10
	stallTails   = 5
	stallLeast   = 5 * time.Millisecond
)

// Stalls of B matter where they may be one in ten seconds more than A's, or in a
// twentieth of the pairs: the shorter slices are, the fewer have one.
const (
	stallRate  = 0.1
	stallShare = 0.05
)

// stallLimit is what no ordinary request of either arm exceeds, in nanoseconds.
//
// It is one limit for both arms, and stays the same when they change places: by
// that alone a pair's stall is as likely B's as A's between identical targets,
// which is what the sign test takes. (That its parts hardly move when the two
// slices of a single pair change places, it takes as well.) A limit for each arm
// by its own median would change places, too, but then a freeze of 300 ms in
// both arms would count in the fast one only.
//
// The median is the slower arm's: that a target is five times as slow is said by
// its percentiles, and is no freeze. The p99 is in medians, each arm's in its own,
// for the same reason, and the lower of the two, because stalls of one arm lift
// that arm's own p99 and would hide themselves.
func stallLimit(a, b []*results.ClassData) float64 {
	medianA, medianB := pooled(a, 0.5), pooled(b, 0.5)
	if medianA == 0 || medianB == 0 {
		return math.Inf(1) // nothing to tell a freeze by
	}
	tail := math.Min(pooled(a, 0.99)/medianA, pooled(b, 0.99)/medianB)
	return math.Max(float64(stallLeast), math.Max(medianA, medianB)*math.Max(stallMedians, stallTails*tail))
}

// stalls counts the pairs in which one slice stalled and the other did not. Each
// class has a limit of its own, for a mix whose heavy class alone has become
// slower has its old median still; and none is below that of all together, for
// the smallest hiccup is ten medians of a health check.
func (p *pairing) stalls(classes []string) stats.Stalls {
	s := stats.Stalls{Class: results.TotalClass, Pairs: len(p.kept)}
	for _, pair := range p.kept {
		s.Matters += stallRate * pair.b.DurationS / float64(len(p.kept))
	}
	s.Matters = min(s.Matters, stallShare)
	if len(classes) > 1 {
		classes = classes[1:] // without the total
	}
	whole := stallLimit(arms(p.kept, results.TotalClass))
	stalledA, stalledB := make([]bool, s.Pairs), make([]bool, s.Pairs)
	for _, class := range classes {
		a, b := arms(p.kept, class)
		limit := math.Max(whole, stallLimit(a, b))
		for i := range a {
			stalledA[i] = stalledA[i] || slowest(a[i])-p.kept[i].a.standstill() > limit
			stalledB[i] = stalledB[i] || slowest(b[i])-p.kept[i].b.standstill() > limit
		}
	}
	last := -1
	for i := range stalledA {
		if stalledA[i] || stalledB[i] {
			s.Gap, last = max(s.Gap, i-last), i
		}
		if stalledA[i] && !stalledB[i] {
			s.OnlyA++
		}
		if stalledB[i] && !stalledA[i] {
			s.OnlyB++
		}
	}
	return s
}

// standstill is how long the generator itself stood still in the slice, in
// nanoseconds: no request is slower by more for that.
func (m *measured) standstill() float64 {
	if m.Telemetry == nil {
		return 0
	}
	return m.Telemetry.StandstillMaxMS * float64(time.Millisecond)
}

func slowest(d *results.ClassData) float64 {
	if h := d.Response(); h != nil {
		return float64(h.Max())
	}
	return 0
}
