package results

import "math"

// Compare sets the two arms of a comparison side by side. It measures and does
// not judge: the verdict stays inconclusive.
func Compare(f *File, percentiles []float64) *Comparison {
	a, b := Summarize(f, ArmA, percentiles), Summarize(f, ArmB, percentiles)
	c := &Comparison{
		Schema:     ComparisonSchema,
		Verdict:    VerdictInconclusive,
		Reasons:    []string{"this version measures and does not judge: no verdict"},
		A:          a.Target,
		B:          b.Target,
		Pairs:      f.pairs(),
		Seed:       f.Header.Seed,
		Errors:     ArmErrors{A: a.Errors, B: b.Errors},
		ResultFile: f.Path,
		ArmA:       a,
		ArmB:       b,
	}
	for _, s := range []*Summary{a, b} {
		if !s.Valid {
			c.Verdict = VerdictInvalid
		}
	}
	c.rows(TotalClass, a.figures(), b.figures())
	for i := range a.Classes {
		if len(a.Classes) > 1 {
			c.rows(a.Classes[i].Name, a.Classes[i].figures(), b.Classes[i].figures())
		}
	}
	return c
}

// pairs counts the pairs of which both slices were measured.
func (f *File) pairs() int {
	arms := map[int]map[string]bool{}
	n := 0
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Phase != Measure || s.Pair == 0 || s.Excluded != "" || arms[s.Pair][s.Arm] {
			continue
		}
		if arms[s.Pair] == nil {
			arms[s.Pair] = map[string]bool{}
		}
		arms[s.Pair][s.Arm] = true
		if len(arms[s.Pair]) == 2 {
			n++
		}
	}
	return n
}

// figure is one number of one arm.
type figure struct {
	metric, unit string
	value        float64
}

func (s *Summary) figures() []figure {
	share := math.NaN()
	if s.Requests > 0 {
		share = 100 * float64(s.Errors.Total) / float64(s.Requests)
	}
	return append([]figure{{"throughput", "1/s", s.ThroughputRPS}, {"errors", "%", share}}, s.Latency.Response.figures()...)
}

func (c *ClassSummary) figures() []figure {
	share := math.NaN()
	if c.Requests > 0 {
		share = 100 * float64(c.Errors.Total) / float64(c.Requests)
	}
	return append([]figure{{"throughput", "1/s", c.Through}, {"errors", "%", share}}, c.Latency.Response.figures()...)
}

func (l Latency) figures() []figure {
	out := []figure{{"min", "ms", l.Min}, {"mean", "ms", l.Mean}}
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

// number is nil for what is not a number.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
