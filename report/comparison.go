package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// comparisonWidth is how wide a comparison is, in characters, unless names make a
// table wider.
const comparisonWidth = 100

// comparisonPage is the content of a comparison's report: the verdict, the
// numbers side by side, and what weakens them.
func comparisonPage(c *verdict.Comparison) *page {
	a, b := armNames(c)
	p := &page{verdict: verdictOf(c), title: comparisonTitle(c), file: c.ResultFile, width: comparisonWidth}
	head := part{facts: []fact{
		{"A " + a, armText(c.A, c.ArmA, c.Errors.A)},
		{"B " + b, armText(c.B, c.ArmB, c.Errors.B)},
	}}
	if c.Parity != nil {
		head.facts = append(head.facts, fact{"answers", foreign(parityText(c.Parity))})
	}
	p.parts = append(p.parts, head)
	if len(c.Objectives) > 0 {
		objectives := objectivePart(c.Objectives)
		objectives.title = compose("objectives of {}", b)
		p.parts = append(p.parts, objectives)
	}
	if rows := comparedChecks(c); rows != nil {
		p.parts = append(p.parts, checksPart(rows, a, b))
	}
	classesFrom := len(p.parts)
	var missed []float64
	headA, headB := headNames(c)
	for _, class := range comparedClasses(c) {
		part, without := comparedPart(c, class, headA, headB)
		if s := c.SlotEffect; s != nil && s.Seen() && class == results.TotalClass {
			part.notes = append(part.notes, slotText(c))
		}
		if note := lateNote(c, a, b); note != "" && class == results.TotalClass {
			part.notes = append(part.notes, foreign(note))
		}
		p.parts = append(p.parts, part)
		missed = append(missed, without...)
	}
	last := &p.parts[len(p.parts)-1]
	slices.Sort(missed)
	if note := tooFew(missed); note != "" {
		last.notes = append(last.notes, own(note+" of each target and class"))
	}
	if c.ArmA != nil && c.ArmA.Model == results.Closed {
		last.notes = append(last.notes, own(closedNote))
	}
	if slices.ContainsFunc(c.Metrics, func(m verdict.MetricRow) bool { return m.CI95Pct != nil }) {
		last.notes = append(last.notes, own(columnsNote(c)))
	}
	// After all requests, before single classes.
	after := spreadParts(c)
	if c.Resources != nil {
		after = append(after, resourcesPart(c, headA, headB))
	}
	p.parts = slices.Insert(p.parts, min(len(p.parts), classesFrom+1), after...)
	p.warnings = armWarnings(c, a, b)
	if c.Findings != nil {
		p.detail = detailsOf(c, p.verdict.reasons)
	}
	p.footer = comparisonFooter(c)
	if c.Parity != nil {
		for _, d := range c.Parity.Differences {
			p.warnings = append(p.warnings, "answers differ: "+d)
		}
		if c.Parity.Ended != "" {
			p.warnings = append(p.warnings, "the check of answers ended early: "+c.Parity.Ended)
		}
	}
	return p
}

// headNames are what tables call the targets: A and B where their names would make
// one of them wider than the page.
func headNames(c *verdict.Comparison) (string, string) {
	a, b := armNames(c)
	for _, class := range comparedClasses(c) {
		part, _ := comparedPart(c, class, a, b)
		if part.table.width() > comparisonWidth {
			return results.ArmA, results.ArmB
		}
	}
	return a, b
}

// spreadParts show how response times of both targets spread, one above the other.
func spreadParts(c *verdict.Comparison) []part {
	if c.ArmA == nil || c.ArmB == nil || c.Verdict == verdict.Invalid {
		return nil
	}
	a, b := c.ArmA.Data(results.TotalClass).Response(), c.ArmB.Data(results.TotalClass).Response()
	if a == nil || b == nil || a.Count() == 0 || b.Count() == 0 {
		return nil
	}
	nameA, nameB := armNames(c)
	x := axisOf(2*stripWidth, a, b)
	t := &Table{Head: []Cell{{"response times, ms", Own}, {x.head(), Own}}, Left: 2}
	t.add(Cell{Text: "A " + brief(nameA)}, Cell{x.strip(a), StripA})
	t.add(Cell{Text: "B " + brief(nameB)}, Cell{x.strip(b), StripB})
	return []part{{table: t, drawn: true}}
}

// parityText says how many answers were the same.
func parityText(p *results.Parity) string {
	if p.Differing == 0 {
		return fmt.Sprintf("the same to %s asked between slices", count(p.Requests, "request"))
	}
	return fmt.Sprintf("DIFFERENT to %d of %s asked between slices: 'mlbench verify', of the same two targets and with the same --scenario and --expected, shows them", p.Differing, count(p.Requests, "request"))
}

// detailsOf are the statistics behind the sentences, where they say more.
func detailsOf(c *verdict.Comparison, said []string) []string {
	var out []string
	for i := range c.Findings {
		if text := explained(c, &c.Findings[i]); measures(&c.Findings[i]) && !slices.Contains(said, text) {
			out = append(out, text)
		}
	}
	if text := courseText(c); text != "" {
		out = append(out, text)
	}
	return out
}

// courseText is what the pairs say of themselves: when they were judged, whether
// they are steady, and whether a slice depends on the one before it.
func courseText(c *verdict.Comparison) string {
	var out []string
	if c.Looks != nil {
		var looks []string
		for _, n := range c.Looks {
			looks = append(looks, strconv.Itoa(n))
		}
		unit := "pairs"
		if c.Launches > 0 {
			unit = "starts of each"
		}
		out = append(out, "judged after "+strings.Join(looks, ", ")+" "+unit)
	}
	if t := c.Trend; t != nil {
		out = append(out, fmt.Sprintf("%s %s in the first third of them and %s in the last (trend %s)", t.Metric, changeOf(t.FirstPct), changeOf(t.LastPct), pText(t.P)))
	}
	if e := c.CarryOver; e != nil {
		out = append(out, fmt.Sprintf("what follows A differs by %s in %s (carry-over %s)", changeOf(e.ChangePct), e.Metric, pText(e.P)))
	}
	if e := c.Control; e != nil {
		out = append(out, fmt.Sprintf("A from itself by %s in %s (control %s)", changeOf(e.ChangePct), e.Metric, pText(e.P)))
	}
	return strings.Join(out, "; ")
}

func changeOf(pct float64) string { return signedText(pct, 1) + "%" }

func comparisonTitle(c *verdict.Comparison) inline {
	a, b := armNames(c)
	title := compose("{} and {} side by side, {}", a, b, own(extentText(c)))
	if c.ArmA != nil {
		title = compose("{}: {}", c.ArmA.Title, title)
	}
	return title
}

// extentText is how much was measured, and whether more might have been.
func extentText(c *verdict.Comparison) string {
	if c.Runs != nil {
		return fmt.Sprintf("%d and %d saved runs", c.Runs.A, c.Runs.B)
	}
	text := count(c.Pairs, "pair")
	switch {
	case c.Measured > c.Pairs && c.LateShown:
		text = fmt.Sprintf("%s, of which %d can be judged (figures are of late ones, too)", count(c.Measured, "pair"), c.Pairs)
	case c.Measured > c.Pairs:
		text = fmt.Sprintf("%d of %s", c.Pairs, count(c.Measured, "pair"))
	}
	if c.Launches > 0 {
		text = fmt.Sprintf("%d starts of each, %s", c.Launches, text)
	}
	if c.MeasuredS > 0 {
		text += ", " + roughly(c.MeasuredS)
	}
	gone := slices.ContainsFunc(c.Findings, func(f verdict.Finding) bool {
		return f.Code == verdict.TargetEnded || f.Code == verdict.NeverAnswered
	})
	if len(c.Looks) > 0 && (c.Verdict == verdict.OK || c.Verdict == verdict.Regression) && c.Interrupted == nil && !gone {
		text = "decided after " + text
		if c.Planned.BudgetS > 0 {
			text += " of at most " + roughly(c.Planned.BudgetS)
		}
	}
	return text
}

// armNames are the names of both targets, told apart where they look the same.
func armNames(c *verdict.Comparison) (a, b string) {
	a, b = cmp.Or(OneLine(c.A.Name), OneLine(c.A.URL)), cmp.Or(OneLine(c.B.Name), OneLine(c.B.URL))
	if a == b {
		a, b = strings.TrimSpace(a+" (A)"), strings.TrimSpace(b+" (B)")
	}
	return a, b
}

func armText(t results.Target, s *summary.Run, e results.Errors) inline {
	if s == nil {
		return compose("{}; errors: {}", where(t), errorText(e, 0))
	}
	out := fmt.Sprintf("%s in %s", count(s.Requests, "request"), secondsText(s.DurationS))
	if s.InFlight > 0 {
		out += fmt.Sprintf(", %d unfinished", s.InFlight)
	}
	if s.Dropped > 0 {
		out += fmt.Sprintf(", %d dropped", s.Dropped)
	}
	out += "; errors: " + errorText(e, s.Ended())
	if len(s.Status) > 0 {
		out += "; statuses " + statusText(s.Status)
	}
	return compose("{}: {}", where(t), out)
}

// comparedClasses lists the classes in the order of their rows.
func comparedClasses(c *verdict.Comparison) []string {
	var out []string
	for i := range c.Metrics {
		if class := c.Metrics[i].Class; !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	return out
}

// classTitle names a class with its declared share and what each target got.
func classTitle(c *verdict.Comparison, class string) string {
	if class == results.TotalClass {
		return "all requests"
	}
	if c.ArmA == nil || c.ArmB == nil {
		return class
	}
	ca, cb := c.ArmA.Class(class), c.ArmB.Class(class)
	if ca == nil || cb == nil {
		return class
	}
	if ca.Span {
		return fmt.Sprintf("%s (a time of several requests: A %d, B %d)", class, ca.Requests, cb.Requests)
	}
	return fmt.Sprintf("%s (%s%% asked; A %s%%, %s; B %s%%, %s)", class,
		fixed(100*ca.Declared, 1), fixed(100*ca.Share, 1), count(ca.Requests, "request"), fixed(100*cb.Share, 1), count(cb.Requests, "request"))
}

// slotText says what the second slices of pairs suffered or gained.
func slotText(c *verdict.Comparison) inline {
	s := c.SlotEffect
	estimate, low, high := s.Slower()
	word := "slower"
	if estimate < 0 {
		word, estimate, low, high = "faster", -estimate, -high, -low
	}
	effect := "so neither target gains"
	if len(c.Looks) > 0 {
		effect = "and the effect is taken out of the estimates"
	}
	return compose("the second slice of a pair was {}% {} [95% CI {}, {}] in {}: the order is drawn by lot, "+effect,
		fixed(estimate, 1), word, fixed(low, 1), fixed(high, 1), s.Metric)
}

// armWarnings are those of both arms; what both say is said once.
func armWarnings(c *verdict.Comparison, a, b string) []string {
	var out []string
	arm := func(s, other *summary.Run, name string, first bool) {
		if s == nil {
			return
		}
		var others []string
		if other != nil {
			others = Sentences(other.Warnings)
		}
		for _, w := range Sentences(s.Warnings) {
			shared := slices.Contains(others, w)
			switch {
			case !shared:
				out = append(out, name+": "+w)
			case first:
				out = append(out, w)
			}
		}
	}
	arm(c.ArmA, c.ArmB, a, true)
	arm(c.ArmB, c.ArmA, b, false)
	return out
}
