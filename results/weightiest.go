package results

// Weight is what of a comparison's findings decides, and makes the exit code.
type Weight int

const (
	WeightVerdict   Weight = iota // the verdict itself
	WeightObjective               // B missed an objective
	WeightAnswers                 // the targets answer differently
)

// Weightiest is the finding to begin with: a regression, else answers that differ,
// else a missed objective, else the verdict.
func (c *Comparison) Weightiest() Weight {
	switch {
	case c.Verdict == VerdictRegression:
		return WeightVerdict
	case c.Differs():
		return WeightAnswers
	case c.MissesObjective():
		return WeightObjective
	}
	return WeightVerdict
}

// Differs says whether the targets were seen to answer differently.
func (c *Comparison) Differs() bool { return c.Parity != nil && c.Parity.Differing > 0 }
