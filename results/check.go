package results

import (
	"fmt"
	"math"
	"time"
)

// Limits of the self-check. A run's lag is worth a warning when its p99 is
// above lagFloor and lagShare of the target's median; it makes the run invalid
// when it makes up invalidShare of the response time's p99, because then the
// generator and not the target decided the tail. A comparison has a rule of its
// own, by pairs.
const (
	lagFloor     = time.Millisecond
	lagShare     = 0.05
	invalidShare = 0.5
	stealWarnPct = 2.0
	// Time that the generator's threads waited for a core, per second of an open
	// run: that delays its reading of answers, which no clock of its own shows.
	runDelayWarn    = 0.3
	runDelayInvalid = 1.0
)

// check fills Valid and Warnings from what the slices tell about the generator,
// its host and the target.
func (s *Summary) check(f *File, arm string) {
	s.Warnings = append(s.Warnings, f.Header.Warnings...)
	if f.Footer != nil {
		s.Warnings = append(s.Warnings, f.Footer.Warnings...)
	}
	if s.Requests == 0 {
		s.invalid("no request was sent")
	}
	s.checkEnd(f)
	s.checkLag()
	s.checkHost(f, arm)
	s.checkErrors()
	s.showSamples(f, arm)
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
	lag, resp := s.total.Lag, s.total.response()
	if s.Model != Open || lag == nil || lag.Count() == 0 || resp == nil {
		return
	}
	p99 := lag.Quantile(0.99)
	limit := max(lagFloor, time.Duration(lagShare*float64(resp.Quantile(0.5))))
	if p99 <= limit {
		return
	}
	text := fmt.Sprintf("the load generator was late (lag p99 %s, response p99 %s): use a quieter machine, fewer CPUs for the target, or a lower rate",
		p99.Round(10*time.Microsecond), resp.Quantile(0.99).Round(10*time.Microsecond))
	if !s.arm && float64(p99) >= invalidShare*float64(resp.Quantile(0.99)) {
		s.invalid("%s. These numbers describe this machine, not the target", text)
		return
	}
	s.warn("%s", text)
}

func (s *Summary) checkHost(f *File, arm string) {
	var steal, throttled, cpu, runDelay, seconds float64
	var stale, unfinished int64
	for i := range f.Slices {
		sl := &f.Slices[i]
		if sl.Arm != arm || sl.Phase != Measure {
			continue
		}
		stale += sl.Connections.Stale
		unfinished += sl.Unfinished
		if t := sl.Telemetry; t != nil {
			steal = math.Max(steal, t.StealPct)
			throttled += t.ThrottledMS
			cpu += t.CPUSeconds
			runDelay += t.RunDelayS
			seconds += sl.DurationS
		}
	}
	if unfinished > 0 {
		s.warn("%d requests were in flight when the measurement was interrupted: they are in no figure, and may be the slow ones", unfinished)
	}
	if stale > 0 {
		s.warn("%d kept connections were of no use for the next request, as the target had just closed them or sent bytes that nobody asked for: it was sent on a new one", stale)
	}
	if steal > stealWarnPct {
		s.warn("up to %.1f%% of this machine's CPU time was taken by other guests (steal): repeat, or use a dedicated machine", steal)
	}
	if throttled > 0 {
		s.warn("the container's CPU limit stopped the generator for %.0f ms: raise the limit", throttled)
	}
	if share := runDelay / seconds; s.Model == Open && seconds > 0 && share > runDelayWarn {
		text := fmt.Sprintf("the load generator's threads waited for a core %.1f s in every second: give it more cores, or lower the rate", share)
		if share > runDelayInvalid {
			s.invalid("%s", text)
		} else {
			s.warn("%s", text)
		}
	}
	if cores := f.Header.Host.usableCores(); s.Model == Closed && seconds > 0 && cpu/seconds > busyGenerator*cores {
		s.warn("the generator used %.0f%% of all cores it may use: throughput may be its limit, not the target's", 100*cpu/seconds/cores)
	}
}

func (s *Summary) checkErrors() {
	if s.Dropped > 0 {
		s.warn("%d of %d planned requests were dropped because the in-flight limit was reached: percentiles are censored; raise --connections or lower the rate", s.Dropped, s.total.Planned)
	}
	if n := s.Errors.ByClass[ErrTimeout]; n > 0 {
		s.warn("%d requests timed out: they count in the percentiles at the timeout's value", n)
	}
	if n := s.Errors.ByClass[ErrLocal]; n > 0 {
		s.invalid("%d requests failed because this machine ran out of ports, files or memory", n)
	}
	if share := float64(s.Errors.Total) / float64(max(s.Requests, 1)); share > mostlyFailed && s.total.Done > 0 {
		s.warn("%.3g%% of the requests failed%s: latencies are largely those of failures", 100*share, s.unauthorized())
	}
	if s.Requests > 0 && s.total.Done == 0 {
		s.warn("no request was answered: latencies are of failures only")
	}
}

// mostlyFailed is the share of failed requests that is worth a warning.
const mostlyFailed = 0.05

// unauthorized names the remedy where requests lacked a valid token.
func (s *Summary) unauthorized() string {
	if n := s.Status["401"] + s.Status["403"]; n > 0 {
		return fmt.Sprintf(" (%d with status 401 or 403: check -H 'Authorization: …' or MLBENCH_TOKEN, and if the scenario has a login, MLBENCH_USERNAME and MLBENCH_PASSWORD)", n)
	}
	return ""
}

// showSamples quotes one error of each class.
func (s *Summary) showSamples(f *File, arm string) {
	for _, class := range ErrorClasses {
		n := s.Errors.ByClass[class]
		if n == 0 {
			continue
		}
		for i := range f.Slices {
			if text := f.Slices[i].Samples[class]; f.Slices[i].Arm == arm && text != "" {
				s.warn("%s (%d times), for example: %s", class, n, text)
				break
			}
		}
	}
}
