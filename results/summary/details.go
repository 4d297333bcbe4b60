package summary

import (
	"math"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// details are what a run's report shows on demand: how response times are
// distributed, what went over the wire, and what opening connections took.
type details struct {
	// Histogram is of response times, without empty bins at either end.
	Histogram []bin `json:"histogram"`
	// Bytes of complete messages, heads included.
	BytesIn      int64   `json:"bytes_in"`
	BytesOut     int64   `json:"bytes_out"`
	BytesInPerS  float64 `json:"bytes_in_per_s"`
	BytesOutPerS float64 `json:"bytes_out_per_s"`
	// Latencies in milliseconds: from sent to the answer's first byte, and of
	// connections opened while measuring, DNS and TCP, and the TLS handshake.
	FirstByte Latency `json:"first_byte_ms"`
	Opened    int64   `json:"connections_opened"`
	Dial      Latency `json:"dial_ms"`
	TLS       Latency `json:"tls_ms"`
}

// bin counts the response times from FromMS up to ToMS.
type bin struct {
	FromMS   float64 `json:"from_ms"`
	ToMS     float64 `json:"to_ms"`
	Requests int64   `json:"requests"`
}

// Detail computes the details of a run.
func (s *Run) Detail() *details {
	d := &details{
		Histogram: bins(s.total.Response()),
		BytesIn:   s.total.BytesIn, BytesOut: s.total.BytesOut,
		BytesInPerS: perSecond(s.total.BytesIn, s.DurationS), BytesOutPerS: perSecond(s.total.BytesOut, s.DurationS),
		FirstByte: s.Latency[results.ClockFirstByte],
		Opened:    s.connections.Opened,
		Dial:      s.Latency[results.ClockDial],
		TLS:       s.Latency[results.ClockTLS],
	}
	return d
}

// binEdges are those of a decade: fine enough to tell two modes apart.
var binEdges = []float64{1, 1.5, 2, 3, 5, 7}

// bins sorts values into bins whose edges go up by about a half.
func bins(h *stats.Histogram) []bin {
	out := []bin{}
	if h == nil || h.Count() == 0 {
		return out
	}
	h.Each(func(value time.Duration, n int64) {
		ms := max(results.Milliseconds(value), 1e-6)
		if k := len(out); k > 0 && ms < out[k-1].ToMS {
			out[k-1].Requests += n
			return
		}
		from, to := binOf(ms)
		for k := len(out); k > 0 && out[k-1].ToMS < from; k = len(out) { // empty ones between
			lower, upper := binOf(out[k-1].ToMS)
			out = append(out, bin{FromMS: lower, ToMS: upper})
		}
		out = append(out, bin{FromMS: from, ToMS: to, Requests: n})
	})
	return out
}

// binOf is the bin that a value falls into.
func binOf(ms float64) (from, to float64) {
	const rounding = 1 + 1e-9 // so that an edge belongs to the bin that it begins
	decade := math.Pow(10, math.Floor(math.Log10(ms*rounding)))
	from, to = decade, 10*decade
	for _, edge := range binEdges {
		if edge*decade <= ms*rounding {
			from = edge * decade
		} else {
			to = edge * decade
			break
		}
	}
	return roundEdge(from), roundEdge(to)
}

// roundEdge takes out what the powers of ten leave behind.
func roundEdge(v float64) float64 { return math.Round(v*1e9) / 1e9 }
