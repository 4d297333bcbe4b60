package results

import (
	"fmt"
	"maps"
	"slices"
)

// checkCounts are the answers of one class that a check of the scenario judged:
// those of expected status.
type checkCounts struct {
	Passed int64         `json:"passed"`
	Failed int64         `json:"failed,omitempty"`
	First  *firstFailure `json:"first,omitempty"` // the first that failed it
}

// firstFailure is how an answer failed a check.
type firstFailure struct {
	AtS  float64 `json:"at_s"` // seconds after Header.Start
	Text string  `json:"text"` // without secrets and control characters
}

// Judged is how many answers it judged.
func (c checkCounts) Judged() int64 { return c.Passed + c.Failed }

// Passes is the share that passed, 0…1; ok is false where it judged none.
func (c checkCounts) Passes() (share float64, ok bool) {
	if c.Judged() == 0 {
		return 0, false
	}
	return float64(c.Passed) / float64(c.Judged()), true
}

// plus adds up counts, and keeps the earlier example.
func (c checkCounts) plus(other checkCounts) checkCounts {
	c.Passed += other.Passed
	c.Failed += other.Failed
	if c.First == nil || other.First != nil && other.First.AtS < c.First.AtS {
		c.First = other.First
	}
	return c
}

// CountCheck adds what a check said to so many answers.
func (d *ClassData) CountCheck(name string, passed, failed int64) {
	d.addChecks(map[string]checkCounts{name: {Passed: passed, Failed: failed}})
}

// longestFailure bounds the text of a first failure, in characters: a scenario may want
// long lists and texts.
const longestFailure = 300

// ExemplifyCheck adds the first failure of a check.
func (d *ClassData) ExemplifyCheck(name string, atS float64, text string) {
	if r := []rune(text); len(r) > longestFailure {
		text = string(r[:longestFailure-1]) + "…"
	}
	d.addChecks(map[string]checkCounts{name: {First: &firstFailure{AtS: atS, Text: text}}})
}

func (d *ClassData) addChecks(from map[string]checkCounts) {
	if d.Checks == nil && len(from) > 0 {
		d.Checks = make(map[string]checkCounts, len(from))
	}
	for name, c := range from {
		d.Checks[name] = d.Checks[name].plus(c)
	}
}

// validateChecks holds that no check judged more answers than there are.
func (d *ClassData) validateChecks() error {
	for _, name := range slices.Sorted(maps.Keys(d.Checks)) { // the same file, the same error
		c := d.Checks[name]
		if err := noCount("checks", c.Passed, c.Failed); err != nil {
			return err
		}
		if c.Judged() > d.Done {
			return fmt.Errorf("check %.40q judged %d answers of %d", name, c.Judged(), d.Done)
		}
		if f := c.First; f != nil && !(f.AtS >= 0 && f.AtS <= maxSeconds) {
			return fmt.Errorf("check %.40q failed at %g s", name, f.AtS)
		}
	}
	return nil
}
