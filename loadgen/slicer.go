package loadgen

import (
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/results"
)

// slicer cuts a phase's recordings into slices.
type slicer struct {
	g     *Generator
	kind  results.Phase
	begin time.Duration
	meter *meter
}

func newSlicer(g *Generator, kind results.Phase, begin time.Duration) *slicer {
	if g.use != nil {
		g.use.begin(begin - g.now())
	}
	return &slicer{g: g, kind: kind, begin: begin, meter: newMeter()}
}

// cut returns what was recorded since the last cut, as the slice that ends at end.
func (s *slicer) cut(end time.Duration, inFlightMax *atomic.Int64) (*results.Slice, error) {
	sl := &results.Slice{
		Phase:       s.kind,
		StartS:      s.begin.Seconds(),
		DurationS:   (end - s.begin).Seconds(),
		InFlightMax: inFlightMax.Load(),
		Connections: s.g.conns.drain(),
		Samples:     s.g.samples.drain(),
		Telemetry:   s.meter.read(),
	}
	raw := s.g.recorder.drain(sl)
	if s.g.use != nil {
		if sl.TargetUse = s.g.use.cut(end - s.begin); sl.TargetUse != nil {
			for _, d := range sl.Classes {
				sl.TargetUse.Requests += d.Sent
			}
		}
	}
	s.begin = end
	if s.g.raw == nil || s.kind != results.Measure {
		return sl, nil
	}
	return sl, s.g.raw.write(s.g, raw)
}
