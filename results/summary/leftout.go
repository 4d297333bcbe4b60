package summary

import (
	"cmp"

	"github.com/mlbench/mlbench/results"
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

func leftOutOf(f *results.File, arm string) leftOut {
	var out leftOut
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Arm != arm || s.Phase != results.Measure {
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
func (l leftOut) tooMuch() bool { return l.seconds > MostLeftOut*l.of }

// figures selects the slices that count: all, if too much would be left out.
func (l leftOut) figures() func(*results.Slice) bool {
	all := l.tooMuch()
	return func(s *results.Slice) bool { return all || s.Excluded == "" }
}

// checkLeftOut says what is in no figure.
func (s *Run) checkLeftOut(l leftOut) {
	switch {
	case s.arm || l.slices == 0: // a comparison says it by pairs
	case l.tooMuch():
		s.invalid(SpoiltTime, args{"text": l.why, "pct": 100 * l.seconds / l.of})
	default:
		s.warn(LeftOut, args{"text": l.why, "s": l.seconds, "of_s": l.of, "requests": l.requests})
	}
	if n := s.leftOutErrors.Total; n > 0 {
		s.warn(FailedLeftOut, args{"requests": n, "errors": s.leftOutErrors})
	}
}
