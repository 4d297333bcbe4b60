package summary

import "github.com/mlbench/mlbench/results"

// besideSummary is what a load beside the measured one came to. Rates are of the time
// in which it ran.
type besideSummary struct {
	Name      string         `json:"name"`
	Load      string         `json:"load"` // in words
	StartS    float64        `json:"start_s"`
	DurationS float64        `json:"duration_s"` // of what was measured
	Classes   classSummaries `json:"classes"`
	Spans     classSummaries `json:"spans,omitempty"`
}

// besideOf are the loads beside, by the data of their classes in so many seconds.
func besideOf(h *results.Header, data map[string]*results.ClassData, seconds float64, percentiles []float64) (out []besideSummary) {
	for i := range h.Beside {
		l := &h.Beside[i]
		b := besideSummary{Name: l.Name, Load: loadText(l.Header()), StartS: l.StartS, DurationS: l.Within(seconds)}
		var total results.ClassData
		for _, c := range l.Classes {
			if d := data[c.Name]; d != nil && !c.Span {
				total.Add(d)
			}
		}
		for _, c := range l.Classes {
			d := data[c.Name]
			switch {
			case c.Span:
				b.Spans = append(b.Spans, summarizeSpan(c, d, percentiles))
				continue
			case d == nil:
				d = &results.ClassData{}
			}
			b.Classes = append(b.Classes, summarizeClass(c, d, &total, b.DurationS, percentiles))
		}
		out = append(out, b)
	}
	return out
}

// AllClasses are those of all loads, the measured one's first.
func (s *Run) AllClasses() classSummaries {
	all := s.Classes[:len(s.Classes):len(s.Classes)]
	for i := range s.Beside {
		all = append(all, s.Beside[i].Classes...)
	}
	return all
}

// AllSpans are those of all loads.
func (s *Run) AllSpans() classSummaries {
	all := s.Spans[:len(s.Spans):len(s.Spans)]
	for i := range s.Beside {
		all = append(all, s.Beside[i].Spans...)
	}
	return all
}
