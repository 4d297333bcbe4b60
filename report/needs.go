package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// mostNeeds is how many metrics are named with what they lack.
const mostNeeds = 3

// needsText names metrics that had too little data, each with how many requests of
// either target it had and would take, and what to give for all of them.
func needsText(c *verdict.Comparison, metrics []verdict.Claim) string {
	var out []string
	for i := range metrics {
		m := &metrics[i]
		if i >= mostNeeds && len(metrics) > mostNeeds+1 {
			out = append(out, fmt.Sprintf("and %d more", len(metrics)-i))
			break
		}
		name := m.Metric
		if m.Class != results.TotalClass {
			name += " of " + m.Class
		}
		if lacking(m) {
			name += fmt.Sprintf(" (%s of %s requests a side)", thousands(*m.Requests), thousands(*m.Needed))
		}
		out = append(out, name)
	}
	text := strings.Join(out, ", ")
	if flags := takes(c, metrics); flags != "" {
		text += ": " + flags
	}
	return text
}

// lacking says that it is known how many requests a metric lacks.
func lacking(m *verdict.Claim) bool {
	return m.Requests != nil && m.Needed != nil && *m.Requests > 0 && *m.Needed > *m.Requests
}

// takes is what would have metrics judged: a budget, and of classes that no pass
// waits for, limits of their own.
func takes(c *verdict.Comparison, metrics []verdict.Claim) string {
	if c == nil || c.MeasuredS == 0 || c.Runs != nil || c.Interrupted != nil {
		return ""
	}
	more := 0.0
	var limits []string
	for i := range metrics {
		m := &metrics[i]
		if !lacking(m) {
			continue
		}
		more = max(more, float64(*m.Needed)/float64(*m.Requests))
		if row := c.Row(m.Class, m.Metric); row != nil && row.Role == "watched" && row.LimitPct != nil {
			limits = append(limits, m.Class+":"+m.Metric+"="+limitText(row))
		}
	}
	if more == 0 {
		return ""
	}
	const luck = 1.05 // arrivals are by chance
	text := "--budget " + span(max(2*c.Planned.WarmupS+luck*more*c.MeasuredS, c.Planned.BudgetS))
	if limits != nil && len(limits) <= mostNeeds {
		text += " --max-regression " + strings.Join(limits, ",")
	}
	return text
}

// undecidedText names what a pass leaves open, class by class: the metrics that had
// too little data, or are watched only, and from which budget on they would be
// judged.
func undecidedText(c *verdict.Comparison) string {
	var classes []string
	of := map[string][]string{}
	budget := ""
	for i := range slices.Backward(c.Findings) { // what lacks most is behind what lacks less
		found := &c.Findings[i]
		if !undecidedOnly(found) {
			continue
		}
		for _, m := range found.Metrics {
			if of[m.Class] == nil {
				classes = append(classes, m.Class)
			}
			of[m.Class] = append(of[m.Class], m.Metric)
		}
		if found.Code == verdict.TooFewData {
			budget, _, _ = strings.Cut(takes(c, found.Metrics), " --max-regression")
		}
	}
	var out []string
	for i, class := range classes {
		if i >= mostNeeds && len(classes) > mostNeeds+1 {
			out = append(out, fmt.Sprintf("%d more classes", len(classes)-i))
			break
		}
		out = append(out, metricName(class, strings.Join(of[class], ", ")))
	}
	text := strings.Join(out, "; ")
	if budget != "" {
		text += " (" + budget + ")"
	}
	return text
}

// thousands is a count with commas, for sentences.
func thousands(n int64) string {
	text := countText(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
