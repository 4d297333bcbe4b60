package summary

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Latency is a distribution in milliseconds. Where nothing was recorded every
// value is NaN, and null in JSON.
type Latency struct {
	Count          int64
	Min, Mean, Max float64
	Percentiles    []percentile // ascending
}

// percentile is one quantile of a distribution.
type percentile struct {
	Q  float64 // 0…1
	MS float64
}

// Enough says whether n values have one beyond the quantile q, so that it is
// more than another name for the maximum.
func Enough(n int64, q float64) bool { return float64(n)*(1-q) >= 1-1e-9 }

func newLatency(h *stats.Histogram, percentiles []float64) Latency {
	l := Latency{Min: math.NaN(), Mean: math.NaN(), Max: math.NaN()}
	if h != nil && h.Count() > 0 {
		l.Count = h.Count()
		l.Min, l.Mean, l.Max = results.Milliseconds(h.Min()), results.Milliseconds(h.Mean()), results.Milliseconds(h.Max())
	}
	for _, q := range percentiles {
		p := percentile{Q: q, MS: math.NaN()}
		if l.Count > 0 {
			p.MS = results.Milliseconds(h.Quantile(q))
		}
		l.Percentiles = append(l.Percentiles, p)
	}
	return l
}

// At returns the value at quantile q, or NaN when it was not computed.
func (l Latency) At(q float64) float64 {
	for _, p := range l.Percentiles {
		if p.Q == q {
			return p.MS
		}
	}
	return math.NaN()
}

// MarshalJSON writes {"min","mean","p50",…,"max"} in this order.
func (l Latency) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	field := func(sep, name string, v float64) {
		number, _ := results.Number(v).MarshalJSON()
		fmt.Fprintf(&b, "%s%q:%s", sep, name, number)
	}
	field("{", "min", l.Min)
	field(",", "mean", l.Mean)
	for _, p := range l.Percentiles {
		field(",", PercentileName(p.Q), p.MS)
	}
	field(",", "max", l.Max)
	b.WriteByte('}')
	return b.Bytes(), nil
}

// classSummaries are the request classes in the scenario's order; in JSON an
// object by name.
type classSummaries []classSummary

// MarshalJSON writes {"name": {…}, …} in order.
func (cs classSummaries) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range cs {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(c.Name)
		if err != nil {
			return nil, err
		}
		v, err := c.json()
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// json of a span has no figure of requests.
func (c *classSummary) json() ([]byte, error) {
	if !c.Span {
		return json.Marshal(c)
	}
	return json.Marshal(struct {
		Count   int64          `json:"count"`
		Errors  results.Errors `json:"errors"`
		Latency latencyByClock `json:"latency_ms"`
	}{c.Requests, c.Errors, c.Latency})
}
