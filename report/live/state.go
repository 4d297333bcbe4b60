package live

import (
	"math"
	"slices"
	"time"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
)

const (
	// recentS is how many seconds of slices the figures are of.
	recentS = 5
	// mostPoints bounds the plot: as wide as terminals are.
	mostPoints = 160
)

// state is what the view has been told, in the numbers that it shows.
type state struct {
	compared bool
	open     bool // the load model
	scenario string
	arms     [2]arm

	phase    string
	total    time.Duration
	begun    time.Time
	stopping bool

	pair          int // of a comparison: the last one
	looks         []int
	looked        *verdict.Progress
	before        map[[2]string][2]float64 // intervals of the look before
	classes       map[string]int64         // failures by class of error
	example       *results.Example         // the first failure
	health        []results.Telemetry      // of the last seconds, with their spans
	warmUpFailed  int64
	excluded      int
	excludedCause string
}

// arm is one target.
type arm struct {
	name         string
	recent       []recent
	p50, p99     float64 // of the last seconds, in ms; NaN: none
	lag99        float64
	points       []point
	sent, failed int64
}

// recent is a slice of the last seconds.
type recent struct {
	seconds   float64
	completed int64
	asked     float64
	inFlight  int64
	response  *stats.Histogram
	lag       *stats.Histogram
}

// point is one of the plot, in milliseconds.
type point struct{ p50, p99 float64 }

// begin starts anew: a later measurement of the same command is another one.
func (st *state) begin(h *results.Header) {
	*st = state{phase: st.phase, total: st.total, begun: st.begun, classes: map[string]int64{}, before: map[[2]string][2]float64{}}
	st.compared, st.open = len(h.Targets) > 1, h.Model == results.Open
	st.scenario, st.looks = report.OneLine(h.Scenario.Label()), slices.Clone(h.Looks)
	for i := range min(len(h.Targets), len(st.arms)) {
		st.arms[i] = arm{name: report.OneLine(h.Targets[i].Name), p50: math.NaN(), p99: math.NaN(), lag99: math.NaN()}
	}
}

// slice takes what the view shows out of a slice.
func (st *state) slice(s *results.Slice) {
	d := s.Total()
	failed := d.Failed()
	st.excludedCause = s.Excluded
	if s.Phase != results.Measure {
		st.warmUpFailed += failed.Total
		st.exampleOf(s)
		return
	}
	st.pair = max(st.pair, s.Pair)
	if s.Excluded != "" {
		st.excluded++
	}
	for class, n := range failed.ByClass {
		st.classes[class] += n
	}
	st.exampleOf(s)
	st.healthOf(s)
	if s.Arm == results.ArmControl {
		return
	}
	a := &st.arms[0]
	if s.Arm == results.ArmB {
		a = &st.arms[1]
	}
	a.sent, a.failed = a.sent+d.Sent, a.failed+failed.Total
	if s.DurationS <= 0 {
		return // of answers that came after the end
	}
	a.recent = append(a.recent, recent{s.DurationS, d.Completed(), s.RateRPS, s.InFlightMax, d.Response(), d.Clocks[results.ClockLag]})
	for len(a.recent) > 1 && a.seconds()-a.recent[0].seconds >= recentS {
		a.recent = slices.Delete(a.recent, 0, 1)
	}
	// Now, not when drawn: between two slices of a comparison nothing is loaded.
	a.p50, a.p99 = a.quantile(0.5, responses), a.quantile(0.99, responses)
	a.lag99 = a.quantile(0.99, lags)
	if h := d.Response(); h != nil && h.Count() > 0 {
		a.points = append(a.points, point{ms(h, 0.5), ms(h, 0.99)})
		if over := len(a.points) - mostPoints; over > 0 {
			a.points = slices.Delete(a.points, 0, over)
		}
	}
}

func (st *state) exampleOf(s *results.Slice) {
	if st.example == nil && len(s.Examples) > 0 {
		e := s.Examples[0]
		st.example = &e
	}
}

func (st *state) healthOf(s *results.Slice) {
	if s.Telemetry == nil {
		return
	}
	t := *s.Telemetry
	t.SpanS = s.TelemetrySpan(0)
	st.health = append(st.health, t)
	span := 0.0
	for _, h := range st.health {
		span += h.SpanS
	}
	for len(st.health) > 1 && span-st.health[0].SpanS >= recentS {
		span -= st.health[0].SpanS
		st.health = slices.Delete(st.health, 0, 1)
	}
}

// look keeps the intervals that were, so that one sees them narrow.
func (st *state) look(p verdict.Progress) {
	if st.looked != nil {
		clear(st.before)
		for _, c := range st.looked.Open {
			if c.IntervalPct != nil {
				st.before[[2]string{c.Class, c.Metric}] = *c.IntervalPct
			}
		}
	}
	st.looked = &p
}

func (a *arm) seconds() (sum float64) {
	for _, r := range a.recent {
		sum += r.seconds
	}
	return sum
}

// rates are per second, of the last seconds.
func (a *arm) rates() (asked, achieved float64) {
	var completed int64
	for _, r := range a.recent {
		asked += r.asked * r.seconds
		completed += r.completed
	}
	if span := a.seconds(); span > 0 {
		return asked / span, float64(completed) / span
	}
	return 0, 0
}

// inFlight is the most of the last slice.
func (a *arm) inFlight() int64 {
	if len(a.recent) == 0 {
		return 0
	}
	return a.recent[len(a.recent)-1].inFlight
}

// quantile is one of times of the last seconds, in ms; NaN: there are none.
func (a *arm) quantile(q float64, of func(*recent) *stats.Histogram) float64 {
	var sum *stats.Histogram
	for i := range a.recent {
		switch h := of(&a.recent[i]); {
		case h == nil:
		case sum == nil:
			sum = h.Clone()
		default:
			sum.Merge(h)
		}
	}
	if sum == nil || sum.Count() == 0 {
		return math.NaN()
	}
	return ms(sum, q)
}

func responses(r *recent) *stats.Histogram { return r.response }
func lags(r *recent) *stats.Histogram      { return r.lag }

func ms(h *stats.Histogram, q float64) float64 { return results.Milliseconds(h.Quantile(q)) }
