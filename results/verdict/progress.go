package verdict

import (
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Progress is what a comparison that is being measured has come to.
type Progress struct {
	Verdict        Verdict // OK and Regression end it; whatever comes after a look that decided does not count
	Undecided      bool    // an objective
	Kept, Measured int     // pairs
	Decided, Open  []Claim // metrics that the verdict waits for, with their intervals
	MoreS          float64 // about how many seconds more would decide it; 0: not known
	// SettleS is for how long the slices to come should be loaded before they count,
	// as each depends on the one before it; 0: as before.
	SettleS float64
}

// mostSettleS is the longest that Progress asks for.
const mostSettleS = 1

// ProgressOf judges what there is, by the limits of the file.
func ProgressOf(f *results.File) Progress {
	c := Compare(f, Options{})
	out := Progress{Verdict: c.Verdict, Undecided: c.Undecided(), Kept: c.Pairs, Measured: c.Measured, MoreS: c.MoreTimeS}
	for i := range c.Metrics {
		m := &c.Metrics[i]
		claim := Claim{Class: m.Class, Metric: m.Metric, EstimatePct: m.ChangePct, IntervalPct: m.CI95Pct, LimitPct: m.signedLimit()}
		switch {
		case m.Role == roleWatched || m.LimitPct == nil && m.Metric != "stalls":
		case m.Outcome == string(Inconclusive):
			out.Open = append(out.Open, claim)
		case m.Judged:
			out.Decided = append(out.Decided, claim)
		}
	}
	if slices.Contains(c.why, stats.CarriedOver) {
		out.SettleS = min(mostSettleS, 2*settle(f))
	}
	return out
}

// signedLimit is the limit as a change: of more that is better, one below 0.
func (m *MetricRow) signedLimit() *float64 {
	if m.LimitPct == nil || m.Unit != "1/s" {
		return m.LimitPct
	}
	limit := -*m.LimitPct
	return &limit
}
