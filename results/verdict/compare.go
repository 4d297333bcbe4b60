package verdict

import (
	"cmp"
	"math"
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// Options say how a comparison is judged.
type Options struct {
	Percentiles []float64 // to show beside those judged; nil: DefaultPercentiles
	Limits      *Limits   // nil: the file's own, else DefaultLimits
	Strict      bool      // a regression must be proven to exceed its limit; or the file says so
	// Objectives are what B must hold by itself, beside the limits of its change;
	// nil: those of the file. They do not change the verdict.
	Objectives []summary.Objective
	// ObjectiveConfidence is Objective.Confidence of them; 0: as the file has it. A
	// comparison that may end at several looks shares its error among them.
	ObjectiveConfidence float64
	Sufficient          bool // see summary.Objective
	// Calibration is how much runs of these targets differ by chance: for
	// CompareRuns, where there are too few runs to tell.
	Calibration *Calibration
}

// Compare sets the two arms of a comparison side by side and judges them by
// pairs. All figures are of the pairs that are judged.
func Compare(f *results.File, o Options) *Comparison {
	limits, err := limitsFor(f, o)
	s := seriesOf(f)
	p := s.upTo(len(s.pairs))
	shown := limits.shown(o.Percentiles, f.Header.Model)
	c := sideBySide(f, shown, p.figures())
	c.Pairs, c.Measured, c.LateShown = len(p.kept), len(p.kept)+p.leftOut(), p.late > 0 && p.tooFew()
	j := judging{c: c, p: p, e: stats.Evidence{Errors: []stats.Errors{p.errorsOf(results.TotalClass, limits.Errors, planned(&f.Header))}}, rule: ruleFor(&f.Header), basis: args{"pairs": int64(c.Pairs)}, unfinished: summary.Unfinished(f), closed: f.Header.Model == results.Closed}
	j.rule.Strict, j.rule.Seed = o.Strict || f.Header.Strict, f.Header.Seed
	c.Interrupted, c.Parity = summary.Interrupted(f), f.Parity
	if j.invalid = invalidity(f, c, p); err != nil {
		j.invalid = because(LimitsUnreadable, args{"error": err.Error()})
	}
	j.missing(f)
	j.lateness(p)
	overA, overB := overdue(f, results.ArmA), overdue(f, results.ArmB)
	warnOverdue(c.ArmA, overA)
	warnOverdue(c.ArmB, overB)
	j.blocks = blocks(f, p, overA, overB)
	if p.late > 0 && j.invalid == nil && !p.tooFew() {
		note := because(LateLeftOut, args{"pairs": int64(p.late), "of": int64(c.Measured), "late_a": int64(p.lateIn.OnlyA), "late_b": int64(p.lateIn.OnlyB)})
		if counts(results.ArmB, results.TotalClass, p.timed).Failed().Total > 0 {
			note.Args["errors_count"] = true
		}
		j.notes = append(j.notes, note)
	}
	if p.excluded > 0 && j.invalid == nil {
		j.notes = append(j.notes, because(ExcludedPairs, args{"pairs": int64(p.excluded), "of": int64(c.Measured), "text": p.why}))
	}
	j.notes = slices.Concat(j.notes, warmUpNotes(f, overA, overB), limits.notes(&f.Header))
	j.judge(f, s, limits)
	if j.p != p && !j.v.Interim { // what came after the look that decided is in no figure
		p = j.p
		decided := sideBySide(f, shown, p.figures())
		c.Metrics, c.Errors, c.Checks, c.Resources, c.ArmA, c.ArmB = decided.Metrics, decided.Errors, decided.Checks, decided.Resources, decided.ArmA, decided.ArmB
		c.Pairs, c.Measured = len(p.kept), len(p.kept)+p.leftOut()
		j.basis["pairs"] = int64(c.Pairs)
	}
	j.decide()
	c.drawn = &drawn{header: &f.Header, all: s, judged: p, limits: limits, endAlpha: j.v.EndAlpha}
	c.measured(f, j)
	if c.Verdict != Invalid {
		c.SlotEffect = p.slotEffect(f.Header.Model)
	}
	j.advise(f)
	objectives := o.Objectives
	if objectives == nil {
		objectives = summary.ReadObjectives(&f.Header)
	}
	confidence := cmp.Or(o.ObjectiveConfidence, f.Header.ObjectiveConfidence)
	c.Findings = c.withObjectives(j.reasons(), o.demanding(objectives, confidence, len(f.Header.Looks)))
	return c
}

// demanding are objectives with what has to bear them out.
func (o *Options) demanding(objectives []summary.Objective, confidence float64, looks int) []summary.Objective {
	out := slices.Clone(objectives)
	for i := range out {
		if out[i].Sufficient = o.Sufficient; confidence > 0 {
			out[i].Confidence = 1 - (1-confidence)/float64(max(1, looks))
		}
	}
	return out
}

// limitsFor are those asked for, or the file's own, or the defaults.
func limitsFor(f *results.File, o Options) (Limits, error) {
	if o.Limits != nil {
		return *o.Limits, nil
	}
	l, err := ParseLimits(f.Header.Limits)
	if err != nil {
		return DefaultLimits(), err
	}
	return l, nil
}

// missing finds out whether a target was not there: its end, or that it never
// answered, says more than any number of pairs.
func (j *judging) missing(f *results.File) {
	if base := gone(f, results.ArmA); base != nil {
		j.invalid = because(NoBaseline, args{"why": *base})
		return
	}
	if head := gone(f, results.ArmB); head != nil && (crashed(f, results.ArmB) || nearlyAll(traffic(f, results.ArmA))) {
		j.gone, j.invalid = head, nil
		return
	}
	if j.invalid == nil {
		j.gone = goneClasses(f, results.ArmB, results.ArmA)
	}
}

// lateness makes a comparison invalid in which too many pairs are left out, but
// for what no lag of the generator does: that over a twentieth of B's requests
// fail, and fewer of A's. Those count in all pairs.
func (j *judging) lateness(p *pairing) {
	why := p.lateness()
	switch {
	case why == nil || j.invalid != nil || j.gone != nil:
	case j.failsAlone():
		j.onlyErrors, j.basis = true, args{"pairs": int64(len(p.timed))}
		j.notes = append(j.notes, because(OnlyErrors, args{"why": *why}))
	default:
		j.invalid = why
	}
}

// failsAlone says whether over a twentieth of B's requests failed, and of A's not.
func (j *judging) failsAlone() bool {
	e := j.failures(results.TotalClass)
	return !mostlyFailed(e.A, e.OfA) && mostlyFailed(e.B, e.OfB)
}

// invalidity says why generator or machine, and not the targets, decided the
// numbers; nil if they did not.
func invalidity(f *results.File, c *Comparison, p *pairing) *summary.Reason {
	for i, s := range []*summary.Run{c.ArmA, c.ArmB} {
		arm := []string{results.ArmA, results.ArmB}[i]
		switch {
		case s.Requests == 0 && s.InFlight > 0:
			return because(NoneEnded, args{"arm": arm, "requests": s.InFlight})
		case s.Requests == 0 && f.WarmedUp(arm):
			return because(NoneButWarmUp, args{"arm": arm})
		case s.Requests == 0:
			return because(NoneSent, args{"arm": arm})
		}
	}
	for i := range f.Slices {
		for _, d := range f.Slices[i].Classes {
			if f.Slices[i].Phase == results.Measure && d.Errors[results.ErrLocal] > 0 {
				return because(MachineExhausted, nil)
			}
		}
	}
	if unequal := p.unequal(&f.Header); unequal != nil {
		return because(UnequalRequests, args{"classes": unequal})
	}
	return nil
}

// lateness says why too many pairs are left out; nil if they are not.
func (p *pairing) lateness() *summary.Reason {
	of := int64(len(p.kept) + p.leftOut())
	switch {
	case !p.tooFew():
		return nil
	case p.excluded > 0 && p.late == 0:
		return because(PairsExcluded, args{"pairs": int64(p.excluded), "of": of, "text": p.why})
	case p.excluded > 0:
		return because(PairsLost, args{"pairs": int64(p.leftOut()), "of": of, "late": int64(p.late), "excluded": int64(p.excluded), "text": p.why})
	}
	return because(LatePairs, args{"pairs": int64(p.late), "of": of, "lag_ms": results.Milliseconds(p.limit)})
}

func warnOverdue(s *summary.Run, over float64) {
	if over > 0 {
		s.Warnings = append(s.Warnings, summary.Reason{Code: summary.WarmUpBacklog, Args: args{"s": over}})
	}
}

// sideBySide has the figures of both arms, and no verdict yet.
func sideBySide(f *results.File, percentiles []float64, slices func(*results.Slice) bool) *Comparison {
	a, b := summary.Of(f, summary.Select{Arm: results.ArmA, Slices: slices}, percentiles), summary.Of(f, summary.Select{Arm: results.ArmB, Slices: slices}, percentiles)
	c := &Comparison{
		Schema:     ComparisonSchema,
		Scenario:   f.Header.Scenario.Name,
		Origin:     summary.OriginOf(&f.Header),
		A:          a.Target,
		B:          b.Target,
		Seed:       f.Header.Seed,
		Tags:       f.Header.Tags,
		Objectives: []summary.ObjectiveResult{},
		Errors:     armErrors{A: a.Errors, B: b.Errors},
		Unfinished: armCounts{A: a.InFlight, B: b.InFlight},
		Checks:     checksOf(a, b),
		Resources:  resourcesOf(a, b),
		ResultFile: f.Path,
		ArmA:       a,
		ArmB:       b,
	}
	c.rows(results.TotalClass, figures(a, results.TotalClass), figures(b, results.TotalClass))
	c.Metrics = append(c.Metrics, MetricRow{Metric: "stalls", Class: results.TotalClass, Unit: "pairs"})
	if ra, rb := a.Resources, b.Resources; ra != nil && rb != nil && ra.CPUPer1000 != nil && rb.CPUPer1000 != nil {
		c.rows(results.TotalClass, []figure{{cpuName, "ms", *ra.CPUPer1000, false}}, []figure{{cpuName, "ms", *rb.CPUPer1000, false}})
	}
	for i := range a.Classes {
		if len(a.Classes) > 1 {
			c.rows(a.Classes[i].Name, figures(a, a.Classes[i].Name), figures(b, a.Classes[i].Name))
		}
	}
	for i := range a.Spans {
		c.rows(a.Spans[i].Name, figures(a, a.Spans[i].Name), figures(b, a.Spans[i].Name))
	}
	return c
}

// figure is one number of one arm.
type figure struct {
	metric, unit string
	value        float64
	censored     bool // at least that
}

// figures of one arm. Where requests timed out, latencies at the timeout's value
// are censored: nobody knows how long the answers would have taken.
func figures(s *summary.Run, class string) []figure {
	throughput, goodput, latencies, d := s.ThroughputRPS, s.GoodputRPS, s.Latency, s.Data(class)
	if c := s.Class(class); c != nil && class != results.TotalClass {
		throughput, goodput, latencies = c.Through, c.Goodput, c.Latency
	}
	l, timeoutMS := latencies[results.ClockResponse], 1e3*s.Planned.TimeoutS
	share := math.NaN()
	if d.Sent > 0 {
		share = 100 * float64(d.Failed().Total) / float64(d.Sent)
	}
	out := []figure{{"throughput", "1/s", throughput, false}, {"goodput", "1/s", goodput, false}, {"errors", "%", share, false}}
	if c := s.Class(class); c != nil && c.Span {
		out = out[2:] // nobody asks for so many of them
	}
	latency := func(name string, ms float64) {
		// Histograms have three digits.
		out = append(out, figure{name, "ms", ms, d.Errors[results.ErrTimeout] > 0 && (ms >= 0.999*timeoutMS || name == "mean")})
	}
	latency("min", l.Min)
	latency("mean", l.Mean)
	for _, p := range l.Percentiles {
		if summary.Enough(l.Count, p.Q) {
			latency(summary.PercentileName(p.Q), p.MS)
		} else {
			latency(summary.PercentileName(p.Q), math.NaN())
		}
	}
	latency("max", l.Max)
	return out
}

func (c *Comparison) rows(class string, a, b []figure) {
	for i := range a {
		row := MetricRow{
			Metric: a[i].metric, Class: class, Unit: a[i].unit, A: results.Number(a[i].value).OrNil(), B: results.Number(b[i].value).OrNil(),
			CensoredA: a[i].censored, CensoredB: b[i].censored,
		}
		// A share of errors is compared in points, not by its ratio, and what is
		// only known to be more, by nothing.
		if a[i].unit != "%" && row.A != nil && row.B != nil && *row.A > 0 && !row.censored() {
			row.ChangePct = results.Number(100 * (*row.B / *row.A - 1)).OrNil()
			row.PooledPct = row.ChangePct
		}
		c.Metrics = append(c.Metrics, row)
	}
}

// Row is the row of a metric of a class; nil if there is none.
func (c *Comparison) Row(class, metric string) *MetricRow {
	for i := range c.Metrics {
		if c.Metrics[i].Class == class && c.Metrics[i].Metric == metric {
			return &c.Metrics[i]
		}
	}
	return nil
}
