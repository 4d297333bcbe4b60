package results

import (
	"cmp"
	"fmt"
	"strings"
)

// leftOut is what of a run was excluded as it was measured: intervals in which
// the generator itself stood still.
type leftOut struct {
	slices   int
	requests int64
	seconds  float64 // of those
	of       float64 // seconds measured
	why      string
}

func (f *File) leftOut(arm string) leftOut {
	var out leftOut
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Arm != arm || s.Phase != Measure {
			continue
		}
		out.of += s.DurationS + s.DrainS
		if s.Excluded == "" {
			continue
		}
		out.slices++
		out.seconds += s.DurationS + s.DrainS
		out.why = cmp.Or(out.why, s.Excluded)
		for _, d := range s.Classes {
			out.requests += d.Sent
		}
	}
	return out
}

// tooMuch says that the rest means nothing.
func (l leftOut) tooMuch() bool { return l.seconds > mostLeftOut*l.of }

// figures selects the slices that count: all, if too much would be left out.
func (l leftOut) figures() func(*Slice) bool {
	all := l.tooMuch()
	return func(s *Slice) bool { return all || s.Excluded == "" }
}

// checkLeftOut says what is in no figure.
func (s *Summary) checkLeftOut(l leftOut) {
	switch {
	case s.arm || l.slices == 0: // a comparison says it by pairs
	case l.tooMuch():
		s.invalid("%s, and %.0f%% of the time measured is spoilt by it. These numbers describe this machine, not the target", l.why, 100*l.seconds/l.of)
	default:
		s.warn("%s: the interval in which it did is in no figure (%.1f s of %.1f s, %s)", l.why, l.seconds, l.of, counted(l.requests, "request"))
	}
	if n := s.leftOutErrors.Total; n > 0 {
		s.warn("%s more failed in what is left out of figures (%s)", counted(n, "request"), s.leftOutErrors.text())
	}
}

// text counts by class, as "timeout 8, reset 2".
func (e Errors) text() string {
	var classes []string
	for _, class := range ErrorClasses {
		if n := e.ByClass[class]; n > 0 {
			classes = append(classes, fmt.Sprintf("%s %d", class, n))
		}
	}
	return strings.Join(classes, ", ")
}

// butWarmUp says of an arm without a measured request that the warm-up had some.
func (f *File) butWarmUp(arm string) string {
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == arm && s.Phase == Warmup {
			return " but of the warm-up, which is in no figure"
		}
	}
	return ""
}
