package summary

import "github.com/mlbench/mlbench/results"

// exemplify adds the first failure of each kind to the errors.
func (s *Run) exemplify(f *results.File, arm string, figures func(*results.Slice) bool) {
	selected := func(sl *results.Slice) bool { return sl.Arm == arm && sl.Phase == results.Measure && figures(sl) }
	for _, e := range f.Examples(selected) {
		into := &s.Errors
		if e.Span {
			c := s.Class(e.Class)
			if c == nil {
				continue
			}
			into = &c.Errors
		}
		if s.failures(e) > 0 {
			e.Span = false // as it stands where spans do
			into.Examples = append(into.Examples, e)
		}
	}
}

// failures counts those of the example's kind. A status may be expected of one
// class and not of another.
func (s *Run) failures(e results.Example) int64 {
	if e.Span {
		return s.Class(e.Class).Errors.ByClass[e.Error]
	}
	n := s.Errors.ByClass[e.Error]
	if e.Status != "" {
		n = min(n, s.Status[string(e.Status)])
	}
	return n
}

// showExamples quotes the first failure of each kind, unless its check does.
func (s *Run) showExamples() {
	for _, e := range s.Errors.Examples {
		if s.toldByCheck(e) {
			continue
		}
		args := args{"error": e.Error, "requests": s.failures(e), "text": e.Text}
		if e.Status != "" {
			args["status"] = e.Status
		}
		if e.Class != "" && len(s.Classes) > 1 {
			args["class"] = e.Class
		}
		s.warn(Failure, args)
	}
	for i := range s.Spans {
		for _, e := range s.Spans[i].Errors.Examples {
			s.warn(Failure, args{"error": e.Error, "requests": s.Spans[i].Errors.ByClass[e.Error], "text": e.Text, "class": e.Class})
		}
	}
}
