package results

import (
	"slices"

	"github.com/mlbench/mlbench/results/stats"
)

// Point is one interval of a measurement, as a line of its course over time. A
// request is in the interval in which it ended; one that is slow therefore shows
// later than it was sent. Numbers that there are not are nil.
type Point struct {
	Arm   string `json:"arm"`
	Phase Phase  `json:"phase"`
	// Pair is that of a comparison, Stage the part of a load in stages; from 1,
	// and 0 where there are none.
	Pair  int `json:"pair,omitempty"`
	Stage int `json:"stage,omitempty"`
	// StartS is when it began, in seconds after Header.Start. An interval without
	// a duration is of answers that were awaited after the phase's end.
	StartS    float64 `json:"t_s"`
	DurationS float64 `json:"duration_s"`
	// AskedRPS is the rate that the load had in the mean, nil in the closed model;
	// AchievedRPS the complete answers per second, whatever they said.
	AskedRPS    *float64 `json:"asked_rps"`
	AchievedRPS *float64 `json:"achieved_rps"`
	InFlightMax int64    `json:"in_flight_max"`
	Requests    int64    `json:"requests"`
	Dropped     int64    `json:"dropped"`
	Errors      Errors   `json:"errors"`
	// Response times, in milliseconds.
	P50 *float64 `json:"p50_ms"`
	P99 *float64 `json:"p99_ms"`
	// LagP99 is how late the load generator was, in milliseconds, and StandstillMaxMS for
	// how long it stood still at most.
	LagP99          *float64 `json:"lag_p99_ms,omitempty"`
	StandstillMaxMS float64  `json:"standstill_max_ms,omitempty"`
	// What the processes of a managed target used: CPU seconds per second, and memory
	// in 10^6 bytes.
	TargetCPU *float64 `json:"target_cpu,omitempty"`
	TargetMB  *float64 `json:"target_rss_mb,omitempty"`
	// Excluded says why it is in no figure; "" if it is.
	Excluded string `json:"excluded,omitempty"`
}

// Series is the course of the measurement over time: all intervals of all phases
// and arms, in the order of the file. It is the same of a file read by ReadFile
// and by ReadSummed.
func (f *File) Series() []Point {
	if f.points != nil {
		return slices.Clone(f.points)
	}
	points := make([]Point, 0, len(f.Slices))
	for i := range f.Slices {
		points = append(points, f.point(&f.Slices[i]))
	}
	return points
}

func (f *File) point(s *Slice) Point {
	d := s.Total()
	p := Point{
		Arm: s.Arm, Phase: s.Phase, Pair: s.Pair, Stage: s.Stage, StartS: s.StartS, DurationS: s.DurationS,
		InFlightMax: s.InFlightMax, Requests: d.Sent, Dropped: d.Dropped, Errors: d.Failed(), Excluded: s.Excluded,
	}
	if s.DurationS > 0 {
		p.AskedRPS = f.asked(s)
		p.AchievedRPS = Number(float64(d.Completed()) / s.DurationS).OrNil()
	}
	if h := d.Response(); h != nil && h.Count() > 0 {
		p.P50, p.P99 = quantileMS(h, 0.5), quantileMS(h, 0.99)
	}
	if h := d.Clock(ClockLag); h != nil && h.Count() > 0 {
		p.LagP99 = quantileMS(h, 0.99)
	}
	if s.Telemetry != nil {
		p.StandstillMaxMS = s.Telemetry.StandstillMaxMS
	}
	if use := s.TargetUse; use != nil && s.DurationS+s.DrainS > 0 {
		p.TargetCPU, p.TargetMB = Number(use.CPUSeconds/(s.DurationS+s.DrainS)).OrNil(), Number(use.PeakRSSMB).OrNil()
	}
	return p
}

// asked is the rate that the load of a slice had; nil if that is not known.
func (f *File) asked(s *Slice) *float64 {
	switch h := &f.Header; {
	case h.Model != Open:
		return nil
	case s.RateRPS > 0 || s.Stage > 0: // a stage may ask for nothing
		return Number(s.RateRPS).OrNil()
	case h.Shape == "" && h.RateRPS > 0: // a file from before slices said it
		return Number(h.RateRPS).OrNil()
	}
	return nil
}

func quantileMS(h *stats.Histogram, q float64) *float64 {
	return Number(Milliseconds(h.Quantile(q))).OrNil()
}
