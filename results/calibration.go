package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/mlbench/mlbench/results/stats"
)

// CalibrationSchema names the JSON form of Calibration.
const CalibrationSchema = "mlbench.calibration/1"

// Calibration is how much runs of one and the same target differ from launch to
// launch: what single runs of it must differ by to mean anything.
type Calibration struct {
	Schema string     `json:"schema"`
	Made   time.Time  `json:"made"`
	Target TargetName `json:"target"`
	Host   string     `json:"host"` // Host.Fingerprint
	// What was sent; a calibration holds for no other load.
	Scenario    Scenario `json:"scenario"` // without its text
	Model       Model    `json:"model"`
	Arrivals    string   `json:"arrivals,omitempty"`
	Shape       string   `json:"shape,omitempty"`
	RateRPS     float64  `json:"rate_rps,omitempty"`
	Connections int      `json:"connections,omitempty"`
	Classes     []Class  `json:"classes"`
	Launches    int      `json:"launches"`
	Spreads     []Spread `json:"spreads"`
}

// Spread is the calibration of one metric.
type Spread struct {
	Class  string  `json:"class"`  // TotalClass for all together
	Metric string  `json:"metric"` // "p50", "throughput"
	Sigma  float64 `json:"sigma"`  // standard deviation of ln(metric) between launches
	DF     float64 `json:"df"`     // degrees of freedom behind it
}

// Limit is the smallest limit, as a share, that launches alone hardly ever
// exceed: 3.3σ, which two launches of the same target differ by in one of a
// hundred cases.
func (s Spread) Limit() float64 { return math.Expm1(3.3 * s.Sigma) }

// Calibrate measures the spread of single runs, one for each launch of the same
// target under the same load.
func Calibrate(runs []*File, limits Limits) (*Calibration, error) {
	if len(runs) < 2 {
		return nil, fmt.Errorf("a calibration takes at least 2 runs, not %d", len(runs))
	}
	if err := checkComparable(runs, nil); err != nil {
		return nil, err
	}
	h := &runs[0].Header
	c := &Calibration{
		Schema: CalibrationSchema, Made: h.Start, Target: h.target(ArmA), Host: h.Host.Fingerprint(),
		Scenario: Scenario{Name: h.Scenario.Name, Digest: h.Scenario.Digest},
		Model:    h.Model, Arrivals: h.Arrivals, Shape: h.Shape, RateRPS: h.RateRPS, Connections: h.Connections,
		Classes: h.Classes, Launches: len(runs),
	}
	for _, f := range runs[1:] {
		if f.Header.Host.Fingerprint() != c.Host {
			return nil, fmt.Errorf("%s is of another host (%s) than %s (%s): calibrate on one", f.Path, f.Header.Host.Fingerprint(), runs[0].Path, c.Host)
		}
	}
	sums := summaries(runs, limits)
	for _, m := range h.judgedMetrics(limits) {
		if sigma := spreadOfLogs(valuesOf(sums, m)); sigma > 0 {
			c.Spreads = append(c.Spreads, Spread{Class: m.Class, Metric: m.Name, Sigma: sigma, DF: float64(len(runs) - 1)})
		}
	}
	return c, nil
}

// spreadOfLogs is the standard deviation of the values' logarithms; 0 if one of
// them has none.
func spreadOfLogs(values []float64) float64 {
	var mean, squares float64
	n := float64(len(values))
	for _, v := range values {
		if !(v > 0) {
			return 0
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

// Write stores c at path, in place of an earlier one. The file is whole at any
// moment.
func (c *Calibration) Write(path string) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("calibration: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".calibration-*.tmp")
	if err != nil {
		return fmt.Errorf("calibration: %w", err)
	}
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("calibration: %w", err)
	}
	return nil
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

// differs says why c does not hold for these runs; "" if it does.
func (c *Calibration) differs(h *Header, a, b TargetName) string {
	if host := h.Host.Fingerprint(); c.Host != host {
		return fmt.Sprintf("it is of another host (%s, not %s)", c.Host, host)
	}
	if c.Target.Name != a.Name && c.Target.Name != b.Name {
		return fmt.Sprintf("it is of another target (%s)", c.Target.Name)
	}
	own := &Header{Scenario: c.Scenario, Model: c.Model, Arrivals: c.Arrivals, Shape: c.Shape, RateRPS: c.RateRPS, Connections: c.Connections, Classes: c.Classes}
	if what := loadDiffers(own, h); what != "" {
		return "it is of another load: " + what
	}
	return ""
}
