package results

import (
	"cmp"
	"slices"
)

// Sample is the text of the first failure of a class of error in the slice; ""
// if there was none.
func (s *Slice) Sample(class string) string {
	for _, e := range s.Examples {
		if e.Error == class {
			return e.Text
		}
	}
	return s.Samples[class]
}

// examples are those of a slice of any version.
func (s *Slice) examples() []Example {
	out := slices.Clone(s.Examples)
	for class, text := range s.Samples {
		out = append(out, Example{Error: class, AtS: s.StartS, Text: text})
	}
	return out
}

// firsts are the earliest examples of each kind, in the order of ErrorClasses and
// statuses.
func firsts(all []Example) []Example {
	kind := func(a, b Example) int {
		return cmp.Or(cmp.Compare(errorOrder(a.Error), errorOrder(b.Error)), cmp.Compare(a.Error, b.Error), cmp.Compare(a.Status, b.Status))
	}
	slices.SortStableFunc(all, func(a, b Example) int { return cmp.Or(kind(a, b), cmp.Compare(a.AtS, b.AtS)) })
	return slices.CompactFunc(all, func(a, b Example) bool { return kind(a, b) == 0 })
}

func errorOrder(class string) int {
	if i := slices.Index(ErrorClasses, class); i >= 0 {
		return i
	}
	return len(ErrorClasses)
}

// exemplify adds the first failure of each kind to the errors.
func (s *Summary) exemplify(f *File, arm string, figures func(*Slice) bool) {
	var all []Example
	for i := range f.Slices {
		if sl := &f.Slices[i]; sl.Arm == arm && sl.Phase == Measure && figures(sl) {
			all = append(all, sl.examples()...)
		}
	}
	for _, e := range firsts(all) {
		if s.failures(e) > 0 {
			s.Errors.Examples = append(s.Errors.Examples, e)
		}
	}
}

// failures counts those of the example's kind. A status may be expected of one
// class and not of another.
func (s *Summary) failures(e Example) int64 {
	n := s.Errors.ByClass[e.Error]
	if e.Status != "" {
		n = min(n, s.Status[string(e.Status)])
	}
	return n
}

// showExamples quotes the first failure of each kind.
func (s *Summary) showExamples() {
	for _, e := range s.Errors.Examples {
		args := args{"error": e.Error, "requests": s.failures(e), "text": e.Text}
		if e.Status != "" {
			args["status"] = e.Status
		}
		if e.Class != "" && len(s.Classes) > 1 {
			args["class"] = e.Class
		}
		s.warn(Failure, args)
	}
}
