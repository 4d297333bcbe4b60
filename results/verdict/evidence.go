package verdict

import (
	"math"
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// judgedClasses are all together, and each if there are several.
func judgedClasses(h *results.Header) []string {
	out := []string{results.TotalClass}
	if len(h.Classes) > 1 {
		for _, c := range h.Classes {
			if !slices.Contains(out, c.Name) {
				out = append(out, c.Name)
			}
		}
	}
	return out
}

// evidence is what the pairs say, in the form that is judged.
func (p *pairing) evidence(h *results.Header, limits Limits) stats.Evidence {
	var e stats.Evidence
	classes := judgedClasses(h)
	for _, class := range classes {
		a, b := arms(p.kept, class)
		if h.Model != results.Closed {
			for _, l := range limits.Percentiles {
				e.Metrics = append(e.Metrics, percentileMetric(class, l, a, b))
			}
		}
		a, b = arms(p.timed, class)
		e.Errors = append(e.Errors, errorsOf(class, a, b, limits.Errors))
	}
	e.Stalls = []stats.Stalls{p.stalls(classes)}
	if h.Model == results.Closed {
		e.Metrics = append(e.Metrics, p.throughputMetric(limits.Throughput))
	}
	return e
}

// arms are a class's slices of either arm, pair by pair.
func arms(pairs []slicePair, class string) (a, b []*results.ClassData) {
	a, b = make([]*results.ClassData, len(pairs)), make([]*results.ClassData, len(pairs))
	for i, pair := range pairs {
		a[i], b[i] = pair.a.data(class), pair.b.data(class)
	}
	return a, b
}

// percentileMetric pairs a percentile's logarithms; where slices have too few
// requests for it, those of consecutive pairs are merged.
func percentileMetric(class string, l PercentileLimit, a, b []*results.ClassData) stats.Metric {
	m := l.metric(class)
	n := 0.0
	for i := range a {
		n += math.Min(count(a[i].Response()), count(b[i].Response())) / float64(len(a))
	}
	m.Group = stats.MergeSize(n, l.Q)
	for _, g := range stats.Groups(len(a), m.Group) {
		qa, qb := pooled(a[g[0]:g[1]], l.Q), pooled(b[g[0]:g[1]], l.Q)
		if qa > 0 && qb > 0 {
			m.D = append(m.D, math.Log(qb)-math.Log(qa))
		}
	}
	if len(m.D) == 0 && m.Group > 0 {
		m.Pairs = len(a)
	}
	return m
}

// metric is the limit's metric of a class, without data. One that somebody chose
// has to be judged in the total: single classes may be too rare for it.
func (p PercentileLimit) metric(class string) stats.Metric {
	return stats.Metric{Name: results.PercentileName(p.Q), Class: class, Margin: p.Max, Required: p.chosen() && class == results.TotalClass}
}

func count(h *stats.Histogram) float64 {
	if h == nil {
		return 0
	}
	return float64(h.Count())
}

// pooled is a quantile over several slices, in nanoseconds, at least half a
// microsecond, which is as fine as histograms are; 0 without requests.
func pooled(data []*results.ClassData, q float64) float64 {
	var h *stats.Histogram
	if len(data) == 1 {
		h = data[0].Response()
	} else {
		h = stats.NewHistogram()
		for _, d := range data {
			h.Merge(d.Response())
		}
	}
	if h == nil || h.Count() == 0 {
		return 0
	}
	return math.Max(500, float64(h.Quantile(q)))
}

// errorsOf counts errors per pair. Those of classes are there to withhold the
// latencies of a class that fails, which are no better for being fast.
func errorsOf(class string, a, b []*results.ClassData, limit float64) stats.Errors {
	e := stats.Errors{Class: class, Whole: class == results.TotalClass, Margin: limit}
	for i := range a {
		e.Pairs = append(e.Pairs, errorPair(a[i], b[i]))
	}
	return e
}

func errorPair(a, b *results.ClassData) stats.ErrorPair {
	return stats.ErrorPair{
		ErrorsA: int(a.Failed().Total), RequestsA: int(a.Sent),
		ErrorsB: int(b.Failed().Total), RequestsB: int(b.Sent),
	}
}
