package verdict

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// Sound keeps the runs that a calibration may rest on, and says why the others
// do not count: what the machine, failures or an interrupt did to a run is not
// the luck of a launch.
func Sound(runs []*results.File) (sound []*results.File, left []summary.Reason) {
	for _, f := range runs {
		if why := unsound(f); why != nil {
			left = append(left, summary.Reason{Code: summary.UnsoundRun, Args: args{"file": f.Path, "reason": *why}})
		} else {
			sound = append(sound, f)
		}
	}
	return sound, left
}

func unsound(f *results.File) *summary.Reason {
	s := summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
	switch why := summary.Unfinished(f); {
	case why != nil:
		return why
	case !s.Valid:
		return &s.Warnings[slices.IndexFunc(s.Warnings, func(w summary.Reason) bool { return w.Invalid })]
	case float64(s.Errors.Total) > summary.MostlyFailedShare*float64(s.Requests):
		return &summary.Reason{Code: summary.HighErrors, Args: args{"requests": s.Errors.Total, "of": s.Requests}}
	}
	return nil
}

// longer says that a run is shorter than those of the calibration: the shorter
// a run, the more luck is in its figures. nil if none is.
func (c *Calibration) longer(runs []*results.File) *summary.Reason {
	for _, f := range runs {
		// One that was planned by a number of requests may end a little early.
		if s := summary.Of(f, summary.Select{Arm: results.ArmA}, []float64{}).DurationS; s < 0.9*c.DurationS {
			return because(ShorterRuns, args{"s": c.DurationS, "file": f.Path, "of_s": s})
		}
	}
	return nil
}

// MaxRegression advises limits, in the form that ParseLimits reads: for each
// metric that of its worst class, rounded up to two digits. Empty if no spread
// is known, or none that a limit can state.
func (c *Calibration) MaxRegression() string {
	var names []string
	least := map[string]float64{}
	for _, s := range c.Spreads {
		if _, known := least[s.Metric]; !known {
			names = append(names, s.Metric)
		}
		least[s.Metric] = max(least[s.Metric], s.Limit())
	}
	var parts []string
	for _, name := range names {
		part := name + "=" + twoDigitsUp(100*least[name]) + "%"
		if _, err := ParseLimits(part); err == nil {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ",")
}

// twoDigitsUp rounds up to two digits, or four decimals, which is as fine as
// limits are: a limit must not get tighter by being written down.
func twoDigitsUp(v float64) string {
	digits := max(-4, int(math.Floor(math.Log10(v)))-1)
	unit := math.Pow10(digits)
	// Less a hair, or what is round already would go up by the error of dividing.
	v = math.Ceil(v/unit-1e-9) * unit
	return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64)
}

// Caution says where the limits of a live comparison are tighter than launches
// of one target differ by chance: pairs prove a difference between processes,
// and that one may be luck. nil if they are wide enough.
func (c *Calibration) Caution(f *results.File, limits Limits) *summary.Reason {
	h := &f.Header
	if why := c.elsewhere(f); why != nil {
		return because(CalibrationUnfit, args{"why": *why})
	}
	var tight []TightLimit
	for _, m := range judgedMetrics(h, limits) {
		s, known := c.spread(m)
		limit := m.Margin
		if m.Name == "throughput" {
			limit = limits.Throughput
		}
		if known && limit < s.Limit() {
			tight = append(tight, TightLimit{Class: m.Class, Metric: m.Name, LimitPct: 100 * limit, LeastPct: twoDigitsUp(100 * s.Limit())})
		}
	}
	if tight == nil {
		return nil
	}
	return because(TightLimits, args{"launches": int64(c.Launches), "target": c.Target.Name, "limits": tight, "advised": c.MaxRegression()})
}
