package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

const (
	// AdvisedLaunches is how many launches a calibration is advised to have: with
	// 11 degrees of freedom σ is known to within −30 and +70%.
	AdvisedLaunches = 12
	// fewLaunches know it to worse than a factor of three.
	fewLaunches = 5
)

// calibration is a calibration with what follows from it. Its JSON form can be
// read as a calibration, too.
type calibration struct {
	*verdict.Calibration
	Metrics       []calibratedMetric `json:"metrics"`
	MaxRegression string             `json:"max_regression"` // advised; "" if nothing is known
	Warnings      []string           `json:"warnings"`
	ResultFiles   []string           `json:"result_files"`
	File          string             `json:"file"`
}

// calibratedMetric is one metric's spread, and what it means.
type calibratedMetric struct {
	Class       string         `json:"class"`
	Metric      string         `json:"metric"`
	SpreadPct   results.Number `json:"spread_pct"`
	DF          float64        `json:"df"`
	CallablePct results.Number `json:"callable_pct"` // see verdict.Calibration.Callable
	LimitPct    results.Number `json:"limit_pct"`    // see verdict.Spread.Limit
}

// Calibration renders, as text or JSON, how much launches differ: of these runs,
// kept in file; left says which runs were left out, and why.
func Calibration(w io.Writer, format Format, c *verdict.Calibration, runs []*results.File, left []string, file string) error {
	r := &calibration{
		Calibration: c, MaxRegression: c.MaxRegression(), File: file,
		Metrics: []calibratedMetric{}, Warnings: append([]string{}, left...), ResultFiles: []string{},
	}
	for _, s := range c.Spreads {
		r.Metrics = append(r.Metrics, calibratedMetric{
			s.Class, s.Metric, results.Number(s.Percent()), s.DF, results.Number(100 * c.Callable(s)), results.Number(100 * s.Limit()),
		})
	}
	for _, f := range runs {
		r.ResultFiles = append(r.ResultFiles, f.Path)
	}
	if c.Launches < fewLaunches {
		r.Warnings = append(r.Warnings, fmt.Sprintf("of %d launches only: the true spread may be over three times as large; make it %d", c.Launches, AdvisedLaunches))
	}
	if len(c.Unknown) > 0 {
		r.Warnings = append(r.Warnings, "too few requests in a launch for "+strings.Join(c.Unknown, ", ")+": give a longer --duration or a higher --rate")
	}
	if format == JSON {
		return writeJSON(w, JSON, r)
	}
	return r.text(w)
}

func (r *calibration) text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: how much launches differ\n", OneLine(r.Target.Name))
	fmt.Fprintf(&b, "%s, %s; %s of %.3g s on %s\n\n", OneLine(r.Scenario.Name), OneLine(r.Load()), count(r.Launches, "run"), r.DurationS, r.Host)
	t := &Table{Head: Cells(Own, "class", "metric", "spread", "df", "single runs", "least limit"), Left: 2}
	for _, m := range r.Metrics {
		sign := "+"
		if m.Metric == "throughput" {
			sign = "-"
		}
		t.add(append([]Cell{{Text: m.Class}}, Cells(Own, m.Metric, fmt.Sprintf("%.2f%%", m.SpreadPct), fmt.Sprintf("%.0f", m.DF),
			fmt.Sprintf("%s%.1f%%", sign, m.CallablePct), fmt.Sprintf("%.2f%%", m.LimitPct))...)...)
	}
	if err := t.Write(&b, Text, Options{}); err != nil {
		return err
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
	for _, warning := range r.Warnings {
		fmt.Fprintln(&b, "!", OneLine(warning))
	}
	fmt.Fprintf(&b, "\ncalibration: %s\n", r.File)
	_, err := io.WriteString(w, b.String())
	return err
}
