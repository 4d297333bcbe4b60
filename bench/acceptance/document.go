package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
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
	done     int
	verdicts map[verdict.Verdict]int
	invalid  int // attempts, with those that were made again
	records  []record
}

// tallyOf counts each planned run of the present method once: its first valid
// attempt, or that it was invalid each time. One that is still to be made again
// is not done.
func tallyOf(c condition, records []record) tally {
	t := tally{verdicts: map[verdict.Verdict]int{}}
	made, counted := map[int]int{}, map[int]bool{}
	for _, r := range records {
		if r.Method != method || r.Condition != c.name || r.Repeat < 1 || r.Repeat > c.runs || counted[r.Repeat] {
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
		t.done++
		t.verdicts[r.Verdict]++
		t.records = append(t.records, r)
	}
	return t
}

// render is everything between the markers.
func render(list []condition, records []record) string {
	var all, compared, equal []record
	var b strings.Builder
	rows, planned, again := [][]string{}, 0, 0
	for _, c := range list {
		t := tallyOf(c, records)
		planned += c.runs
		again += t.invalid - t.verdicts[verdict.Invalid]
		all = append(all, t.records...)
		if !c.vegeta {
			compared = append(compared, t.records...)
			if c.aa() {
				equal = append(equal, t.records...)
			}
		}
		rows = append(rows, row(c, t))
	}
	if len(all) == 0 {
		return fmt.Sprintf("None of the %d runs has been made yet.\n", planned)
	}
	b.WriteString(summary(all, planned, len(records)-again))
	writeTable(&b, []string{
		"condition", "compared", "work of B", "p50 of B in the runs: median (range)", "by", "budget", "runs",
		"regression", "ok", "inconclusive", "invalid", "share (95% interval)", "goal", "held",
	}, rows)
	b.WriteString("\n")
	b.WriteString(coverage(equal))
	b.WriteString(otherLimits(list, records))
	b.WriteString(deciding(compared))
	b.WriteString(spread(list, records))
	b.WriteString(disturbances(compared))
	return b.String()
}

// row is a condition's line of the table.
func row(c condition, t tally) []string {
	share := "–"
	if t.done > 0 {
		hits := t.verdicts[c.counts]
		low, high := stats.ClopperPearson(hits, t.done, 0.025)
		share = fmt.Sprintf("%s %.3g%% (%.3g to %.3g%%)", c.counts, 100*float64(hits)/float64(t.done), 100*low, 100*high)
	}
	runs := fmt.Sprint(t.done)
	if t.done < c.runs {
		runs = fmt.Sprintf("%d of %d", t.done, c.runs)
	}
	invalid := fmt.Sprint(t.invalid)
	if n := t.verdicts[verdict.Invalid]; n > 0 {
		invalid += fmt.Sprintf(", %d runs each time", n)
	}
	if n := t.verdicts[failed]; n > 0 {
		invalid += fmt.Sprintf(", %d failed", n)
	}
	work, by := "the same", "mlbench"
	switch {
	case c.slow == 0:
		work = "another program"
	case c.slow != 1:
		work = fmt.Sprintf("×%.4g", c.slow)
	}
	if c.vegeta {
		by = "vegeta and a script"
	}
	return []string{
		c.name, c.what, work, ranged(effects(t.records), "%+.1f%%"), by, fmt.Sprintf("%.0f s", c.budget.Seconds()), runs,
		fmt.Sprint(t.verdicts[verdict.Regression]), fmt.Sprint(t.verdicts[verdict.OK]),
		fmt.Sprint(t.verdicts[verdict.Inconclusive]), invalid,
		share, c.goal.words(c.counts), c.goal.held(t.verdicts, c.counts, t.done, c.runs),
	}
}

func writeTable(b *strings.Builder, header []string, rows [][]string) {
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat(" --- |", len(header)))
	for _, r := range rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(r, " | "))
	}
}

// effects are the changes of the pooled p50, in percent.
func effects(records []record) (out []float64) {
	for _, r := range records {
		if pct, ok := r.effect(); ok && r.Verdict != verdict.Invalid {
			out = append(out, pct)
		}
	}
	return out
}

// ranged is a median and, of several values, the range.
func ranged(values []float64, format string) string {
	if len(values) == 0 {
		return "–"
	}
	text := fmt.Sprintf(format, median(values))
	if len(values) == 1 {
		return text
	}
	return text + fmt.Sprintf(" ("+format+" to "+format+")", slices.Min(values), slices.Max(values))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// summary says what was measured where and when, and what is missing.
func summary(all []record, planned, inFile int) string {
	var b strings.Builder
	first, last, wall := all[0].Time, all[0].Time, 0.0
	for _, r := range all {
		if r.Time.Before(first) {
			first = r.Time
		}
		if r.Time.After(last) {
			last = r.Time
		}
		wall += r.Wall
	}
	fmt.Fprintf(&b, "%d runs, %v of measuring, between %s and %s.\n\n", len(all),
		time.Duration(wall*float64(time.Second)).Round(time.Minute), first.Format("2006-01-02 15:04"), last.Format("2006-01-02 15:04 MST"))
	fmt.Fprintf(&b, "- Machine: %s.\n", strings.Join(unique(all, func(r record) string { return r.Host }), "; "))
	fmt.Fprintf(&b, "- Versions: %s.\n", strings.Join(unique(all, func(r record) string { return r.Tool }), ", "))
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
		if v := of(r); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
