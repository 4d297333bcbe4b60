package results

import (
	"time"

	"github.com/mlbench/mlbench/results/stats"
)

// Total is all classes together.
func (s *Slice) Total() *ClassData {
	sum := &ClassData{}
	for _, d := range s.Classes {
		sum.Add(d)
	}
	return sum
}

// TelemetrySpan is of how many seconds the slice's telemetry is: from the
// beginning of its settling, which earlier versions did not write down, to its
// last answer.
func (s *Slice) TelemetrySpan(settle float64) float64 {
	if s.Telemetry != nil && s.Telemetry.SpanS > 0 {
		return s.Telemetry.SpanS
	}
	return settle + s.DurationS + s.DrainS
}

// Add merges from into d.
func (d *ClassData) Add(from *ClassData) {
	d.Planned += from.Planned
	d.Sent += from.Sent
	d.Done += from.Done
	d.Dropped += from.Dropped
	d.Late += from.Late
	d.Carried += from.Carried
	d.BytesIn += from.BytesIn
	d.BytesOut += from.BytesOut
	d.Errors = addCounts(d.Errors, from.Errors)
	d.Status = addCounts(d.Status, from.Status)
	d.addChecks(from.Checks)
	// Where only one of both has response times, those of the other are its service
	// times, before they change.
	if d.Clocks[ClockResponse] == nil && d.Clocks[ClockService] != nil && from.Clocks[ClockResponse] != nil {
		d.Clocks[ClockResponse] = d.Clocks[ClockService].Clone()
	}
	if d.Clocks[ClockResponse] != nil && from.Clocks[ClockResponse] == nil {
		d.Clocks[ClockResponse] = mergeInto(d.Clocks[ClockResponse], from.Clocks[ClockService])
	}
	d.Clocks = d.Clocks.add(from.Clocks)
}

func mergeInto(into, from *stats.Histogram) *stats.Histogram {
	if from == nil {
		return into
	}
	if into == nil {
		return from.Clone()
	}
	into.Merge(from)
	return into
}

func addCounts(into, from map[string]int64) map[string]int64 {
	if into == nil && len(from) > 0 {
		into = make(map[string]int64, len(from))
	}
	for k, n := range from {
		into[k] += n
	}
	return into
}

// Completed counts the answers that came within the slice's time.
func (d *ClassData) Completed() int64 { return d.Done - d.Late + d.Carried }

// GoodShare is the share of the answers that were as expected.
func (d *ClassData) GoodShare() float64 {
	if d.Done == 0 {
		return 0
	}
	return float64(d.Done-d.Errors[ErrStatus]-d.Errors[ErrCheck]) / float64(d.Done)
}

// Failed counts the failures; without examples.
func (d *ClassData) Failed() Errors {
	e := Errors{ByClass: map[string]int64{}}
	for k, n := range d.Errors {
		if n > 0 {
			e.ByClass[k] = n
			e.Total += n
		}
	}
	return e
}

// Errors counts failed requests by class of error.
type Errors struct {
	Total   int64            `json:"total"`
	ByClass map[string]int64 `json:"by_class"`
	// Examples are the first failure of each kind; of all requests together only.
	Examples []Example `json:"examples,omitempty"`
}

// With is what was used in two slices. Where it could not be read, neither its
// costs nor its requests count.
func (u *TargetUse) With(next *TargetUse) *TargetUse {
	switch {
	case u == nil:
		return next
	case next == nil:
		return u
	}
	return &TargetUse{
		CPUSeconds: u.CPUSeconds + next.CPUSeconds,
		Requests:   u.Requests + next.Requests,
		PeakRSSMB:  max(u.PeakRSSMB, next.PeakRSSMB),
	}
}

// Milliseconds converts a duration to the unit of all latencies in JSON.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
