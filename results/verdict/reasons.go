package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// reasons is the verdict in sentences, the weightiest first. Nothing here says
// that there is no difference: what was not found may be there.
func (j *judging) reasons() []Finding {
	var out []Finding
	switch j.c.Verdict {
	case Invalid:
		return plainly(foundInvalid, j.whyInvalid())
	case Regression:
		if j.gone != "" {
			out = plainly(foundGone, j.gone)
		}
		out = slices.Concat(out, j.regressions(), j.improvements())
	case OK:
		out = slices.Concat(j.improvements(), j.passed("no regression beyond limits: "), j.slower())
	case Inconclusive:
		out = slices.Concat(j.open(), j.improvements(), j.slower())
		if j.advice != "" {
			out[0].Text += ". " + j.advice
			out[0].Advice = j.advice
		}
	}
	return slices.Concat(out, plainly(foundUnjudged, j.unjudged()...), plainly(foundNote, j.notes...))
}

func (j *judging) whyInvalid() string {
	why := j.whatIsInvalid()
	if j.c.Interrupted != "" {
		why = j.c.Interrupted + "; " + why
	}
	return why
}

func (j *judging) whatIsInvalid() string {
	if j.invalid != "" {
		return j.invalid
	}
	a, b := j.c.names()
	ea, ra, eb, rb := j.errorCounts(results.TotalClass)
	who := a + " fails"
	if float64(eb) > results.MostlyFailedShare*float64(rb) {
		who = a + " and " + b + " fail"
	}
	return fmt.Sprintf("%s: over 5%% of the requests failed (%s %d of %d, %s %d of %d): mend that first, latencies of the rest say little", who, a, ea, ra, b, eb, rb)
}

func (j *judging) regressions() (out []Finding) {
	for m := range j.all(stats.Regression) {
		text := fmt.Sprintf("%s%s (%s)", j.changed(m), limitText(m), j.proof(m.PHolm))
		if _, _, failed, requests := j.errorCounts(results.TotalClass); m.Kind == stats.ErrorShare && m.Class == results.TotalClass && float64(failed) > results.MostlyFailedShare*float64(requests) {
			_, b := j.c.names()
			text = fmt.Sprintf("%s fails: %s", b, text)
		}
		out = append(out, found(FoundRegression, text, m))
	}
	return out
}

// improvements has a sentence for each request class.
func (j *judging) improvements() []Finding {
	var g grouped
	for m := range j.all(stats.Improved) {
		g.add(m, j.changed(m), m.PBetterHolm)
	}
	return g.findings(j, FoundImprovement, func(string) string { return "improved: " })
}

// slower lists what is proven to be worse, but within its limit, likewise.
func (j *judging) slower() []Finding {
	var g grouped
	worse := map[string]string{}
	for m := range j.all(stats.OK) {
		if !m.Proven || m.Estimate <= 0 || m.Kind == stats.StallShare {
			continue
		}
		word := "slower"
		if m.Kind == stats.ErrorShare {
			word = "worse"
		}
		if before := worse[m.Class]; before != "" && before != word {
			word = "worse"
		}
		worse[m.Class] = word
		g.add(m, j.changed(m)+limitText(m), m.PHolm)
	}
	return g.findings(j, FoundSlower, func(class string) string { return "really " + worse[class] + ", but within your limits: " })
}

// grouped collects what is said of metrics by request class.
type grouped struct {
	classes []string
	parts   map[string][]string
	metrics map[string][]*stats.Judgement
	p       map[string]float64 // the largest
}

func (g *grouped) add(m *stats.Judgement, part string, p float64) {
	class := m.Class
	if g.parts == nil {
		g.parts, g.metrics, g.p = map[string][]string{}, map[string][]*stats.Judgement{}, map[string]float64{}
	}
	if g.parts[class] == nil {
		g.classes = append(g.classes, class)
	}
	g.parts[class] = append(g.parts[class], part)
	g.metrics[class] = append(g.metrics[class], m)
	g.p[class] = max(g.p[class], p)
}

func (g *grouped) findings(j *judging, kind FindingKind, begin func(class string) string) (out []Finding) {
	for _, class := range g.classes {
		proof := j.proof(g.p[class])
		if len(g.parts[class]) > 1 {
			proof = strings.Replace(proof, ", p=", ", p≤", 1)
		}
		text := fmt.Sprintf("%s%s (%s)", begin(class), strings.Join(g.parts[class], "; "), proof)
		out = append(out, found(kind, text, g.metrics[class]...))
	}
	return out
}

// passed lists what is proven to be within its limit. That all requests
// together are does not say it of each class, so the number of those is given.
func (j *judging) passed(begin string) []Finding {
	var held []string
	var metrics []*stats.Judgement
	classes := map[string]bool{}
	for m := range j.all(stats.OK) {
		if m.Class == results.TotalClass {
			metrics = append(metrics, m)
		}
		switch {
		case m.Class != results.TotalClass:
			if m.Kind == stats.LogRatio {
				classes[m.Class] = true
			}
		case m.Kind == stats.StallShare:
			held = append(held, j.changed(m))
		case m.Kind == stats.ErrorShare:
			held = append(held, fmt.Sprintf("errors %s, at most %+.2g pp <%s", j.errors(m), 100*m.Upper, limitOf(m)))
		case m.Name == "throughput":
			held = append(held, j.changed(m)+" >"+limitOf(m))
		default:
			held = append(held, j.changed(m)+" <"+limitOf(m))
		}
	}
	basis := j.basis
	switch n := len(classes); {
	case n == 1:
		basis += "; the same in one request class, as far as it is judged"
	case n > 1:
		basis += fmt.Sprintf("; the same in each of %d request classes, as far as they are judged", n)
	}
	f := found(FoundWithin, begin+strings.Join(held, "; ")+" ("+basis+")", metrics...)
	f.Basis = basis
	return []Finding{f}
}

// open says what keeps the comparison from being decided.
func (j *judging) open() (out []Finding) {
	a, b := j.c.names()
	say := func(kind FindingKind, format string, args ...any) {
		out = append(out, Finding{Kind: kind, Text: fmt.Sprintf(format, args...)})
	}
	if j.unfinished != "" {
		say(foundUnfinished, "%s: a part of one is no pass", j.unfinished)
	}
	out = append(out, plainly(foundBlocked, j.blocks...)...)
	if j.noVerdict != "" {
		say(foundNoVerdict, "%s", j.noVerdict)
	}
	for _, r := range j.v.Reasons {
		switch {
		case r == stats.MostlyErrors:
			ea, ra, eb, rb := j.errorCounts(results.TotalClass)
			few := "so few pairs"
			if j.c.Runs != nil {
				few = "runs that nothing pairs"
			}
			say(foundFailing, "%s fails: %d of %d requests failed, of %s %d of %d: %s do not prove that it is no chance", b, eb, rb, a, ea, ra, few)
		case len(j.e.Metrics) == 0 && slices.Contains(j.v.Reasons, stats.MostlyErrors):
			// A note says why only errors are judged.
		case r != stats.NothingJudged || j.noVerdict != "":
		case len(j.e.Metrics) == 0:
			say(foundNoVerdict, "no percentile has a limit, so none is judged")
		case j.uncalibrated != nil:
			say(foundNoVerdict, "the calibration has none of the metrics that these runs show")
		case j.c.Runs == nil && j.c.Pairs < stats.MinValues:
			say(foundTooLittle, "not enough data: %s, and no verdict comes from fewer than %d", j.basis, stats.MinValues)
		default:
			say(foundTooLittle, "not enough data: too few requests in %s for any percentile", j.basis)
		}
	}
	if j.v.Outcome == stats.OK {
		out = append(out, j.passed("until then no regression beyond limits: ")...)
	}
	withheld := map[stats.Reason][]string{}
	for m := range j.all(stats.Inconclusive) {
		switch m.Reason {
		case stats.SurvivorsOnly, stats.MostlyErrors:
			withheld[m.Reason] = append(withheld[m.Reason], metricName(m))
		default:
			kind := FoundOpen
			if m.Reason == stats.LikelyWorse {
				kind = FoundLikely
			}
			out = append(out, found(kind, j.undecided(m), m))
		}
	}
	if names := withheld[stats.SurvivorsOnly]; names != nil {
		say(foundWithheld, "%s and %s fail differently often, and those that fail may be the slow ones: withheld are %s", a, b, strings.Join(names, ", "))
	}
	if names := withheld[stats.MostlyErrors]; names != nil {
		say(foundWithheld, "over 5%% of these requests fail: withheld are %s", strings.Join(names, ", "))
	}
	if out == nil {
		// An improvement without an upper bound, which takes odd data.
		say(foundTooLittle, "not enough data: no upper bound is below its limit")
	}
	return out
}

// undecided is an inconclusive metric and how it stands.
func (j *judging) undecided(m *stats.Judgement) string {
	estimate, low, high := change(m)
	switch {
	case m.Reason == stats.MaybeStalls:
		return fmt.Sprintf("possible %s (by chance alone: %.0f%%)", j.changed(m), 100*m.P)
	case m.Reason == stats.LikelyWorse:
		return fmt.Sprintf("possibly worse, not proven: %s%s (%s)", j.changed(m), limitText(m), j.proof(m.PHolm))
	case m.Reason == stats.TooFewPairs && slices.Contains(j.uncalibrated, metricName(m)):
		return fmt.Sprintf("%s has a limit of your own, %s, and the calibration lacks it", metricName(m), limitOf(m))
	case m.Reason == stats.TooFewPairs:
		return fmt.Sprintf("not enough data: %s has a limit of your own, %s, and too few requests in %s to be judged", metricName(m), limitOf(m), j.basis)
	case math.IsNaN(low) || math.IsNaN(high):
		return fmt.Sprintf("not enough data: %s, limit %s (%s)", metricName(m), limitOf(m), j.basis)
	}
	basis := j.basis
	if m.Kind == stats.ErrorShare {
		basis = j.errors(m)
	}
	text := fmt.Sprintf("not enough data: %s could be anywhere from %s to %s (95%% CI; estimate %s, limit %s, %s)",
		metricName(m), signed(low, m), signed(high, m), signed(estimate, m), limitOf(m), basis)
	if m.MoreTime == 0 {
		text += ", so near the limit that measuring longer hardly helps"
	}
	return text
}

// unjudged names the latencies that had too little data, once there is a
// verdict on others.
func (j *judging) unjudged() []string {
	var names []string
	for m := range j.all(stats.NotJudged) {
		if m.Kind == stats.LogRatio && !slices.Contains(j.uncalibrated, metricName(m)) {
			names = append(names, metricName(m))
		}
	}
	if slices.Contains(j.v.Reasons, stats.NothingJudged) {
		return nil
	}
	var out []string
	if names != nil {
		out = append(out, "not judged, for too little data: "+strings.Join(names, ", "))
	}
	if j.uncalibrated != nil {
		out = append(out, "not judged, because the calibration lacks them: "+strings.Join(j.uncalibrated, ", "))
	}
	return out
}
