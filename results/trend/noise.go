package trend

import (
	"maps"
	"math"
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// Noise is how much single results differ although nothing changed.
type Noise struct {
	From string `json:"from"` // NoiseOfLaunches or NoiseOfRevisions
	// SD is the standard deviation of the metric's logarithm, as a change in percent; of
	// errors, in percentage points.
	SD float64 `json:"sd_pct"`
	DF float64 `json:"df"` // degrees of freedom behind it
}

// Where noise is known from.
const (
	NoiseOfLaunches  = "calibration" // launches of one target, by 'mlbench calibrate'
	NoiseOfRevisions = "revisions"   // results of one and the same revision in this series
)

// leastFreedom is how many degrees of freedom make a spread worth showing.
const leastFreedom = 3

// Band is where single results are expected around a median, in nineteen of twenty
// cases: two standard deviations to both sides.
func (n *Noise) Band(median float64, unit string) (low, high float64) {
	if unit == "%" {
		return max(0, median-2*n.SD), median + 2*n.SD
	}
	factor := 1 + n.SD/100
	return median / (factor * factor), median * factor * factor
}

// noise is what is known of a metric's; nil: nothing.
func (t *Trend) noise(m *Metric, c *verdict.Calibration) *Noise {
	if len(t.Points) == 0 {
		return nil
	}
	if c != nil {
		for _, s := range c.Spreads {
			if s.Class == t.Class && s.Metric == m.Name {
				return &Noise{From: NoiseOfLaunches, SD: s.Percent(), DF: s.DF}
			}
		}
	}
	return t.ofRevisions(m)
}

// fits says whether a calibration holds for the series, and notes why not.
func (t *Trend) fits(c *verdict.Calibration) bool {
	switch {
	case c.Host != t.Host:
		t.NotCalibrated = "it is of another host, " + c.Host
	case c.Target.Name != t.Target:
		t.NotCalibrated = "it is of another target, " + c.Target.Name
	case c.Scenario.Name != t.Scenario || c.Load() != t.Load:
		t.NotCalibrated = "it is of another load: " + c.Scenario.Name + ", " + c.Load()
	default:
		return true
	}
	return false
}

// ofRevisions pools the spread of results of one revision each, without changes that
// nobody committed.
func (t *Trend) ofRevisions(m *Metric) *Noise {
	groups := map[string][]float64{}
	for i, p := range t.Points {
		if v := m.Values[i]; v != nil && p.Source != nil && p.Source.Commit != "" && !p.Source.Dirty {
			x := *v
			if m.Unit != "%" {
				if !(x > 0) {
					continue
				}
				x = math.Log(x)
			}
			groups[p.Source.Commit] = append(groups[p.Source.Commit], x)
		}
	}
	var squares, freedom float64
	for _, commit := range slices.Sorted(maps.Keys(groups)) { // the same sum each time
		g := groups[commit]
		mean := 0.0
		for _, v := range g {
			mean += v / float64(len(g))
		}
		for _, v := range g {
			squares += (v - mean) * (v - mean)
		}
		freedom += float64(len(g) - 1)
	}
	if freedom < leastFreedom {
		return nil
	}
	sd := math.Sqrt(squares / freedom)
	if m.Unit != "%" {
		sd = 100 * math.Expm1(sd)
	}
	if results.Number(sd).OrNil() == nil {
		return nil
	}
	return &Noise{From: NoiseOfRevisions, SD: sd, DF: freedom}
}
