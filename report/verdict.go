package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results/verdict"
)

// mostReasons is how many reasons a page shows; JSON has them all.
const mostReasons = 10

// verdictOf is the verdict as a page says it.
func verdictOf(c *verdict.Comparison) *opening {
	v := &opening{color: ansiRed}
	if c.Weightiest() == verdict.ByVerdict {
		switch c.Verdict {
		case verdict.OK:
			v.color = ansiGreen
		case verdict.Inconclusive:
			v.color = ansiYellow
		}
	}
	v.word, v.reasons = headline(c)
	if n := len(v.reasons); n > mostReasons {
		// The last ones say what limits the whole.
		cut := fmt.Sprintf("%d more: see the tables below", n-mostReasons+1)
		v.reasons = slices.Concat(v.reasons[:mostReasons-3], []string{cut}, v.reasons[n-2:])
	}
	a, b := armNames(c)
	v.heading = fmt.Sprintf("%s: %s against %s", v.word, b, a)
	if c.ArmA != nil {
		v.heading += ", " + c.ArmA.Title
	}
	v.brief, v.picture = briefPart(c, a, b), forestLines(c)
	found, colon := finding(c), ":"
	if strings.HasPrefix(found, "(") { // no sentence of its own
		colon = ""
	}
	says := lead(c, a, b, colon)
	says.rest = compose("{} {}.", says.rest, found)
	if c.Runs == nil && slices.ContainsFunc(c.Findings, func(found verdict.Finding) bool { return compares(&found) }) {
		starts := startsText(c)
		says.rest = compose("{} {}.", says.rest, strings.ToUpper(starts[:1])+starts[1:])
	}
	if c.Differs() {
		v.says = append(v.says, paragraph{strong: compose("The answers differ: {}", parityText(c.Parity))})
	}
	if objectives := missedTexts(c, b); objectives != nil {
		v.says = append(v.says, paragraph{strong: enumerate(objectives, "; ")})
	}
	at := 0
	if c.Weightiest() != verdict.ByVerdict {
		at = min(1, len(v.says))
	}
	v.says = slices.Insert(v.says, at, says)
	return v
}

func missedTexts(c *verdict.Comparison, b string) (out []inline) {
	for _, o := range c.Objectives {
		switch {
		case o.Undecided:
			out = append(out, compose("{}: the objective {} is {}", b, literal(o.Expr), own(o.Note)))
		case o.Missed():
			out = append(out, compose("{} misses its objective {}: {}", b, literal(o.Expr), outcomeText(o)))
		}
	}
	return out
}

func verdictWord(v verdict.Verdict) string { return strings.ToUpper(plain(string(v))) }

// lead tells a reviewer what the verdict means; a colon leads to what follows.
func lead(c *verdict.Comparison, a, b, colon string) paragraph {
	switch c.Verdict {
	case verdict.OK:
		if c.Improved {
			return paragraph{compose("{} is better than {}", b, a), own(", and beyond its limits nowhere worse" + colon)}
		}
		return paragraph{compose("{} stays within its limits", b), compose(" against {}{}", a, colon)}
	case verdict.Regression:
		if len(c.Findings) > 0 && compares(&c.Findings[0]) {
			return paragraph{compose("{} is worse than {}", b, a), own(", and by estimate beyond what is allowed" + colon)}
		}
		return paragraph{compose("{} is worse than {}", b, a), own(colon)}
	case verdict.Inconclusive:
		return paragraph{compose("It is open whether {} stays within its limits", b), compose(" against {}{}", a, colon)}
	}
	return paragraph{strong: compose("These numbers say nothing about {} and {}:", a, b)}
}

// finding is the first reason within a sentence that says its opening already.
func finding(c *verdict.Comparison) string {
	reason := sentences(c)[0]
	if len(c.Findings) > 0 {
		switch kind := c.Findings[0].Kind; kind {
		case verdict.FoundWithin, verdict.FoundImprovement, verdict.FoundOpen:
			reason = strings.TrimPrefix(reason, openings[kind])
		}
	}
	return strings.TrimPrefix(strings.TrimSuffix(strings.TrimSpace(reason), "."), "; ")
}
