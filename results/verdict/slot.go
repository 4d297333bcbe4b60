package verdict

import (
	"math"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// SlotEffect is what standing second in a pair does to a slice, whichever
// target it is of: a cache still warm, a clock frequency still high. The order
// is drawn by lot, so it favours neither target; it is shown because it says how
// much this machine remembers of the slice before.
type SlotEffect struct {
	Metric    string     `json:"metric"`     // what is judged of all requests: "p50" or, in the closed model, "throughput"
	ChangePct float64    `json:"change_pct"` // second slices against first ones
	CI95Pct   [2]float64 `json:"ci95_pct"`
}

// Slower is by how much the second slices were slower, in percent, with its
// interval; below 0 they were faster.
func (s *SlotEffect) Slower() (estimate, low, high float64) {
	if s.Metric == "throughput" {
		return -s.ChangePct, -s.CI95Pct[1], -s.CI95Pct[0]
	}
	return s.ChangePct, s.CI95Pct[0], s.CI95Pct[1]
}

// Seen says whether the interval excludes that the slot makes no difference.
func (s *SlotEffect) Seen() bool { return s.CI95Pct[0] > 0 || s.CI95Pct[1] < 0 }

// fewestOfOrder is the smallest share of pairs that each order needs.
const fewestOfOrder = 0.25

// slotEffect estimates ln(second/first) over the kept pairs; nil where it cannot
// be told: too few pairs, or nearly all of one order, as files have that
// nothing drew lots for.
//
// A pair's ln(B/A) is the targets' difference plus the slot's where B came
// second, and minus the slot's where it came first. The middle of both orders is
// thus the targets' difference, and it is taken out first: with one target five
// times as slow as the other, nothing else would be seen.
func (p *pairing) slotEffect(model results.Model) *SlotEffect {
	s, value := &SlotEffect{Metric: summary.PercentileName(0.5)}, p.level(model)
	if model == results.Closed {
		s.Metric = "throughput"
	}
	var order [2][]float64 // ln(B/A) where A came first, and where B did
	for _, pair := range p.kept {
		a, b := value(pair.a), value(pair.b)
		if a <= 0 || b <= 0 || pair.a.StartS == pair.b.StartS {
			continue
		}
		i := 0
		if pair.b.StartS < pair.a.StartS {
			i = 1
		}
		order[i] = append(order[i], math.Log(b)-math.Log(a))
	}
	d, ok := withoutTargets(order)
	if !ok {
		return nil
	}
	low, high, ok := stats.HLInterval(d, 0.025)
	if !ok {
		return nil
	}
	s.ChangePct, s.CI95Pct = percent(stats.HodgesLehmann(d)), [2]float64{percent(low), percent(high)}
	return s
}

// withoutTargets turns ln(B/A) by order into the logarithms of second/first.
func withoutTargets(order [2][]float64) (d []float64, ok bool) {
	n := len(order[0]) + len(order[1])
	if n < stats.MinValues || float64(min(len(order[0]), len(order[1]))) < fewestOfOrder*float64(n) {
		return nil, false
	}
	targets := (stats.HodgesLehmann(order[0]) + stats.HodgesLehmann(order[1])) / 2
	for _, v := range order[0] {
		d = append(d, v-targets)
	}
	for _, v := range order[1] {
		d = append(d, targets-v)
	}
	return d, true
}
