package verdict

import (
	"fmt"
	"iter"
	"math"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

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

func metricName(m *stats.Judgement) string {
	if m.Class == results.TotalClass {
		return m.Name
	}
	return m.Class + " " + m.Name
}

// changed names a metric and its change with its interval: 95%, or of what
// passed the one whose upper end decided that it did.
func (j *judging) changed(m *stats.Judgement) string {
	if m.Kind == stats.StallShare {
		return j.stalls(m)
	}
	if row := j.c.Row(m.Class, m.Name); row != nil && row.censored() && m.Kind == stats.LogRatio {
		return metricName(m) + " reaches the timeout"
	}
	estimate, low, high := change(m)
	text := metricName(m) + " " + signed(estimate, m)
	level := 95.0
	if m.Outcome == stats.OK {
		within := *m
		within.Low, within.High = m.Lower, m.Upper
		_, low, high = change(&within)
		level = 100 * (1 - 2*j.v.Rule.Beta)
	}
	if !math.IsNaN(low) && !math.IsNaN(high) {
		unit := unitOf(m)
		text += fmt.Sprintf(" [%.4g%% CI %s, %s]", level, strings.TrimSuffix(signed(low, m), unit), strings.TrimSuffix(signed(high, m), unit))
	}
	if m.Kind == stats.ErrorShare {
		text += ", " + j.errors(m)
	}
	return text
}

// stalls says in how many pairs one arm froze and the other did not.
func (j *judging) stalls(m *stats.Judgement) string {
	a, b := j.c.names()
	var onlyA, onlyB int
	for _, s := range j.e.Stalls {
		if s.Class == m.Class {
			onlyA, onlyB = s.OnlyA, s.OnlyB
		}
	}
	if m.Outcome == stats.OK {
		return fmt.Sprintf("stalls %d vs %d", onlyA, onlyB)
	}
	what := "new stalls"
	if m.Outcome == stats.Improved {
		what = "fewer stalls"
	}
	return fmt.Sprintf("%s: only %s froze (a request of over %d medians) in %d of %s, only %s in %d", what, b, stallMedians, onlyB, counted(m.N, "pair"), a, onlyA)
}

// errors is the counts behind a share of errors.
func (j *judging) errors(m *stats.Judgement) string {
	ea, ra, eb, rb := j.errorCounts(m.Class)
	return fmt.Sprintf("%d/%d vs %d/%d", ea, ra, eb, rb)
}

func (j *judging) errorCounts(class string) (errorsA, requestsA, errorsB, requestsB int) {
	for i := range j.e.Errors {
		if j.e.Errors[i].Class != class {
			continue
		}
		for _, p := range j.e.Errors[i].Pairs {
			errorsA, requestsA = errorsA+p.ErrorsA, requestsA+p.RequestsA
			errorsB, requestsB = errorsB+p.ErrorsB, requestsB+p.RequestsB
		}
	}
	return errorsA, requestsA, errorsB, requestsB
}

// proof is what a claim rests on.
func (j *judging) proof(p float64) string {
	if math.IsNaN(p) { // saved runs: their errors have an interval only
		return j.basis
	}
	if j.v.Tests == 1 {
		return fmt.Sprintf("%s, %s", j.basis, pText(p))
	}
	return fmt.Sprintf("%s, %s, Holm-corrected for %d tests", j.basis, pText(p), j.v.Tests)
}

func pText(p float64) string {
	switch {
	case p < 1e-16:
		return "p<1e-16"
	case p < 0.001:
		return "p=" + strings.Replace(fmt.Sprintf("%.0e", p), "e-0", "e-", 1)
	}
	return fmt.Sprintf("p=%.2g", p)
}

// limitText is a metric's limit behind a comma; stalls have none.
func limitText(m *stats.Judgement) string {
	if m.Kind == stats.StallShare {
		return ""
	}
	return ", limit " + limitOf(m)
}

// limitOf is a limit with its unit, and a minus where less is worse.
func limitOf(m *stats.Judgement) string {
	v := limitPct(m)
	if m.Name == "throughput" {
		v = -v
	}
	return fmt.Sprintf("%.6g%s", v, unitOf(m))
}

// unitOf is the unit of a change.
func unitOf(m *stats.Judgement) string {
	if m.Kind == stats.ErrorShare {
		return " pp"
	}
	return "%"
}

// signed is a change with its sign and unit.
func signed(v float64, m *stats.Judgement) string {
	decimals := 1
	switch {
	case m.Kind == stats.ErrorShare:
		decimals = 2
	case math.Abs(v) >= 999.95:
		decimals = 0
	}
	s := fmt.Sprintf("%+.*f", decimals, v)
	if strings.Trim(s, "-0.") == "" {
		s = "+" + s[1:]
	}
	return s + unitOf(m)
}

// counted is a number with its noun.
func counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// partOfPairs is a part of all pairs, with its verb: "1 of 50 pairs is".
func partOfPairs(n, all int) string {
	verb := "are"
	if n == 1 {
		verb = "is"
	}
	return fmt.Sprintf("%d of %s %s", n, counted(all, "pair"), verb)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func were(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}
