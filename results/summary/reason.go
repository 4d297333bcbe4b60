package summary

import (
	"encoding/json"
	"maps"
)

// Reason is what weakens a measurement, or makes it invalid: a code, and the
// values that a sentence about it has. The sentences are those of package report.
type Reason struct {
	Code    Code
	Invalid bool // it makes the run invalid
	Args    args
}

// Code names a kind of Reason; it is part of the JSON forms and never changes.
type Code string

// args are numbers, texts and counts by class of error, by their names.
type args map[string]any

const (
	Noted            Code = "noted" // text: said before or after the measurement
	NoRequest        Code = "no_request"
	OnlyWarmUp       Code = "only_warm_up"
	Damaged          Code = "damaged" // where
	CutOff           Code = "cut_off"
	StoppedEarly     Code = "interrupted"
	Aborted          Code = "aborted" // rule, value, after_s
	MeasuringFailed  Code = "failed"  // text
	RowsUsedUp       Code = "rows_used_up"
	LateGenerator    Code = "late_generator" // lag_p99_ms, response_p99_ms; of a percentile: share_pct
	InFlightAtEnd    Code = "unfinished"     // requests
	StaleConnections Code = "stale_connections"
	Steal            Code = "steal"             // pct
	Throttled        Code = "throttled"         // ms, pct
	WaitedForCore    Code = "waited_for_core"   // s, of every second
	StoodStill       Code = "stood_still"       // s, of every second
	LeftOut          Code = "left_out"          // text, s, of_s, requests
	SpoiltTime       Code = "spoilt_time"       // text, pct
	FailedLeftOut    Code = "failed_left_out"   // requests, errors
	BusyGenerator    Code = "busy_generator"    // pct
	DroppedRequests  Code = "dropped"           // requests, planned
	TimedOut         Code = "timed_out"         // requests
	OutOfResources   Code = "out_of_resources"  // requests
	NoneAnswered     Code = "none_answered"     // latencies, protocol
	NonePassed       Code = "none_succeeded"    // unauthorized
	MostlyFailed     Code = "mostly_failed"     // pct, unauthorized
	Failure          Code = "failure"           // error, status, requests, class, text
	WarmUpBacklog    Code = "warm_up_backlog"   // s
	OfRun            Code = "run"               // file, reason
	UnsoundRun       Code = "unsound_run"       // file, reason
	OfNode           Code = "node"              // node, reason
	InvalidNodes     Code = "invalid_nodes"     // nodes, pct
	HighErrors       Code = "too_many_failures" // requests, of

	// Why a saved measurement is only a part of one.
	FileDamaged       Code = "file_damaged"
	CutOffEarly       Code = "cut_off_early"
	FailedEarly       Code = "failed_early"
	InterruptedAfter  Code = "interrupted_after" // pairs, planned
	InterruptedWarmUp Code = "interrupted_in_warm_up"
	InterruptedEarly  Code = "interrupted_early"
)

// MarshalJSON writes {"code":…, …}, the arguments beside the code.
func (r Reason) MarshalJSON() ([]byte, error) {
	out := maps.Clone(map[string]any(r.Args))
	if out == nil {
		out = map[string]any{}
	}
	out["code"] = r.Code
	if r.Invalid {
		out["invalid"] = true
	}
	return json.Marshal(out)
}

func (s *Run) warn(code Code, args args) {
	s.Warnings = append(s.Warnings, Reason{Code: code, Args: args})
}

// invalid warns, and of a run says that it is none. An arm of a comparison is not
// judged by itself.
func (s *Run) invalid(code Code, args args) {
	s.Valid = s.Valid && s.arm
	s.Warnings = append(s.Warnings, Reason{Code: code, Args: args, Invalid: !s.arm})
}

// noted are sentences of a file.
func noted(texts []string) (out []Reason) {
	for _, text := range texts {
		out = append(out, Reason{Code: Noted, Args: args{"text": text}})
	}
	return out
}
