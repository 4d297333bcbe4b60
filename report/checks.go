package report

import (
	"fmt"
	"math"

	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// mostChecks is how many checks a table has: of more, those that always passed are
// counted only.
const mostChecks = 20

// checkRow is a check of one class and what it came to, in one arm or in two.
type checkRow struct {
	class, name string
	arms        []checkArm
}

type checkArm struct {
	passed, failed int64
	first          string
}

func (a *checkArm) judged() int64 { return a.passed + a.failed }

// failed says whether an answer failed it, in any arm.
func (r *checkRow) failed() bool {
	for i := range r.arms {
		if r.arms[i].failed > 0 {
			return true
		}
	}
	return false
}

// runChecks are those of a run.
func runChecks(s *summary.Run) (rows []checkRow) {
	for _, class := range s.AllClasses() {
		for _, c := range class.Checks {
			rows = append(rows, checkRow{class.Name, c.Name, []checkArm{{c.Passed, c.Failed, c.First}}})
		}
	}
	return rows
}

// comparedChecks are those of a comparison in which the arms differ, or fail.
func comparedChecks(c *verdict.Comparison) (rows []checkRow) {
	for i := range c.Checks {
		if r := &c.Checks[i]; r.Shown() {
			rows = append(rows, checkRow{r.Class, r.Check, []checkArm{{r.A.Passed, r.A.Failed, r.A.First}, {r.B.Passed, r.B.Failed, r.B.First}}})
		}
	}
	return rows
}

// checksPart counts, for each check, the answers that passed and failed; names are
// those of the arms, none of a run.
func checksPart(rows []checkRow, names ...string) part {
	t := &Table{Head: Cells(Own, "", "class", "check"), Left: 3}
	if names == nil {
		t.Head = append(t.Head, Cells(Own, "passed", "failed")...)
	}
	for _, name := range names {
		t.Head = append(t.Head, Cell{Text: name + " failed"})
	}
	out := part{title: own("checks (of answers of expected status)"), table: t}
	left := 0
	for i := range rows {
		r := &rows[i]
		if len(rows) > mostChecks && (!r.failed() || len(t.Rows) >= mostChecks) {
			left++
			continue
		}
		t.add(r.cells()...)
		for k, a := range r.arms {
			if a.failed == 0 || a.first == "" {
				continue
			}
			of := r.class + ": " + r.name
			if names != nil {
				of = names[k] + ", " + of
			}
			out.notes = append(out.notes, compose("{}, the first failure: {}", of, a.first))
		}
	}
	switch {
	case left == 0:
	case len(t.Rows) < mostChecks:
		out.notes = append(out.notes, own(fmt.Sprintf("%d more: no answer failed them", left)))
	default:
		out.notes = append(out.notes, own(fmt.Sprintf("%d more are in JSON and CSV", left)))
	}
	return out
}

func (r *checkRow) cells() []Cell {
	mark := Cell{"✓", Good}
	if r.arms[len(r.arms)-1].judged() == 0 {
		mark = Cell{"?", Open} // no answer of expected status
	}
	if r.failed() {
		mark = Cell{"✗", Missed}
	}
	cells := []Cell{mark, {Text: r.class}, {r.name, Literal}}
	for i := range r.arms {
		a := &r.arms[i]
		if len(r.arms) == 1 {
			cells = append(cells, Cell{countText(a.passed), Own})
		}
		cells = append(cells, Cell{a.failedText(len(r.arms) > 1), Own})
	}
	return cells
}

// failedText is how many answers failed, and of how many.
func (a *checkArm) failedText(of bool) string {
	text := countText(a.failed)
	switch {
	case a.judged() == 0:
		return "no answers"
	case of:
		text += " of " + countText(a.judged())
	}
	if a.failed > 0 {
		text += fmt.Sprintf(" (%s%%)", shareText(100*float64(a.failed)/float64(a.judged())))
	}
	return text
}

// csvCheck are the metrics of a check: the share of answers that passed, as
// objectives name it, and how many failed.
func csvCheck(name string, passed, failed int64) (metrics [2]string, values [2]float64) {
	share := math.NaN()
	if n := passed + failed; n > 0 {
		share = 100 * float64(passed) / float64(n)
	}
	return [2]string{"check:" + name, "failed_check:" + name}, [2]float64{share, float64(failed)}
}
