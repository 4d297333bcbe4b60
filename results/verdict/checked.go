package verdict

import "github.com/mlbench/mlbench/results/summary"

// checkRow is one check of the scenario in both arms. Nothing is judged by it: what
// fails a check is an error, and errors are.
type checkRow struct {
	Class string   `json:"class"`
	Check string   `json:"check"`
	A     checkArm `json:"a"`
	B     checkArm `json:"b"`
}

// checkArm counts the answers of one arm.
type checkArm struct {
	Passed int64  `json:"passed"`
	Failed int64  `json:"failed"`
	First  string `json:"first_failure,omitempty"` // how the first answer failed it
}

// Judged is how many answers of the arm the check judged.
func (c *checkArm) Judged() int64 { return c.Passed + c.Failed }

// Shown says that the arms differ in it, or that one fails it.
func (r *checkRow) Shown() bool {
	return r.A.Failed+r.B.Failed > 0 || (r.A.Passed == 0) != (r.B.Passed == 0)
}

// checksOf are those of both arms, in the scenario's order.
func checksOf(a, b *summary.Run) []checkRow {
	var out []checkRow
	for i := range a.Classes {
		of := &a.Classes[i]
		for _, check := range of.Checks {
			row := checkRow{Class: of.Name, Check: check.Name, A: checkArm{check.Passed, check.Failed, check.First}}
			if other := b.Class(of.Name); other != nil {
				for _, c := range other.Checks {
					if c.Name == check.Name {
						row.B = checkArm{c.Passed, c.Failed, c.First}
					}
				}
			}
			out = append(out, row)
		}
	}
	return out
}
