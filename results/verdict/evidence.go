package verdict

import (
	"math"
	"slices"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// judgedClasses are all together, and each if there are several.
func judgedClasses(h *results.Header) []string {
	out := []string{results.TotalClass}
	if len(h.Classes) > 1 {
		for _, c := range h.Classes {
			if !c.Span && !slices.Contains(out, c.Name) {
				out = append(out, c.Name)
			}
		}
	}
	return out
}

// spansOf are the names of the spans.
func spansOf(h *results.Header) (out []string) {
	for _, c := range h.Classes {
		if c.Span {
			out = append(out, c.Name)
		}
	}
	return out
}

// evidence is what the pairs say, in the form that is judged.
func (p *pairing) evidence(h *results.Header, limits Limits) stats.Evidence {
	var e stats.Evidence
	grows := planned(h)
	classes := judgedClasses(h)
	for _, class := range slices.Concat(classes, spansOf(h)) {
		if h.Model != results.Closed {
			for _, l := range limits.of(class) {
				e.Metrics = append(e.Metrics, p.percentileMetric(h, class, l))
			}
		}
		errors := p.errorsOf(class, limits.errorsOf(class), grows)
		errors.Watched = grows && !decides(h, class)
		e.Errors = append(e.Errors, errors)
	}
	e.Stalls = []stats.Stalls{p.stalls(classes)}
	if h.Model == results.Closed {
		e.Metrics = append(e.Metrics, p.throughputMetric(h, limits.Throughput))
	}
	if !grows {
		e.Stalls[0].Gap, e.Stalls[0].Matters = 0, 0
		return e
	}
	if h.Model == results.Closed {
		for _, l := range limits.of(results.TotalClass) {
			m := p.percentileMetric(h, results.TotalClass, l)
			m.Role, m.Required = stats.Guarding, false
			e.Metrics = append(e.Metrics, m)
		}
	}
	if p.managed && limits.CPU.Max > 0 {
		e.Metrics = append(e.Metrics, p.cpuMetric(h, limits.CPU))
	}
	e.Late, e.Course, e.Control = p.lateIn, p.course(h), p.control(h, limits)
	return e
}

// fewDecide is the share of requests below which a class is watched only: it may
// prove a regression, but too little of it is measured to wait for. So is a span, which
// has none.
const fewDecide = 0.10

// decides says whether a pass waits for the class.
func decides(h *results.Header, class string) bool {
	for _, c := range h.Classes {
		if c.Name == class && class != results.TotalClass {
			return c.Share >= fewDecide
		}
	}
	return true
}

// tailSettles is how many requests of a class have to be beyond a percentile for a
// pass to wait for it: with the twelve that it takes to judge it, identical targets
// are within 20% of one another too seldom.
const tailSettles = 60

// settles says whether all that is planned will have that many, on either target.
// All requests together are waited for, however few.
func (p *pairing) settles(h *results.Header, class string, q float64) bool {
	if class == results.TotalClass || h.Model == results.Closed {
		return true
	}
	seconds := 0.0
	for _, pair := range p.kept {
		seconds += pair.a.DurationS
	}
	if last := h.Looks[len(h.Looks)-1]; h.Launches == 0 && last > len(p.kept) {
		seconds *= float64(last) / float64(len(p.kept))
	}
	for _, c := range h.Classes {
		if c.Name == class {
			return h.RateRPS*c.Share*seconds*(1-q) >= tailSettles
		}
	}
	return true
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
func (p *pairing) percentileMetric(h *results.Header, class string, l PercentileLimit) stats.Metric {
	a, b := arms(p.kept, class)
	m := l.metric(class)
	if slices.Contains(spansOf(h), class) {
		m.Role = l.Part.role(false)
	}
	if planned(h) {
		m.Margin = stats.Margin(l.Max, l.AbsMS*float64(time.Millisecond), pooled(a, l.Q))
		m.Role, m.Required = l.Part.role(decides(h, class) && p.settles(h, class, l.Q)), l.Part == Required || m.Required && l.Part == ByDefault
	}
	n := 0.0
	for i := range a {
		n += math.Min(count(a[i].Response()), count(b[i].Response())) / float64(len(a))
	}
	m.Group = stats.MergeSize(n, l.Q)
	slots := planned(h) && p.ordered()
	for _, g := range stats.Groups(len(a), m.Group) {
		if d, ok := percentileRatio(a[g[0]:g[1]], b[g[0]:g[1]], l.Q); ok {
			m.D = append(m.D, d)
			if slots {
				m.Slot = append(m.Slot, slotOf(p.kept[g[0]:g[1]]))
			}
		}
	}
	if len(m.D) == 0 && m.Group > 0 {
		m.Pairs = len(a)
	}
	return m
}

// percentileRatio is ln(B/A) of a quantile of merged slices; not ok where one has none.
func percentileRatio(a, b []*results.ClassData, q float64) (d float64, ok bool) {
	qa, qb := pooled(a, q), pooled(b, q)
	return math.Log(qb) - math.Log(qa), qa > 0 && qb > 0
}

// ordered says that the order of every pair is known.
func (p *pairing) ordered() bool {
	return !slices.ContainsFunc(p.kept, func(x slicePair) bool { return x.slot == 0 })
}

// slotOf is the mean slot of pairs that are merged.
func slotOf(pairs []slicePair) float64 {
	sum := 0.0
	for _, pair := range pairs {
		sum += pair.slot
	}
	return sum / float64(len(pairs))
}

// metric is the limit's metric of a class, without data. One that somebody chose
// has to be judged in the total: single classes may be too rare for it.
func (p PercentileLimit) metric(class string) stats.Metric {
	return stats.Metric{Name: summary.PercentileName(p.Q), Class: class, Margin: p.Max, Required: p.chosen() && class == results.TotalClass}
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

// errorsOf counts errors per pair, of the total with those of settle requests if
// settling. Those of classes are there to withhold the latencies of a class that
// fails, which are no better for being fast.
func (p *pairing) errorsOf(class string, limit float64, settling bool) stats.Errors {
	e := stats.Errors{Class: class, Whole: class == results.TotalClass, Margin: limit}
	for _, pair := range p.timed {
		x := errorPair(pair.a.data(class), pair.b.data(class))
		if e.Whole && settling {
			x.ErrorsA, x.RequestsA = x.ErrorsA+int(pair.a.SettleErrors), x.RequestsA+int(pair.a.Discarded)
			x.ErrorsB, x.RequestsB = x.ErrorsB+int(pair.b.SettleErrors), x.RequestsB+int(pair.b.Discarded)
		}
		e.Pairs = append(e.Pairs, x)
	}
	return e
}

func errorPair(a, b *results.ClassData) stats.ErrorPair {
	return stats.ErrorPair{
		ErrorsA: int(a.Failed().Total), RequestsA: int(a.Sent),
		ErrorsB: int(b.Failed().Total), RequestsB: int(b.Sent),
	}
}
