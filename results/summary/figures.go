package summary

import (
	"math"

	"github.com/mlbench/mlbench/results"
)

// Figures are what the footer of its file keeps of it, under the name of its arm: of all
// requests first, then of each class.
func (s *Run) Figures(arm string) []results.Figure {
	of := func(class string, requests int64, errors results.Errors, throughput float64, l Latency) results.Figure {
		at := func(q float64) float64 {
			if ms := l.At(q); Enough(l.Count, q) && !math.IsNaN(ms) {
				return ms
			}
			return 0
		}
		return results.Figure{
			Arm: arm, Class: class, Requests: requests, Failed: errors.Total, DurationS: s.DurationS,
			ThroughputRPS: throughput, P50MS: at(0.50), P90MS: at(0.90), P99MS: at(0.99),
		}
	}
	total := of(results.TotalClass, s.Ended(), s.Errors, s.ThroughputRPS, s.Latency[results.ClockResponse])
	total.Invalid = !s.Valid
	out := []results.Figure{total}
	for i := range s.Classes {
		c := &s.Classes[i]
		out = append(out, of(c.Name, c.Requests, c.Errors, c.Through, c.Latency[results.ClockResponse]))
	}
	return out
}
