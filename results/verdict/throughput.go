package verdict

import (
	"math"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// throughputMetric pairs the throughput of slices, turned so that fewer is
// worse.
func (p *pairing) throughputMetric(h *results.Header, limit float64) stats.Metric {
	m := throughputLimit(limit)
	slots := planned(h) && p.ordered()
	for _, pair := range p.kept {
		ra, rb := p.throughput(pair.a), p.throughput(pair.b)
		if ra > 0 && rb > 0 {
			m.D = append(m.D, math.Log(ra)-math.Log(rb))
			if slots {
				m.Slot = append(m.Slot, pair.slot)
			}
		}
	}
	return m
}

// throughputLimit is the metric without data. Fewer by a share m is A's being
// more than B's by m/(1−m).
func throughputLimit(m float64) stats.Metric {
	return stats.Metric{Name: "throughput", Class: results.TotalClass, Margin: m / (1 - m), Group: 1}
}

// throughput is the pace, in answers without error per second, at which the
// workers of a closed model went in a slice.
//
// It is no count: all workers start a slice at once, so that at 250 ms a slice
// of half a second has two answers of each, whether the target is 10% slower or
// not. Each worker has one request on the way at any time, so the pace is
// workers ÷ mean response time (Little's law), of the requests begun in the
// slice and whole, however long after it they end. A request that failed costs
// its time and counts for nothing.
//
// The answers that came bound it, for time is also lost between requests, after
// failures, and to a request from before the slice: each worker finishes all but
// the last that fit.
func (p *pairing) throughput(m *measured) float64 {
	if m.DurationS <= 0 {
		return 0
	}
	workers, d := float64(p.workers), m.total
	if workers == 0 { // not in the file
		return math.Max(float64(d.Completed()), 0.5) / m.DurationS
	}
	if d.Sent == 0 && d.Carried > 0 {
		// Steps of journeys that began before the slice.
		return float64(d.Completed()) / m.DurationS
	}
	if d.Sent == 0 {
		// From before the slice until after it, all workers waited for one answer.
		return workers / (p.settle + m.DurationS + m.DrainS)
	}
	good := d.GoodShare() * float64(d.Done)
	if good == 0 {
		// Half a request: a slice that a target spent without a good answer must not
		// drop out.
		return 0.5 / m.DurationS
	}
	pace := (float64(d.Completed()) + workers) / m.DurationS
	if busy := seconds(d.Response()); busy > 0 {
		pace = math.Min(pace, workers*good/busy)
	}
	return pace
}

// seconds is the sum of what was recorded.
func seconds(h *stats.Histogram) float64 {
	if h == nil || h.Count() == 0 {
		return 0
	}
	return h.Mean().Seconds() * float64(h.Count())
}
