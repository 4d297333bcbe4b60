package summary

import (
	"slices"
	"testing"

	"github.com/mlbench/mlbench/results"
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

// The rules of the self-check, each from both sides of its limit. warn is the
// code of the one warning; "" means no warning at all.
func TestCheck(t *testing.T) {
	// late is a run with this response time and lag, both in ms.
	late := func(response, lag float64) func(*results.File) {
		return func(f *results.File) {
			d := f.Slices[0].Classes["predict"]
			d.Clocks[results.ClockResponse], d.Clocks[results.ClockService], d.Clocks[results.ClockLag] = repeat(200, response), repeat(200, response-lag), repeat(200, lag)
		}
	}
	data := func(change func(*results.ClassData)) func(*results.File) {
		return func(f *results.File) { change(f.Slices[0].Classes["predict"]) }
	}
	telemetry := func(tel results.Telemetry) func(*results.File) {
		return func(f *results.File) { f.Slices[0].Telemetry = &tel }
	}
	inClosed := func(tel results.Telemetry) func(*results.File) {
		return func(f *results.File) {
			f.Header.Model = results.Closed
			f.Slices[0].Telemetry = &tel
		}
	}
	closed := func(cpu float64) func(*results.File) { return inClosed(results.Telemetry{CPUSeconds: cpu}) } // of 10 s on 2 cores
	// still is a run of 10 s, of which so many are left out.
	still := func(seconds float64) func(*results.File) {
		return func(f *results.File) {
			f.Header.Model = results.Closed
			f.Slices[0].DurationS -= seconds
			out := results.Slice{Arm: results.ArmA, Phase: results.Measure, DurationS: seconds, Excluded: "the load generator itself stood still for 2.5s", Classes: map[string]*results.ClassData{"predict": served(20)}}
			f.Slices = append(f.Slices, out)
		}
	}
	tests := []struct {
		name    string
		change  func(*results.File)
		warn    Code
		invalid bool
	}{
		{"nothing wrong", func(*results.File) {}, "", false},

		{"no request", func(f *results.File) { f.Slices = nil }, NoRequest, true},
		// F22: what was interrupted in the warm-up has sent requests.
		{"only warm-up", func(f *results.File) { f.Slices[0].Phase = results.Warmup }, OnlyWarmUp, true},

		{"cut off", func(f *results.File) { f.Footer = nil }, CutOff, false},
		{"interrupted", func(f *results.File) { f.Footer.Ended = results.Interrupted }, StoppedEarly, false},
		{"failed", func(f *results.File) { f.Footer.Ended, f.Footer.Reason = results.Failed, "target gone" }, MeasuringFailed, false},
		{"damaged", func(f *results.File) { f.Damage, f.Footer = "line 3: bad", nil }, Damaged, false},
		{"header's warning", func(f *results.File) { f.Header.Warnings = []string{"coarse clock"} }, Noted, false},
		{"footer's warning", func(f *results.File) { f.Footer.Warnings = []string{"late news"} }, Noted, false},

		{"lag below the floor", late(1.5, 0.99), "", false}, // even at 66% of the response time
		{"lag above the floor", late(100, 4.9), "", false},  // but below 5% of the median
		{"lag above its share", late(100, 5.2), LateGenerator, false},
		{"lag below half", late(100, 49), LateGenerator, false},
		{"lag above half", late(100, 51), LateGenerator, true},
		{"lag that changes no percentile", func(f *results.File) { // P22
			d := f.Slices[0].Classes["predict"]
			d.Clocks[results.ClockResponse], d.Clocks[results.ClockService], d.Clocks[results.ClockLag] = repeat(200, 16), repeat(200, 15.9), repeat(200, 1.04)
		}, "", false},
		{"lag that is half of the tail", func(f *results.File) {
			late(100, 30)(f)
			d := f.Slices[0].Classes["predict"]
			d.Clocks[results.ClockResponse].Merge(repeat(20, 200))
			d.Clocks[results.ClockService].Merge(repeat(20, 200))
		}, LateGenerator, false},
		{"lag in the closed model", func(f *results.File) { late(100, 90)(f); f.Header.Model = results.Closed }, "", false},
		{"lag without data", data(func(d *results.ClassData) { d.Clocks[results.ClockLag] = nil }), "", false},

		{"steal at the limit", telemetry(results.Telemetry{StealPct: 2}), "", false},
		{"steal above", telemetry(results.Telemetry{StealPct: 2.1}), Steal, false},
		{"throttled", telemetry(results.Telemetry{ThrottledMS: 12}), Throttled, false},
		{"throttled now and then, closed", inClosed(results.Telemetry{ThrottledMS: 900, ThrottledPct: 49}), Throttled, false},
		// M6: held to a part of a core, the generator measures its limit.
		{"throttled most of the time, closed", inClosed(results.Telemetry{ThrottledMS: 8500, ThrottledPct: 98}), Throttled, true},
		{"throttled most of the time, open", telemetry(results.Telemetry{ThrottledMS: 8500, ThrottledPct: 98}), Throttled, false}, // lag tells
		// H8
		{"an interval in which the generator stood still", still(2), LeftOut, false},
		{"the generator stood still for most of it", still(3), SpoiltTime, true},
		{"small standstills", inClosed(results.Telemetry{StandstillMS: 1900}), "", false},
		{"many standstills", inClosed(results.Telemetry{StandstillMS: 2100}), StoodStill, false},
		{"mostly standing still", inClosed(results.Telemetry{StandstillMS: 5100}), StoodStill, true},
		// A8: what is counted while answers are awaited is divided by that time, too.
		{"waited for a core during the drain", func(f *results.File) {
			f.Slices[0].DurationS, f.Slices[0].DrainS, f.Slices[0].Telemetry = 2, 11, &results.Telemetry{RunDelayS: 2.4}
		}, "", false},
		{"waited for a core while settling", telemetry(results.Telemetry{SpanS: 20, RunDelayS: 5.9}), "", false},
		{"waited for a core", telemetry(results.Telemetry{RunDelayS: 3.1}), WaitedForCore, false},
		{"waited for a core always", telemetry(results.Telemetry{RunDelayS: 10.1}), WaitedForCore, true},
		{"busy during the drain, closed", func(f *results.File) {
			inClosed(results.Telemetry{CPUSeconds: 14.2})(f)
			f.Slices[0].DrainS = 1
		}, "", false},
		{"one stale connection", func(f *results.File) { f.Slices[0].Connections.Stale = 1 }, StaleConnections, false}, // P11
		{"stale connections", func(f *results.File) { f.Slices[0].Connections.Stale = 3 }, StaleConnections, false},
		{"generator busy, open", telemetry(results.Telemetry{CPUSeconds: 20}), "", false},
		{"generator at its limit", closed(14), "", false},
		{"generator above", closed(14.2), BusyGenerator, false},

		{"dropped", data(func(d *results.ClassData) { d.Dropped, d.Planned = 5, 205 }), DroppedRequests, false},
		{"timeouts", data(func(d *results.ClassData) { d.Errors = map[string]int64{results.ErrTimeout: 2} }), TimedOut, false},
		{"other errors", data(func(d *results.ClassData) { d.Errors = map[string]int64{results.ErrStatus: 9, results.ErrReset: 1} }), "", false},
		{"out of ports", data(func(d *results.ClassData) { d.Errors = map[string]int64{results.ErrLocal: 1} }), OutOfResources, true},
		{"never answered", data(func(d *results.ClassData) { d.Done = 0 }), NoneAnswered, false},
		// F01: what may be the matter where connections are closed without an answer.
		{"always closed", data(closedAll), NoneAnswered, false},
		{"always closed, h2", func(f *results.File) { data(closedAll)(f); f.Header.Transport = "h2" }, NoneAnswered, false},
		{"always closed, late", func(f *results.File) { late(100, 90)(f); data(closedAll)(f) }, NoneAnswered, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := openFile(map[string]*results.ClassData{"predict": served(200)})
			tt.change(f)
			s := Of(f, Select{Arm: results.ArmA}, nil)
			if s.Valid == tt.invalid {
				t.Errorf("valid = %v; warnings %v", s.Valid, s.Warnings)
			}
			switch {
			case tt.warn == "" && len(s.Warnings) > 0:
				t.Errorf("warnings %v, want none", s.Warnings)
			case tt.warn != "" && (len(s.Warnings) != 1 || s.Warnings[0].Code != tt.warn || s.Warnings[0].Invalid != tt.invalid):
				t.Errorf("warnings %v, want one of code %q", s.Warnings, tt.warn)
			}
		})
	}
}

// What happened to the other arm, or in warm-up, is no warning of this one.
func TestCheckIsPerArm(t *testing.T) {
	f := twoArms()
	for i := range f.Slices {
		if f.Slices[i].Arm == results.ArmB {
			f.Slices[i].Telemetry = &results.Telemetry{StealPct: 50}
			f.Slices[i].Connections.Stale = 1
		}
	}
	f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: results.Warmup, Telemetry: &results.Telemetry{StealPct: 50}, Classes: map[string]*results.ClassData{"predict": {Sent: 1, Errors: map[string]int64{results.ErrLocal: 1}}}})
	if s := Of(f, Select{Arm: results.ArmA}, nil); len(s.Warnings) > 0 || !s.Valid {
		t.Errorf("arm A: valid %v, warnings %v", s.Valid, s.Warnings)
	}
	if s := Of(f, Select{Arm: results.ArmB}, nil); !has(s, Steal) {
		t.Errorf("arm B: warnings %v, want steal", s.Warnings)
	}
}

// has says whether there is a warning of this code.
func has(s *Run, code Code) bool {
	return slices.ContainsFunc(s.Warnings, func(r Reason) bool { return r.Code == code })
}

// closedAll are requests whose connections were closed without a byte: there
// are no latencies.
func closedAll(d *results.ClassData) {
	d.Done, d.Errors, d.Clocks[results.ClockResponse], d.Clocks[results.ClockService] = 0, map[string]int64{results.ErrReset: d.Sent}, stats.NewHistogram(), stats.NewHistogram()
}

// A4: failures in what is left out of figures, as the generator stood still, are
// told: no standstill makes a request wait for the whole timeout.
func TestFailuresInWhatIsLeftOutAreTold(t *testing.T) {
	f := openFile(map[string]*results.ClassData{"predict": served(200)})
	out := served(20)
	out.Errors = map[string]int64{results.ErrTimeout: 1, results.ErrReset: 1}
	f.Slices = append(f.Slices, results.Slice{Arm: results.ArmA, Phase: results.Measure, DurationS: 1, Excluded: "the load generator itself stood still for 1s", Classes: map[string]*results.ClassData{"predict": out}})
	if s := Of(f, Select{Arm: results.ArmA}, nil); !has(s, FailedLeftOut) || s.Errors.Total != 0 {
		t.Errorf("a run: %+v, warnings %v", s.Errors, s.Warnings)
	}
	f = twoArms()
	b := f.Slices[len(f.Slices)-1]
	b.Excluded, b.Classes = "the load generator itself stood still for 1s", map[string]*results.ClassData{"predict": out}
	f.Slices[len(f.Slices)-1] = b
	s := Of(f, Select{Arm: b.Arm, Slices: func(s *results.Slice) bool { return s.Excluded == "" }}, nil)
	if !has(s, FailedLeftOut) {
		t.Errorf("an arm: warnings %v", s.Warnings)
	}
}

// An arm of a comparison is no run: what would make one invalid is a warning.
func TestCheckOfArms(t *testing.T) {
	f := twoArms()
	f.Slices[1].Classes["predict"].Errors = map[string]int64{results.ErrLocal: 1}
	s := Of(f, Select{Arm: results.ArmB}, nil)
	if !s.Valid || !has(s, OutOfResources) {
		t.Errorf("valid %v, warnings %v", s.Valid, s.Warnings)
	}
	f.Slices = nil
	if s := Of(f, Select{Arm: results.ArmB}, nil); !s.Valid || !has(s, NoRequest) || len(s.Warnings) != 1 || s.Warnings[0].Invalid {
		t.Errorf("of nothing: valid %v, warnings %v", s.Valid, s.Warnings)
	}
}

// twoArms is a comparison of one pair.
func twoArms() *results.File {
	f := openFile(nil)
	f.Header.Targets = append(f.Header.Targets, results.Target{Arm: results.ArmB, Name: "legacy"})
	for _, arm := range f.Arms() {
		f.Slices = append(f.Slices, results.Slice{Arm: arm, Pair: 1, Phase: results.Measure, DurationS: 2, Classes: map[string]*results.ClassData{"predict": served(10)}})
	}
	return f
}
