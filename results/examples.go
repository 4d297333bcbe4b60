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

// Examples are the first failure of each kind in the slices that are selected.
func (f *File) Examples(of func(*Slice) bool) []Example {
	var all []Example
	for i := range f.Slices {
		if s := &f.Slices[i]; of(s) {
			all = append(all, s.examples()...)
		}
	}
	return firsts(all)
}

// firsts are the earliest examples of each kind, in the order of ErrorClasses and
// statuses; those of spans are kinds of their own.
func firsts(all []Example) []Example {
	span := func(e Example) int {
		if e.Span {
			return 1
		}
		return 0
	}
	kind := func(a, b Example) int {
		return cmp.Or(span(a)-span(b), cmp.Compare(errorOrder(a.Error), errorOrder(b.Error)), cmp.Compare(a.Error, b.Error), cmp.Compare(a.Status, b.Status))
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
