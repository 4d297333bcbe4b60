package summary

import (
	"cmp"
	"math"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Limits that comparisons have, too.
const (
	// LagFloor is the least lag that is worth a word.
	LagFloor = time.Millisecond
	// MostlyFailedShare is the share of failed requests beyond which the rest says
	// little.
	MostlyFailedShare = 0.05
	// MostLeftOut is the share of a measurement that may be left out of its figures.
	MostLeftOut = 0.25
	// BusyShare is the share of the cores it may use at which a generator counts as
	// what limits a closed model's throughput.
	BusyShare = 0.7
)

// Limits of the self-check. A run's lag is worth a warning when its p99 is above
// LagFloor and it makes a percentile of the response time larger by lagShare of
// it; it makes the run invalid when it is above lagShare of the median and makes
// up invalidShare of the response time's p99, because then the generator and not
// the target decided the tail. A comparison has a rule of its own, by pairs.
const (
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
func (s *Run) check(f *results.File, arm string) {
	s.Warnings = append(s.Warnings, noted(f.Header.Warnings)...)
	if f.Footer != nil {
		s.Warnings = append(s.Warnings, noted(f.Footer.Warnings)...)
	}
	switch {
	case s.Requests > 0:
	case f.WarmedUp(arm):
		s.invalid(OnlyWarmUp, nil)
	default:
		s.invalid(NoRequest, nil)
	}
	s.checkEnd(f)
	if len(f.Nodes) > 0 {
		s.checkNodes(f, arm)
	} else {
		s.checkGenerator(f, arm)
	}
	s.checkErrors()
	s.showExamples()
}

// checkGenerator is what one machine's generator did to the numbers.
func (s *Run) checkGenerator(f *results.File, arm string) {
	s.checkLeftOut(leftOutOf(f, arm))
	s.checkLag()
	s.checkHost(f, arm)
}

func (s *Run) checkEnd(f *results.File) {
	if f.Footer != nil && f.Footer.UsedUp && !s.arm {
		s.warn(RowsUsedUp, nil)
	}
	switch {
	case f.Damage != "":
		s.warn(Damaged, args{"where": f.Damage})
	case f.Footer == nil:
		s.warn(CutOff, nil)
	case f.Footer.Aborted != nil:
		s.abortedBy(f)
	case f.Footer.Ended == results.Interrupted:
		s.warn(StoppedEarly, nil)
	case f.Footer.Ended == results.Failed:
		s.warn(MeasuringFailed, args{"text": f.Footer.Reason})
	}
}

// abortedBy says which rule ended the run; it is missed, as an objective.
func (s *Run) abortedBy(f *results.File) {
	a := f.Footer.Aborted
	s.warn(Aborted, args{"rule": a.Rule, "value": a.Value, "after_s": a.AfterS})
	s.Objectives = append(s.Objectives, ObjectiveResult{Expr: a.Rule, Value: &a.Value, AbortedS: a.AfterS})
}

func (s *Run) checkLag() {
	lag, resp := s.total.Clocks[results.ClockLag], s.total.Response()
	if s.Model != results.Open || lag == nil || lag.Count() == 0 || resp == nil || resp.Count() == 0 {
		return // there is no latency that it could make up
	}
	p99, tail := lag.Quantile(0.99), resp.Quantile(0.99)
	if p99 <= LagFloor {
		return
	}
	args := args{"lag_p99_ms": results.Milliseconds(p99), "response_p99_ms": results.Milliseconds(tail)}
	decides := float64(p99) > lagShare*float64(resp.Quantile(0.5)) && float64(p99) >= invalidShare*float64(tail)
	switch q, share := lagEffect(&s.total); {
	case decides && !s.arm:
		s.invalid(LateGenerator, args)
	case share > lagShare:
		args["percentile"], args["share_pct"] = PercentileName(q), 100*share
		s.warn(LateGenerator, args)
	case decides:
		s.warn(LateGenerator, args)
	}
}

// lagEffect is the share of a percentile of the response time that lag makes up,
// and of which percentile it is the most: what that would be less if every
// request had been sent when it was planned.
func lagEffect(d *results.ClassData) (q, share float64) {
	resp := d.Response()
	if resp == nil || d.Clocks[results.ClockService] == nil {
		return 0, 0
	}
	for _, p := range DefaultPercentiles {
		with, without := float64(resp.Quantile(p)), float64(d.Clocks[results.ClockService].Quantile(p))
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

func useOfGenerator(f *results.File, arm string) (u generatorUse) {
	for i := range f.Slices {
		sl := &f.Slices[i]
		if sl.Arm != arm || sl.Phase != results.Measure {
			continue
		}
		u.stale += sl.Connections.Stale
		u.unfinished += sl.Unfinished
		t := sl.Telemetry
		if t == nil {
			continue
		}
		span := sl.TelemetrySpan(0)
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

func (s *Run) checkHost(f *results.File, arm string) {
	u := useOfGenerator(f, arm)
	if u.unfinished > 0 {
		s.warn(InFlightAtEnd, args{"requests": u.unfinished})
	}
	if u.stale > 0 {
		s.warn(StaleConnections, args{"connections": u.stale})
	}
	if u.steal > stealWarnPct {
		s.warn(Steal, args{"pct": u.steal})
	}
	if u.seconds <= 0 {
		return
	}
	s.checkThrottling(&u)
	s.byShare(s.Model == results.Open, u.runDelay/u.seconds, runDelayWarn, runDelayInvalid, WaitedForCore)
	s.byShare(s.Model == results.Closed, u.standstill/u.seconds, standstillWarn, standstillInvalid, StoodStill)
	if cores := f.Header.Host.UsableCores(); s.Model == results.Closed && u.cpu/u.seconds > BusyShare*cores {
		s.warn(BusyGenerator, args{"pct": 100 * u.cpu / u.seconds / cores})
	}
}

// byShare warns of a share of time, or calls the run invalid for it.
func (s *Run) byShare(applies bool, share, warn, invalid float64, code Code) {
	switch {
	case !applies || share <= warn:
	case share > invalid:
		s.invalid(code, args{"s": share})
	default:
		s.warn(code, args{"s": share})
	}
}

// checkThrottling tells of a CPU limit. In the open model lag tells what it did;
// in the closed model a generator that is stopped most of the time measures its
// limit.
func (s *Run) checkThrottling(u *generatorUse) {
	if u.throttledMS <= 0 && u.throttled <= 0 {
		return
	}
	pct := u.throttled / u.seconds
	args := args{"ms": u.throttledMS, "pct": pct}
	if s.Model == results.Closed && pct > throttledInvalid {
		s.invalid(Throttled, args)
		return
	}
	s.warn(Throttled, args)
}

func (s *Run) checkErrors() {
	if s.Dropped > 0 {
		s.warn(DroppedRequests, args{"requests": s.Dropped, "planned": s.total.Planned})
	}
	if n := s.Errors.ByClass[results.ErrTimeout]; n > 0 {
		s.warn(TimedOut, args{"requests": n})
	}
	if n := s.Errors.ByClass[results.ErrLocal]; n > 0 {
		s.invalid(OutOfResources, args{"requests": n})
	}
	switch share := float64(s.Errors.Total) / float64(max(s.Ended(), 1)); {
	case s.Ended() == 0:
	case s.total.Done == 0:
		s.warn(NoneAnswered, s.ofFailures())
	case s.NoneSucceeded():
		s.warn(NonePassed, args{"unauthorized": s.unauthorized()})
	case share > MostlyFailedShare:
		s.warn(MostlyFailed, args{"pct": 100 * share, "unauthorized": s.unauthorized()})
	}
}

// ofFailures tells whether there are latencies where nothing was answered, and by
// which protocol it was tried if each connection was closed, or had no HTTP on it.
func (s *Run) ofFailures() args {
	args := args{}
	if resp := s.total.Response(); resp != nil && resp.Count() > 0 {
		args["latencies"] = resp.Count()
	}
	if s.Errors.ByClass[results.ErrReset]+s.Errors.ByClass[results.ErrMalformed] >= s.Ended() {
		args["protocol"] = cmp.Or(s.Origin.Planned.Transport, "http/1.1")
	}
	return args
}

// unauthorized counts the requests that lacked a valid token.
func (s *Run) unauthorized() int64 { return s.Status["401"] + s.Status["403"] }
