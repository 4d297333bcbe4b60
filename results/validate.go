package results

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// What the format states of its numbers holds of every file that mlbench wrote.
// A line in which it does not is damaged, and no figure is made of it.

const (
	maxCount   = int64(1) << 53 // what JSON readers hold exactly
	maxSeconds = 1e9            // some thirty years
	maxFigure  = 1e15           // of telemetry, whatever its unit
)

// validate refuses headers of which no measurement can be.
func (h *Header) validate() error {
	// Others would be taken for a run of the first.
	if err := h.validateArms(); err != nil {
		return err
	}
	for _, x := range []struct {
		name  string
		value float64
	}{
		{"rate_rps", h.RateRPS},
		{"connections", float64(h.Connections)},
		{"timeout_s", h.TimeoutS},
		{"warmup_s", h.WarmupS},
		{"budget_s", h.BudgetS},
		{"cores", float64(h.Host.Cores)},
		{"cpu_limit", h.Host.CPULimit},
		{"gomaxprocs", float64(h.Host.GOMAXPROCS)},
		{"launches", float64(h.Launches)},
	} {
		if !(x.value >= 0 && x.value <= maxFigure) {
			return fmt.Errorf("%s is %g, want no negative number", x.name, x.value)
		}
	}
	for _, c := range h.Classes {
		if !(c.Share >= 0 && c.Share <= 1) {
			return fmt.Errorf("the share of class %.40q is %g, want 0 to 1", c.Name, c.Share)
		}
	}
	return h.validateBeside()
}

func (h *Header) validateArms() error {
	var arms []string
	for _, t := range h.Targets[:min(3, len(h.Targets))] { // enough of a thousand
		arms = append(arms, fmt.Sprintf("%.20s", t.Arm))
	}
	known := []string{ArmA, ArmB}
	if len(arms) <= len(known) && slices.Equal(arms, known[:len(arms)]) {
		return nil
	}
	if len(h.Targets) > len(arms) {
		arms = append(arms, fmt.Sprintf("… (%d in all)", len(h.Targets)))
	}
	return fmt.Errorf("its targets are of the arms %s, want A, or A and B", strings.Join(arms, ", "))
}

// newer says that a later minor version wrote the file: what is unknown of it is
// not ours to judge.
func (h *Header) newer() bool {
	_, ours := version(ownSchema)
	_, theirs := version(h.Schema)
	return theirs > ours
}

// validate refuses slices that cannot be of the header's measurement, or whose
// numbers contradict each other.
func (s *Slice) validate(h *Header) error {
	known := len(h.Targets) == 0 || h.Control && s.Arm == ArmControl // nothing to know it by
	for _, t := range h.Targets {
		known = known || t.Arm == s.Arm
	}
	slots := 2
	if h.Control {
		slots = 3
	}
	switch {
	case !known:
		return fmt.Errorf("slice: its arm is %.20q, which the header does not have", s.Arm)
	case !h.newer() && s.Phase != Warmup && s.Phase != Settle && s.Phase != Measure:
		return fmt.Errorf("slice: its phase is %.20q, want warmup, settle or measure", s.Phase)
	case s.Position < 0 || s.Position > slots || s.Pair < 0 || s.Launch < 0 || s.Stage < 0:
		return fmt.Errorf("slice: pair %d, position %d, launch %d, stage %d: want no such", s.Pair, s.Position, s.Launch, s.Stage)
	case s.SettleErrors < 0 || s.SettleErrors > s.Discarded:
		return fmt.Errorf("slice: %d errors of %d settle requests", s.SettleErrors, s.Discarded)
	}
	for _, v := range []float64{s.StartS, s.DurationS, s.DrainS} {
		if !(v >= 0 && v <= maxSeconds) {
			return fmt.Errorf("slice: a time of %g s", v)
		}
	}
	if !(s.RateRPS >= 0 && s.RateRPS <= maxFigure) {
		return fmt.Errorf("slice: a rate of %g/s", s.RateRPS)
	}
	c := &s.Connections
	if err := noCount("slice", s.InFlightMax, s.Unfinished, s.Discarded, c.Opened, c.Closed, c.Failed, c.Stale); err != nil {
		return err
	}
	of := func(spans bool) func(string) bool {
		return func(name string) bool {
			return !spans && len(h.Classes) == 0 || slices.ContainsFunc(h.Classes, func(c Class) bool { return c.Name == name && c.Span == spans })
		}
	}
	beside := h.besideClasses()
	ofBeside := func(name string) bool {
		return slices.ContainsFunc(beside, func(c Class) bool { return c.Name == name })
	}
	if err := cmp.Or(validateData("class", s.Classes, of(false), h), validateData("span", s.Spans, of(true), h), validateData("class beside", s.Beside, ofBeside, h)); err != nil {
		return err
	}
	return s.validateUse()
}

// validateData refuses data of what the header does not have.
func validateData(what string, data map[string]*ClassData, known func(name string) bool, h *Header) error {
	for _, name := range slices.Sorted(maps.Keys(data)) { // the same file, the same error
		d := data[name]
		if d == nil {
			return fmt.Errorf("slice: %s %.40q is null", what, name)
		}
		if !known(name) {
			return fmt.Errorf("slice: its %s %.40q is not in the header", what, name)
		}
		if err := d.validate(h); err != nil {
			return fmt.Errorf("slice: %s %.40q: %w", what, name, err)
		}
	}
	return nil
}

func (s *Slice) validateUse() error {
	var all []float64
	if u := s.TargetUse; u != nil {
		if err := noCount("target_use", u.Requests); err != nil {
			return err
		}
		if u.CPUSeconds < 0 || u.PeakRSSMB < 0 {
			return fmt.Errorf("target_use: negative numbers")
		}
		all = append(all, u.CPUSeconds, u.PeakRSSMB)
	}
	if t := s.Telemetry; t != nil {
		all = append(all, t.SpanS, t.CPUSeconds, t.GCPauseMaxMS, t.StealPct, t.PressurePct, t.HostCPUPct,
			t.ThrottledMS, t.ThrottledPct, t.RunDelayS, t.StandstillMaxMS, t.StandstillMS)
	}
	for _, v := range all {
		// The kernel's counters may go back a little; they do not leap.
		if !(math.Abs(v) <= maxFigure) {
			return fmt.Errorf("slice: telemetry of %g", v)
		}
	}
	return nil
}

// noCount refuses what is no count.
func noCount(what string, ns ...int64) error {
	for _, n := range ns {
		if n < 0 || n > maxCount {
			return fmt.Errorf("%s: a count of %d", what, n)
		}
	}
	return nil
}

// validate holds the identities that ClassData states.
func (d *ClassData) validate(h *Header) error {
	if err := noCount("it has", d.Planned, d.Sent, d.Done, d.Dropped, d.Late, d.Carried, d.BytesIn, d.BytesOut); err != nil {
		return err
	}
	var unanswered, statuses int64
	unknown := false
	for class, n := range d.Errors {
		if err := noCount("errors", n); err != nil {
			return err
		}
		switch {
		case class == ErrStatus || class == ErrCheck:
			if n > d.Done {
				return fmt.Errorf("%d errors of class %s, but %d answers", n, class, d.Done)
			}
		case slices.Contains(ErrorClasses, class):
			unanswered += n
		case h.newer():
			unknown = true
		default:
			return fmt.Errorf("errors of an unknown class %.40q", class)
		}
	}
	for _, n := range d.Status {
		if err := noCount("status", n); err != nil {
			return err
		}
		statuses += n
	}
	switch {
	case d.Planned != d.Sent+d.Dropped:
		return fmt.Errorf("planned %d, but sent %d and dropped %d", d.Planned, d.Sent, d.Dropped)
	case !unknown && d.Sent != d.Done+unanswered:
		return fmt.Errorf("sent %d, but %d answers and %d errors without an answer", d.Sent, d.Done, unanswered)
	case statuses != d.Done:
		return fmt.Errorf("%d answers, but %d statuses", d.Done, statuses)
	case d.Late > d.Done:
		return fmt.Errorf("%d answers, but %d late ones", d.Done, d.Late)
	}
	if err := d.validateChecks(); err != nil {
		return err
	}
	for i := range Clocks {
		c := &Clocks[i]
		if h := d.Clocks[c.Name]; h != nil && c.values != nil && h.Count() != c.values(d) {
			return fmt.Errorf("its %s histogram has %d values, want %d", c.Name, h.Count(), c.values(d))
		}
	}
	if d.Clocks[ClockService] == nil && timed(d) > 0 && !h.newer() {
		return fmt.Errorf("%d answers without a service histogram", d.Done)
	}
	return nil
}
