package report

import (
	"io"
	"math"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// comparedRows collects the rows of a comparison.
type comparedRows struct {
	a, b            string
	runA, runB      *csvRun
	as, bs, changes []csvRow
}

// comparisonRows are the rows of A, of B, and the changes.
func comparisonRows(c *verdict.Comparison) []csvRow {
	t := newComparedRows(c)
	for i := range c.Metrics {
		t.metric(&c.Metrics[i])
	}
	for i := range c.Checks {
		r := &c.Checks[i]
		metrics, a := csvCheck(r.Check, r.A.Passed, r.A.Failed)
		_, b := csvCheck(r.Check, r.B.Passed, r.B.Failed)
		t.add(r.Class, metrics[0], "%", a[0], b[0])
		t.add(r.Class, metrics[1], "", a[1], b[1])
	}
	if c.Resources != nil {
		t.resources(c)
	}
	for i := range c.Objectives {
		row := objectiveRow(t.runB, t.b, &c.Objectives[i])
		row.arm = "b"
		t.bs = append(t.bs, row)
	}
	return append(append(t.as, t.bs...), t.changes...)
}

func newComparedRows(c *verdict.Comparison) *comparedRows {
	t := &comparedRows{}
	t.a, t.b = armNames(c)
	title, originA, originB, seedB := c.Scenario, &c.Origin, &c.Origin, c.Seed
	if c.ArmA != nil && c.ArmB != nil { // of saved runs B has a start and a commit of its own
		title, originB, seedB = c.ArmA.Title, &c.ArmB.Origin, c.ArmB.Seed
	}
	t.runA = origins(t.b+"/"+t.a, title, c.ResultFile, string(c.Verdict), c.Seed, c.Tags, originA)
	t.runB = origins(t.b+"/"+t.a, title, c.ResultFile, string(c.Verdict), seedB, c.Tags, originB)
	return t
}

// add adds the values of both arms.
func (t *comparedRows) add(class, metric, unit string, a, b float64) {
	ra, rb := newRow(t.runA, t.a, class, metric, unit, a), newRow(t.runB, t.b, class, metric, unit, b)
	ra.arm, rb.arm = "a", "b"
	t.as, t.bs = append(t.as, ra), append(t.bs, rb)
}

// change is a row of what B has against A, over all requests.
func (t *comparedRows) change(class, metric, unit string, v float64) csvRow {
	return newRow(t.runB, t.b+"/"+t.a, class, metric+"_change", unit, v)
}

func (t *comparedRows) metric(m *verdict.MetricRow) {
	t.add(m.Class, m.Metric, m.Unit, orNaN(m.A), orNaN(m.B))
	if m.Unit == "pairs" { // no change: each counts what the other did not have
		row := &t.bs[len(t.bs)-1]
		row.p, row.outcome = orNaN(m.PHolm), m.Outcome
		return
	}
	change := t.change(m.Class, m.Metric, "%", orNaN(m.PooledPct))
	if m.Unit == "%" {
		change.unit, change.value = "pp", orNaN(shareChange(m))
	}
	t.changes = append(t.changes, change)
	if m.CI95Pct == nil && m.LimitPct == nil && m.Outcome == "" {
		return
	}
	estimate := newRow(t.runB, t.b+"/"+t.a, m.Class, m.Metric+"_estimate", change.unit, math.NaN())
	if m.CI95Pct != nil { // else there is none
		estimate.low, estimate.high = m.CI95Pct[0], m.CI95Pct[1]
		if estimate.value = orNaN(m.ChangePct); m.Unit == "%" {
			estimate.value = change.value
		}
	}
	estimate.limit, estimate.p, estimate.outcome = orNaN(m.LimitPct), orNaN(m.PHolm), m.Outcome
	t.changes = append(t.changes, estimate)
}

func (t *comparedRows) resources(c *verdict.Comparison) {
	ofA, ofB := resourceFigures(c.Resources.A), resourceFigures(c.Resources.B)
	for i, x := range ofA {
		t.add(results.TotalClass, x.metric, x.unit, orNaN(x.value), orNaN(ofB[i].value))
		if x.name != "" {
			t.changes = append(t.changes, t.change(results.TotalClass, x.metric, "%", orNaN(percentChange(x.value, ofB[i].value))))
		}
	}
}

// wideHead are the first columns of the wide form: one row per run, a column for
// each metric: of a class with the class before it, as in objectives; of a
// comparison with _a, _b, _change or _estimate behind it.
var wideHead = []string{"file", "start", "scenario", "target", "tool", "host", "load", "verdict", "commit", "seed", "tags", "branch", "ci_run"}

// writeWide writes the rows of each document as one.
func writeWide(w io.Writer, documents [][]csvRow) error {
	head := append([]string(nil), wideHead...)
	at := map[string]int{}
	column := func(name string) int {
		i, ok := at[name]
		if !ok {
			i = len(head)
			at[name], head = i, append(head, cell(name))
		}
		return i
	}
	var lines []map[int]string
	for _, rows := range documents {
		line := map[int]string{}
		for i := range rows {
			r := &rows[i]
			name := r.metric
			if r.class != results.TotalClass {
				name = r.class + ":" + name
			}
			if r.arm != "" {
				name += "_" + r.arm
			}
			line[column(name)] = csvNumber(r.value)
			if !math.IsNaN(r.low) {
				line[column(name+"_low")], line[column(name+"_high")] = csvNumber(r.low), csvNumber(r.high)
			}
		}
		if len(rows) > 0 {
			run := rows[0].run
			for i, v := range []string{run.file, run.start, run.scenario, run.target, run.tool, run.host, run.load, run.verdict, run.commit, run.seed, run.tags, run.branch, run.ciRun} {
				line[i] = cell(v)
			}
		}
		lines = append(lines, line)
	}
	out := [][]string{head}
	for _, line := range lines {
		cells := make([]string, len(head))
		for i, v := range line {
			cells[i] = v
		}
		out = append(out, cells)
	}
	return writeLines(w, out)
}
