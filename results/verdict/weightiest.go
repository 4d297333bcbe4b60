package verdict

// Weight is what of a comparison's findings decides, and makes the exit code.
type Weight int

const (
	ByVerdict       Weight = iota // the verdict itself
	ByObjective                   // B missed an objective
	ByOpenObjective               // B held all, but not with the confidence asked for
	ByAnswers                     // the targets answer differently
)

// Weightiest is the finding to begin with: a regression, else answers that differ,
// else a missed objective, else the
// verdict, but for an objective that is not decided where that is ok.
func (c *Comparison) Weightiest() Weight {
	switch {
	case c.Verdict == Regression:
		return ByVerdict
	case c.Differs():
		return ByAnswers
	case c.MissesObjective():
		return ByObjective
	case c.Verdict == OK && c.Undecided():
		return ByOpenObjective
	}
	return ByVerdict
}

// Differs says whether the targets were seen to answer differently.
func (c *Comparison) Differs() bool { return c.Parity != nil && c.Parity.Differing > 0 }
