package loadgen

import (
	"math"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// Shape is a rate over time, in requests per second; as Load.Clients a number of
// clients. vegeta's pacers satisfy it.
type Shape interface {
	Rate(elapsed time.Duration) float64
}

// perMillionSeconds expresses a rate as vegeta counts it, whole hits per
// duration, fine enough that fractions such as 0.5/s stay exact.
func perMillionSeconds(rps float64) vegeta.Rate {
	return vegeta.Rate{Freq: int(math.Round(rps * 1e6)), Per: 1e6 * time.Second}
}

// ConstantRate is rps requests per second, for ever.
func ConstantRate(rps float64) Shape { return perMillionSeconds(rps) }

// Sine swings around mean by amplitude, from the mean upwards, once per period.
// The amplitude must be below the mean.
func Sine(mean, amplitude float64, period time.Duration) Shape {
	return vegeta.SinePacer{Period: period, Mean: perMillionSeconds(mean), Amp: perMillionSeconds(amplitude)}
}

// Stage is a part of a run: a duration and the rate at its end.
type Stage struct {
	Duration time.Duration
	Rate     float64 // requests per second, or clients
}

// segment is a part of a piecewise shape, from the end of the one before.
type segment struct {
	until time.Duration
	shape Shape         // in its own time
	from  time.Duration // where its own time begins
}

type piecewise []segment

// Rate is that of the segment at elapsed; after the last one, its end's.
func (p piecewise) Rate(elapsed time.Duration) float64 {
	for _, s := range p {
		if elapsed < s.until {
			return s.shape.Rate(elapsed - s.from)
		}
	}
	last := p[len(p)-1]
	return last.shape.Rate(last.until - last.from)
}

// zeroFrom is when the shape has come to a rate of zero for good; if it never
// does, the end of time.
func zeroFrom(s Shape) time.Duration {
	if p, is := s.(piecewise); is && s.Rate(p[len(p)-1].until) < slowest {
		return p[len(p)-1].until
	}
	return math.MaxInt64
}

// slowest is less than any rate that can be asked for, and more than what rounding
// makes of zero.
const slowest = 1e-6 // requests per second

// Ramps goes from rate start to each stage's rate in turn, linearly over the
// stage's duration. A stage of the same rate as the one before is a plateau.
func Ramps(start float64, stages []Stage) Shape {
	var p piecewise
	var at time.Duration
	for _, s := range stages {
		slope := (s.Rate - start) / s.Duration.Seconds()
		p = append(p, segment{at + s.Duration, vegeta.LinearPacer{StartAt: perMillionSeconds(start), Slope: slope}, at})
		at += s.Duration
		start = s.Rate
	}
	return p
}

// Steps holds each stage's rate for its duration.
func Steps(stages []Stage) Shape {
	var p piecewise
	var at time.Duration
	for _, s := range stages {
		p = append(p, segment{at + s.Duration, ConstantRate(s.Rate), at})
		at += s.Duration
	}
	return p
}

// meanOver is the mean of a shape over its first d, in requests per second; over
// no time at all, its rate at the start.
func meanOver(s Shape, d time.Duration) float64 {
	if d <= 0 {
		return s.Rate(0)
	}
	return meanRate(s, 0, d, 10_000)
}

// MeanRate is the mean rate of an open load: over its duration, or over the time
// that its number of requests takes.
func (l *Load) MeanRate() float64 {
	if l.Duration > 0 || l.Requests <= 0 {
		return meanOver(l.Rate, l.Duration)
	}
	planned := func(d time.Duration) float64 { return meanOver(l.Rate, d) * d.Seconds() }
	const longest = 1000 * time.Hour // a rate that ends at 0 may never get there
	after := time.Millisecond
	for planned(after) < float64(l.Requests) {
		if after *= 2; after > longest {
			return 0
		}
	}
	before := after / 2
	for after-before > after/1e4 {
		if middle := (before + after) / 2; planned(middle) < float64(l.Requests) {
			before = middle
		} else {
			after = middle
		}
	}
	return meanOver(l.Rate, after)
}

// meanRate is the mean of a shape from one instant to a later one, by the middle
// of so many parts.
func meanRate(s Shape, from, to time.Duration, parts int) float64 {
	sum := 0.0
	for i := range parts {
		sum += s.Rate(from + time.Duration((float64(i)+0.5)/float64(parts)*float64(to-from)))
	}
	return sum / float64(parts)
}

// stageAt is the number of the stage at an instant, from 1, and when it ends; 0
// for a shape without stages.
func stageAt(s Shape, at time.Duration) (number int, end time.Duration) {
	stages, _ := s.(piecewise)
	for i, st := range stages {
		if at < st.until || i == len(stages)-1 {
			return i + 1, st.until
		}
	}
	return 0, 0
}
