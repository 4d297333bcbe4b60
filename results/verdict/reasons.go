package verdict

import (
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// reasons are those of the verdict, the weightiest first. Nothing here says that
// there is no difference: what was not found may be there.
func (j *judging) reasons() []Finding {
	var out []Finding
	switch j.c.Verdict {
	case Invalid:
		why := *j.whyInvalid()
		if j.c.Interrupted != nil {
			if why.Args = maps.Clone(why.Args); why.Args == nil {
				why.Args = args{}
			}
			why.Args["interrupted"] = *j.c.Interrupted
		}
		return plainly(FoundInvalid, &why)
	case Regression:
		if j.gone != nil {
			out = plainly(foundGone, j.gone)
		}
		out = slices.Concat(out, j.regressions(), j.improvements())
	case OK:
		out = slices.Concat(j.improvements(), j.passed(false), j.slower())
	case Inconclusive:
		out = j.open()
		if !j.distrusted() {
			out = slices.Concat(out, j.improvements(), j.slower())
		}
		out[0].Advice = j.advice
	}
	return slices.Concat(out, j.unjudged(), plainly(foundNote, j.notes...))
}

// distrusted says that pairs are not what they are taken for, so that they prove
// nothing.
func (j *judging) distrusted() bool {
	return slices.ContainsFunc(j.v.Reasons, func(r stats.Reason) bool {
		return r == stats.Unsteady || r == stats.CarriedOver || r == stats.Contaminated
	})
}

func (j *judging) whyInvalid() *summary.Reason {
	if j.invalid != nil {
		return j.invalid
	}
	e := j.failures(results.TotalClass)
	return because(MostlyFailing, args{"both": mostlyFailed(e.B, e.OfB), "errors": e})
}

func mostlyFailed(n, of int) bool { return float64(n) > summary.MostlyFailedShare*float64(of) }

// found is a finding on metrics, and what it rests on: p is the largest of theirs.
func (j *judging) found(kind FindingKind, code summary.Code, p float64, metrics ...*stats.Judgement) Finding {
	f := Finding{Kind: kind, Reason: summary.Reason{Code: code, Args: maps.Clone(j.basis)}}
	for _, m := range metrics {
		f.Metrics = append(f.Metrics, j.claim(m))
	}
	if !math.IsNaN(p) { // of saved runs errors have an interval only
		f.Args["p"], f.Args["tests"] = p, int64(j.v.Tests)
	}
	return f
}

func (j *judging) regressions() (out []Finding) {
	for m := range j.all(stats.Regression) {
		f := j.found(FoundRegression, Worse, m.PHolm, m)
		if e := j.failures(results.TotalClass); m.Kind == stats.ErrorShare && m.Class == results.TotalClass && mostlyFailed(e.B, e.OfB) {
			f.Args["failing"] = true
		}
		out = append(out, f)
	}
	return out
}

// improvements has a finding for each request class.
func (j *judging) improvements() (out []Finding) {
	for _, of := range byClass(j.all(stats.Improved)) {
		p := 0.0
		for _, m := range of {
			p = max(p, m.PBetterHolm)
		}
		out = append(out, j.found(FoundImprovement, Better, p, of...))
	}
	return out
}

// slower lists what is proven to be worse, but within its limit, likewise.
func (j *judging) slower() (out []Finding) {
	proven := func(yield func(*stats.Judgement) bool) {
		for m := range j.all(stats.OK) {
			if m.Proven && m.Estimate > 0 && m.Kind != stats.StallShare && !yield(m) {
				return
			}
		}
	}
	for _, of := range byClass(proven) {
		p := 0.0
		for _, m := range of {
			p = max(p, m.PHolm)
		}
		out = append(out, j.found(FoundSlower, WorseInLimits, p, of...))
	}
	return out
}

// byClass groups judgements by request class, in their order.
func byClass(all iter.Seq[*stats.Judgement]) (out [][]*stats.Judgement) {
	at := map[string]int{}
	for m := range all {
		i, known := at[m.Class]
		if !known {
			i = len(out)
			at[m.Class], out = i, append(out, nil)
		}
		out[i] = append(out[i], m)
	}
	return out
}

// passed lists what is proven to be within its limit. That all requests together
// are does not say it of each class, so the number of those is given.
func (j *judging) passed(soFar bool) []Finding {
	var metrics []*stats.Judgement
	classes := map[string]bool{}
	for m := range j.all(stats.OK) {
		if m.Class == results.TotalClass {
			metrics = append(metrics, m)
		} else if m.Kind == stats.LogRatio {
			classes[m.Class] = true
		}
	}
	f := j.found(FoundWithin, WithinLimits, math.NaN(), metrics...)
	if len(classes) > 0 {
		f.Args["in_classes"] = int64(len(classes))
	}
	if soFar {
		f.Args["so_far"] = true
	}
	return []Finding{f}
}

// open says what keeps the comparison from being decided.
func (j *judging) open() (out []Finding) {
	say := func(kind FindingKind, code summary.Code, a args) {
		out = append(out, plainly(kind, because(code, a))...)
	}
	if j.unfinished != nil {
		say(foundUnfinished, PartOnly, args{"why": *j.unfinished})
	}
	out = append(out, plainly(foundBlocked, j.blocks...)...)
	if j.noVerdict != nil {
		out = append(out, plainly(foundNoVerdict, j.noVerdict)...)
	}
	for _, r := range j.v.Reasons {
		switch {
		case r == stats.Unsteady || r == stats.CarriedOver || r == stats.Contaminated || r == stats.Lopsided:
			out = append(out, plainly(foundBlocked, j.untrusted(r))...)
		case r == stats.MostlyErrors:
			f := because(FailsUnproven, args{"errors": j.failures(results.TotalClass)})
			if j.c.Runs != nil {
				f.Args["saved_runs"] = true
			}
			out = append(out, plainly(foundFailing, f)...)
		case len(j.e.Metrics) == 0 && slices.Contains(j.v.Reasons, stats.MostlyErrors):
			// A note says why only errors are judged.
		case r != stats.NothingJudged || j.noVerdict != nil:
		case len(j.e.Metrics) == 0:
			say(foundNoVerdict, NoLimits, nil)
		case j.uncalibrated != nil:
			say(foundNoVerdict, NoneCalibrated, nil)
		case j.c.Launches > 0 && j.c.Launches < stats.MinLaunches:
			out = append(out, plainly(foundTooLittle, because(FewStarts, args{"launches": int64(j.c.Launches), "least": int64(stats.MinLaunches)}))...)
		case j.c.Runs == nil && j.c.Pairs < stats.MinValues:
			f := because(FewPairs, maps.Clone(j.basis))
			f.Args["least"] = int64(stats.MinValues)
			out = append(out, plainly(foundTooLittle, f)...)
		default:
			say(foundTooLittle, FewRequests, j.basis)
		}
	}
	if j.v.Outcome == stats.OK {
		out = append(out, j.passed(true)...)
	}
	withheld := map[stats.Reason][]*stats.Judgement{}
	for m := range j.all(stats.Inconclusive) {
		switch m.Reason {
		case stats.Unsteady, stats.CarriedOver, stats.Contaminated:
			out = append(out, j.found(foundWithheld, NotTrusted, math.NaN(), m))
		case stats.SurvivorsOnly, stats.MostlyErrors:
			withheld[m.Reason] = append(withheld[m.Reason], m)
		default:
			if m.Role != stats.Watched {
				out = append(out, j.undecided(m))
			}
		}
	}
	for _, w := range []struct {
		reason stats.Reason
		code   summary.Code
	}{{stats.SurvivorsOnly, Survivors}, {stats.MostlyErrors, FailingClasses}} {
		if metrics := withheld[w.reason]; metrics != nil {
			out = append(out, Finding{Kind: foundWithheld, Metrics: named(metrics), Reason: summary.Reason{Code: w.code}})
		}
	}
	if out == nil {
		// An improvement without an upper bound, which takes odd data.
		say(foundTooLittle, NoUpperBound, nil)
	}
	return out
}

// undecided is an inconclusive metric and how it stands.
func (j *judging) undecided(m *stats.Judgement) Finding {
	_, low, high := change(m)
	f := j.found(FoundOpen, Undecided, math.NaN(), m)
	if m.Kind == stats.ErrorShare {
		f.Metrics[0].Requests, f.Metrics[0].Needed = j.errorRequests(m)
	}
	switch {
	case m.Reason == stats.MaybeStalls:
		f.Code, f.Args["chance_pct"] = PossibleStalls, 100*m.P
	case m.Reason == stats.LikelyWorse:
		return j.found(FoundLikely, PossiblyWorse, m.PHolm, m)
	case m.Reason == stats.TooFewPairs && j.lacksCalibration(m):
		f.Code = LimitUnknown
	case m.Reason == stats.TooFewPairs:
		f.Code = LimitUnjudged
	case math.IsNaN(low) || math.IsNaN(high):
		f.Code = NoInterval
	case m.MoreTime == 0 && m.High-m.Low < 2*m.Limit:
		f.Args["near"] = true
	}
	return f
}

func (j *judging) lacksCalibration(m *stats.Judgement) bool {
	return slices.ContainsFunc(j.uncalibrated, func(u *stats.Judgement) bool { return u.Class == m.Class && u.Name == m.Name })
}

// unjudged names the latencies that had too little data, once there is a
// verdict on others.
func (j *judging) unjudged() (out []Finding) {
	if slices.Contains(j.v.Reasons, stats.NothingJudged) {
		return nil
	}
	var metrics []*stats.Judgement
	for m := range j.all(stats.NotJudged) {
		if m.Kind == stats.LogRatio && !j.lacksCalibration(m) {
			metrics = append(metrics, m)
		}
	}
	if metrics != nil {
		f := Finding{Kind: foundUnjudged, Metrics: named(metrics), Reason: summary.Reason{Code: TooFewData}}
		for i, m := range metrics {
			f.Metrics[i].Requests, f.Metrics[i].Needed = j.requests(m)
		}
		out = append(out, f)
	}
	var watched []*stats.Judgement
	for m := range j.all(stats.Inconclusive) {
		if m.Role == stats.Watched && m.Reason != stats.SurvivorsOnly && m.Reason != stats.MostlyErrors {
			watched = append(watched, m)
		}
	}
	if watched != nil {
		out = append(out, Finding{Kind: foundUnjudged, Metrics: named(watched), Reason: summary.Reason{Code: WatchedOpen}})
	}
	if j.uncalibrated != nil {
		out = append(out, Finding{Kind: foundUnjudged, Metrics: named(j.uncalibrated), Reason: summary.Reason{Code: Uncalibrated}})
	}
	return out
}

// all are the judgements with an outcome.
func (j *judging) all(o stats.Outcome) iter.Seq[*stats.Judgement] {
	return func(yield func(*stats.Judgement) bool) {
		for i := range j.v.Judgements {
			if m := &j.v.Judgements[i]; m.Outcome == o && !yield(m) {
				return
			}
		}
	}
}

// failures are the errors of a class in all pairs.
func (j *judging) failures(class string) (out Failures) {
	for i := range j.e.Errors {
		if j.e.Errors[i].Class != class {
			continue
		}
		for _, p := range j.e.Errors[i].Pairs {
			out.A, out.OfA = out.A+p.ErrorsA, out.OfA+p.RequestsA
			out.B, out.OfB = out.B+p.ErrorsB, out.OfB+p.RequestsB
		}
	}
	return out
}
