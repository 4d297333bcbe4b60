package results

import (
	"fmt"
	"math"
	"time"
)

// Limits of the self-check. A run's lag is worth a warning when its p99 is above
// lagFloor and it makes a percentile of the response time larger by lagShare of
// it; it makes the run invalid when it is above lagShare of the median and makes
// up invalidShare of the response time's p99, because then the generator and not
// the target decided the tail. A comparison has a rule of its own, by pairs.
const (
	lagFloor     = time.Millisecond
	lagShare     = 0.05
	invalidShare = 0.5
	stealWarnPct = 2.0
	// Time that the generator's threads waited for a core, per second of an open
	// run: that delays its reading of answers, which no clock of its own shows.
	runDelayWarn    = 0.3
	runDelayInvalid = 1.0
	// Time that the generator stood still, per second of a closed run, where no
	// lag tells of it; and the share of the periods of its CPU limit in which that
	// stopped it.
	standstillWarn    = 0.2
	standstillInvalid = 0.5
	throttledInvalid  = 50.0
)

// check fills Valid and Warnings from what the slices tell about the generator,
// its host and the target.
func (s *Summary) check(f *File, arm string) {
	s.Warnings = append(s.Warnings, f.Header.Warnings...)
	if f.Footer != nil {
		s.Warnings = append(s.Warnings, f.Footer.Warnings...)
	}
	if s.Requests == 0 {
		s.invalid("no request was sent%s", f.butWarmUp(arm))
	}
	s.checkEnd(f)
	s.checkLeftOut(f.leftOut(arm))
	s.checkLag()
	s.checkHost(f, arm)
	s.checkErrors()
	s.showExamples()
}

func (s *Summary) warn(format string, args ...any) {
	s.Warnings = append(s.Warnings, fmt.Sprintf(format, args...))
}

func (s *Summary) invalid(format string, args ...any) {
	if !s.arm {
		s.Valid = false
		format = "invalid: " + format
	}
	s.warn(format, args...)
}

func (s *Summary) checkEnd(f *File) {
	switch {
	case f.Damage != "":
		s.warn("the result file is damaged (%s); figures are of what could be read", f.Damage)
	case f.Footer == nil:
		s.warn("the measurement was cut off before its end; figures are of what was saved")
	case f.Footer.Ended == Interrupted:
		s.warn("interrupted before its end; figures are of what was measured until then")
	case f.Footer.Ended == Failed:
		s.warn("the measurement failed: %s", f.Footer.Reason)
	}
}

func (s *Summary) checkLag() {
	lag, resp := s.total.Clocks[ClockLag], s.total.response()
	if s.Model != Open || lag == nil || lag.Count() == 0 || resp == nil || resp.Count() == 0 {
		return // there is no latency that it could make up
	}
	p99, tail := lag.Quantile(0.99), resp.Quantile(0.99)
	if p99 <= lagFloor {
		return
	}
	text := fmt.Sprintf("the load generator was late (lag p99 %s, response p99 %s)", p99.Round(10*time.Microsecond), tail.Round(10*time.Microsecond))
	const remedy = ": use a quieter machine, fewer CPUs for the target, or a lower rate"
	decides := float64(p99) > lagShare*float64(resp.Quantile(0.5)) && float64(p99) >= invalidShare*float64(tail)
	switch q, share := s.total.lagEffect(); {
	case decides && !s.arm:
		s.invalid("%s%s. These numbers describe this machine, not the target", text, remedy)
	case share > lagShare:
		s.warn("%s, which makes up %.0f%% of the response time's %s%s", text, 100*share, PercentileName(q), remedy)
	case decides:
		s.warn("%s%s", text, remedy)
	}
}

// lagEffect is the share of a percentile of the response time that lag makes up,
// and of which percentile it is the most: what that would be less if every
// request had been sent when it was planned.
func (d *ClassData) lagEffect() (q, share float64) {
	resp := d.response()
	if resp == nil || d.Clocks[ClockService] == nil {
		return 0, 0
	}
	for _, p := range DefaultPercentiles {
		with, without := float64(resp.Quantile(p)), float64(d.Clocks[ClockService].Quantile(p))
		if Enough(resp.Count(), p) && with > 0 && 1-without/with > share {
			q, share = p, 1-without/with
		}
	}
	return q, share
}

// generatorUse is what the slices of an arm tell of the generator and its host.
type generatorUse struct {
	seconds                   float64 // that this is of
	steal                     float64 // percent, of the worst slice
	throttledMS, throttled    float64 // throttled: seconds × percent of the limit's periods
	cpu, runDelay, standstill float64 // seconds
	stale, unfinished         int64
}

func (f *File) generatorUse(arm string) (u generatorUse) {
	for i := range f.Slices {
		sl := &f.Slices[i]
		if sl.Arm != arm || sl.Phase != Measure {
			continue
		}
		u.stale += sl.Connections.Stale
		u.unfinished += sl.Unfinished
		t := sl.Telemetry
		if t == nil {
			continue
		}
		span := sl.telemetrySpan(0)
		u.seconds += span
		u.steal = math.Max(u.steal, t.StealPct)
		u.throttledMS += t.ThrottledMS
		u.throttled += t.ThrottledPct * span
		u.cpu += t.CPUSeconds
		u.runDelay += t.RunDelayS
		if sl.Excluded == "" { // else it is the reason, and said
			u.standstill += t.StandstillMS / 1000
		}
	}
	return u
}

// telemetrySpan is of how many seconds the slice's telemetry is: from the
// beginning of its settling, which earlier versions did not write down, to its
// last answer.
func (s *Slice) telemetrySpan(settle float64) float64 {
	if s.Telemetry != nil && s.Telemetry.SpanS > 0 {
		return s.Telemetry.SpanS
	}
	return settle + s.DurationS + s.DrainS
}

func (s *Summary) checkHost(f *File, arm string) {
	u := f.generatorUse(arm)
	if u.unfinished > 0 {
		s.warn("%s in flight when the measurement was interrupted: in no figure, and perhaps slow", counted(u.unfinished, "request"))
	}
	if u.stale > 0 {
		s.warn("%s %s of no use for the next request, as the target had just closed its end or sent bytes that nobody asked for: that was sent on a new one", counted(u.stale, "kept connection"), were(u.stale))
	}
	if u.steal > stealWarnPct {
		s.warn("up to %.1f%% of this machine's CPU time was taken by other guests (steal): repeat, or use a dedicated machine", u.steal)
	}
	if u.seconds <= 0 {
		return
	}
	s.checkThrottling(&u)
	s.byShare(s.Model == Open, u.runDelay/u.seconds, runDelayWarn, runDelayInvalid,
		"the load generator's threads waited for a core %.1f s in every second: give it more cores, or lower the rate")
	s.byShare(s.Model == Closed, u.standstill/u.seconds, standstillWarn, standstillInvalid,
		"the load generator itself stood still for %.1f s in every second (stopped, paused, or without a core): give it more cores, or a quieter machine")
	if cores := f.Header.Host.usableCores(); s.Model == Closed && u.cpu/u.seconds > busyGenerator*cores {
		s.warn("the generator used %.0f%% of all cores it may use: throughput may be its limit, not the target's", 100*u.cpu/u.seconds/cores)
	}
}

// byShare warns of a share of time in text, or calls the run invalid for it.
func (s *Summary) byShare(applies bool, share, warn, invalid float64, text string) {
	switch {
	case !applies || share <= warn:
	case share > invalid:
		s.invalid(text, share)
	default:
		s.warn(text, share)
	}
}

// checkThrottling tells of a CPU limit. In the open model lag tells what it did;
// in the closed model a generator that is stopped most of the time measures its
// limit.
func (s *Summary) checkThrottling(u *generatorUse) {
	if u.throttledMS <= 0 && u.throttled <= 0 {
		return
	}
	text := fmt.Sprintf("the container's CPU limit stopped the generator for %.0f ms", u.throttledMS)
	pct := u.throttled / u.seconds
	if pct > 0 {
		text += fmt.Sprintf(", in %.0f%% of the limit's periods", pct)
	}
	if s.Model == Closed && pct > throttledInvalid {
		s.invalid("%s: raise the limit. These numbers describe the limit, not the target", text)
		return
	}
	s.warn("%s: raise the limit", text)
}

func (s *Summary) checkErrors() {
	if s.Dropped > 0 {
		s.warn("%d of %s %s dropped because the in-flight limit was reached: percentiles are censored; raise --connections or lower the rate", s.Dropped, counted(s.total.Planned, "planned request"), were(s.Dropped))
	}
	if n := s.Errors.ByClass[ErrTimeout]; n > 0 {
		s.warn("%s timed out, and counted in the percentiles at the timeout's value", counted(n, "request"))
	}
	if n := s.Errors.ByClass[ErrLocal]; n > 0 {
		s.invalid("%s failed because this machine ran out of ports, files or memory", counted(n, "request"))
	}
	switch share := float64(s.Errors.Total) / float64(max(s.Ended(), 1)); {
	case s.Ended() == 0:
	case s.total.Done == 0:
		s.warn("no request was answered%s", s.ofFailures())
	case s.NoneSucceeded():
		s.warn("no request succeeded%s: latencies are of failed requests only", s.unauthorized())
	case share > mostlyFailed:
		s.warn("%.3g%% of the requests failed%s: latencies are largely those of failures", 100*share, s.unauthorized())
	}
}

// mostlyFailed is the share of failed requests that is worth a warning.
const mostlyFailed = 0.05

// unauthorized names the remedy where requests lacked a valid token.
// ofFailures says what the figures are of where nothing was answered, and what
// may be the matter if each connection was closed, or had no HTTP on it.
func (s *Summary) ofFailures() string {
	text := ""
	if resp := s.total.response(); resp != nil && resp.Count() > 0 {
		text = ": latencies are of failures only"
	}
	if s.Errors.ByClass[ErrReset]+s.Errors.ByClass[ErrMalformed] < s.Ended() {
		return text
	}
	if s.Origin.Planned.Transport == "h2" {
		return text + "; does the target speak HTTP/1.1 only (leave out --transport h2), or want https://, or a certificate or header?"
	}
	return text + "; does the target want another protocol (https://, --transport h2), or a certificate or header?"
}

func (s *Summary) unauthorized() string {
	if n := s.Status["401"] + s.Status["403"]; n > 0 {
		return fmt.Sprintf(" (%d with status 401 or 403: check -H 'Authorization: …' or MLBENCH_TOKEN, and if the scenario has a login, MLBENCH_USERNAME and MLBENCH_PASSWORD)", n)
	}
	return ""
}
