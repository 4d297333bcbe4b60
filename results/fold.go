package results

import "io"

// ReadSummed reads the file at path ("-" is in) as ReadFile does, but adds up the slices
// of each phase, and stage of it, as they come: all that package summary needs, in memory
// that does not grow with the run.
func ReadSummed(path string, in io.Reader) (*File, error) { return readFile(path, in, true) }

// take appends a slice, or, if summed, adds it to the last one.
func (f *File) take(s Slice, summed bool) {
	if summed {
		f.points = append(f.points, f.point(&s))
	}
	if n := len(f.Slices); summed && n > 0 && s.Pair == 0 && s.Excluded == "" {
		last := &f.Slices[n-1]
		if last.Arm == s.Arm && last.Phase == s.Phase && last.Stage == s.Stage && last.Excluded == "" {
			last.add(&s)
			return
		}
	}
	f.Slices = append(f.Slices, s)
}

// add makes s last until the end of next, the slice behind it.
func (s *Slice) add(next *Slice) {
	s.RateRPS = meanOver(s.RateRPS, s.DurationS, next.RateRPS, next.DurationS)
	s.DurationS += next.DurationS
	s.InFlightMax = max(s.InFlightMax, next.InFlightMax)
	s.Discarded += next.Discarded
	s.SettleErrors += next.SettleErrors
	s.DrainS += next.DrainS
	s.Unfinished += next.Unfinished
	s.Connections.Add(&next.Connections)
	if s.Classes == nil {
		s.Classes = map[string]*ClassData{}
	}
	addData(s.Classes, next.Classes)
	if s.Spans == nil && len(next.Spans) > 0 {
		s.Spans = map[string]*ClassData{}
	}
	addData(s.Spans, next.Spans)
	if s.Beside == nil && len(next.Beside) > 0 {
		s.Beside = map[string]*ClassData{}
	}
	addData(s.Beside, next.Beside)
	s.Examples, s.Samples = firsts(append(s.examples(), next.examples()...)), nil
	s.TargetUse = s.TargetUse.With(next.TargetUse)
	if s.Telemetry == nil || next.Telemetry == nil {
		s.Telemetry = nil
		return
	}
	a, b := s.Telemetry, next.Telemetry
	a.ThrottledPct = meanOver(a.ThrottledPct, a.SpanS, b.ThrottledPct, b.SpanS)
	a.SpanS += b.SpanS
	a.CPUSeconds += b.CPUSeconds
	a.GCPauseMaxMS = max(a.GCPauseMaxMS, b.GCPauseMaxMS)
	a.StealPct, a.PressurePct, a.HostCPUPct = max(a.StealPct, b.StealPct), max(a.PressurePct, b.PressurePct), max(a.HostCPUPct, b.HostCPUPct)
	a.ThrottledMS += b.ThrottledMS
	a.RunDelayS += b.RunDelayS
	a.StandstillMaxMS = max(a.StandstillMaxMS, b.StandstillMaxMS)
	a.StandstillMS += b.StandstillMS
}

// addData adds what each class did.
func addData(into, from map[string]*ClassData) {
	for name, d := range from {
		if sum := into[name]; sum != nil {
			sum.Add(d)
		} else {
			into[name] = d
		}
	}
}

// meanOver is the mean of two values, each of its own time.
func meanOver(a, ofA, b, ofB float64) float64 {
	if ofA+ofB <= 0 {
		return max(a, b)
	}
	return (a*ofA + b*ofB) / (ofA + ofB)
}

// Add adds up what happened to them, and the clocks.
func (c *Connections) Add(n *Connections) {
	c.Opened, c.Closed, c.Failed, c.Stale = c.Opened+n.Opened, c.Closed+n.Closed, c.Failed+n.Failed, c.Stale+n.Stale
	c.Clocks = c.Clocks.add(n.Clocks)
}
