package loadgen

import (
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
)

// slicer cuts a phase's recordings into slices.
type slicer struct {
	g     *Generator
	kind  results.Phase
	rate  Shape         // of an open model, or nil
	crew  Shape         // clients of a closed model, or nil: always as many
	start time.Duration // of the phase: the zero of a shape's time
	begin time.Duration
	seen  time.Duration // what happened until then is in slices
	meter *machine.Meter
}

func newSlicer(g *Generator, kind results.Phase, rate Shape, start, begin time.Duration) *slicer {
	if g.use != nil {
		g.use.Begin(begin - g.now())
	}
	g.watch.still.cut(start, start) // what was before the phase is nothing to it
	return &slicer{g: g, kind: kind, rate: rate, crew: g.plan.Load.Clients, start: start, begin: begin, seen: begin, meter: machine.NewMeter()}
}

// stages are those of the load: nil if it does not change.
func (s *slicer) stages() Shape {
	if s.rate != nil {
		return s.rate
	}
	return s.crew
}

// asked is the mean rate that the load has from the last cut until end, and its
// stage in the middle.
func (s *slicer) asked(end time.Duration) (rps float64, stage int) {
	from, to := s.begin-s.start, end-s.start
	stage, _ = stageAt(s.stages(), (from+to)/2)
	if s.rate != nil && to > from {
		rps = meanRate(s.rate, from, to, 100)
	}
	return rps, stage
}

// next is when the slice that begins at the last cut is to end: at a multiple of
// the interval, or with a stage.
func (s *slicer) next(interval time.Duration) time.Duration {
	first := s.g.recorder.settled
	at := first + ((s.begin-first)/interval+1)*interval
	if _, end := stageAt(s.stages(), s.begin-s.start); end > s.begin-s.start && end < at-s.start {
		at = s.start + end
	}
	return at
}

// cut returns what was recorded since the last cut, as the slice that ends at end.
// One of a phase that ends while it settles has no length: its begin did not come.
func (s *slicer) cut(end time.Duration, inFlightMax *atomic.Int64) (*results.Slice, error) {
	s.begin = min(s.begin, end)
	sl := &results.Slice{
		Phase:       s.kind,
		StartS:      s.begin.Seconds(),
		DurationS:   (end - s.begin).Seconds(),
		InFlightMax: inFlightMax.Load(),
		Connections: s.g.conns.drain(),
		Examples:    s.g.drainSamples(),
		Telemetry:   s.meter.Read(),
	}
	if s.g.recorder.open {
		inFlightMax.Store(s.g.inFlight.Load()) // of the next slice, so far
	}
	if s.crew != nil {
		sl.InFlightMax = int64(mostClients(s.crew, s.begin-s.start, end-s.start))
	}
	sl.RateRPS, sl.Stage = s.asked(end)
	raw := s.g.recorder.drain(sl)
	s.g.drainChecks(sl)
	sl.Beside = s.g.drainBeside()
	now := s.g.now()
	longest, sum, why := s.g.watch.still.cut(s.seen, now)
	s.seen = now
	sl.Telemetry.StandstillMaxMS, sl.Telemetry.StandstillMS = results.Milliseconds(longest), results.Milliseconds(sum)
	sl.Excluded = why
	if s.g.use != nil {
		if sl.TargetUse = s.g.use.Cut(end - s.begin); sl.TargetUse != nil {
			for _, d := range sl.Classes {
				sl.TargetUse.Requests += d.Sent
			}
			sl.TargetUse.Requests += s.g.sentBeside(sl.Beside) // which cost the target, too
		}
	}
	s.begin = end
	if s.g.raw == nil || s.kind != results.Measure {
		return sl, nil
	}
	return sl, s.g.raw.write(s.g, raw)
}
