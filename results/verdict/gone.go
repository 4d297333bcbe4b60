package verdict

import (
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// gone says why an arm is no measurement because its target was not there: that
// it ended, or never answered, while the other did. Errors of one that is there
// are judged by pairs; of one that is not, no number of pairs says more.
func gone(f *results.File, arm string) *summary.Reason {
	least := int64(leastUnanswered)
	if f.Header.Model == results.Closed {
		least = 1 // nothing more is sent until it has timed out
	}
	d := traffic(f, arm)
	for i := range f.Ends {
		switch e := &f.Ends[i]; {
		case e.Arm != arm:
		case e.Ended != "" || e.Answered || d.Sent == 0: // the last: the budget ended before the first timeout
			return because(TargetEnded, args{"arm": arm, "end": *e})
		default:
			least = 1 // the experiment has waited for long enough
		}
	}
	if d.Done > 0 || d.Sent < least || f.Footer == nil && f.Path != "" {
		return nil
	}
	class, most := commonestError(d)
	return because(NeverAnswered, args{"arm": arm, "requests": d.Sent, "error": class, "of_error": most, "warm_up": withWarmUp(f, arm, results.TotalClass)})
}

// goneClasses says which request classes an arm never answered, though the other
// arm answered nearly all of theirs: what the target serves of the rest is no
// reason to wait for them. nil if there is none.
func goneClasses(f *results.File, arm, other string) *summary.Reason {
	if f.Footer == nil && f.Path != "" {
		return nil
	}
	var silent []Unanswered
	for _, c := range f.Header.Classes {
		d, o := classTraffic(f, arm, c.Name), classTraffic(f, other, c.Name)
		if d.Done > 0 || d.Sent < leastUnanswered || o.Sent < leastUnanswered || !nearlyAll(o) {
			continue
		}
		class, n := commonestError(d)
		silent = append(silent, Unanswered{Class: c.Name, Requests: d.Sent, Error: class, OfError: n, WarmUp: withWarmUp(f, arm, c.Name)})
	}
	if silent == nil {
		return nil
	}
	return because(ClassesUnanswered, args{"arm": arm, "classes": silent})
}

// withWarmUp says that traffic counts more requests than the tables, which are of the
// measured ones.
func withWarmUp(f *results.File, arm, class string) bool {
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == arm && s.Phase == results.Warmup {
			for name, d := range s.Classes {
				if d.Sent > 0 && (name == class || class == results.TotalClass) {
					return true
				}
			}
		}
	}
	return false
}

// commonestError is the class of error that most requests came to.
func commonestError(d *results.ClassData) (class string, most int64) {
	for _, c := range results.ErrorClasses {
		if n := d.Errors[c]; n > most {
			most, class = n, c
		}
	}
	return class, most
}

// crashed says whether the process of an arm's target is known to have ended.
func crashed(f *results.File, arm string) bool {
	return slices.ContainsFunc(f.Ends, func(e results.TargetEnd) bool { return e.Arm == arm && e.Ended != "" })
}

// leastUnanswered is how many requests of an open model a target must have left
// unanswered, warm-up included, to be called dead.
const leastUnanswered = 10

// traffic is all that was sent to an arm, in slices that count and in others.
func traffic(f *results.File, arm string) *results.ClassData {
	return classTraffic(f, arm, results.TotalClass)
}

func classTraffic(f *results.File, arm, class string) *results.ClassData {
	sum := &results.ClassData{}
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Arm != arm {
			continue
		}
		for name, d := range s.Classes {
			if name == class || class == results.TotalClass {
				sum.Add(&results.ClassData{Sent: d.Sent, Done: d.Done + d.Carried, Errors: d.Errors})
			}
		}
	}
	return sum
}

// nearlyAll says whether nearly all requests were answered as expected, so that
// what became of the other arm's is not this machine's doing.
func nearlyAll(d *results.ClassData) bool {
	return d.Done > 0 && float64(d.Failed().Total) <= summary.MostlyFailedShare*float64(d.Sent)
}
