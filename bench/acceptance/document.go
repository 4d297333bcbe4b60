package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
)

// The table stands between these lines of the page.
const (
	markBegin = "<!-- acceptance:begin -->"
	markEnd   = "<!-- acceptance:end -->"
)

// makePage puts what the journal comes to into the page.
func (h *harness) makePage(records []record) error {
	if h.page == "" {
		return nil
	}
	old, err := os.ReadFile(h.page)
	if errors.Is(err, fs.ErrNotExist) {
		old = []byte("# Acceptance\n")
	} else if err != nil {
		return err
	}
	updated, err := between(string(old), render(conditions, records))
	if err != nil {
		return fmt.Errorf("%s: %w", h.page, err)
	}
	return os.WriteFile(h.page, []byte(updated), 0o644)
}

// between replaces what stands between the markers; without any it appends.
func between(old, text string) (string, error) {
	block := markBegin + "\n" + strings.TrimSpace(text) + "\n" + markEnd
	before, rest, begins := strings.Cut(old, markBegin)
	_, after, ends := strings.Cut(rest, markEnd)
	switch {
	case begins && ends:
		return before + block + after, nil
	case begins || strings.Contains(old, markEnd):
		return "", fmt.Errorf("needs both %s and %s, in this order, or neither", markBegin, markEnd)
	}
	return strings.TrimRight(old, "\n") + "\n\n" + block + "\n", nil
}

// tally is what the runs of one condition came to.
type tally struct {
	verdicts map[verdict.Verdict]int
	invalid  int // attempts, with those that were made again
	records  []record
}

func (t tally) done() int { return len(t.records) }

// took are the times of the runs in seconds.
func (t tally) took() []float64 {
	return each(t.records, func(r record) float64 { return r.Took })
}

// wall is took, and what starting and ending the servers adds.
func (t tally) wall() []float64 {
	return each(t.records, func(r record) float64 { return r.Wall })
}

func each(records []record, of func(record) float64) (out []float64) {
	for _, r := range records {
		out = append(out, of(r))
	}
	return out
}

// tallyOf counts each planned run of the present method once: its first valid
// attempt, or that it was invalid each time. One that is still to be made again
// is not done.
func tallyOf(c condition, records []record) tally {
	t := tally{verdicts: map[verdict.Verdict]int{}}
	made, counted := map[int]int{}, map[int]bool{}
	for _, r := range records {
		if r.Method != c.method() || r.Condition != c.name || r.Repeat < 1 || r.Repeat > c.runs || counted[r.Repeat] {
			continue
		}
		made[r.Repeat]++
		if r.Verdict == verdict.Invalid {
			t.invalid++
			if made[r.Repeat] < attempts {
				continue
			}
		}
		counted[r.Repeat] = true
		t.verdicts[r.Verdict]++
		t.records = append(t.records, r)
	}
	return t
}

// render is everything between the markers.
func render(list []condition, records []record) string {
	var all []record
	var b strings.Builder
	rows, planned, again := [][]string{}, 0, 0
	for _, c := range list {
		t := tallyOf(c, records)
		planned += c.runs
		again += t.invalid - t.verdicts[verdict.Invalid]
		all = append(all, t.records...)
		rows = append(rows, row(c, t))
	}
	if len(all) == 0 {
		return fmt.Sprintf("None of the %d runs has been made yet.\n", planned)
	}
	b.WriteString(summary(all, planned, len(records)-again))
	writeTable(&b, []string{
		"condition", "compared", "at most", "runs", "regression", "ok", "inconclusive", "invalid",
		"share (95% interval)", "time: mean, worst", "goal", "held",
	}, rows)
	b.WriteString("\n")
	for _, figure := range []func([]condition, []record) string{effects, coverage, looks, singles, demos} {
		b.WriteString(figure(list, records))
	}
	b.WriteString(deciding(all))
	b.WriteString(disturbances(all))
	return b.String()
}

// row is a condition's line of the table.
func row(c condition, t tally) []string {
	what, limit := c.what, "–"
	if c.budget > 0 {
		limit = fmt.Sprintf("%.0f s", c.budget.Seconds())
	}
	if c.service != "" && c.slow != 1 {
		what += fmt.Sprintf(" (work ×%.4g)", c.slow)
	}
	runs, shares, times := fmt.Sprint(t.done()), "–", "–"
	if t.done() < c.runs {
		runs = fmt.Sprintf("so far %d of %d", t.done(), c.runs)
	}
	if took := t.took(); len(took) > 0 {
		var of []string
		for _, b := range c.goal.bounds {
			of = append(of, proportion(string(b.verdict), t.verdicts[b.verdict], t.done()))
		}
		shares = strings.Join(of, ", ")
		times = fmt.Sprintf("%.0f s, %.0f s", sum(took)/float64(len(took)), slices.Max(took))
	}
	invalid := fmt.Sprint(t.invalid)
	if n := t.verdicts[verdict.Invalid]; n > 0 {
		invalid += fmt.Sprintf(", %d runs each time", n)
	}
	if n := t.verdicts[failed]; n > 0 {
		invalid += fmt.Sprintf(", %d failed", n)
	}
	counts := []string{"–", "–", "–"} // the demo's runs have no such verdict
	if c.service != "" {
		for i, v := range []verdict.Verdict{verdict.Regression, verdict.OK, verdict.Inconclusive} {
			counts[i] = fmt.Sprint(t.verdicts[v])
		}
	}
	return slices.Concat([]string{c.name, what, limit, runs}, counts, []string{invalid, shares, times, c.goal.words(), c.goal.held(t, c.runs)})
}

// proportion is a share with its exact interval, in percent.
func proportion(what string, hits, of int) string {
	low, high := stats.ClopperPearson(hits, of, 0.025)
	return fmt.Sprintf("%s %.3g%% (%.3g to %.3g%%)", what, 100*float64(hits)/float64(of), 100*low, 100*high)
}

func writeTable(b *strings.Builder, header []string, rows [][]string) {
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat(" --- |", len(header)))
	for _, r := range rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(r, " | "))
	}
}

// summary says what was measured where and when, and what is missing.
func summary(all []record, planned, inFile int) string {
	var b strings.Builder
	first, last := all[0].Time, all[0].Time
	for _, r := range all {
		if r.Time.Before(first) {
			first = r.Time
		}
		if r.Time.After(last) {
			last = r.Time
		}
	}
	fmt.Fprintf(&b, "%d runs, %v of measuring, between %s and %s.\n\n", len(all),
		time.Duration(sum(tally{records: all}.wall())*float64(time.Second)).Round(time.Minute), first.Format("2006-01-02 15:04"), last.Format("2006-01-02 15:04 MST"))
	fmt.Fprintf(&b, "- Machine: %s.\n", strings.Join(unique(all, func(r record) string { return r.Host }), "; "))
	versions := append(unique(all, func(r record) string { return r.Tool }), unique(all, func(r record) string { return r.Service })...)
	fmt.Fprintf(&b, "- Versions: %s.\n", strings.Join(versions, ", "))
	if len(all) < planned {
		fmt.Fprintf(&b, "- **Incomplete: %d of %d planned runs are missing.** A goal counts as held after all its runs only.\n", planned-len(all), planned)
	}
	if n := inFile - len(all); n > 0 {
		fmt.Fprintf(&b, "- Not counted: %d of the journal's lines, which are runs of an earlier method, or not planned ones.\n", n)
	}
	return b.String() + "\n"
}

func unique(records []record, of func(record) string) []string {
	var out []string
	for _, r := range records {
		if v := of(r); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
