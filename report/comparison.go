package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results"
)

// comparisonPage is the content of a comparison's report. It sets numbers side
// by side; which of them is better is said by the verdict only, once there is
// one.
func comparisonPage(c *results.Comparison, f form) *page {
	a, b := armNames(c, f)
	p := &page{title: comparisonTitle(c, f), file: f.code(c.ResultFile)}
	if c.Verdict == results.VerdictInvalid {
		p.alarm = invalidAlarm
	}
	head := part{facts: []fact{
		{"A " + a, armText(c.A, c.ArmA, c.Errors.A, f)},
		{"B " + b, armText(c.B, c.ArmB, c.Errors.B, f)},
	}}
	p.parts = append(p.parts, head)
	for _, class := range comparedClasses(c) {
		p.parts = append(p.parts, comparedPart(c, class, a, b, f))
	}
	last := &p.parts[len(p.parts)-1]
	if note := tooFew(missedRows(c)); note != "" {
		last.notes = append(last.notes, note+" of each target and class")
	}
	if c.ArmA != nil && c.ArmA.Model == results.Closed {
		last.notes = append(last.notes, closedNote)
	}
	p.parts = append(p.parts, verdictPart(c, f))
	p.warnings = armWarnings(c, a, b, f)
	return p
}

func comparisonTitle(c *results.Comparison, f form) string {
	var b strings.Builder
	if c.ArmA != nil {
		b.WriteString(f.name(c.ArmA.Scenario) + ": ")
	}
	an, bn := armNames(c, f)
	fmt.Fprintf(&b, "%s and %s side by side: ", an, bn)
	if c.ArmA != nil {
		b.WriteString(f.name(c.ArmA.Load) + ", ")
	}
	fmt.Fprintf(&b, "%d pairs of slices, seed %d", c.Pairs, c.Seed)
	return b.String()
}

// armNames are the names of both targets, told apart where they are the same.
func armNames(c *results.Comparison, f form) (a, b string) {
	a, b = f.name(c.A.Name), f.name(c.B.Name)
	if a == "" {
		a = f.name(c.A.URL)
	}
	if b == "" {
		b = f.name(c.B.URL)
	}
	if a == b {
		a, b = strings.TrimSpace(a+" (A)"), strings.TrimSpace(b+" (B)")
	}
	return a, b
}

func armText(t results.TargetName, s *results.Summary, e results.Errors, f form) string {
	if s == nil {
		return fmt.Sprintf("%s; errors: %s", f.code(t.URL), errorText(e, 0, f))
	}
	out := fmt.Sprintf("%s: %d requests in %s", f.code(t.URL), s.Requests, secondsText(s.DurationS))
	if s.Dropped > 0 {
		out += fmt.Sprintf(", %d dropped", s.Dropped)
	}
	out += "; errors: " + errorText(e, s.Requests, f)
	if len(s.Status) > 0 {
		out += "; statuses " + statusText(s.Status, f)
	}
	return out
}

// comparedClasses lists the classes in the order of their rows.
func comparedClasses(c *results.Comparison) []string {
	var out []string
	for i := range c.Metrics {
		if class := c.Metrics[i].Class; !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	return out
}

func comparedPart(c *results.Comparison, class, a, b string, f form) part {
	out := part{
		title: classTitle(c, class, f),
		table: &table{head: []string{"metric", a, b, "change"}, left: 1},
	}
	for i := range c.Metrics {
		m := &c.Metrics[i]
		if m.Class != class {
			continue
		}
		out.table.rows = append(out.table.rows, []string{
			f.name(m.Metric + ", " + m.Unit), unitText(m.A, m.Unit), unitText(m.B, m.Unit), changeText(m),
		})
	}
	return out
}

// classTitle names a class with its declared share and what each target got.
func classTitle(c *results.Comparison, class string, f form) string {
	if class == results.TotalClass {
		return "all requests"
	}
	if c.ArmA == nil || c.ArmB == nil {
		return f.name(class)
	}
	at := func(s *results.Summary) int {
		return slices.IndexFunc(s.Classes, func(k results.ClassSummary) bool { return k.Name == class })
	}
	i, j := at(c.ArmA), at(c.ArmB)
	if i < 0 || j < 0 {
		return f.name(class)
	}
	ca, cb := &c.ArmA.Classes[i], &c.ArmB.Classes[j]
	return fmt.Sprintf("%s (%s%% asked; A %s%%, %d requests; B %s%%, %d requests)", f.name(class),
		fixed(100*ca.Declared, 1), fixed(100*ca.Share, 1), ca.Requests, fixed(100*cb.Share, 1), cb.Requests)
}

// changeText is B against A in percent, for shares in percentage points, with
// its 95% interval where one is known.
func changeText(m *results.MetricRow) string {
	change, unit := m.ChangePct, "%"
	if d := shareChange(m); d != nil {
		change, unit = d, " pp"
	}
	if change == nil {
		return missing
	}
	decimals := 1
	if unit == " pp" {
		decimals = 2
	}
	out := signedText(*change, decimals) + unit
	if m.CI95Pct != nil {
		out += fmt.Sprintf(" [%s, %s]", signedText(m.CI95Pct[0], decimals), signedText(m.CI95Pct[1], decimals))
	}
	return out
}

// shareChange is the difference of two shares in percentage points; nil for
// other units.
func shareChange(m *results.MetricRow) *float64 {
	if m.Unit != "%" || m.A == nil || m.B == nil {
		return nil
	}
	d := *m.B - *m.A
	return &d
}

// missedRows lists the quantiles that a class with data is missing.
func missedRows(c *results.Comparison) []float64 {
	var out []float64
	for _, class := range comparedClasses(c) {
		var missed []float64
		for i := range c.Metrics {
			m := &c.Metrics[i]
			if m.Class != class {
				continue
			}
			if m.Metric == "max" && m.A == nil && m.B == nil {
				missed = nil // nothing recorded: not a matter of too few
			}
			digits, ok := strings.CutPrefix(m.Metric, "p")
			q, err := strconv.ParseFloat(digits+"e-2", 64)
			if ok && err == nil && (m.A == nil || m.B == nil) {
				missed = append(missed, q)
			}
		}
		out = append(out, missed...)
	}
	slices.Sort(out)
	return out
}

// verdictPart says what was decided, and why. A verdict is named only when a
// metric was judged.
func verdictPart(c *results.Comparison, f form) part {
	var out part
	if slices.ContainsFunc(c.Metrics, func(m results.MetricRow) bool { return m.Judged }) {
		out.notes = append(out.notes, "verdict: "+f.name(string(c.Verdict)))
	}
	for _, r := range c.Reasons {
		out.notes = append(out.notes, f.name(r))
	}
	return out
}

// armWarnings are those of both arms; what both say is said once.
func armWarnings(c *results.Comparison, a, b string, f form) []string {
	var out []string
	arm := func(s, other *results.Summary, name string, first bool) {
		if s == nil {
			return
		}
		for _, w := range s.Warnings {
			shared := other != nil && slices.Contains(other.Warnings, w)
			switch {
			case !shared:
				out = append(out, name+": "+f.name(w))
			case first:
				out = append(out, f.name(w))
			}
		}
	}
	arm(c.ArmA, c.ArmB, a, true)
	arm(c.ArmB, c.ArmA, b, false)
	return out
}
