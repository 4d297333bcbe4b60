package report

import (
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// answerOf is what a run came to: its objectives, where it has any, and the figures
// that anybody would ask for first.
func answerOf(s *summary.Run) *answer {
	a := &answer{figures: figuresOf(s)}
	var missed, open []summary.ObjectiveResult
	for _, o := range s.Objectives {
		switch {
		case o.AbortedS > 0:
			return a.judged("ABORTED", ansiRed, []summary.ObjectiveResult{o})
		case o.Undecided:
			open = append(open, o)
		case o.Missed():
			missed = append(missed, o)
		}
	}
	switch {
	case missed != nil:
		word := "OBJECTIVE MISSED"
		if len(missed) > 1 {
			word = fmt.Sprintf("%d OBJECTIVES MISSED", len(missed))
		}
		return a.judged(word, ansiRed, missed)
	case s.Unfinished != nil:
		a.word, a.color, a.about = "UNFINISHED", ansiYellow, foreign(Sentence(*s.Unfinished))
	case open != nil:
		return a.judged("NOT DECIDED", ansiYellow, open)
	case len(s.Objectives) > 0 && s.Valid:
		a.word, a.color, a.about = "OK", ansiGreen, own(count(len(s.Objectives), "objective")+" held")
	}
	return a
}

// mostAnswered is how many objectives the first line names.
const mostAnswered = 3

// judged begins with objectives and their values.
func (a *answer) judged(word, color string, outcomes []summary.ObjectiveResult) *answer {
	var said []inline
	for i := range outcomes {
		if i == mostAnswered {
			said = append(said, compose("and {} more", len(outcomes)-i))
			break
		}
		said = append(said, compose("{}: {}", literal(outcomes[i].Expr), own(outcomeText(outcomes[i]))))
	}
	a.word, a.color, a.about = word, color, enumerate(said, "; ")
	return a
}

// figuresOf are throughput, the median, the highest of the usual percentiles for which
// there are enough requests, and how many failed.
func figuresOf(s *summary.Run) inline {
	if s.Ended() == 0 {
		return own("no request ended")
	}
	parts := []string{rateText(s.ThroughputRPS) + " answers/s"}
	l := s.Latency[results.ClockResponse]
	var shown []string
	for _, q := range []float64{0.5, 0.99, 0.95, 0.9} {
		if l.Count > 0 && summary.Enough(l.Count, q) && msText(l.At(q)) != missing && len(shown) < 2 {
			shown = append(shown, fmt.Sprintf("%s %s ms", summary.PercentileName(q), msText(l.At(q))))
		}
	}
	if shown == nil && l.Count > 0 {
		shown = []string{"mean " + msText(l.Mean) + " ms"}
	}
	parts = append(parts, strings.Join(shown, ", ")+onlyFailures(s.NoneSucceeded()))
	failed := "no errors"
	if n := s.Errors.Total; n > 0 {
		failed = fmt.Sprintf("%d of %s failed (%s%%)", n, count(s.Ended(), "request"), shareText(100*float64(n)/float64(s.Ended())))
	}
	return own(strings.Join(append(parts, failed), "; "))
}

// failuresPart has the first failure of each kind, and what other warnings there are.
func failuresPart(s *summary.Run) (out part, warnings []summary.Reason) {
	for _, w := range s.Warnings {
		label := argument(w, "error")
		if w.Code != summary.Failure || label == "" {
			warnings = append(warnings, w)
			continue
		}
		if status := argument(w, "status"); status != "" {
			label += " " + status
		}
		_, said, _ := strings.Cut(Sentence(w), " (")
		out.facts = append(out.facts, fact{label, foreign(strings.Replace(said, ")", "", 1))})
	}
	if out.facts != nil {
		out.title = own("failures, and the first of each kind")
	}
	return out, warnings
}

// argument is what a reason says of a name; "" if nothing.
func argument(r summary.Reason, name string) string {
	if v, has := r.Args[name]; has {
		return fmt.Sprint(v)
	}
	return ""
}
