package verdict

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results"
)

// Limits are the changes for the worse that a comparison tolerates.
type Limits struct {
	// Percentiles of the response time, judged in the open model.
	Percentiles []PercentileLimit
	// Throughput, judged in the closed model, is a share: 0.05 for 5% less.
	Throughput float64
	// Errors is a difference of shares: 0.005 for half a percentage point.
	Errors float64
}

// PercentileLimit tolerates that the quantile Q grows by the share Max.
type PercentileLimit struct{ Q, Max float64 }

// DefaultLimits are 5% of p50, 10% of p90, 20% of p99, 5% of throughput and
// half a percentage point of errors.
func DefaultLimits() Limits {
	return Limits{
		Percentiles: []PercentileLimit{{0.50, 0.05}, {0.90, 0.10}, {0.99, 0.20}},
		Throughput:  0.05,
		Errors:      0.005,
	}
}

const limitsForm = "want for example p50=5%,p90=10%,p99=20%,throughput=5%,errors=0.5pp; p99=off does not judge p99"

// ParseLimits reads changes to the defaults, such as "p50=3%,errors=1pp".
func ParseLimits(s string) (Limits, error) {
	l := DefaultLimits()
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name, value, _ := strings.Cut(item, "=")
		if err := l.set(strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return Limits{}, fmt.Errorf("limit %q: %w; %s", item, err, limitsForm)
		}
	}
	if len(l.Percentiles) == 0 {
		return Limits{}, errors.New("limits: every percentile is off, so no latency would be judged")
	}
	return l, nil
}

func (l *Limits) set(name, value string) (err error) {
	if (name == "errors" || name == "throughput") && value == "off" {
		return errors.New("it cannot be switched off, only be given another limit")
	}
	switch name {
	case "errors":
		l.Errors, err = parseShare(value, "pp", 1)
		return err
	case "throughput":
		// All of it cannot be allowed to go: no ratio says so.
		l.Throughput, err = parseShare(value, "%", 0.99)
		return err
	}
	q, ok := results.ParsePercentile(name)
	if !ok {
		return fmt.Errorf("%q cannot be judged", name)
	}
	// The name in reports and files must lead back to the same quantile.
	if again, _ := results.ParsePercentile(results.PercentileName(q)); again != q {
		return fmt.Errorf("%q is finer than p99.9999", name)
	}
	limit := PercentileLimit{Q: q}
	if value != "off" {
		if limit.Max, err = parseShare(value, "%", 100); err != nil {
			return err
		}
	}
	l.Percentiles = slices.DeleteFunc(l.Percentiles, func(p PercentileLimit) bool { return p.Q == q })
	if limit.Max > 0 {
		l.Percentiles = append(l.Percentiles, limit)
		slices.SortFunc(l.Percentiles, func(a, b PercentileLimit) int { return cmp.Compare(a.Q, b.Q) })
	}
	return nil
}

// parseShare reads "5%" or "0.5pp" as a share above 0 and not above most. It
// keeps four decimals of a percent, so that String loses nothing.
func parseShare(s, unit string, most float64) (float64, error) {
	digits, ok := strings.CutSuffix(s, unit)
	if bare := strings.TrimSuffix(strings.TrimSuffix(s, "%"), "pp"); !ok && bare != "" && strings.Trim(bare, "0123456789.") == "" {
		return 0, fmt.Errorf("%q: want %s%s", s, bare, unit)
	}
	v, err := strconv.ParseFloat(digits+"e-2", 64)
	v = math.Round(v*1e6) / 1e6
	if !ok || err != nil || !(v > 0 && v <= most) {
		return 0, fmt.Errorf("%q is no limit above 0 and up to %g%s", s, 100*most, unit)
	}
	return v, nil
}

// String is the form that ParseLimits reads.
func (l Limits) String() string {
	var parts []string
	for _, p := range l.Percentiles {
		parts = append(parts, fmt.Sprintf("%s=%.9g%%", results.PercentileName(p.Q), 100*p.Max))
	}
	// A default that was switched off has to be said, or reading adds it again.
	for _, d := range DefaultLimits().Percentiles {
		if !slices.ContainsFunc(l.Percentiles, func(p PercentileLimit) bool { return p.Q == d.Q }) {
			parts = append(parts, results.PercentileName(d.Q)+"=off")
		}
	}
	return strings.Join(append(parts, fmt.Sprintf("throughput=%.9g%%", 100*l.Throughput), fmt.Sprintf("errors=%.9gpp", 100*l.Errors)), ",")
}

// shown adds the percentiles that are judged to those asked for: a verdict must
// not rest on numbers that nobody sees.
func (l Limits) shown(percentiles []float64, model results.Model) []float64 {
	if percentiles == nil {
		percentiles = results.DefaultPercentiles
	}
	out := slices.Clone(percentiles)
	if model == results.Closed {
		return out
	}
	for _, p := range l.Percentiles {
		if !slices.ContainsFunc(out, func(q float64) bool { return results.PercentileName(q) == results.PercentileName(p.Q) }) {
			out = append(out, p.Q)
		}
	}
	slices.Sort(out)
	return out
}
