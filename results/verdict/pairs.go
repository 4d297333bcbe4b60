package verdict

import (
	"cmp"
	"math"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// measured is a slice with all its classes together.
type measured struct {
	*results.Slice
	total *results.ClassData
}

// data is one class of a slice, or span, or all together; never nil.
func (m *measured) data(class string) *results.ClassData {
	if class == results.TotalClass {
		return m.total
	}
	if d := m.Classes[class]; d != nil {
		return d
	}
	if d := m.Spans[class]; d != nil {
		return d
	}
	return &results.ClassData{}
}

// slicePair is the two neighbouring slices that are compared.
type slicePair struct {
	a, b    *measured
	control *measured // A's target once more; nil: there is none
	// slot is +1 where B came after A, −1 where it came before; 0: not known.
	slot float64
	// after is as in stats.Course.
	after float64
	// excluded is why the pair was left out as it was measured.
	excluded   string
	lagA, lagB time.Duration // of the slowest tenth of requests
}

// pairing is what a comparison is judged by.
type pairing struct {
	kept     []slicePair // in the order of time
	timed    []slicePair // those, and the late ones: errors are no matter of lag
	late     int         // pairs left out because the generator was late in one slice
	lateIn   stats.Late
	excluded int    // pairs left out because a slice was excluded as it was measured
	why      string // it was
	limit    time.Duration
	workers  int     // of the closed model
	settle   float64 // seconds of load before each slice, about
	managed  bool    // of some pair it is known what both targets used
}

// A slice in which a tenth of the requests were sent later than this is not
// worth judging; over summary.MostLeftOut of the pairs lost that way makes a
// comparison invalid.
const sliceLagShare = 0.25 // of the median response time of both arms together

// series is all pairs of which both slices were measured, in the order of time.
type series struct {
	pairs  []slicePair
	limits []time.Duration // on lag, after each pair, by all until then
	base   pairing
}

// pairsOf is the pairing of all that was measured.
func pairsOf(f *results.File) *pairing {
	s := seriesOf(f)
	return s.upTo(len(s.pairs))
}

func seriesOf(f *results.File) *series {
	s := &series{base: pairing{workers: f.Header.Connections, settle: settle(f)}}
	for _, p := range slicePairs(f) {
		if p.a == nil || p.b == nil || cmp.Or(p.a.Excluded, p.b.Excluded) == string(results.Interrupted) {
			continue // the end of a measurement is no fault of the machine's
		}
		p.excluded = cmp.Or(p.a.Excluded, p.b.Excluded)
		p.lagA, p.lagB = p.a.lag(), p.b.lag()
		switch {
		case p.a.StartS < p.b.StartS:
			p.slot = 1
		case p.a.StartS > p.b.StartS:
			p.slot = -1
		}
		s.pairs = append(s.pairs, *p)
		s.base.managed = s.base.managed || p.use() != nil
	}
	both := stats.NewHistogram()
	for i := range s.pairs {
		if p := &s.pairs[i]; p.excluded == "" {
			both.Merge(p.a.total.Response())
			both.Merge(p.b.total.Response())
		}
		s.limits = append(s.limits, max(summary.LagFloor, time.Duration(sliceLagShare*float64(both.Quantile(0.5)))))
	}
	return s
}

// slicePairs groups slices by pair, in the order of time, and finds what each came
// after.
func slicePairs(f *results.File) (order []*slicePair) {
	byPair := map[int]*slicePair{}
	var before *results.Slice
	onA := func(s *results.Slice) bool { return s.Arm != results.ArmB }
	afterA := map[*results.Slice]bool{}
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Phase != results.Measure || s.Pair == 0 {
			continue
		}
		if before != nil && before.Launch == s.Launch {
			afterA[s] = onA(before)
		}
		before = s
		p := byPair[s.Pair]
		if p == nil {
			p = &slicePair{}
			byPair[s.Pair] = p
			order = append(order, p)
		}
		m := &measured{Slice: s}
		for _, d := range s.Classes {
			m.total = d
		}
		if len(s.Classes) != 1 {
			m.total = s.Total()
		}
		switch {
		case s.Arm == results.ArmA && p.a == nil:
			p.a = m
		case s.Arm == results.ArmB && p.b == nil:
			p.b = m
		case s.Arm == results.ArmControl && p.control == nil:
			p.control = m
		}
	}
	for _, p := range order {
		if p.a == nil || p.b == nil {
			continue
		}
		a, knownA := afterA[p.a.Slice]
		b, knownB := afterA[p.b.Slice]
		switch {
		case !knownA || !knownB || a && !b: // the last: in both directions, beside a control
		case b && !a:
			p.after = 1
		default:
			p.after = -1
		}
	}
	return order
}

// lag is how late the slowest tenth of the requests was sent.
func (m *measured) lag() time.Duration {
	if h := m.total.Clocks[results.ClockLag]; h != nil {
		return h.Quantile(0.9)
	}
	return 0
}

// upTo is what the first n measured pairs are judged by. What is left out
// is decided by the generator's lag, by the same limit for either slice of every
// pair, and by what was excluded for the host's sake as it was measured, never by
// what one target did: so it favours none, unless a target makes the generator
// late (lateIn).
func (s *series) upTo(n int) *pairing {
	out := s.base
	if n > 0 {
		out.limit = s.limits[n-1]
	} else {
		out.limit = summary.LagFloor
	}
	for i := range s.pairs[:n] {
		p := &s.pairs[i]
		if p.excluded != "" {
			out.excluded, out.why = out.excluded+1, p.excluded
			continue
		}
		out.timed = append(out.timed, *p)
		lateA, lateB := p.lagA > out.limit, p.lagB > out.limit
		switch {
		case lateA && !lateB:
			out.lateIn.OnlyA++
		case lateB && !lateA:
			out.lateIn.OnlyB++
		}
		if lateA || lateB {
			out.late++
		} else {
			out.kept = append(out.kept, *p)
		}
	}
	out.lateIn.Pairs = len(out.timed)
	return &out
}

// keeping is the shortest beginning of the series of which n pairs are kept.
func (s *series) keeping(n int) *pairing {
	for m := n; m <= len(s.pairs); m++ {
		if p := s.upTo(m); len(p.kept) >= n {
			p.kept = p.kept[:n]
			return p
		}
	}
	return s.upTo(len(s.pairs))
}

// leftOut is how many pairs were measured and do not count.
func (p *pairing) leftOut() int { return p.late + p.excluded }

// tooFew says that so many pairs are left out that the rest means nothing.
func (p *pairing) tooFew() bool {
	return float64(p.leftOut()) > summary.MostLeftOut*float64(len(p.kept)+p.leftOut())
}

// figures selects the slices whose figures are shown: those that are judged, or
// all where none can be; what was excluded only where there is nothing else.
func (p *pairing) figures() func(*results.Slice) bool {
	if len(p.kept) == 0 || p.tooFew() {
		none := len(p.kept)+p.late == 0
		return func(s *results.Slice) bool {
			return s.Excluded == "" || none && s.Excluded != string(results.Interrupted)
		}
	}
	judged := map[*results.Slice]bool{}
	for _, pair := range p.kept {
		judged[pair.a.Slice], judged[pair.b.Slice] = true, true
	}
	return func(s *results.Slice) bool { return judged[s] }
}

// settle is how long a target is loaded before each slice: the shortest time
// from the end of one slice to the beginning of the next.
func settle(f *results.File) float64 {
	shortest := math.Inf(1)
	for i := 1; i < len(f.Slices); i++ {
		before, s := &f.Slices[i-1], &f.Slices[i]
		if gap := s.StartS - before.StartS - before.DurationS - before.DrainS; s.Phase == results.Measure && s.Pair != 0 && gap >= 0 && s.DurationS > 0 {
			shortest = min(shortest, gap)
		}
	}
	if math.IsInf(shortest, 1) {
		return 0
	}
	return shortest
}

// elapsed is how long measuring took, settling and draining included, in
// seconds.
func elapsed(f *results.File) float64 { return elapsedUntil(f, math.MaxInt) }

// elapsedUntil is how long it took to the end of a pair.
func elapsedUntil(f *results.File, pair int) float64 {
	var begin, end, sum float64
	first := true
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Phase != results.Measure || s.Pair > pair {
			continue
		}
		if first || s.StartS < begin {
			begin, first = s.StartS, false
		}
		end = max(end, s.StartS+s.DurationS+s.DrainS)
		sum += s.DurationS + s.DrainS
	}
	return max(end-begin, sum)
}

// overdue is by how many seconds the warm-up of an arm outlasted its plan: the
// time to work off a backlog, less what a request takes when there is none. A
// tenth of the warm-up is forgiven. Short slices hide a queue that grows slowly.
func overdue(f *results.File, arm string) float64 {
	if f.Header.Model != results.Open || f.Header.WarmupS <= 0 {
		return 0
	}
	took, planned := 0.0, 0.0
	usual := stats.NewHistogram()
	for i := range f.Slices {
		s := &f.Slices[i]
		switch {
		case s.Arm != arm:
		case s.Phase == results.Warmup:
			took += s.DurationS + s.DrainS
			planned += f.Header.WarmupS // of each launch
		case s.Phase == results.Measure:
			for _, d := range s.Classes {
				usual.Merge(d.Response())
			}
		}
	}
	over := took - max(planned, f.Header.WarmupS) - usual.Quantile(0.9).Seconds()
	if over <= 0.1*f.Header.WarmupS {
		return 0
	}
	return over
}
