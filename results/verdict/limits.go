package verdict

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// Limits are the changes for the worse that a comparison tolerates.
type Limits struct {
	// Percentiles of the response time. In the closed model they prove nothing, but
	// nothing passes that breaks them.
	Percentiles []PercentileLimit
	// Throughput, judged in the closed model, is a share: 0.05 for 5% less.
	Throughput float64
	// Errors is a difference of shares: 0.005 for half a percentage point.
	Errors float64
	// CPU is of what a managed target uses per request.
	CPU Limit
	// Classes have limits of their own; what they do not have is as for all.
	Classes []ClassLimits
}

// Limit tolerates that something grows by the share Max, or by AbsMS, whichever is
// more. It is off if Max is 0.
type Limit struct {
	Max   float64
	AbsMS float64 // milliseconds; 0: none
	Part  Part
}

// Part is what a limit that is not met, or not known to be, does to a verdict.
type Part string

const (
	ByDefault Part = ""         // of all requests and of frequent classes a pass waits for it
	Watched   Part = "watched"  // a regression is one, but a pass does not wait
	Required  Part = "required" // nothing passes that it was not judged for
)

// role is a metric's in the verdict, decides being that of its class.
func (p Part) role(decides bool) stats.Role {
	if p == Watched || p == ByDefault && !decides {
		return stats.Watched
	}
	return stats.Deciding
}

// PercentileLimit is of the quantile Q.
type PercentileLimit struct {
	Q float64
	Limit
}

// ClassLimits are those of one class.
type ClassLimits struct {
	Class       string
	Percentiles []PercentileLimit // those that are off, too
	Errors      float64           // 0: as for all
}

// of are the percentiles that are judged of a class.
func (l Limits) of(class string) []PercentileLimit {
	i := slices.IndexFunc(l.Classes, func(c ClassLimits) bool { return c.Class == class })
	if i < 0 {
		return l.Percentiles
	}
	out := slices.Clone(l.Percentiles)
	for _, own := range l.Classes[i].Percentiles {
		if own.Part == ByDefault {
			own.Part = Required // or nobody would have named the class
		}
		out = withLimit(out, own)
	}
	return out
}

// withLimit replaces the limit of a quantile, or takes it out if it is off.
func withLimit(limits []PercentileLimit, own PercentileLimit) []PercentileLimit {
	limits = slices.DeleteFunc(limits, func(p PercentileLimit) bool { return p.Q == own.Q })
	if own.Max > 0 {
		limits = append(limits, own)
		slices.SortFunc(limits, func(a, b PercentileLimit) int { return cmp.Compare(a.Q, b.Q) })
	}
	return limits
}

// errorsOf is the limit on errors of a class.
func (l Limits) errorsOf(class string) float64 {
	for _, c := range l.Classes {
		if c.Class == class && c.Errors > 0 {
			return c.Errors
		}
	}
	return l.Errors
}

// CheckClasses says which limits are of classes that are not there.
func (l Limits) CheckClasses(classes []string) error {
	var bad []error
	for _, c := range l.Classes {
		if !slices.Contains(classes, c.Class) {
			bad = append(bad, fmt.Errorf("limit of %q: the scenario has no such class, only %s", c.Class, strings.Join(classes, ", ")))
		}
	}
	return errors.Join(bad...)
}

// DefaultLimits are 5% of p50, 10% of p90, 20% of p99, 5% of throughput, half a
// percentage point of errors and 10% of CPU per request.
func DefaultLimits() Limits {
	return Limits{
		Percentiles: []PercentileLimit{{Q: 0.50, Limit: Limit{Max: 0.05}}, {Q: 0.90, Limit: Limit{Max: 0.10}}, {Q: 0.99, Limit: Limit{Max: 0.20}}},
		Throughput:  0.05,
		Errors:      0.005,
		CPU:         Limit{Max: 0.10},
	}
}

const limitsForm = "want for example p50=5%,p90=10%,p99=20%,throughput=5%,errors=0.5pp,cpu=10%; p99=off does not judge p99; p50=5%|0.2ms, health:p99=50% and 'p99=20% watched' are limits, too"

// ParseLimits reads changes to the defaults, such as "p50=3%,errors=1pp".
func ParseLimits(s string) (Limits, error) {
	l := DefaultLimits()
	var mistakes []error
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name, value, _ := strings.Cut(item, "=")
		if err := l.set(strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			mistakes = append(mistakes, fmt.Errorf("limit %q: %w", item, err))
		}
	}
	if n := len(mistakes); n > 0 { // the last line has what is right
		mistakes[n-1] = fmt.Errorf("%w; %s", mistakes[n-1], limitsForm)
		return Limits{}, errors.Join(mistakes...)
	}
	if len(l.Percentiles) == 0 && !slices.ContainsFunc(l.Classes, func(c ClassLimits) bool { return len(l.of(c.Class)) > 0 }) {
		return Limits{}, errors.New("limits: every percentile is off, so no latency would be judged")
	}
	return l, nil
}

func (l *Limits) set(name, value string) (err error) {
	class := ""
	if i := strings.LastIndex(name, ":"); i >= 0 {
		if class, name = strings.TrimSpace(name[:i]), strings.TrimSpace(name[i+1:]); class == "" || class == results.TotalClass {
			return fmt.Errorf("%q is no class: without one a limit is of all requests", class)
		}
	}
	if (name == "errors" || name == "throughput") && value == "off" {
		return errors.New("it cannot be switched off, only be given another limit")
	}
	if class != "" && (name == "throughput" || name == "cpu") {
		return fmt.Errorf("%s is of all requests together, and of no class", name)
	}
	switch name {
	case "errors":
		share, err := parseShare(value, "pp", 1)
		if class == "" {
			l.Errors = share
		} else {
			l.ofClass(class).Errors = share
		}
		return err
	case "throughput":
		// All of it cannot be allowed to go: no ratio says so.
		l.Throughput, err = parseShare(value, "%", 0.99)
		return err
	case "cpu":
		l.CPU, err = parseLimit(value)
		return err
	}
	q, ok := summary.ParsePercentile(name)
	if !ok {
		return fmt.Errorf("%q cannot be judged", name)
	}
	// The name in reports and files must lead back to the same quantile.
	if again, _ := summary.ParsePercentile(summary.PercentileName(q)); again != q {
		return fmt.Errorf("%q is finer than p99.9999", name)
	}
	limit := PercentileLimit{Q: q}
	if limit.Limit, err = parseLimit(value); err != nil {
		return err
	}
	if class == "" {
		l.Percentiles = withLimit(l.Percentiles, limit)
		return nil
	}
	own := l.ofClass(class)
	own.Percentiles = slices.DeleteFunc(own.Percentiles, func(p PercentileLimit) bool { return p.Q == q })
	own.Percentiles = append(own.Percentiles, limit)
	slices.SortFunc(own.Percentiles, func(a, b PercentileLimit) int { return cmp.Compare(a.Q, b.Q) })
	return nil
}

// ofClass are the limits of a class, to be changed.
func (l *Limits) ofClass(class string) *ClassLimits {
	i := slices.IndexFunc(l.Classes, func(c ClassLimits) bool { return c.Class == class })
	if i < 0 {
		i, l.Classes = len(l.Classes), append(l.Classes, ClassLimits{Class: class})
	}
	return &l.Classes[i]
}

// parseLimit reads "5%", "5%|0.2ms", either with a part behind it, or "off".
func parseLimit(s string) (l Limit, err error) {
	if s == "off" {
		return l, nil
	}
	change, part, _ := strings.Cut(s, " ")
	switch l.Part = Part(strings.TrimSpace(part)); l.Part {
	case ByDefault, Watched, Required:
	default:
		return l, fmt.Errorf("%q is neither watched nor required", l.Part)
	}
	change, slack, both := strings.Cut(change, "|")
	if l.Max, err = parseShare(change, "%", 100); err != nil || !both {
		return l, err
	}
	d, err := time.ParseDuration(slack)
	if err != nil || d < time.Microsecond || d > stats.MaxLatency {
		return l, fmt.Errorf("%q is no time from 1us to %s, such as 0.2ms", slack, stats.MaxLatency)
	}
	l.AbsMS = float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
	return l, nil
}

// String is the form that parseLimit reads.
func (l Limit) String() string {
	if l.Max == 0 {
		return "off"
	}
	out := fmt.Sprintf("%.9g%%", 100*l.Max)
	if l.AbsMS > 0 {
		out += fmt.Sprintf("|%.9gms", l.AbsMS)
	}
	if l.Part != ByDefault {
		out += " " + string(l.Part)
	}
	return out
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
		parts = append(parts, summary.PercentileName(p.Q)+"="+p.Limit.String())
	}
	// A default that was switched off has to be said, or reading adds it again.
	for _, d := range DefaultLimits().Percentiles {
		if !slices.ContainsFunc(l.Percentiles, func(p PercentileLimit) bool { return p.Q == d.Q }) {
			parts = append(parts, summary.PercentileName(d.Q)+"=off")
		}
	}
	parts = append(parts, fmt.Sprintf("throughput=%.9g%%", 100*l.Throughput), fmt.Sprintf("errors=%.9gpp", 100*l.Errors))
	if l.CPU != DefaultLimits().CPU {
		parts = append(parts, "cpu="+l.CPU.String())
	}
	for _, c := range l.Classes {
		for _, p := range c.Percentiles {
			parts = append(parts, c.Class+":"+summary.PercentileName(p.Q)+"="+p.Limit.String())
		}
		if c.Errors > 0 {
			parts = append(parts, fmt.Sprintf("%s:errors=%.9gpp", c.Class, 100*c.Errors))
		}
	}
	return strings.Join(parts, ",")
}

// shown adds the percentiles that are judged to those asked for: a verdict must
// not rest on numbers that nobody sees.
func (l Limits) shown(percentiles []float64, model results.Model) []float64 {
	if percentiles == nil {
		percentiles = summary.DefaultPercentiles
	}
	out := slices.Clone(percentiles)
	judged := slices.Clone(l.Percentiles)
	for _, c := range l.Classes {
		judged = append(judged, l.of(c.Class)...)
	}
	for _, p := range judged {
		if !slices.ContainsFunc(out, func(q float64) bool { return summary.PercentileName(q) == summary.PercentileName(p.Q) }) {
			out = append(out, p.Q)
		}
	}
	slices.Sort(out)
	return out
}
