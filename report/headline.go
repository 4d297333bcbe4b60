package report

import (
	"slices"

	"github.com/mlbench/mlbench/results/verdict"
)

// headline is the word that a report of a comparison begins with, and its
// sentences: those of the weightiest finding, which makes the exit code, before
// the others.
func headline(c *verdict.Comparison) (word string, reasons []string) {
	word, reasons = verdictWord(c.Verdict), sentences(c)
	var first []string
	switch c.Weightiest() {
	case verdict.ByVerdict:
		return word, reasons
	case verdict.ByAnswers:
		first = []string{parityText(c.Parity)}
		reasons[0], word = word+": "+reasons[0], "ANSWERS DIFFER"
	case verdict.ByObjective, verdict.ByOpenObjective:
		kind, said := verdict.FoundMissed, "OBJECTIVE MISSED"
		if c.Weightiest() == verdict.ByOpenObjective {
			kind, said = verdict.FoundUndecided, "OBJECTIVE NOT DECIDED"
		}
		for i := range c.Findings {
			if c.Findings[i].Kind == kind {
				first = append(first, explained(c, &c.Findings[i]))
			}
		}
		reasons[0], word = word+": "+reasons[0], said
		reasons = slices.DeleteFunc(reasons, func(r string) bool { return slices.Contains(first, r) })
	}
	return word, append(first, reasons...)
}
