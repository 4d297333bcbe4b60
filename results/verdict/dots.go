package verdict

import (
	"math"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// drawn is what a picture of the pairs is made of.
type drawn struct {
	header *results.Header
	all    *series
	judged *pairing
	limits Limits
	// endAlpha is the error probability of each end of intervals.
	endAlpha float64
}

// dot is what a pair, or consecutive ones that are merged, says of a metric.
type dot struct {
	Pair, Last int     // of the first and the last that are merged
	Launch     int     // 0: there are none
	AtS        float64 // when it began, in seconds after the file's start
	ChangePct  float64 // B against A
	Late       bool    // left out because the generator was late
	Excluded   string  // why it was left out as it was measured
}

// LeftOut says that the estimate is not of this dot.
func (d *dot) LeftOut() bool { return d.Late || d.Excluded != "" }

// Dots are what the pairs say of a metric, one by one in the order of time: those that
// count, from which what standing second does is taken out as in the estimate, and
// those that were left out, by themselves. None for a metric that is not judged by pairs.
func (c *Comparison) Dots(class, metric string) []dot {
	if c.drawn == nil {
		return nil
	}
	m, value := c.drawn.metric(class, metric)
	if value == nil {
		return nil
	}
	p := c.drawn.judged
	var out []dot
	var d, slot []float64
	for _, g := range stats.Groups(len(p.kept), max(1, m.Group)) {
		pairs := p.kept[g[0]:g[1]]
		if v, ok := value(pairs); ok {
			d, slot = append(d, v), append(slot, slotOf(pairs))
			out = append(out, newDot(pairs))
		}
	}
	if len(m.Slot) > 0 {
		d, _ = stats.WithoutSlot(d, slot)
	}
	for i := range out {
		out[i].ChangePct = turned(metric, d[i])
	}
	return c.drawn.withLeftOut(out, metric, value, m.Group <= 1)
}

// metric is what is judged, without its data, and its ln(B/A) of merged pairs, turned
// so that positive is worse; nil for what is not judged so.
func (s *drawn) metric(class, name string) (m stats.Metric, value func([]slicePair) (float64, bool)) {
	p := s.judged
	switch name {
	case "throughput":
		if class != results.TotalClass || s.header.Model != results.Closed {
			return m, nil
		}
		return p.throughputMetric(s.header, s.limits.Throughput), func(pairs []slicePair) (float64, bool) {
			a, b := p.throughput(pairs[0].a), p.throughput(pairs[0].b)
			return math.Log(a) - math.Log(b), a > 0 && b > 0
		}
	case cpuName:
		if class != results.TotalClass || !p.managed || s.limits.CPU.Max == 0 {
			return m, nil
		}
		return p.cpuMetric(s.header, s.limits.CPU), func(pairs []slicePair) (float64, bool) {
			d := (&pairing{kept: pairs}).cpuRatio()
			return d, !math.IsNaN(d)
		}
	}
	for _, l := range s.limits.of(class) {
		if summary.PercentileName(l.Q) == name {
			return p.percentileMetric(s.header, class, l), func(pairs []slicePair) (float64, bool) {
				a, b := arms(pairs, class)
				return percentileRatio(a, b, l.Q)
			}
		}
	}
	return m, nil
}

func newDot(pairs []slicePair) dot {
	first, last := &pairs[0], &pairs[len(pairs)-1]
	return dot{Pair: first.a.Pair, Last: last.a.Pair, Launch: first.a.Launch, AtS: math.Min(first.a.StartS, first.b.StartS)}
}

// withLeftOut puts those between that were left out before the last one that counts.
// Where pairs are merged one alone has too few requests to be seen.
func (s *drawn) withLeftOut(counted []dot, metric string, value func([]slicePair) (float64, bool), single bool) (out []dot) {
	kept := map[int]bool{}
	last := 0
	for _, pair := range s.judged.kept {
		kept[pair.a.Pair], last = true, pair.a.Pair
	}
	for i := range s.all.pairs {
		pair := &s.all.pairs[i]
		number := pair.a.Pair
		for len(counted) > 0 && counted[0].Pair <= number {
			out, counted = append(out, counted[0]), counted[1:]
		}
		if kept[number] || number > last {
			continue
		}
		left := newDot(s.all.pairs[i : i+1])
		left.Excluded, left.Late, left.ChangePct = pair.excluded, pair.excluded == "", math.NaN()
		if d, ok := value(s.all.pairs[i : i+1]); ok && single {
			left.ChangePct = turned(metric, d)
		}
		out = append(out, left)
	}
	return append(out, counted...)
}

// turned is ln(B/A), positive for worse, as B against A in percent.
func turned(metric string, d float64) float64 {
	if metric == "throughput" {
		d = -d
	}
	return percent(d)
}

// Interval is that of the change of any quantile, in percent, as it would be if that
// were judged: with the same levels, of the same pairs. Not ok: too few, or judged are
// launches or saved runs.
func (c *Comparison) Interval(class string, q float64) (low, high float64, ok bool) {
	s := c.drawn
	if s == nil || c.Launches > 0 || c.Verdict == Invalid || s.endAlpha <= 0 {
		return 0, 0, false
	}
	m := s.judged.percentileMetric(s.header, class, PercentileLimit{Q: q, Limit: Limit{Max: 1}})
	d := m.D
	if len(d) < stats.MinValues {
		return 0, 0, false
	}
	if len(m.Slot) > 0 {
		d, _ = stats.WithoutSlot(d, m.Slot)
	}
	low, high, ok = stats.HLInterval(d, s.endAlpha)
	return percent(low), percent(high), ok
}
