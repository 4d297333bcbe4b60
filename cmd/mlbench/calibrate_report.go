package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// calibrationReport is the calibration with what follows from it. Its JSON form
// can be read as a calibration, too.
type calibrationReport struct {
	*results.Calibration
	Metrics       []calibratedMetric `json:"metrics"`
	MaxRegression string             `json:"max_regression"` // advised; "" if nothing is known
	Warnings      []string           `json:"warnings"`
	ResultFiles   []string           `json:"result_files"`
	File          string             `json:"file"`
}

// calibratedMetric is one metric's spread, and what it means.
type calibratedMetric struct {
	Class       string  `json:"class"`
	Metric      string  `json:"metric"`
	SpreadPct   number  `json:"spread_pct"`
	DF          float64 `json:"df"`
	CallablePct number  `json:"callable_pct"` // see results.Calibration.Callable
	LimitPct    number  `json:"limit_pct"`    // see results.Spread.Limit
}

func newCalibrationReport(c *results.Calibration, sound []*results.File, left []string) *calibrationReport {
	r := &calibrationReport{
		Calibration: c, MaxRegression: c.MaxRegression(),
		Metrics: []calibratedMetric{}, Warnings: append([]string{}, left...), ResultFiles: []string{},
	}
	for _, s := range c.Spreads {
		r.Metrics = append(r.Metrics, calibratedMetric{
			s.Class, s.Metric, number(s.Percent()), s.DF, number(100 * c.Callable(s)), number(100 * s.Limit()),
		})
	}
	for _, f := range sound {
		r.ResultFiles = append(r.ResultFiles, f.Path)
	}
	if c.Launches < advisedLaunches {
		r.Warnings = append(r.Warnings, fmt.Sprintf("of %d launches only: the true spread may be over three times as large; make it %d", c.Launches, defaultLaunches))
	}
	if len(c.Unknown) > 0 {
		r.Warnings = append(r.Warnings, "too few requests in a launch for "+strings.Join(c.Unknown, ", ")+": give a longer --duration or a higher --rate")
	}
	return r
}

// show puts the report on stdout.
func (o *calibrateOptions) show(c *results.Calibration, sound []*results.File, left []string) error {
	r := newCalibrationReport(c, sound, left)
	r.File = o.output
	if o.format == "json" {
		enc := json.NewEncoder(o.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	_, err := io.WriteString(o.Out, r.text())
	return err
}

func (r *calibrationReport) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: how much launches differ\n", report.OneLine(r.Target.Name))
	fmt.Fprintf(&b, "%s, %s; %s of %.3g s on %s\n\n", report.OneLine(r.Scenario.Name), report.OneLine(r.Load()), cli.Plural(r.Launches, "run"), r.DurationS, r.Host)
	width := len("class")
	for _, m := range r.Metrics {
		width = max(width, len(m.Class))
	}
	fmt.Fprintf(&b, "%-*s  %-10s  %7s  %3s  %11s  %11s\n", width, "class", "metric", "spread", "df", "single runs", "least limit")
	for _, m := range r.Metrics {
		sign := "+"
		if m.Metric == "throughput" {
			sign = "-"
		}
		fmt.Fprintf(&b, "%-*s  %-10s  %6.2f%%  %3.0f  %11s  %10.2f%%\n",
			width, m.Class, m.Metric, m.SpreadPct, m.DF, fmt.Sprintf("%s%.1f%%", sign, m.CallablePct), m.LimitPct)
	}
	b.WriteString(`
spread       standard deviation of the metric's logarithm, from launch to launch
single runs  the smallest change that one saved run of each revision can prove
least limit  3.3 spreads: launches alone differ by more once in a hundred times

`)
	if r.MaxRegression != "" {
		fmt.Fprintf(&b, "limits that the luck of launches hardly ever exceeds:\n  --max-regression %s\n", r.MaxRegression)
	} else {
		b.WriteString("no limit can be advised\n")
	}
	for _, w := range r.Warnings {
		fmt.Fprintln(&b, "!", report.OneLine(w))
	}
	fmt.Fprintf(&b, "\ncalibration: %s\n", r.File)
	return b.String()
}
