package verdict

import (
	"math"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// untrusted says why pairs are not what they are taken for.
func (j *judging) untrusted(r stats.Reason) *summary.Reason {
	metric, change := summary.PercentileName(0.5), percent
	if j.closed {
		metric, change = "throughput", func(d float64) float64 { return percent(-d) }
	}
	switch r {
	case stats.Unsteady:
		t := j.v.Trend
		return because(Unsteady, args{"metric": metric, "first_pct": change(t.First), "last_pct": change(t.Last), "p": t.P})
	case stats.CarriedOver:
		return because(CarryOver, args{"metric": metric, "pct": change(j.v.CarryOver.Effect), "p": j.v.CarryOver.P})
	case stats.Contaminated:
		c := j.v.Control
		return because(Contaminated, args{"metric": j.e.Control[c.Metric].Name, "pct": change(c.Effect), "p": c.P})
	}
	late := j.e.Late
	return because(Lopsided, args{"arm": results.ArmB, "pairs": int64(late.OnlyB), "other": int64(late.OnlyA), "of": int64(late.Pairs)})
}

// requests are how many either target got that count for a metric, and how many it
// would take: to judge a percentile, or to bound errors that are as they seem.
func (j *judging) requests(m *stats.Judgement) (got, needed *int64) {
	if j.p == nil {
		return nil, nil
	}
	a, b := counts(results.ArmA, m.Class, j.p.kept), counts(results.ArmB, m.Class, j.p.kept)
	n := min(a.Sent, b.Sent)
	q, ok := summary.ParsePercentile(m.Name)
	if !ok {
		return &n, nil
	}
	need := requestsFor(q)
	return &n, &need
}

// requestsFor is how many requests of either target it takes to judge a quantile.
func requestsFor(q float64) int64 { return int64(math.Ceil(stats.MinValues/(1-q) - 1e-6)) }

// TooRare are the percentiles with a limit, as "p99" and "p99 of health", for which
// an open model sends too few requests in so much time on either target: known
// before it is measured.
func TooRare(h *results.Header, measured time.Duration) (names []string) {
	limits, err := ParseLimits(h.Limits)
	if err != nil || h.Model != results.Open {
		return nil
	}
	sent := h.RateRPS * measured.Seconds()
	rare := func(of string, limits []PercentileLimit, n float64) {
		for _, l := range limits {
			if n < float64(requestsFor(l.Q)) {
				names = append(names, summary.PercentileName(l.Q)+of)
			}
		}
	}
	rare("", limits.Percentiles, sent)
	for _, c := range h.Classes {
		if len(h.Classes) > 1 && !c.Span { // how many journeys come to their end is not known
			rare(" of "+c.Name, limits.of(c.Name), sent*c.Share)
		}
	}
	return names
}

// errorRequests are how many requests either target got, and about how many it takes
// to bound the difference of errors that both have alike by its limit: one arm's
// share p has the variance p(1 − p)/n, and the bound is 1.645 standard deviations
// of the difference away. Where there are none, the rule of three.
func (j *judging) errorRequests(m *stats.Judgement) (got, needed *int64) {
	e := j.failures(m.Class)
	n := int64(min(e.OfA, e.OfB))
	if n == 0 || m.Limit == 0 {
		return nil, nil
	}
	p := float64(e.A+e.B) / float64(e.OfA+e.OfB)
	need := 2 * p * (1 - p) * math.Pow(1.645/m.Limit, 2)
	need = max(need, 3/m.Limit)
	whole := int64(math.Ceil(need))
	return &n, &whole
}
