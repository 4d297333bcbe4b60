package results

import (
	"fmt"
	"slices"
	"strings"
)

// TargetEnd is a line of its own in the file of a comparison: a target ended, or
// answered no more, before its time, and the comparison ended with it.
type TargetEnd struct {
	Type     string  `json:"type"` // "target_end"
	Arm      string  `json:"arm"`
	AtS      float64 `json:"at_s"` // seconds after Header.Start
	Pairs    int     `json:"pairs"`
	Planned  int     `json:"planned_pairs"`        // 0: it was in the warm-up
	Ended    string  `json:"ended,omitempty"`      // how its process did, as "exit 137"; "" if it is only silent
	Said     string  `json:"said,omitempty"`       // by its process, last
	Answered bool    `json:"answered,omitempty"`   // it had answered before
	Error    string  `json:"last_error,omitempty"` // that a request to it came to
}

// Text says so of a target called name.
func (e *TargetEnd) Text(name string) string {
	var b strings.Builder
	b.WriteString(name)
	switch {
	case e.Ended == "exit 0":
		b.WriteString(" ended by itself (exit 0)")
	case e.Ended != "":
		fmt.Fprintf(&b, " crashed (%s)", e.Ended)
	case e.Answered:
		b.WriteString(" answered no more")
	default:
		b.WriteString(" never answered")
	}
	switch {
	case e.Planned == 0:
		b.WriteString(" in the warm-up")
	case e.Ended != "" || e.Answered:
		fmt.Fprintf(&b, " after %d of %d pairs", e.Pairs, e.Planned)
	}
	if why := e.Said + e.Error; why != "" {
		b.WriteString(": " + why)
	}
	return b.String()
}

// gone says why an arm is no measurement because its target was not there: that
// it ended, or never answered, while the other did. Errors of one that is there
// are judged by pairs; of one that is not, no number of pairs says more.
func (f *File) gone(arm, name string) string {
	least := int64(leastUnanswered)
	if f.Header.Model == Closed {
		least = 1 // nothing more is sent until it has timed out
	}
	for i := range f.Ends {
		if e := &f.Ends[i]; e.Arm == arm && (e.Ended != "" || e.Answered) {
			return f.Ends[i].Text(name)
		} else if e.Arm == arm {
			least = 1 // the experiment has waited for long enough
		}
	}
	d := f.traffic(arm)
	if d.Done > 0 || d.Sent < least || f.Footer == nil && f.Path != "" {
		return ""
	}
	class, most := d.commonestError()
	if d.Sent == 1 {
		return fmt.Sprintf("%s never answered: its only request failed (%s 1)", name, class)
	}
	return fmt.Sprintf("%s never answered: all of %d requests failed (%s %d%s)", name, d.Sent, class, most, f.beyond(arm, TotalClass))
}

// goneClasses says which request classes an arm never answered, though the other
// arm answered nearly all of theirs: what the target serves of the rest is no
// reason to wait for them. "" if there is none.
func (f *File) goneClasses(arm, other, name string) string {
	if f.Footer == nil && f.Path != "" {
		return ""
	}
	var silent []string
	for _, c := range f.Header.Classes {
		d, o := f.classTraffic(arm, c.Name), f.classTraffic(other, c.Name)
		if d.Done > 0 || d.Sent < leastUnanswered || o.Sent < leastUnanswered || !o.served() {
			continue
		}
		class, n := d.commonestError()
		silent = append(silent, fmt.Sprintf("%s (all of %d requests failed: %s %d%s)", c.Name, d.Sent, class, n, f.beyond(arm, c.Name)))
	}
	if silent == nil {
		return ""
	}
	return fmt.Sprintf("%s never answered %s", name, strings.Join(silent, ", "))
}

// beyond says that traffic counts more requests than the tables, which are of the
// measured ones.
func (f *File) beyond(arm, class string) string {
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == arm && s.Phase == Warmup {
			for name, d := range s.Classes {
				if d.Sent > 0 && (name == class || class == TotalClass) {
					return ", warm-up included"
				}
			}
		}
	}
	return ""
}

// commonestError is the class of error that most requests came to.
func (d *ClassData) commonestError() (class string, most int64) {
	for _, c := range ErrorClasses {
		if n := d.Errors[c]; n > most {
			most, class = n, c
		}
	}
	return class, most
}

// crashed says whether the process of an arm's target is known to have ended.
func (f *File) crashed(arm string) bool {
	return slices.ContainsFunc(f.Ends, func(e TargetEnd) bool { return e.Arm == arm && e.Ended != "" })
}

// leastUnanswered is how many requests of an open model a target must have left
// unanswered, warm-up included, to be called dead.
const leastUnanswered = 10

// traffic is all that was sent to an arm, in slices that count and in others.
func (f *File) traffic(arm string) *ClassData { return f.classTraffic(arm, TotalClass) }

func (f *File) classTraffic(arm, class string) *ClassData {
	sum := &ClassData{}
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Arm != arm {
			continue
		}
		for name, d := range s.Classes {
			if name == class || class == TotalClass {
				sum.Sent, sum.Done, sum.Errors = sum.Sent+d.Sent, sum.Done+d.Done+d.Carried, addCounts(sum.Errors, d.Errors)
			}
		}
	}
	return sum
}

// served says whether an arm answered nearly all requests as expected, so that
// what became of the other is not this machine's doing.
func (f *File) served(arm string) bool { return f.traffic(arm).served() }

func (d *ClassData) served() bool {
	return d.Done > 0 && float64(d.errorCounts().Total) <= mostlyFailed*float64(d.Sent)
}
