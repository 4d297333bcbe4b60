package verdict

import (
	"math"
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// launch numbers of pairs, in the order of time.
func (s *series) launchNumbers() (numbers []int) {
	for i := range s.pairs {
		if n := s.pairs[i].a.Launch; !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// launched is what the first k launches are judged by.
func (s *series) launched(k int) *pairing {
	numbers := s.launchNumbers()
	last := 0
	for i := range s.pairs {
		if slices.Index(numbers, s.pairs[i].a.Launch) < k {
			last = i + 1
		}
	}
	return s.upTo(last)
}

// launches are the kept pairs of each launch of both targets; not those of one that
// has fewer than half as many as another was measured with: it was cut off, or the
// generator was late in most of it. Later launches may have fewer pairs than the
// first ones, and the last may be cut off.
func (p *pairing) launches() (out []*pairing) {
	var numbers, measured []int
	for _, pair := range p.timed {
		if n := len(numbers); n == 0 || numbers[n-1] != pair.a.Launch {
			numbers, measured = append(numbers, pair.a.Launch), append(measured, 0)
			out = append(out, &pairing{workers: p.workers, settle: p.settle, limit: p.limit})
		}
		measured[len(measured)-1]++
	}
	for _, pair := range p.kept {
		l := out[slices.Index(numbers, pair.a.Launch)]
		l.kept = append(l.kept, pair)
	}
	if len(out) == 0 {
		return nil
	}
	whole := slices.Min(measured[:max(1, len(measured)-1)])
	return slices.DeleteFunc(out, func(l *pairing) bool { return 2*len(l.kept) < whole })
}

// What a launch has of a percentile that its slices are too short for: as many
// requests beyond it, in so many launches.
const (
	beyondInLaunch = 2
	rareLaunches   = 5
)

// byLaunch judges a metric with the launch as its unit: of is the metric in the
// pairs of one.
func byLaunch(launches []*pairing, m stats.Metric, of func(*pairing) (pairs stats.Metric, whole float64)) (stats.Metric, *stats.Launches) {
	var units []stats.Launch
	rare := false
	for _, l := range launches {
		pairs, whole := of(l)
		switch {
		case pairs.Group == 1 && len(pairs.D) > 0:
			d := pairs.D
			if len(pairs.Slot) > 0 {
				d, _ = stats.WithoutSlot(d, pairs.Slot)
			}
			units = append(units, stats.LaunchOf(d))
		case !math.IsNaN(whole):
			rare = true
			units = append(units, stats.Launch{D: whole, Pairs: len(l.kept)})
		}
	}
	m.D, m.Slot, m.Group, m.Pairs = nil, nil, 0, 0
	by, ok := stats.ByLaunches(units)
	if !ok || rare && len(units) < rareLaunches {
		return m, nil
	}
	m.Unpaired = &by.Shift
	return m, &by
}

// byLaunches replaces the pairs of each metric by launches.
func (p *pairing) byLaunches(h *results.Header, limits Limits, metrics []stats.Metric) map[string]*stats.Launches {
	launches := p.launches()
	found := map[string]*stats.Launches{}
	for i := range metrics {
		m := &metrics[i]
		of := func(l *pairing) (stats.Metric, float64) { return l.percentileOf(h, m, limits) }
		switch m.Name {
		case "throughput":
			of = func(l *pairing) (stats.Metric, float64) { return l.throughputMetric(h, limits.Throughput), math.NaN() }
		case cpuName:
			of = func(l *pairing) (stats.Metric, float64) {
				return l.cpuMetric(h, limits.CPU), l.cpuRatio()
			}
		}
		var by *stats.Launches
		if *m, by = byLaunch(launches, *m, of); by != nil {
			found[rowKey(m.Class, m.Name)] = by
		}
	}
	return found
}

func rowKey(class, metric string) string { return class + "\x00" + metric }

// percentileOf is a percentile in the pairs of a launch, and over all of them where
// enough requests are beyond it.
func (p *pairing) percentileOf(h *results.Header, m *stats.Metric, limits Limits) (pairs stats.Metric, whole float64) {
	whole = math.NaN()
	for _, l := range limits.of(m.Class) {
		if summary.PercentileName(l.Q) != m.Name {
			continue
		}
		pairs = p.percentileMetric(h, m.Class, l)
		a, b := arms(p.kept, m.Class)
		beyond := func(data []*results.ClassData) float64 {
			n := 0.0
			for _, d := range data {
				n += count(d.Response())
			}
			return n * (1 - l.Q)
		}
		if min(beyond(a), beyond(b)) >= beyondInLaunch-1e-9 {
			whole = math.Log(pooled(b, l.Q)) - math.Log(pooled(a, l.Q))
		}
	}
	return pairs, whole
}
