package summary

import "github.com/mlbench/mlbench/results"

// checkSummary is what a check of the scenario came to: the answers of expected
// status that passed and failed it.
type checkSummary struct {
	Name   string `json:"name"`
	Passed int64  `json:"passed"`
	Failed int64  `json:"failed"`
	First  string `json:"first_failure,omitempty"` // how the first answer failed it
}

// Judged is how many answers it judged.
func (c *checkSummary) Judged() int64 { return c.Passed + c.Failed }

// checksOf are those of a class, in the scenario's order.
func checksOf(c results.Class, d *results.ClassData) []checkSummary {
	var out []checkSummary
	for _, name := range c.Checks {
		counts := d.Checks[name]
		s := checkSummary{Name: name, Passed: counts.Passed, Failed: counts.Failed}
		if counts.First != nil && counts.Failed > 0 {
			s.First = counts.First.Text
		}
		out = append(out, s)
	}
	return out
}

// toldByCheck says whether a check of the scenario shows the failure, so that it needs
// no sentence of its own.
func (s *Run) toldByCheck(e results.Example) bool {
	if e.Error != results.ErrCheck {
		return false
	}
	for i := range s.Classes {
		for _, c := range s.Classes[i].Checks {
			if c.First != "" && e.Text == s.Classes[i].Name+": "+c.First {
				return true
			}
		}
	}
	return false
}
