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

// Unfinished says why a saved measurement is only part of one; nil if it is not.
func (f *File) Unfinished() *Reason {
	switch {
	case f.Path == "" && f.Footer == nil || f.Complete(): // the former is still going on
		return nil
	case f.Damage != "":
		return &Reason{Code: FileDamaged}
	case f.Footer == nil:
		return &Reason{Code: CutOffEarly}
	case f.Footer.Ended == Failed:
		return &Reason{Code: FailedEarly}
	}
	return f.Interrupted()
}

// Interrupted says when a measurement was; nil if it was not.
func (f *File) Interrupted() *Reason {
	switch {
	case f.Footer == nil || f.Footer.Ended != Interrupted || f.Damage != "":
		return nil
	case f.Footer.Planned > 0:
		return &Reason{Code: InterruptedAfter, Args: args{"pairs": int64(f.wholePairs()), "planned": int64(f.Footer.Planned)}}
	case len(f.Arms()) == 2 && !slices.ContainsFunc(f.Slices, func(s Slice) bool { return s.Phase == Measure }):
		return &Reason{Code: InterruptedWarmUp}
	}
	return &Reason{Code: InterruptedEarly}
}

// wholePairs is how many pairs came to their end.
func (f *File) wholePairs() (n int) {
	ended := map[int]int{}
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Phase == Measure && s.Pair > 0 && s.Arm != ArmControl && s.Excluded != ExcludedByInterrupt {
			if ended[s.Pair]++; ended[s.Pair] == 2 {
				n++
			}
		}
	}
	return n
}
