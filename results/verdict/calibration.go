package verdict

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// Calibration is how much runs of one and the same target differ from launch to
// launch: what single runs of it must differ by to mean anything.
type Calibration struct {
	Schema string         `json:"schema"`
	Made   time.Time      `json:"made"` // when its last run began
	Target results.Target `json:"target"`
	Host   string         `json:"host"`           // Host.Fingerprint
	Boot   string         `json:"boot,omitempty"` // Host.Boot; "": not known
	// What was sent; a calibration holds for no other load.
	Scenario    results.Scenario `json:"scenario"` // without its text
	Model       results.Model    `json:"model"`
	Arrivals    string           `json:"arrivals,omitempty"`
	Shape       string           `json:"shape,omitempty"`
	RateRPS     float64          `json:"rate_rps,omitempty"`
	Connections int              `json:"connections,omitempty"`
	Classes     []results.Class  `json:"classes"`
	Launches    int              `json:"launches"`
	DurationS   float64          `json:"duration_s"` // of the shortest run: shorter ones spread more
	Spreads     []Spread         `json:"spreads"`
	// Unknown are metrics without a spread, for too little data: "predict p99".
	Unknown []string `json:"unknown,omitempty"`
}

// calibrationHolds is how far from a run a calibration may be made: what machines
// do to runs changes from day to day.
const calibrationHolds = 24 * time.Hour

// Spread is the calibration of one metric.
type Spread struct {
	Class  string  `json:"class"`  // TotalClass for all together
	Metric string  `json:"metric"` // "p50", "throughput"
	Sigma  float64 `json:"sigma"`  // standard deviation of ln(metric) between launches
	DF     float64 `json:"df"`     // degrees of freedom behind it
}

// Limit is the smallest limit, as a share, that launches alone hardly ever
// exceed: 3.3σ. One of two launches of the same target is worse than the other by
// more in a hundredth of cases if σ is known, and in one of fifty with σ from
// twelve launches; that they differ by more either way is twice as likely.
func (s Spread) Limit() float64 { return s.worse(3.3 * s.Sigma) }

// Percent is the spread as a change in percent.
func (s Spread) Percent() float64 { return percent(s.Sigma) }

// worse is a change for the worse as limits state it: latency grows by that
// share, throughput loses it.
func (s Spread) worse(logRatio float64) float64 {
	if s.Metric == "throughput" {
		return -math.Expm1(-logRatio)
	}
	return math.Expm1(logRatio)
}

// Callable is the smallest change for the worse, as a share, that CompareRuns
// can prove with c by a single run of either target, even if nothing else
// changed: the rule's α is shared by all metrics (Holm).
func (c *Calibration) Callable(s Spread) float64 {
	apart := stats.Shift{SE: math.Sqrt2 * s.Sigma, DF: s.DF}
	_, high := apart.Interval(stats.RuleFor(1).Alpha / float64(len(c.Spreads)))
	return s.worse(high)
}

// Calibrate measures the spread of single runs, one for each launch of the same
// target under the same load.
func Calibrate(runs []*results.File, limits Limits) (*Calibration, error) {
	if len(runs) < 2 {
		return nil, fmt.Errorf("a calibration takes at least 2 runs, not %d", len(runs))
	}
	if err := checkComparable(runs, nil); err != nil {
		return nil, err
	}
	h := &runs[0].Header
	c := &Calibration{
		Schema: CalibrationSchema, Made: h.Start, Target: h.Target(results.ArmA), Host: h.Host.Fingerprint(), Boot: h.Host.Boot,
		Scenario: results.Scenario{Name: h.Scenario.Name, Digest: h.Scenario.Digest},
		Model:    h.Model, Arrivals: h.Arrivals, Shape: h.Shape, RateRPS: h.RateRPS, Connections: h.Connections,
		Classes: h.Classes, Launches: len(runs),
	}
	for _, f := range runs[1:] {
		if f.Header.Start.After(c.Made) {
			c.Made = f.Header.Start
		}
		if host := f.Header.Host.Fingerprint(); host != c.Host {
			return nil, fmt.Errorf("%s is of another host (%s) than %s (%s): calibrate on one", f.Path, host, runs[0].Path, c.Host)
		}
		if f.Header.Host.Boot != c.Boot {
			return nil, fmt.Errorf("%s is of another machine than %s, or of the same before a restart: calibrate on one", f.Path, runs[0].Path)
		}
		if name := f.Header.Target(results.ArmA).Name; name != c.Target.Name {
			return nil, fmt.Errorf("%s is of another target (%s) than %s (%s): calibrate one; label=URL names a target whose address changes", f.Path, name, runs[0].Path, c.Target.Name)
		}
	}
	sums := summaries(runs, limits)
	c.DurationS = sums[0].DurationS
	for _, s := range sums {
		c.DurationS = min(c.DurationS, s.DurationS)
	}
	for _, m := range judgedMetrics(h, limits) {
		sigma := spreadOfLogs(valuesOf(sums, m))
		if math.IsNaN(sigma) {
			c.Unknown = append(c.Unknown, m.Class+" "+m.Name)
			continue
		}
		c.Spreads = append(c.Spreads, Spread{Class: m.Class, Metric: m.Name, Sigma: max(sigma, stats.Resolution), DF: float64(len(runs) - 1)})
	}
	return c, nil
}

// spreadOfLogs is the standard deviation of the values' logarithms; NaN if one
// of them has none.
func spreadOfLogs(values []float64) float64 {
	var mean, squares float64
	n := float64(len(values))
	for _, v := range values {
		if !(v > 0) {
			return math.NaN()
		}
		mean += math.Log(v) / n
	}
	for _, v := range values {
		squares += (math.Log(v) - mean) * (math.Log(v) - mean)
	}
	return math.Sqrt(squares / (n - 1))
}

// ReadCalibration reads the calibration at path.
func ReadCalibration(path string) (*Calibration, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("calibration: %w", err)
	}
	var c Calibration
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("%s: not a readable calibration: %w", path, err)
	}
	if c.Schema != CalibrationSchema {
		return nil, fmt.Errorf("%s: not a readable calibration: its schema is %q, this version of mlbench reads %s", path, c.Schema, CalibrationSchema)
	}
	for _, s := range c.Spreads {
		if !(s.Sigma > 0 && s.DF > 0) {
			return nil, fmt.Errorf("%s: not a readable calibration: sigma %v with %v degrees of freedom of %s %s", path, s.Sigma, s.DF, s.Class, s.Metric)
		}
	}
	return &c, nil
}

// Encode is the file that ReadCalibration reads.
func (c *Calibration) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("calibration: %w", err)
	}
	return append(b, '\n'), nil
}

// spread is the calibration of one metric, if there is one.
func (c *Calibration) spread(m stats.Metric) (Spread, bool) {
	for _, s := range c.Spreads {
		if s.Class == m.Class && s.Metric == m.Name {
			return s, true
		}
	}
	return Spread{}, false
}

// differs says why c does not hold for these runs; nil if it does.
func (c *Calibration) differs(runs []*results.File, a, b results.Target) *summary.Reason {
	if c.Host == runs[0].Header.Host.Fingerprint() && c.Target.Name != a.Name && c.Target.Name != b.Name {
		return because(OtherTarget, args{"target": c.Target.Name})
	}
	for _, f := range runs {
		if why := c.elsewhere(f); why != nil {
			return why
		}
	}
	return nil
}

// elsewhere says why c does not hold for this machine, day and load; nil if it does.
func (c *Calibration) elsewhere(f *results.File) *summary.Reason {
	h := &f.Header
	if host := h.Host.Fingerprint(); c.Host != host {
		return because(OtherHost, args{"host": c.Host, "other": host})
	}
	if c.Boot != "" && h.Host.Boot != "" && c.Boot != h.Host.Boot {
		return because(OtherMachine, args{"host": c.Host})
	}
	if apart := h.Start.Sub(c.Made).Abs(); apart > calibrationHolds {
		return because(OtherDay, args{"h": apart.Hours(), "file": f.Path})
	}
	if what := c.header().LoadDiffers(h); what != "" {
		return because(OtherLoad, args{"text": what})
	}
	return nil
}

// header is what c knows of the headers of its runs.
func (c *Calibration) header() *results.Header {
	return &results.Header{
		Scenario: c.Scenario, Model: c.Model, Arrivals: c.Arrivals, Shape: c.Shape,
		RateRPS: c.RateRPS, Connections: c.Connections, Classes: c.Classes,
	}
}

// Load is the load in words: "closed model, 32 connections".
func (c *Calibration) Load() string { return c.header().LoadModel() }
