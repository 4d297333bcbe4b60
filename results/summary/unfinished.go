package summary

import (
	"slices"

	"github.com/mlbench/mlbench/results"
)

// Unfinished says why a saved measurement is only part of one; nil if it is not.
func Unfinished(f *results.File) *Reason {
	switch {
	case f.Path == "" && f.Footer == nil || f.Complete(): // the former is still going on
		return nil
	case f.Damage != "":
		return &Reason{Code: FileDamaged}
	case f.Footer == nil:
		return &Reason{Code: CutOffEarly}
	case f.Footer.Ended == results.Failed:
		return &Reason{Code: FailedEarly}
	}
	return Interrupted(f)
}

// Interrupted says when a measurement was; nil if it was not.
func Interrupted(f *results.File) *Reason {
	switch {
	case f.Footer == nil || f.Footer.Ended != results.Interrupted || f.Damage != "":
		return nil
	case f.Footer.Planned > 0:
		return &Reason{Code: InterruptedAfter, Args: args{"pairs": int64(wholePairs(f)), "planned": int64(f.Footer.Planned)}}
	case len(f.Arms()) == 2 && !slices.ContainsFunc(f.Slices, func(s results.Slice) bool { return s.Phase == results.Measure }):
		return &Reason{Code: InterruptedWarmUp}
	}
	return &Reason{Code: InterruptedEarly}
}

// wholePairs is how many pairs came to their end.
func wholePairs(f *results.File) (n int) {
	ended := map[int]int{}
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Phase == results.Measure && s.Pair > 0 && s.Arm != results.ArmControl && s.Excluded != string(results.Interrupted) {
			if ended[s.Pair]++; ended[s.Pair] == 2 {
				n++
			}
		}
	}
	return n
}
