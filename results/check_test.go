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
			d.Clocks[ClockResponse], d.Clocks[ClockService], d.Clocks[ClockLag] = repeat(200, response), repeat(200, response-lag), repeat(200, lag)
		}
	}
	data := func(change func(*ClassData)) func(*File) {
		return func(f *File) { change(f.Slices[0].Classes["predict"]) }
	}
	telemetry := func(tel Telemetry) func(*File) {
		return func(f *File) { f.Slices[0].Telemetry = &tel }
	}
	inClosed := func(tel Telemetry) func(*File) {
		return func(f *File) {
			f.Header.Model = Closed
			f.Slices[0].Telemetry = &tel
		}
	}
	closed := func(cpu float64) func(*File) { return inClosed(Telemetry{CPUSeconds: cpu}) } // of 10 s on 2 cores
	// still is a run of 10 s, of which so many are left out.
	still := func(seconds float64) func(*File) {
		return func(f *File) {
			f.Header.Model = Closed
			f.Slices[0].DurationS -= seconds
			out := Slice{Arm: ArmA, Phase: Measure, DurationS: seconds, Excluded: "the load generator itself stood still for 2.5s", Classes: map[string]*ClassData{"predict": served(20)}}
			f.Slices = append(f.Slices, out)
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
		// F22: what was interrupted in the warm-up has sent requests.
		{"only warm-up", func(f *File) { f.Slices[0].Phase = Warmup }, "invalid: no request was sent but of the warm-up, which is in no figure", true},

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
		{"lag that changes no percentile", func(f *File) { // P22
			d := f.Slices[0].Classes["predict"]
			d.Clocks[ClockResponse], d.Clocks[ClockService], d.Clocks[ClockLag] = repeat(200, 16), repeat(200, 15.9), repeat(200, 1.04)
		}, "", false},
		{"lag that is half of the tail", func(f *File) {
			late(100, 30)(f)
			d := f.Slices[0].Classes["predict"]
			d.Clocks[ClockResponse].Merge(repeat(20, 200))
			d.Clocks[ClockService].Merge(repeat(20, 200))
		}, "which makes up 30% of the response time's p50", false},
		{"lag in the closed model", func(f *File) { late(100, 90)(f); f.Header.Model = Closed }, "", false},
		{"lag without data", data(func(d *ClassData) { d.Clocks[ClockLag] = nil }), "", false},

		{"steal at the limit", telemetry(Telemetry{StealPct: 2}), "", false},
		{"steal above", telemetry(Telemetry{StealPct: 2.1}), "up to 2.1% of this machine's CPU time", false},
		{"throttled", telemetry(Telemetry{ThrottledMS: 12}), "stopped the generator for 12 ms", false},
		{"throttled now and then, closed", inClosed(Telemetry{ThrottledMS: 900, ThrottledPct: 49}), "stopped the generator for 900 ms, in 49% of the limit's periods: raise the limit", false},
		// M6: held to a part of a core, the generator measures its limit.
		{"throttled most of the time, closed", inClosed(Telemetry{ThrottledMS: 8500, ThrottledPct: 98}), "invalid: the container's CPU limit stopped the generator for 8500 ms, in 98% of the limit's periods", true},
		{"throttled most of the time, open", telemetry(Telemetry{ThrottledMS: 8500, ThrottledPct: 98}), "stopped the generator for 8500 ms", false}, // lag tells
		// H8
		{"an interval in which the generator stood still", still(2), "the load generator itself stood still for 2.5s: the interval in which it did is in no figure (2.0 s of 10.0 s, 20 requests)", false},
		{"the generator stood still for most of it", still(3), "invalid: the load generator itself stood still for 2.5s, and 30% of the time measured is spoilt by it", true},
		{"small standstills", inClosed(Telemetry{StandstillMS: 1900}), "", false},
		{"many standstills", inClosed(Telemetry{StandstillMS: 2100}), "the load generator itself stood still for 0.2 s in every second", false},
		{"mostly standing still", inClosed(Telemetry{StandstillMS: 5100}), "invalid: the load generator itself stood still for 0.5 s in every second", true},
		// A8: what is counted while answers are awaited is divided by that time, too.
		{"waited for a core during the drain", func(f *File) {
			f.Slices[0].DurationS, f.Slices[0].DrainS, f.Slices[0].Telemetry = 2, 11, &Telemetry{RunDelayS: 2.4}
		}, "", false},
		{"waited for a core while settling", telemetry(Telemetry{SpanS: 20, RunDelayS: 5.9}), "", false},
		{"waited for a core", telemetry(Telemetry{RunDelayS: 3.1}), "waited for a core 0.3 s in every second", false},
		{"waited for a core always", telemetry(Telemetry{RunDelayS: 10.1}), "invalid: the load generator's threads waited for a core 1.0 s in every second", true},
		{"busy during the drain, closed", func(f *File) {
			inClosed(Telemetry{CPUSeconds: 14.2})(f)
			f.Slices[0].DrainS = 1
		}, "", false},
		{"one stale connection", func(f *File) { f.Slices[0].Connections.Stale = 1 }, "1 kept connection was of no use", false}, // P11
		{"stale connections", func(f *File) { f.Slices[0].Connections.Stale = 3 }, "3 kept connections were of no use", false},
		{"generator busy, open", telemetry(Telemetry{CPUSeconds: 20}), "", false},
		{"generator at its limit", closed(14), "", false},
		{"generator above", closed(14.2), "the generator used 71% of all cores", false},

		{"dropped", data(func(d *ClassData) { d.Dropped, d.Planned = 5, 205 }), "5 of 205 planned requests were dropped", false},
		{"timeouts", data(func(d *ClassData) { d.Errors = map[string]int64{ErrTimeout: 2} }), "2 requests timed out", false},
		{"other errors", data(func(d *ClassData) { d.Errors = map[string]int64{ErrStatus: 9, ErrReset: 1} }), "", false},
		{"out of ports", data(func(d *ClassData) { d.Errors = map[string]int64{ErrLocal: 1} }), "invalid: 1 request failed because this machine", true},
		{"never answered", data(func(d *ClassData) { d.Done = 0 }), "no request was answered: latencies are of failures only", false},
		// F01: what may be the matter where connections are closed without an answer.
		{"always closed", data(closedAll), "no request was answered; does the target want another protocol (https://, --transport h2), or a certificate or header?", false},
		{"always closed, h2", func(f *File) { data(closedAll)(f); f.Header.Transport = "h2" }, "no request was answered; does the target speak HTTP/1.1 only (leave out --transport h2)", false},
		{"always closed, late", func(f *File) { late(100, 90)(f); data(closedAll)(f) }, "no request was answered; does", false},
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

// closedAll are requests whose connections were closed without a byte: there
// are no latencies.
func closedAll(d *ClassData) {
	d.Done, d.Errors, d.Clocks[ClockResponse], d.Clocks[ClockService] = 0, map[string]int64{ErrReset: d.Sent}, stats.NewHistogram(), stats.NewHistogram()
}

// A4: failures in what is left out of figures, as the generator stood still, are
// told: no standstill makes a request wait for the whole timeout.
func TestFailuresInWhatIsLeftOutAreTold(t *testing.T) {
	const want = "2 requests more failed in what is left out of figures (reset 1, timeout 1)"
	f := openFile(map[string]*ClassData{"predict": served(200)})
	out := served(20)
	out.Errors = map[string]int64{ErrTimeout: 1, ErrReset: 1}
	f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Measure, DurationS: 1, Excluded: "the load generator itself stood still for 1s", Classes: map[string]*ClassData{"predict": out}})
	if s := Summarize(f, ArmA, nil); !slices.Contains(s.Warnings, want) || s.Errors.Total != 0 {
		t.Errorf("a run: %+v, warnings %q", s.Errors, s.Warnings)
	}
	f = compareFile()
	b := f.Slices[len(f.Slices)-1]
	b.Excluded, b.Classes = "the load generator itself stood still for 1s", map[string]*ClassData{"predict": out}
	f.Slices[len(f.Slices)-1] = b
	s := summarize(f, b.Arm, nil, func(s *Slice) bool { return s.Excluded == "" })
	if !slices.Contains(s.Warnings, want) {
		t.Errorf("an arm: warnings %q", s.Warnings)
	}
}

// An arm of a comparison is no run: what would make one invalid is a warning.
func TestCheckOfArms(t *testing.T) {
	f := compareFile()
	f.Slices[1].Classes["predict"].Errors = map[string]int64{ErrLocal: 1}
	s := Summarize(f, ArmB, nil)
	if !s.Valid || !slices.Contains(s.Warnings, "1 request failed because this machine ran out of ports, files or memory") {
		t.Errorf("valid %v, warnings %q", s.Valid, s.Warnings)
	}
	f.Slices = nil
	if s := Summarize(f, ArmB, nil); !s.Valid || !slices.Equal(s.Warnings, []string{"no request was sent"}) {
		t.Errorf("of nothing: valid %v, warnings %q", s.Valid, s.Warnings)
	}
}
