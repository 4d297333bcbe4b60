package verdict

import (
	"math"
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// judging makes a verdict of evidence, and reasons of the verdict.
type judging struct {
	c     *Comparison
	e     stats.Evidence
	rule  stats.Rule
	v     stats.Verdict
	basis args // what there is of evidence: pairs, or runs of either arm
	// invalid, unfinished: why the numbers are no measurement, or only a part of
	// one; nil if they are.
	invalid, unfinished *summary.Reason
	p                   *pairing // that is judged; nil of saved runs
	onlyErrors, closed  bool
	launches            map[string]*stats.Launches // by rowKey
	gone                *summary.Reason            // that B's target ended or never answered; nil
	noVerdict           *summary.Reason            // why nothing can be judged, where that is known; nil
	fewRuns             bool                       // that is all that noVerdict says
	blocks              []*summary.Reason          // why nothing may pass, whatever the metrics say
	uncalibrated        []*stats.Judgement         // metrics that the calibration lacks
	advice              *summary.Reason            // what would settle it; nil
	notes               []*summary.Reason
}

// judged takes the verdict of evidence that was found to be sound, or that it is
// not.
func (j *judging) judged(v stats.Verdict, err error) {
	if err != nil {
		j.invalid = because(Impossible, args{"error": err.Error()})
		v = stats.Verdict{Outcome: stats.Invalid}
	}
	j.v = v
}

// decide fills in the verdict, and what it says of each row.
func (j *judging) decide() {
	v := j.v
	j.c.Verdict, j.c.Improved = Verdict(v.Outcome), v.Improved
	if j.gone != nil && j.invalid == nil {
		j.c.Verdict, j.c.Improved = Regression, false
		if v.Outcome == stats.Invalid {
			return // the errors of what is gone, which are none of any metric's
		}
	}
	if j.c.Verdict == OK && j.unfinished != nil {
		j.c.Verdict, j.c.Improved = Inconclusive, false
	}
	if j.c.Verdict == Invalid {
		return // what was found of single metrics means nothing
	}
	for i := range v.Judgements {
		j.enter(&v.Judgements[i])
	}
	j.c.lacksData = j.lacksData()
}

// lacksData says whether an inconclusive verdict is so for want of data alone.
func (j *judging) lacksData() bool {
	if j.c.Verdict != Inconclusive || j.unfinished != nil || j.noVerdict != nil && !j.fewRuns || slices.Contains(j.v.Reasons, stats.PassBlocked) {
		return false
	}
	for _, r := range []stats.Reason{stats.Unsteady, stats.CarriedOver, stats.Contaminated, stats.Lopsided} {
		if slices.Contains(j.v.Reasons, r) {
			return false
		}
	}
	return !slices.ContainsFunc(j.e.Errors, func(e stats.Errors) bool { return e.Withholds() != "" })
}

// enter writes a judgement into its row.
func (j *judging) enter(m *stats.Judgement) {
	row := j.c.Row(m.Class, m.Name)
	if row == nil {
		return
	}
	row.Judged = m.Outcome != stats.NotJudged
	row.Outcome = string(m.Outcome)
	row.PHolm = results.Number(m.PHolm).OrNil()
	switch m.Kind {
	case stats.StallShare:
		for _, s := range j.e.Stalls {
			if s.Class == m.Class {
				row.A, row.B = results.Number(float64(s.OnlyA)).OrNil(), results.Number(float64(s.OnlyB)).OrNil()
			}
		}
		return
	case stats.ErrorShare:
		if row.Judged {
			row.LimitPct = results.Number(limitPct(m)).OrNil()
		}
	default:
		row.LimitPct = results.Number(limitPct(m)).OrNil()
	}
	if m.Kind == stats.ErrorShare { // of all pairs, late ones too
		if e := j.failures(m.Class); e.OfA > 0 && e.OfB > 0 {
			row.A, row.B = results.Number(100*float64(e.A)/float64(e.OfA)).OrNil(), results.Number(100*float64(e.B)/float64(e.OfB)).OrNil()
		}
	}
	row.Role = map[stats.Role]string{stats.Watched: roleWatched, stats.Guarding: "guarding"}[m.Role]
	if by := j.launches[rowKey(m.Class, m.Name)]; by != nil {
		row.LaunchSDPct, row.LaunchP = results.Number(percent(by.Between)).OrNil(), results.Number(by.P).OrNil()
	}
	estimate, low, high := change(m)
	if row.censored() && m.Kind == stats.LogRatio {
		return
	}
	if math.IsNaN(low) || math.IsNaN(high) || m.Kind == stats.LogRatio && m.Reason == stats.TooFewPairs {
		return // an estimate from too few pairs may even contradict A and B
	}
	row.CI95Pct = &[2]float64{low, high}
	if m.Kind == stats.LogRatio {
		row.ChangePct = results.Number(estimate).OrNil()
	}
}

// change is a judgement's estimate and 95% interval as B against A, in percent
// or percentage points.
func change(m *stats.Judgement) (estimate, low, high float64) {
	switch {
	case m.Kind != stats.LogRatio:
		return 100 * m.Estimate, 100 * m.Low, 100 * m.High
	case m.Name == "throughput":
		// It was turned so that less is worse: turn it back.
		return percent(-m.Estimate), percent(-m.High), percent(-m.Low)
	}
	return percent(m.Estimate), percent(m.Low), percent(m.High)
}

// limitPct is a judgement's limit in percent or percentage points, above 0.
func limitPct(m *stats.Judgement) float64 {
	v := 0.0
	switch {
	case m.Kind != stats.LogRatio:
		v = 100 * m.Limit
	case m.Name == "throughput":
		v = -percent(-m.Limit)
	default:
		v = percent(m.Limit)
	}
	return math.Round(v*1e6) / 1e6 // 5, not 5.000000000000004
}

// percent turns the logarithm of a ratio into a change in percent.
func percent(logRatio float64) float64 { return 100 * math.Expm1(logRatio) }

// advise says how much longer to measure, and the budget that would be.
func (j *judging) advise(f *results.File) {
	c := j.c
	more := (j.v.MoreTime - 1) * elapsed(f)
	if c.Verdict != Inconclusive || j.unfinished != nil || !(more > 0) {
		return
	}
	if n := float64(c.Launches); n > 0 {
		j.advice = because(AboutMoreStarts, args{"launches": int64(math.Ceil(j.v.MoreTime * n))})
		return
	}
	c.MoreTimeS = math.Ceil(more)
	budget := max(f.Header.BudgetS, 2*f.Header.WarmupS+elapsed(f)) + more
	code := AboutMore
	switch {
	case slices.Contains(j.v.Reasons, stats.NothingJudged):
		// As many pairs may be lost to noise as may be.
		code = AtLeastMore
		budget = max(budget, 2*f.Header.WarmupS+(elapsed(f)+more)/(1-summary.MostLeftOut))
	case more > 1800:
		code = AboutMoreOrWider
	}
	j.advice = because(code, args{"s": more, "budget_s": budget})
	if i := j.v.Slowest; i >= 0 && code != AtLeastMore {
		j.advice.Args["metric"], j.advice.Args["class"] = j.v.Judgements[i].Name, j.v.Judgements[i].Class
	}
}
