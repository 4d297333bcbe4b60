package scenarios

import (
	"fmt"

	"github.com/mlbench/mlbench/targets/strict"
)

// repeat sends a step again, Pause after each answer, until one holds all of Until,
// and at most so many times.
type repeat struct {
	Until  []check   `yaml:"until"`
	AtMost int       `yaml:"at_most"` // the first time included
	Pause  thinkTime `yaml:"pause"`   // default none
}

// mostRepeats bounds how often a step is sent.
const mostRepeats = 1000

// unmet is what the answer does not hold yet; nil if it holds all.
func (j *judge) unmet(v *view) error {
	for i := range j.until {
		if err := j.one(&j.until[i], v); err != nil {
			return fmt.Errorf("%s: %w", j.class, err)
		}
	}
	return nil
}

// repeats notes what is wrong with the repeat of a step.
func (v *validator) repeats(r *repeat, method string, sent *Body, n *strict.Node) {
	if n == nil || n.Kind != strict.Map {
		return
	}
	switch until := n.Get("until"); {
	case until == nil:
		v.d.Bad(n, "no until: want a list of checks, such as [{json: $.status, equals: done}]")
	case until.Kind == strict.List && len(until.Items) == 0:
		v.d.Bad(until, "found an empty list, want at least one check")
	default:
		v.checks(r.Until, method, sent, until)
		for _, check := range until.Items {
			if name := check.Get("name"); name != nil {
				v.d.Bad(name, "what is waited for is not counted, and needs no name: leave it out, or put it into checks")
			}
		}
	}
	switch most := n.Get("at_most"); {
	case most == nil:
		v.d.Bad(n, "no at_most: want how often the step is sent, 1 to %d", mostRepeats)
	case most.Kind == strict.Int && (r.AtMost < 1 || r.AtMost > mostRepeats):
		v.d.Bad(most, "found %s, want 1 to %d", most.Text, mostRepeats)
	}
}

// spanSuffix makes the name of a class that of the time which begins with it.
const spanSuffix = ".total"

// spanNames are those of the spans of a request and its steps.
func (r *Request) spanNames() (names []string) {
	if r.Total {
		names = append(names, r.Name+spanSuffix)
	}
	for _, s := range r.placed() {
		if s.Repeat != nil {
			names = append(names, r.Name+"."+s.Name+spanSuffix)
		}
	}
	return names
}

// spanName notes that the name of a span is none, or is taken.
func (v *validator) spanName(class string, n *strict.Node, seen map[string]bool) {
	name := class + spanSuffix
	switch {
	case !nameForm.MatchString(class): // noted
	case !nameForm.MatchString(name):
		v.d.Bad(n, "its time is the class %q, %s", name, nameRule)
	case seen[name]:
		v.d.Bad(n, "its time is the class %q, a name that is there already", name)
	}
	seen[name] = true
}
