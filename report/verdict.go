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
func verdictOf(c *verdict.Comparison, f form) *opening {
	v := &opening{color: ansiRed}
	if c.Weightiest() == verdict.ByVerdict {
		switch c.Verdict {
		case verdict.OK:
			v.color = ansiGreen
		case verdict.Inconclusive:
			v.color = ansiYellow
		}
	}
	v.word, v.reasons = headline(c, f)
	if n := len(v.reasons); n > mostReasons {
		// The last ones say what limits the whole.
		cut := fmt.Sprintf("%d more: see the tables below", n-mostReasons+1)
		v.reasons = slices.Concat(v.reasons[:mostReasons-3], []string{cut}, v.reasons[n-2:])
	}
	a, b := armNames(c, f)
	rawA, rawB := armNames(c, form{})
	v.heading = fmt.Sprintf("%s: %s against %s", v.word, b, a)
	if c.ArmA != nil {
		v.heading += ", " + f.name(c.ArmA.Title)
	}
	v.brief = briefPart(c, rawA, rawB)
	lead, found := lead(c, a, b), finding(c, f)
	if strings.HasPrefix(found, "(") { // no sentence of its own
		lead = strings.TrimSuffix(lead, ":")
	}
	says := fmt.Sprintf("%s %s.", lead, found)
	if c.Runs == nil && slices.ContainsFunc(c.Findings, func(found verdict.Finding) bool { return compares(&found) }) {
		starts := startsText(c)
		says += " " + f.name(strings.ToUpper(starts[:1])+starts[1:]) + "."
	}
	var alarms []string
	if c.Differs() {
		alarms = append(alarms, "**The answers differ: "+f.name(parityText(c.Parity))+"**")
	}
	if objectives := missedTexts(c, f, b); objectives != nil {
		alarms = append(alarms, "**"+strings.Join(objectives, "; ")+"**")
	}
	if c.Weightiest() == verdict.ByVerdict {
		alarms = slices.Insert(alarms, 0, says)
	} else {
		alarms = slices.Insert(alarms, 1, says)
	}
	v.says = strings.Join(alarms, "\n\n")
	return v
}

func missedTexts(c *verdict.Comparison, f form, b string) (out []string) {
	for _, o := range c.Objectives {
		switch {
		case o.Undecided:
			out = append(out, fmt.Sprintf("%s: the objective %s is %s", b, f.code(o.Expr), o.Note))
		case o.Missed():
			out = append(out, fmt.Sprintf("%s misses its objective %s: %s", b, f.code(o.Expr), outcomeText(o)))
		}
	}
	return out
}

func verdictWord(v verdict.Verdict) string { return strings.ToUpper(plain(string(v))) }

// lead tells a reviewer what the verdict means.
func lead(c *verdict.Comparison, a, b string) string {
	switch c.Verdict {
	case verdict.OK:
		if c.Improved {
			return fmt.Sprintf("**%s is better than %s**, and beyond its limits nowhere worse:", b, a)
		}
		return fmt.Sprintf("**%s stays within its limits** against %s:", b, a)
	case verdict.Regression:
		if len(c.Findings) > 0 && compares(&c.Findings[0]) {
			return fmt.Sprintf("**%s is worse than %s**, and by estimate beyond what is allowed:", b, a)
		}
		return fmt.Sprintf("**%s is worse than %s**:", b, a)
	case verdict.Inconclusive:
		return fmt.Sprintf("**It is open whether %s stays within its limits** against %s:", b, a)
	}
	return fmt.Sprintf("**These numbers say nothing about %s and %s:**", a, b)
}

// finding is the first reason within a sentence that says its opening already.
func finding(c *verdict.Comparison, f form) string {
	reason := sentences(c, f)[0]
	if len(c.Findings) > 0 {
		switch kind := c.Findings[0].Kind; kind {
		case verdict.FoundWithin, verdict.FoundImprovement, verdict.FoundOpen:
			reason = strings.TrimPrefix(reason, openings[kind])
		}
	}
	return strings.TrimPrefix(strings.TrimSuffix(strings.TrimSpace(reason), "."), "; ")
}
