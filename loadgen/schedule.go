package loadgen

import (
	"math"
	"math/rand/v2"
	"time"
)

// schedule is the planned instants of an open model: a pure, seeded function of
// shape and law. Time is cut into steps; within a step the rate is integrated
// by Simpson's rule, which is exact for constant and linear rates, and taken as
// evenly spread.
type schedule struct {
	shape    Shape
	arrivals Arrivals
	rng      *rand.Rand

	due   float64       // cumulative requests at which the next one starts
	total float64       // cumulative requests at the end of the current step
	begin time.Duration // of the current step
	base  float64       // cumulative requests at begin
	ends  time.Duration // the rate is zero from here on
}

const scheduleStep = time.Millisecond

// newSchedule starts a schedule at its first arrival.
func newSchedule(shape Shape, arrivals Arrivals, rng *rand.Rand) *schedule {
	s := &schedule{shape: shape, arrivals: arrivals, rng: rng, begin: -scheduleStep, ends: zeroFrom(shape)}
	s.due = s.gap()
	if arrivals == Constant {
		s.due = 0 // the first request starts at once
	}
	return s
}

// gap is the distance to the next arrival in units of expected requests.
func (s *schedule) gap() float64 {
	if s.arrivals == Poisson {
		return s.rng.ExpFloat64()
	}
	return 1
}

// next returns the planned instant of the next request after the start, or
// false when none is due before limit; a later limit may have one.
func (s *schedule) next(limit time.Duration) (time.Duration, bool) {
	for s.total <= s.due {
		if s.begin+scheduleStep >= limit || s.over() {
			return 0, false
		}
		s.begin += scheduleStep
		s.base = s.total
		s.total += s.integral(s.begin, scheduleStep)
	}
	within := (s.due - s.base) / (s.total - s.base)
	at := s.begin + time.Duration(math.Round(within*float64(scheduleStep)))
	if at >= limit {
		return 0, false
	}
	s.due += s.gap()
	return at, true
}

// over says that no request is due any more: the rate has ended at zero.
func (s *schedule) over() bool { return s.begin >= s.ends }

// integral is the expected number of requests in [from, from+step).
func (s *schedule) integral(from, step time.Duration) float64 {
	r := s.shape.Rate(from) + 4*s.shape.Rate(from+step/2) + s.shape.Rate(from+step)
	return math.Max(0, r/6*step.Seconds())
}
