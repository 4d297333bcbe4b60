package summary

import "github.com/mlbench/mlbench/results"

// stageSummary is what one stage of a load in stages (steps, stages, spike) came
// to. Rates are per second, latencies in milliseconds.
type stageSummary struct {
	Stage       int            `json:"stage"` // from 1
	StartS      float64        `json:"t_s"`   // seconds after Header.Start
	DurationS   float64        `json:"duration_s"`
	AskedRPS    float64        `json:"asked_rps"` // in the mean of the stage
	AchievedRPS float64        `json:"achieved_rps"`
	InFlightMax int64          `json:"in_flight_max"`
	Requests    int64          `json:"requests"`
	Dropped     int64          `json:"dropped"`
	Errors      results.Errors `json:"errors"`
	Response    Latency        `json:"latency_ms"` // response time
}

// stagesOf are the stages of the measured phase of an arm, in order; nil of a load
// without stages, and of a file from before slices said theirs. percentiles nil
// means DefaultPercentiles.
func stagesOf(f *results.File, arm string, percentiles []float64) []stageSummary {
	if percentiles == nil {
		percentiles = DefaultPercentiles
	}
	var out []stageSummary
	var total *results.ClassData
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Arm != arm || s.Phase != results.Measure || s.Excluded != "" || s.Stage == 0 {
			continue
		}
		if n := len(out); n == 0 || out[n-1].Stage != s.Stage {
			out, total = append(out, stageSummary{Stage: s.Stage, StartS: s.StartS}), &results.ClassData{}
		}
		total.Add(s.Total())
		out[len(out)-1].take(s, total, percentiles)
	}
	return out
}

// meanOver is the mean of two rates, each of its own time.
func meanOver(a, ofA, b, ofB float64) float64 {
	if ofA+ofB <= 0 {
		return max(a, b)
	}
	return (a*ofA + b*ofB) / (ofA + ofB)
}

// take adds a slice; total is what the stage has done with it.
func (st *stageSummary) take(s *results.Slice, total *results.ClassData, percentiles []float64) {
	st.AskedRPS = meanOver(st.AskedRPS, st.DurationS, s.RateRPS, s.DurationS)
	st.DurationS += s.DurationS
	st.InFlightMax = max(st.InFlightMax, s.InFlightMax)
	st.Requests, st.Dropped, st.Errors = total.Sent, total.Dropped, total.Failed()
	st.AchievedRPS = perSecond(total.Completed(), st.DurationS)
	st.Response = newLatency(total.Response(), percentiles)
}
