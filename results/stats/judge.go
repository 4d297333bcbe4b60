package stats

import (
	"errors"
	"fmt"
	"math"
)

// MinValues is how many pairs, or groups of pairs, a metric needs to be judged.
const MinValues = 12

// Rule is how much proof a verdict takes.
type Rule struct {
	// Alpha bounds the probability that two identical targets are called a
	// regression, over all tests together.
	Alpha float64
	// Beta bounds, per metric, the probability that a regression beyond the
	// limit passes.
	Beta float64
	// Strict wants proof that a metric is worse by more than its limit, not only
	// that it is worse and by estimate beyond the limit.
	Strict bool
	// Seed draws the sign patterns where there are too many to count.
	Seed uint64
}

// RuleFor is the default rule when the data may be judged up to looks times, as
// it grows: each look spends an equal part of α = 1% and β = 5% (Bonferroni).
func RuleFor(looks int) Rule {
	n := float64(max(looks, 1))
	return Rule{Alpha: 0.01 / n, Beta: 0.05 / n}
}

// Role is what part a metric has in the verdict.
type Role int

const (
	Deciding Role = iota // may prove a regression; nothing passes while it is open
	Watched              // may prove a regression, and may stay open
	Guarding             // proves nothing; nothing passes while it is open
)

// Metric is something measured on both arms, judged by its ratio.
type Metric struct {
	Name  string
	Class string
	Role  Role
	// D is ln(B/A) of each pair in the order of time, turned so that positive is
	// worse. Take ln B − ln A: that is exactly opposite when A and B swap, the
	// logarithm of a quotient is not.
	D []float64
	// Slot is +1 for each value of D of a pair in which B came second, −1 where A
	// did, and their mean for pairs that are merged; what the slot does is then taken
	// out. Empty: not known.
	Slot []float64
	// Margin is the share by which B may be worse: 0.05 for 5%. See Margin.
	Margin float64
	// Group is the number of pairs behind each value of D, 1 unless merged.
	Group int
	// Pairs is how many were measured, if D is empty for want of a whole group.
	Pairs int
	// Required: nothing passes unless this metric could be judged. Others are not
	// judged where there is too little data for them, but where the plan has more
	// to come that will do.
	Required bool
	// Unpaired replaces D where single runs are compared.
	Unpaired *Shift
}

// Evidence is all that a comparison is judged by.
type Evidence struct {
	Metrics []Metric
	Stalls  []Stalls
	// Errors has the counts of all requests (Whole), and may have those of
	// classes.
	Errors []Errors
	Course *Course // of one metric of all requests; nil: nothing tells
	// Control is metrics of A against A once more. What they differ by is neither
	// target's doing, and where they do, nothing that pairs say of B is, either.
	Control []Metric
	Late    Late
	// Invalid: generator or host decided the numbers.
	Invalid bool
	// Blocked: nothing passes, whatever the metrics say, for something that they
	// cannot show or that censored them. What is proven to be worse still is.
	Blocked bool
}

// Margin is the share by which B may be worse where a relative and an absolute
// slack are given, in units of the baseline: the larger of both, the latter in
// whole tenths of a percent, so that what is told is what is judged.
func Margin(relative, absolute, baseline float64) float64 {
	if !(absolute > 0 && baseline > 0) {
		return relative
	}
	return max(relative, math.Floor(1000*absolute/baseline+1e-6)/1000)
}

// Judge decides once, about all the data there are. The verdict does not depend
// on the order of metrics nor, but for the random sign patterns and Course, of
// pairs. What is no measurement is refused: NaN, infinite and impossible values.
func Judge(e Evidence, r Rule) (Verdict, error) {
	j := sequence{rule: r, null: nullRanks{}}
	v, err := j.look(e, r.single())
	v.Looks = nil
	return v, err
}

// adjust fills in the Holm-adjusted p values, of each direction by itself, and
// returns the number of tests.
func adjust(tests []test) int {
	var tested []int
	var worse, better []float64
	for i := range tests {
		if !math.IsNaN(tests[i].P) {
			tested = append(tested, i)
			worse, better = append(worse, tests[i].P), append(better, tests[i].PBetter)
		}
	}
	worse, better = Holm(worse), Holm(better)
	for k, i := range tested {
		tests[i].PHolm, tests[i].PBetterHolm = worse[k], better[k]
	}
	return len(tested)
}

// maxLogRatio: e to this is still a number.
const maxLogRatio = 700

func (e *Evidence) check(r Rule) error {
	var bad []error
	if !(r.Alpha > 0 && r.Alpha < 0.5 && r.Beta > 0 && r.Beta < 0.5) {
		bad = append(bad, fmt.Errorf("levels alpha %v and beta %v must lie between 0 and 0.5", r.Alpha, r.Beta))
	}
	for i := range e.Metrics {
		bad = append(bad, e.Metrics[i].check())
	}
	for _, s := range e.Stalls {
		bad = append(bad, s.check())
	}
	for i := range e.Control {
		bad = append(bad, e.Control[i].check())
	}
	bad = append(bad, e.Course.check(), e.Late.check())
	whole := 0
	for i := range e.Errors {
		bad = append(bad, e.Errors[i].check())
		if e.Errors[i].Whole {
			whole++
		}
	}
	if whole != 1 {
		bad = append(bad, fmt.Errorf("errors of all requests are given %d times, want once", whole))
	}
	return errors.Join(bad...)
}

func (m *Metric) check() error {
	if !(m.Margin >= 0 && m.Margin <= 1e6) {
		return fmt.Errorf("%s of %s: margin %v is no share", m.Name, m.Class, m.Margin)
	}
	if m.Group < 0 {
		return fmt.Errorf("%s of %s: groups of %d pairs", m.Name, m.Class, m.Group)
	}
	if m.Pairs < 0 {
		return fmt.Errorf("%s of %s: %d pairs", m.Name, m.Class, m.Pairs)
	}
	for _, x := range m.D {
		if !(math.Abs(x) <= maxLogRatio) {
			return fmt.Errorf("%s of %s: %v is no logarithm of a ratio", m.Name, m.Class, x)
		}
	}
	if n := len(m.Slot); n > 0 && n != len(m.D) {
		return fmt.Errorf("%s of %s: %d slots of %d pairs", m.Name, m.Class, n, len(m.D))
	}
	for _, s := range m.Slot {
		if !(math.Abs(s) <= 1) {
			return fmt.Errorf("%s of %s: slot %v, want -1 to 1", m.Name, m.Class, s)
		}
	}
	if s := m.Unpaired; s != nil {
		if len(m.D) > 0 {
			return fmt.Errorf("%s of %s: both pairs and single runs", m.Name, m.Class)
		}
		if !(math.Abs(s.Estimate) <= maxLogRatio) || !positive(s.SE) || !positive(s.DF) {
			return fmt.Errorf("%s of %s: %+v is no shift", m.Name, m.Class, *s)
		}
	}
	return nil
}
