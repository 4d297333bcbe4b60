package results

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results/stats"
)

// repeat is n times the same latency in ms.
func repeat(n int, ms float64) *stats.Histogram {
	vs := make([]float64, n)
	for i := range vs {
		vs[i] = ms
	}
	return hist(vs...)
}

// The rules of the self-check, each from both sides of its limit. warn is what
// the one warning begins with or contains; "" means no warning at all.
func TestCheck(t *testing.T) {
	// late is a run with this response time and lag, both in ms.
	late := func(response, lag float64) func(*File) {
		return func(f *File) {
			d := f.Slices[0].Classes["predict"]
			d.Response, d.Service, d.Lag = repeat(200, response), repeat(200, response), repeat(200, lag)
		}
	}
	data := func(change func(*ClassData)) func(*File) {
		return func(f *File) { change(f.Slices[0].Classes["predict"]) }
	}
	telemetry := func(tel Telemetry) func(*File) {
		return func(f *File) { f.Slices[0].Telemetry = &tel }
	}
	closed := func(cpu float64) func(*File) {
		return func(f *File) {
			f.Header.Model = Closed
			f.Slices[0].Telemetry = &Telemetry{CPUSeconds: cpu} // of 10 s on 2 cores
		}
	}
	tests := []struct {
		name    string
		change  func(*File)
		warn    string
		invalid bool
	}{
		{"nothing wrong", func(*File) {}, "", false},

		{"no request", func(f *File) { f.Slices = nil }, "invalid: no request was sent", true},
		{"only warm-up", func(f *File) { f.Slices[0].Phase = Warmup }, "invalid: no request was sent", true},

		{"cut off", func(f *File) { f.Footer = nil }, "cut off before its end", false},
		{"interrupted", func(f *File) { f.Footer.Ended = Interrupted }, "interrupted before its end", false},
		{"failed", func(f *File) { f.Footer.Ended, f.Footer.Reason = Failed, "target gone" }, "the measurement failed: target gone", false},
		{"damaged", func(f *File) { f.Damage, f.Footer = "line 3: bad", nil }, "damaged (line 3: bad)", false},
		{"header's warning", func(f *File) { f.Header.Warnings = []string{"coarse clock"} }, "coarse clock", false},
		{"footer's warning", func(f *File) { f.Footer.Warnings = []string{"late news"} }, "late news", false},

		{"lag below the floor", late(1.5, 0.99), "", false}, // even at 66% of the response time
		{"lag above the floor", late(100, 4.9), "", false},  // but below 5% of the median
		{"lag above its share", late(100, 5.2), "the load generator was late (lag p99 5.2", false},
		{"lag below half", late(100, 49), "the load generator was late (lag p99 49", false},
		{"lag above half", late(100, 51), "invalid: the load generator was late (lag p99 51", true},
		{"lag in the closed model", func(f *File) { late(100, 90)(f); f.Header.Model = Closed }, "", false},
		{"lag without data", data(func(d *ClassData) { d.Lag = nil }), "", false},

		{"steal at the limit", telemetry(Telemetry{StealPct: 2}), "", false},
		{"steal above", telemetry(Telemetry{StealPct: 2.1}), "up to 2.1% of this machine's CPU time", false},
		{"throttled", telemetry(Telemetry{ThrottledMS: 12}), "stopped the generator for 12 ms", false},
		{"stale connections", func(f *File) { f.Slices[0].Connections.Stale = 3 }, "3 kept connections were of no use", false},
		{"generator busy, open", telemetry(Telemetry{CPUSeconds: 20}), "", false},
		{"generator at its limit", closed(14), "", false},
		{"generator above", closed(14.2), "the generator used 71% of all cores", false},

		{"dropped", data(func(d *ClassData) { d.Dropped, d.Planned = 5, 205 }), "5 of 205 planned requests were dropped", false},
		{"timeouts", data(func(d *ClassData) { d.Errors = map[string]int64{ErrTimeout: 2} }), "2 requests timed out", false},
		{"other errors", data(func(d *ClassData) { d.Errors = map[string]int64{ErrStatus: 9, ErrReset: 1} }), "", false},
		{"out of ports", data(func(d *ClassData) { d.Errors = map[string]int64{ErrLocal: 1} }), "invalid: 1 requests failed because this machine", true},
		{"never answered", data(func(d *ClassData) { d.Done = 0 }), "no request was answered", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := openFile(map[string]*ClassData{"predict": served(200)})
			tt.change(f)
			s := Summarize(f, ArmA, nil)
			if s.Valid == tt.invalid {
				t.Errorf("valid = %v; warnings %q", s.Valid, s.Warnings)
			}
			switch {
			case tt.warn == "" && len(s.Warnings) > 0:
				t.Errorf("warnings %q, want none", s.Warnings)
			case tt.warn != "" && (len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], tt.warn)):
				t.Errorf("warnings %q, want one with %q", s.Warnings, tt.warn)
			}
		})
	}
}

// What happened to the other arm, or in warm-up, is no warning of this one.
func TestCheckIsPerArm(t *testing.T) {
	f := compareFile()
	for i := range f.Slices {
		if f.Slices[i].Arm == ArmB {
			f.Slices[i].Telemetry = &Telemetry{StealPct: 50}
			f.Slices[i].Connections.Stale = 1
		}
	}
	f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Warmup, Telemetry: &Telemetry{StealPct: 50}, Classes: map[string]*ClassData{"predict": {Sent: 1, Errors: map[string]int64{ErrLocal: 1}}}})
	if s := Summarize(f, ArmA, nil); len(s.Warnings) > 0 || !s.Valid {
		t.Errorf("arm A: valid %v, warnings %q", s.Valid, s.Warnings)
	}
	if s := Summarize(f, ArmB, nil); !slices.ContainsFunc(s.Warnings, func(w string) bool { return strings.Contains(w, "steal") }) {
		t.Errorf("arm B: warnings %q, want steal", s.Warnings)
	}
}

// An arm of a comparison is no run: what would make one invalid is a warning.
func TestCheckOfArms(t *testing.T) {
	f := compareFile()
	f.Slices[1].Classes["predict"].Errors = map[string]int64{ErrLocal: 1}
	s := Summarize(f, ArmB, nil)
	if !s.Valid || !slices.Contains(s.Warnings, "1 requests failed because this machine ran out of ports, files or memory") {
		t.Errorf("valid %v, warnings %q", s.Valid, s.Warnings)
	}
	f.Slices = nil
	if s := Summarize(f, ArmB, nil); !s.Valid || !slices.Equal(s.Warnings, []string{"no request was sent"}) {
		t.Errorf("of nothing: valid %v, warnings %q", s.Valid, s.Warnings)
	}
}
