package summary

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Schema names the JSON form of a Run.
const Schema = "mlbench.run/1"

// Class is the request class, or span, of a name; nil if there is none.
func (s *Run) Class(name string) *classSummary {
	for _, of := range []classSummaries{s.AllClasses(), s.AllSpans()} {
		for i := range of {
			if of[i].Name == name {
				return &of[i]
			}
		}
	}
	return nil
}

// DefaultPercentiles are the quantiles that reports show.
var DefaultPercentiles = []float64{0.50, 0.90, 0.95, 0.99, 0.999}

// Run is what one run, or one arm of a comparison, came to. Durations are
// in seconds, latencies in milliseconds, rates per second.
type Run struct {
	Schema    string            `json:"schema"`
	Scenario  string            `json:"scenario"`
	Tags      map[string]string `json:"tags,omitempty"`
	Target    results.Target    `json:"target"`
	Seed      uint64            `json:"seed"`
	Model     results.Model     `json:"model"`
	Valid     bool              `json:"valid"`
	Warnings  []Reason          `json:"warning_codes"` // the sentences are of package report
	DurationS float64           `json:"duration_s"`
	Requests  int64             `json:"requests"` // sent; each ended in an answer or an error
	Dropped   int64             `json:"dropped"`
	// InFlight is how many were when the measurement was interrupted: neither
	// answered nor failed. Of a run they are in Requests, and in no other figure.
	InFlight      int64             `json:"unfinished"`
	ThroughputRPS float64           `json:"throughput_rps"` // completed answers per second
	GoodputRPS    float64           `json:"goodput_rps"`    // those without error
	Errors        results.Errors    `json:"errors"`
	Status        map[string]int64  `json:"status"`
	Latency       latencyByClock    `json:"latency_ms"`
	Classes       classSummaries    `json:"classes"`
	Spans         classSummaries    `json:"spans,omitempty"`  // times of several requests: in no other figure
	Beside        []besideSummary   `json:"beside,omitempty"` // other loads that ran meanwhile: in no other figure
	Objectives    []ObjectiveResult `json:"objectives"`
	Origin
	Stages     []stageSummary `json:"stages,omitempty"`    // of a load in stages
	Details    *details       `json:"details,omitempty"`   // nil: not asked for; see Detail
	Resources  *Resources     `json:"resources,omitempty"` // nil: not known
	Nodes      []string       `json:"nodes,omitempty"`     // the machines of a merged file
	ResultFile string         `json:"result_file"`

	// Title is what the scenario is called for people: of an ad-hoc request its
	// method and path.
	Title string `json:"-"`
	// Unfinished says why a saved measurement is only part of one; nil if it is not.
	Unfinished *Reason `json:"-"`
	// File is what it was computed of.
	File *results.File `json:"-"`

	total       results.ClassData
	connections results.Connections

	leftOutErrors results.Errors // of slices that are in no figure
	arm           bool           // of a comparison
}

// latencyByClock are what clocks came to, by their names.
type latencyByClock map[string]Latency

// MarshalJSON writes them in the order of Clocks.
func (l latencyByClock) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for _, c := range results.Clocks {
		if l[c.Name].Count == 0 && !c.Always {
			continue
		}
		v, err := l[c.Name].MarshalJSON()
		if err != nil {
			return nil, err
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(out, `"`+c.Name+`":`...), v...)
	}
	return append(out, '}'), nil
}

// classSummary is the same for one request class, or span.
type classSummary struct {
	Name     string         `json:"-"`
	Span     bool           `json:"-"`     // its Requests are journeys, or repeated steps, and have neither a share nor a rate
	Declared float64        `json:"-"`     // share asked for, 0…1
	Share    float64        `json:"share"` // share achieved, 0…1
	Requests int64          `json:"requests"`
	Through  float64        `json:"throughput_rps"` // answers per second
	Goodput  float64        `json:"goodput_rps"`    // those without error
	Errors   results.Errors `json:"errors"`
	Checks   []checkSummary `json:"checks,omitempty"` // in the scenario's order
	Latency  latencyByClock `json:"latency_ms"`
	Duration float64        `json:"-"` // seconds, of the whole run

	data results.ClassData
}

// Select says of what of a file a summary is.
type Select struct {
	Arm   string // "": ArmA
	Level int    // a stage of a load in stages, from 1; 0: all
	Node  string // a machine of a merged file; "": all
	// Slices selects those that count; nil: all that were not excluded as they were
	// measured.
	Slices func(*results.Slice) bool
}

// Of computes the summary of what is selected, from its measured slices.
// percentiles nil means DefaultPercentiles. An arm of a comparison is not judged
// by itself: what would make a run invalid is a warning then.
func Of(f *results.File, of Select, percentiles []float64) *Run {
	f = f.Of(of.Node)
	arm := cmp.Or(of.Arm, results.ArmA)
	figures := of.Slices
	if figures == nil {
		figures = leftOutOf(f, arm).figures()
	}
	return summarize(f, arm, percentiles, func(s *results.Slice) bool {
		return (of.Level == 0 || s.Stage == of.Level) && figures(s)
	})
}

// summarize has the figures of the slices that are selected.
func summarize(f *results.File, arm string, percentiles []float64, figures func(*results.Slice) bool) *Run {
	if percentiles == nil {
		percentiles = DefaultPercentiles
	}
	s := &Run{
		Schema:     Schema,
		Scenario:   f.Header.Scenario.Name,
		Tags:       f.Header.Tags,
		Target:     f.Header.Target(arm),
		Seed:       f.Header.Seed,
		Model:      f.Header.Model,
		Origin:     OriginOf(&f.Header),
		Title:      f.Header.Scenario.Label(),
		Valid:      true,
		Warnings:   []Reason{},
		Status:     map[string]int64{},
		Objectives: []ObjectiveResult{},
		ResultFile: f.Path,
		Unfinished: Unfinished(f),
		File:       f,
		arm:        len(f.Header.Targets) > 1,
	}
	byClass, bySpan, beside := map[string]*results.ClassData{}, map[string]*results.ClassData{}, map[string]*results.ClassData{}
	var use *results.TargetUse
	var leftOut results.ClassData
	for i := range f.Slices {
		sl := &f.Slices[i]
		if sl.Arm != arm || sl.Phase != results.Measure {
			continue
		}
		s.InFlight += sl.Unfinished
		if !figures(sl) {
			if sl.Excluded != "" {
				leftOut.Add(sl.Total())
			}
			continue
		}
		s.DurationS += sl.DurationS
		use = use.With(sl.TargetUse)
		s.connections.Add(&sl.Connections)
		sumUp(byClass, sl.Classes)
		sumUp(bySpan, sl.Spans)
		sumUp(beside, sl.Beside)
	}
	for _, d := range byClass {
		s.total.Add(d)
	}
	s.leftOutErrors = leftOut.Failed()
	s.fill(percentiles)
	if !s.arm {
		s.Requests += s.InFlight
	}
	s.Stages = stagesOf(f, arm, percentiles)
	s.Resources = resourcesOf(use)
	for i := range f.Nodes {
		s.Nodes = append(s.Nodes, f.Nodes[i].Name)
	}
	for _, c := range f.Header.Classes {
		if c.Span {
			s.Spans = append(s.Spans, summarizeSpan(c, bySpan[c.Name], percentiles))
			continue
		}
		d := byClass[c.Name]
		if d == nil {
			d = &results.ClassData{}
		}
		s.Classes = append(s.Classes, summarizeClass(c, d, &s.total, s.DurationS, percentiles))
	}
	s.Beside = besideOf(&f.Header, beside, s.DurationS, percentiles)
	s.exemplify(f, arm, figures)
	s.check(f, arm)
	return s
}

// Ended is how many requests were answered or failed.
func (s *Run) Ended() int64 { return s.total.Sent }

// Answered is how many had an answer, whatever it said.
func (s *Run) Answered() int64 { return s.total.Done }

// NoneSucceeded says that requests ended and all of them failed.
func (s *Run) NoneSucceeded() bool { return s.total.Sent > 0 && s.Errors.Total >= s.total.Sent }

// NoneSucceeded says the same of a class.
func (c *classSummary) NoneSucceeded() bool { return c.Requests > 0 && c.Errors.Total >= c.Requests }

// fill computes the totals.
func (s *Run) fill(percentiles []float64) {
	t := &s.total
	s.Requests, s.Dropped = t.Sent, t.Dropped
	s.Errors = t.Failed()
	for code, n := range t.Status {
		s.Status[code] += n
	}
	s.ThroughputRPS = perSecond(t.Completed(), s.DurationS)
	s.GoodputRPS = s.ThroughputRPS * t.GoodShare()
	s.Latency = latencies(percentiles, s.clock)
}

func summarizeClass(c results.Class, d, total *results.ClassData, seconds float64, percentiles []float64) classSummary {
	out := classSummary{
		Name:     c.Name,
		Declared: c.Share,
		Requests: d.Sent,
		Errors:   d.Failed(),
		Checks:   checksOf(c, d),
		Latency:  latencies(percentiles, d.Clock),
		Duration: seconds,
		Goodput:  perSecond(d.Completed(), seconds) * d.GoodShare(),
		Through:  perSecond(d.Completed(), seconds),
		data:     *d,
	}
	if total.Planned > 0 {
		out.Share = float64(d.Planned) / float64(total.Planned)
	}
	return out
}

// summarizeSpan has times and errors; d may be nil.
func summarizeSpan(c results.Class, d *results.ClassData, percentiles []float64) classSummary {
	if d == nil {
		d = &results.ClassData{}
	}
	return classSummary{Name: c.Name, Span: true, Requests: d.Sent, Errors: d.Failed(), Latency: latencies(percentiles, d.Clock), data: *d}
}

// sumUp adds what each class did in a slice.
func sumUp(sums, slice map[string]*results.ClassData) {
	for name, d := range slice {
		if sums[name] == nil {
			sums[name] = &results.ClassData{}
		}
		sums[name].Add(d)
	}
}

// Data is one class of the run, or span, or all together; never nil.
func (s *Run) Data(class string) *results.ClassData {
	if class == results.TotalClass {
		return &s.total
	}
	if c := s.Class(class); c != nil {
		return &c.data
	}
	return &results.ClassData{}
}

// clock is what a clock recorded, of all requests or of connections; may be nil.
func (s *Run) clock(name string) *stats.Histogram {
	if h := s.connections.Clocks[name]; h != nil {
		return h
	}
	return s.total.Clock(name)
}

func latencies(percentiles []float64, clock func(string) *stats.Histogram) latencyByClock {
	out := latencyByClock{}
	for _, c := range results.Clocks {
		out[c.Name] = newLatency(clock(c.Name), percentiles)
	}
	return out
}

func perSecond(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}

// ParsePercentile reads what PercentileName writes: "p99.9" is 0.999. The name may
// have as many digits as it likes.
func ParsePercentile(name string) (q float64, ok bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	// Shifting the decimal point in the text makes 99.9 exactly 0.999.
	q, err := strconv.ParseFloat(digits+"e-2", 64)
	return q, err == nil && q > 0 && q < 1
}

// PercentileName is a quantile as reports and JSON keys write it: 0.999 is
// "p99.9".
func PercentileName(q float64) string { return fmt.Sprintf("p%.6g", q*100) }
