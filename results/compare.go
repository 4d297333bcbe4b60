package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results/stats"
)

// CompareOptions say how a comparison is judged.
type CompareOptions struct {
	Percentiles []float64 // to show beside those judged; nil: DefaultPercentiles
	Limits      *Limits   // nil: the file's own, else DefaultLimits
	Strict      bool      // a regression must be proven to exceed its limit; or the file says so
	// Calibration is how much runs of these targets differ by chance: for
	// CompareFiles, where there are too few runs to tell.
	Calibration *Calibration
}

// Compare sets the two arms of a comparison side by side and judges them by
// pairs. All figures are of the pairs that are judged.
func Compare(f *File, o CompareOptions) *Comparison {
	limits, err := f.limits(o)
	p := f.pairing()
	c := f.sideBySide(limits.shown(o.Percentiles, f.Header.Model), p.figures())
	c.Pairs = len(p.kept)
	j := judging{
		c: c, e: p.evidence(&f.Header, limits), rule: stats.RuleFor(f.Header.Looks),
		basis: fmt.Sprintf("%d pairs", c.Pairs), unfinished: f.unfinished(),
	}
	j.rule.Strict, j.rule.Seed = o.Strict || f.Header.Strict, f.Header.Seed
	if j.invalid = f.invalidity(c, p); err != nil {
		j.invalid = fmt.Sprintf("the file's limits cannot be read (%v)", err)
	}
	overA, overB := f.overdue(ArmA), f.overdue(ArmB)
	c.ArmA.warnOverdue(overA)
	c.ArmB.warnOverdue(overB)
	j.blocks = f.blocks(c, p, overA, overB)
	if p.late > 0 && j.invalid == "" {
		j.notes = append(j.notes, fmt.Sprintf("%d of %d pairs are left out because the load generator was late in them", p.late, p.leftOut()+c.Pairs))
	}
	if p.excluded > 0 && j.invalid == "" {
		j.notes = append(j.notes, fmt.Sprintf("%d of %d pairs are left out because a slice was excluded as it was measured (%s)", p.excluded, p.leftOut()+c.Pairs, p.why))
	}
	j.notes = slices.Concat(j.notes, f.warmUpNotes(overA, overB), limits.notes(f.Header.Model))
	j.decide()
	if c.Verdict != VerdictInvalid {
		c.SlotEffect = p.slotEffect(f.Header.Model)
	}
	j.advise(f)
	c.tell(j.reasons())
	return c
}

// limits are those asked for, or the file's own, or the defaults.
func (f *File) limits(o CompareOptions) (Limits, error) {
	if o.Limits != nil {
		return *o.Limits, nil
	}
	l, err := ParseLimits(f.Header.Limits)
	if err != nil {
		return DefaultLimits(), err
	}
	return l, nil
}

const describesMachine = ". These numbers describe this machine, not the targets"

// invalidity says why generator or machine, and not the targets, decided the
// numbers; "" if they did not.
func (f *File) invalidity(c *Comparison, p *pairing) string {
	for _, s := range []*Summary{c.ArmA, c.ArmB} {
		if s.Requests == 0 {
			return fmt.Sprintf("no request was sent to %s", s.Target.Name)
		}
	}
	for i := range f.Slices {
		for _, d := range f.Slices[i].Classes {
			if f.Slices[i].Phase == Measure && d.Errors[ErrLocal] > 0 {
				return "this machine ran out of ports, files or memory" + describesMachine
			}
		}
	}
	if unequal := p.unequal(&f.Header); unequal != nil {
		a, b := c.names()
		return fmt.Sprintf("%s and %s were not sent the same requests (%s), as both slices of a pair are: something of the file is missing", a, b, strings.Join(unequal, ", "))
	}
	if all := len(p.kept) + p.leftOut(); p.tooFew() {
		if p.excluded > 0 {
			return fmt.Sprintf("%d of %d pairs are left out: the load generator was late in %d, and in %d a slice was excluded as it was measured (%s)"+describesMachine,
				p.leftOut(), all, p.late, p.excluded, p.why)
		}
		return fmt.Sprintf("the load generator was late in %d of %d pairs (a tenth of a slice's requests by over %s): use a quieter machine, fewer cores for the targets, or a lower rate"+describesMachine,
			p.late, all, p.limit.Round(10*time.Microsecond))
	}
	return ""
}

// unfinished says why a saved measurement is only part of one; "" if it is not.
func (f *File) unfinished() string {
	switch {
	case f.Path == "" || f.Complete():
		return ""
	case f.Damage != "":
		return "the result file is damaged"
	case f.Footer == nil:
		return "the measurement was cut off before its end"
	case f.Footer.Ended == Failed:
		return "the measurement failed before its end"
	}
	return "the measurement was interrupted before its end"
}

func (s *Summary) warnOverdue(over float64) {
	if over > 0 {
		s.warn("the target did not keep up with the load of its warm-up: working off the rest took %.1f s; lower the rate", over)
	}
}

// sideBySide has the figures of both arms, and no verdict yet.
func (f *File) sideBySide(percentiles []float64, figures func(*Slice) bool) *Comparison {
	a, b := summarize(f, ArmA, percentiles, figures), summarize(f, ArmB, percentiles, figures)
	c := &Comparison{
		Schema:     ComparisonSchema,
		Scenario:   f.Header.Scenario.Name,
		Origin:     f.Header.origin(),
		A:          a.Target,
		B:          b.Target,
		Seed:       f.Header.Seed,
		Tags:       f.Header.Tags,
		Errors:     ArmErrors{A: a.Errors, B: b.Errors},
		Resources:  armResources(a, b),
		ResultFile: f.Path,
		ArmA:       a,
		ArmB:       b,
	}
	c.rows(TotalClass, a.figures(), b.figures())
	c.Metrics = append(c.Metrics, MetricRow{Metric: "stalls", Class: TotalClass, Unit: "pairs"})
	for i := range a.Classes {
		if len(a.Classes) > 1 {
			c.rows(a.Classes[i].Name, a.Classes[i].figures(), b.Classes[i].figures())
		}
	}
	return c
}

// figure is one number of one arm.
type figure struct {
	metric, unit string
	value        float64
}

func (s *Summary) figures() []figure {
	return figures(s.ThroughputRPS, s.Errors.Total, s.Requests, s.Latency.Response)
}

func (c *ClassSummary) figures() []figure {
	return figures(c.Through, c.Errors.Total, c.Requests, c.Latency.Response)
}

func figures(throughput float64, failed, requests int64, l Latency) []figure {
	share := math.NaN()
	if requests > 0 {
		share = 100 * float64(failed) / float64(requests)
	}
	out := []figure{{"throughput", "1/s", throughput}, {"errors", "%", share}, {"min", "ms", l.Min}, {"mean", "ms", l.Mean}}
	for _, p := range l.Percentiles {
		v := p.MS
		if !Enough(l.Count, p.Q) {
			v = math.NaN()
		}
		out = append(out, figure{PercentileName(p.Q), "ms", v})
	}
	return append(out, figure{"max", "ms", l.Max})
}

func (c *Comparison) rows(class string, a, b []figure) {
	for i := range a {
		row := MetricRow{Metric: a[i].metric, Class: class, Unit: a[i].unit, A: number(a[i].value), B: number(b[i].value)}
		// A share of errors is compared in points, not by its ratio.
		if a[i].unit != "%" && row.A != nil && row.B != nil && *row.A > 0 {
			row.ChangePct = number(100 * (*row.B / *row.A - 1))
		}
		c.Metrics = append(c.Metrics, row)
	}
}

func (c *Comparison) row(class, metric string) *MetricRow {
	for i := range c.Metrics {
		if c.Metrics[i].Class == class && c.Metrics[i].Metric == metric {
			return &c.Metrics[i]
		}
	}
	return nil
}

// number is nil for what is not a number.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
