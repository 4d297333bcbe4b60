package verdict

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// errNotComparable marks saved runs that no numbers can set against each other.
var errNotComparable = errors.New("not comparable")

// CompareRuns compares saved single runs of two targets. Nothing pairs them, so
// each run is one value, and whatever else changed between them counts as the
// targets' doing: on one machine, with at least stats.MinRuns a side that were made
// in turn, or with a calibration of that machine and day, they can be judged; else
// the numbers are shown and the verdict is inconclusive. Runs of different loads are
// refused.
func CompareRuns(a, b []*results.File, o Options) (*Comparison, error) {
	if len(a) == 0 || len(b) == 0 {
		return nil, fmt.Errorf("%w: %d runs against %d", errNotComparable, len(a), len(b))
	}
	if err := checkComparable(a, b); err != nil {
		return nil, err
	}
	h := &a[0].Header
	limits := DefaultLimits()
	if o.Limits != nil {
		limits = *o.Limits
	}
	f := joined(a, b)
	c := sideBySide(f, limits.shown(o.Percentiles, h.Model), func(*results.Slice) bool { return true })
	c.Metrics = slices.DeleteFunc(c.Metrics, func(m MetricRow) bool { return m.Metric == "stalls" })
	c.Runs = &armCounts{int64(len(a)), int64(len(b))}
	c.ArmB.Origin = summary.OriginOf(&b[0].Header)
	sumsA, sumsB := summaries(a, limits), summaries(b, limits)
	c.ArmA.Warnings, c.ArmB.Warnings = warningsOf(sumsA), warningsOf(sumsB)

	j := judging{c: c, rule: stats.RuleFor(1), basis: args{"runs_a": int64(len(a)), "runs_b": int64(len(b))}}
	j.e.Errors = runErrors(h, sumsA, sumsB, limits.Errors)
	j.notes = limits.notes(h)
	j.rule.Strict, j.rule.Seed = o.Strict, h.Seed
	for i, s := range slices.Concat(sumsA, sumsB) {
		if !s.Valid && j.invalid == nil {
			j.invalid = because(InvalidRun, args{"file": slices.Concat(a, b)[i].Path})
		}
	}
	for _, f := range slices.Concat(a, b) {
		if why := summary.Unfinished(f); why != nil && j.unfinished == nil {
			j.unfinished = because(summary.OfRun, args{"file": f.Path, "reason": *why})
		}
	}
	j.blocks = censored(totals(sumsA), totals(sumsB))
	j.unpaired(a, b, sumsA, sumsB, limits, o.Calibration)
	j.e.Invalid, j.e.Blocked = j.invalid != nil, len(j.blocks) > 0
	j.judged(stats.Judge(j.e, j.rule))
	j.decide()
	j.adviseRuns(min(len(a), len(b)), c.ArmA.DurationS+c.ArmB.DurationS)
	j.notes = append(j.notes, because(SavedRuns, nil))
	c.Findings = c.withObjectives(j.reasons(), o.demanding(o.Objectives, o.ObjectiveConfidence, 1))
	return c, nil
}

// checkComparable refuses what is no single run, runs of different loads, and a
// run that is named twice, which would pass for two.
func checkComparable(a, b []*results.File) error {
	all := slices.Concat(a, b)
	for i, f := range all {
		if arms := f.Arms(); !slices.Equal(arms, []string{results.ArmA}) {
			return fmt.Errorf("%w: %s is no single run", errNotComparable, f.Path)
		}
		if what := all[0].Header.LoadDiffers(&f.Header); what != "" {
			return fmt.Errorf("%w: %s and %s: %s", errNotComparable, all[0].Path, f.Path, what)
		}
		for _, g := range all[:i] {
			if g.Header.Start.Equal(f.Header.Start) && g.Header.Seed == f.Header.Seed && g.Header.Target(results.ArmA) == f.Header.Target(results.ArmA) {
				return fmt.Errorf("%w: %s and %s are the same run", errNotComparable, g.Path, f.Path)
			}
		}
	}
	return nil
}

// totals sums what was planned in runs, and what of it was dropped.
func totals(sums []*summary.Run) *results.ClassData {
	d := &results.ClassData{}
	for _, s := range sums {
		d.Planned, d.Dropped = d.Planned+s.Data(results.TotalClass).Planned, d.Dropped+s.Data(results.TotalClass).Dropped
	}
	return d
}

// adviseRuns says how many more runs to make.
func (j *judging) adviseRuns(runs int, seconds float64) {
	for m := range j.all(stats.Inconclusive) {
		if m.Kind == stats.ErrorShare && m.Reason == stats.LikelyWorse {
			return // no number of runs proves it: nothing pairs them
		}
	}
	more := j.v.MoreTime - 1
	if more <= 0 || j.c.Verdict != Inconclusive {
		return
	}
	j.c.MoreTimeS = math.Ceil(more * seconds)
	j.advice = because(AboutMoreRuns, args{"runs": int64(math.Ceil(more * float64(runs)))})
}

// joined is all runs as the two arms of one file.
func joined(a, b []*results.File) *results.File {
	f := &results.File{Header: a[0].Header, Footer: &results.Footer{Ended: results.Completed}}
	ta, tb := a[0].Header.Target(results.ArmA), b[0].Header.Target(results.ArmA)
	f.Header.Targets = []results.Target{{Arm: results.ArmA, Name: ta.Name, URL: ta.URL, Command: ta.Command}, {Arm: results.ArmB, Name: tb.Name, URL: tb.URL, Command: tb.Command}}
	f.Header.Warnings = nil
	f.Header.Tags = commonTags(slices.Concat(a, b))
	var paths []string
	for i, run := range slices.Concat(a, b) {
		paths = append(paths, run.Path)
		for _, s := range run.Slices {
			if s.Arm = results.ArmA; i >= len(a) {
				s.Arm = results.ArmB
			}
			f.Slices = append(f.Slices, s)
		}
	}
	f.Path = strings.Join(paths, ", ")
	return f
}

// runErrors is the evidence of errors, in all and of each class: an entry for
// each run, which nothing pairs.
func runErrors(h *results.Header, sumsA, sumsB []*summary.Run, limit float64) (out []stats.Errors) {
	for _, class := range slices.Concat(judgedClasses(h), spansOf(h)) {
		e := stats.Errors{Class: class, Whole: class == results.TotalClass, Margin: limit}
		none := &results.ClassData{}
		for _, s := range sumsA {
			e.Pairs = append(e.Pairs, errorPair(s.Data(class), none))
		}
		for _, s := range sumsB {
			e.Pairs = append(e.Pairs, errorPair(none, s.Data(class)))
		}
		out = append(out, e)
	}
	return out
}

// summaries are one of each run, with the percentiles that are judged.
func summaries(runs []*results.File, limits Limits) []*summary.Run {
	var out []*summary.Run
	for _, f := range runs {
		out = append(out, summary.Of(f, summary.Select{Arm: results.ArmA}, limits.shown([]float64{}, f.Header.Model)))
	}
	return out
}

func warningsOf(sums []*summary.Run) []summary.Reason {
	out := []summary.Reason{}
	for _, s := range sums {
		for _, w := range s.Warnings {
			if len(sums) > 1 {
				w = summary.Reason{Code: summary.OfRun, Args: args{"file": s.ResultFile, "reason": w}}
			}
			out = append(out, w)
		}
	}
	return out
}

// judgedMetrics are the metrics that limits judge, without data.
func judgedMetrics(h *results.Header, limits Limits) (out []stats.Metric) {
	if h.Model == results.Closed {
		return []stats.Metric{throughputLimit(limits.Throughput)}
	}
	for _, class := range judgedClasses(h) {
		for _, l := range limits.Percentiles {
			out = append(out, l.metric(class))
		}
	}
	for _, span := range spansOf(h) {
		for _, l := range limits.Percentiles {
			m := l.metric(span)
			m.Role = l.Part.role(false)
			out = append(out, m)
		}
	}
	return out
}

// valuesOf is a metric of each run, turned so that more is worse; 0 where there
// is too little data for it.
func valuesOf(sums []*summary.Run, m stats.Metric) []float64 {
	var out []float64
	for _, s := range sums {
		value := 0.0
		for _, x := range figures(s, m.Class) {
			if x.metric == m.Name && x.value > 0 {
				value = x.value
			}
		}
		if m.Name == "throughput" && value > 0 {
			value = 1 / value
		}
		out = append(out, value)
	}
	return out
}

// unpaired sets the runs against each other, if there is anything to tell their
// luck by, or says why there is not.
func (j *judging) unpaired(a, b []*results.File, sumsA, sumsB []*summary.Run, limits Limits, cal *Calibration) {
	h := &a[0].Header
	j.e.Metrics = judgedMetrics(h, limits)
	for _, f := range slices.Concat(a, b) {
		if f.Header.Host.Fingerprint() != h.Host.Fingerprint() {
			j.noVerdict = because(HostsDiffer, args{"host": h.Host.Fingerprint(), "other": f.Header.Host.Fingerprint()})
			return
		}
	}
	bootsA, bootsB := boots(a), boots(b)
	switch {
	case bootsA[""] || bootsB[""] || cal != nil && cal.Boot == "":
		j.notes = append(j.notes, because(MachineUnknown, args{"host": h.Host.Fingerprint()}))
	case !maps.Equal(bootsA, bootsB):
		j.noVerdict = because(MachinesDiffer, args{"host": h.Host.Fingerprint()})
		return
	}
	changes, apart := inTurn(a, b)
	few := min(len(a), len(b)) < stats.MinRuns
	if few || apart {
		if j.noVerdict = j.uncertain(few, changes, slices.Concat(a, b), cal); j.noVerdict != nil {
			j.fewRuns = few && cal == nil
			return
		}
	}
	for i := range j.e.Metrics {
		m := &j.e.Metrics[i]
		va, vb := valuesOf(sumsA, *m), valuesOf(sumsB, *m)
		shift, ok := stats.Welch(va, vb)
		if few || apart {
			s, known := cal.spread(*m)
			shift, ok = stats.Calibrated(va, vb, s.Sigma, s.DF)
			if apart { // each side is one draw of its hour, however many runs it has
				shift.SE = math.Sqrt2 * s.Sigma
			}
			if !known && positive(va) && positive(vb) {
				j.uncalibrated = append(j.uncalibrated, &stats.Judgement{Name: m.Name, Class: m.Class})
			}
		}
		if !ok {
			continue
		}
		m.Unpaired = &shift
		j.crossCheck(m, va, vb)
	}
}

// uncertain says why a calibration is needed for these runs and cal is none for
// them; nil if it is one.
func (j *judging) uncertain(few bool, changes int, runs []*results.File, cal *Calibration) *summary.Reason {
	why, unfit, a := SidesApart, UnfitForApart, maps.Clone(j.basis)
	if a["changes"] = int64(changes); few {
		why, unfit, a = FewRuns, UnfitForFewRuns, maps.Clone(j.basis)
		a["least"] = int64(stats.MinRuns)
	}
	if cal == nil {
		return because(why, a)
	}
	differs := cmp.Or(cal.differs(runs, j.c.A, j.c.B), cal.longer(runs))
	if differs == nil {
		return nil
	}
	a["why"] = *differs
	return because(unfit, a)
}

// leastTurns is the probability in random order of so few changes of the side, or
// fewer, below which runs are not in turn: what the machine did in the meantime is
// then in the difference, and in none of the spreads. By simulation (Welch's test of
// two equal sides at 1%, on a machine whose pace wanders by three times the luck of
// a run) they are called worse in 1% above, and in 2 to 12% below.
const leastTurns = 0.35

// inTurn counts how often runs change sides over time, and says whether that is so
// seldom that the sides are apart.
func inTurn(a, b []*results.File) (changes int, apart bool) {
	runs := slices.Concat(a, b)
	slices.SortStableFunc(runs, func(f, g *results.File) int { return f.Header.Start.Compare(g.Header.Start) })
	var ofB []bool
	for i, f := range runs {
		ofB = append(ofB, slices.Contains(b, f))
		if i > 0 && ofB[i] != ofB[i-1] {
			changes++
		}
	}
	return changes, stats.RunsTest(ofB) < leastTurns
}

// boots are the machines that runs are of; "" is one that is not known.
func boots(runs []*results.File) map[string]bool {
	out := map[string]bool{}
	for _, f := range runs {
		out[f.Header.Host.Boot] = true
	}
	return out
}

// crossCheck notes where ranks alone do not bear out what Welch's test would
// find: one wild run may have decided it.
func (j *judging) crossCheck(m *stats.Metric, a, b []float64) {
	if p, _ := m.Unpaired.Test(0); p > j.rule.Alpha {
		return
	}
	if p, ok := stats.MannWhitney(a, b); ok && p > 0.05 && min(len(a), len(b)) >= stats.MinRuns {
		j.notes = append(j.notes, because(RanksDisagree, args{"metric": m.Name, "class": m.Class, "p": p}))
	}
}

// positive says that all runs have a value.
func positive(values []float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return !(v > 0) })
}
