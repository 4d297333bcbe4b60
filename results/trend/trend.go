package trend

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
	"github.com/mlbench/mlbench/results/verdict"
)

// Schema names the JSON form of a Trend.
const Schema = "mlbench.trend/1"

// Options say of what the trend is, and what is pointed out in it.
type Options struct {
	history.Filter
	Class string // request class; "": all requests
	// Level and Least are those of a Rule; Least is a share. Of errors the least effect
	// is leastErrors, in percentage points, unless Least is larger.
	Level, Least float64
	Calibration  *verdict.Calibration // how much launches differ; nil: what results of one revision say
}

// Trend is one scenario and target over time: results that can be compared, the oldest
// first.
type Trend struct {
	Schema   string   `json:"schema"`
	Scenario string   `json:"scenario"` // its name
	Target   string   `json:"target"`
	Kind     string   `json:"kind"` // history.Run, or an arm of each history.Comparison
	Class    string   `json:"class"`
	Load     string   `json:"load"` // in words
	Host     string   `json:"host"` // of the generator
	LevelPct float64  `json:"level_pct"`
	Points   []Point  `json:"points"`
	Metrics  []Metric `json:"metrics"`
	Apart    []Apart  `json:"apart"`             // what the folder has besides
	Classes  []string `json:"classes,omitempty"` // that its results have
	// NotCalibrated says why a calibration was not used; "": it was, or there was none.
	NotCalibrated string `json:"not_calibrated,omitempty"`
}

// Point is one result, and what it came to.
type Point struct {
	File    string            `json:"file"`
	Start   time.Time         `json:"start"`
	Version string            `json:"version"` // of mlbench
	Source  *results.Source   `json:"source,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	results.Figure
}

// Metric is one figure over time. What is missing of a point (a percentile of too few
// requests) is in no series.
type Metric struct {
	Name    string        `json:"metric"`
	Unit    string        `json:"unit"`    // ms, 1/s, %
	Values  []*float64    `json:"values"`  // of each point; null: none
	Changes []ChangePoint `json:"changes"` // in the order of time
	Noise   *Noise        `json:"noise"`   // null: not known
	Enough  bool          `json:"enough"`  // there are so many values that a change can be found
}

// ChangePoint is a Change, at a result.
type ChangePoint struct {
	Point  int             `json:"point"` // the first result after it, from 0
	File   string          `json:"file"`
	Start  time.Time       `json:"start"`
	Source *results.Source `json:"source,omitempty"`
	Last   *results.Source `json:"before_source,omitempty"` // of the last result before it
	Before float64         `json:"before"`                  // median
	After  float64         `json:"after"`
	// ChangePct is After/Before − 1 in percent, of errors the difference in percentage
	// points; null: from nothing.
	ChangePct *float64 `json:"change_pct"`
	Worse     bool     `json:"worse"`
	P         float64  `json:"p"`
}

// Apart are results that stand in no series with the others.
type Apart struct {
	Why      Why      `json:"why"`
	Scenario string   `json:"scenario,omitempty"`
	Target   string   `json:"target,omitempty"`
	Kind     string   `json:"kind,omitempty"`
	What     string   `json:"what,omitempty"` // the difference, or the damage
	Files    []string `json:"files"`
}

// Why a result stands apart.
type Why string

const (
	Unreadable Why = "unreadable" // no header, or damaged
	Unfinished Why = "unfinished" // cut off, interrupted or failed
	Unsound    Why = "invalid"    // the generator or its host decided the numbers
	Copied     Why = "copy"       // the same measurement as another file
	NoFigures  Why = "no figures" // no requests of the class, or no verdict of the arms
	OtherLoad  Why = "other load" // of the same scenario and target, and not comparable
	OtherHost  Why = "other host"
	OtherKind  Why = "other kind" // a comparison's arm beside runs, or the reverse
	OtherName  Why = "other"      // another scenario, or target
)

// leastErrors is the least effect of the share of errors, in percentage points.
const leastErrors = 0.5

// metrics are the figures that have a trend, in the order of reports.
var metrics = []struct {
	name, unit string
	relative   bool
	lessIsBad  bool
	of         func(*results.Figure) float64
}{
	{"p50", "ms", true, false, func(f *results.Figure) float64 { return orNone(f.P50MS) }},
	{"p90", "ms", true, false, func(f *results.Figure) float64 { return orNone(f.P90MS) }},
	{"p99", "ms", true, false, func(f *results.Figure) float64 { return orNone(f.P99MS) }},
	{"throughput", "1/s", true, true, func(f *results.Figure) float64 { return f.ThroughputRPS }},
	{"errors", "%", false, false, func(f *results.Figure) float64 {
		return 100 * float64(f.Failed) / float64(max(f.Requests, 1))
	}},
}

// Metrics are the names of all metrics.
func Metrics() (names []string) {
	for _, m := range metrics {
		names = append(names, m.name)
	}
	return names
}

func orNone(ms float64) float64 {
	if ms == 0 {
		return math.NaN()
	}
	return ms
}

// Of is the trend of what a folder has of one scenario and target. Where the filter
// leaves several, it is that with the most results, and of these the newest; what
// cannot be compared with it stands apart, and says why. A folder without any result
// has a Trend without points.
func Of(folder string, o Options) (*Trend, error) {
	files, unreadable, err := history.List(folder, o.Filter)
	if err != nil {
		return nil, err
	}
	t := &Trend{Schema: Schema, Class: cmp.Or(o.Class, results.TotalClass), LevelPct: 100 * cmp.Or(o.Level, defaultLevel), Points: []Point{}, Metrics: []Metric{}, Apart: []Apart{}}
	for _, f := range unreadable {
		t.apart(Apart{Why: Unreadable, What: f.Damage}, f.Path)
	}
	if series := t.choose(t.grouped(files, o.Target)); series != nil {
		t.fill(series)
	}
	if o.Calibration != nil && !t.fits(o.Calibration) {
		o.Calibration = nil
	}
	t.Metrics = make([]Metric, len(metrics))
	var wait sync.WaitGroup
	for i := range metrics {
		wait.Go(func() { t.Metrics[i] = t.metric(i, &o) })
	}
	wait.Wait()
	slices.SortStableFunc(t.Apart, func(a, b Apart) int { return len(b.Files) - len(a.Files) })
	return t, nil
}

// apart puts a file to others that stand apart for the same reason.
func (t *Trend) apart(a Apart, file string) {
	for i := range t.Apart {
		b := &t.Apart[i]
		if b.Why == a.Why && b.Scenario == a.Scenario && b.Target == a.Target && b.Kind == a.Kind && (b.What == a.What || a.Why == Unreadable) {
			b.Files = append(b.Files, file)
			return
		}
	}
	a.Files = []string{file}
	t.Apart = append(t.Apart, a)
}

// fill takes the points of a series, the oldest first.
func (t *Trend) fill(s *series) {
	h := &s.members[0].file.Header
	t.Scenario, t.Target, t.Kind, t.Load, t.Host = h.Scenario.Name, s.target, s.kind, h.LoadModel(), h.Host.Fingerprint()
	for _, c := range h.Classes {
		if !c.Span {
			t.Classes = append(t.Classes, c.Name)
		}
	}
	figured(s.members)
	for _, m := range s.members {
		h := &m.file.Header
		of := func(class string) *results.Figure {
			for i := range m.figures {
				if f := &m.figures[i]; f.Arm == m.arm && f.Class == class {
					return f
				}
			}
			return nil
		}
		total, figure := of(results.TotalClass), of(t.Class)
		switch {
		case m.damage != "":
			t.apart(Apart{Why: Unreadable, What: m.damage}, m.file.Path)
		case figure == nil || total == nil || figure.Requests == 0:
			t.apart(Apart{Why: NoFigures}, m.file.Path)
		case total.Invalid:
			t.apart(Apart{Why: Unsound}, m.file.Path)
		default:
			t.Points = append(t.Points, Point{File: m.file.Path, Start: h.Start, Version: h.Tool, Source: h.Source, Labels: h.Tags, Figure: *figure})
		}
	}
	slices.SortStableFunc(t.Points, func(a, b Point) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.File, b.File)) })
}

// metric is the i-th metric over time.
func (t *Trend) metric(i int, o *Options) Metric {
	def := &metrics[i]
	m := Metric{Name: def.name, Unit: def.unit, Values: make([]*float64, len(t.Points)), Changes: []ChangePoint{}}
	var series []float64
	var at []int // which point each value is of
	for k := range t.Points {
		if v := def.of(&t.Points[k].Figure); !math.IsNaN(v) && !math.IsInf(v, 0) {
			m.Values[k] = &v
			series, at = append(series, v), append(at, k)
		}
	}
	m.Enough = len(series) >= leastPoints
	m.Noise = t.noise(&m, o.Calibration)
	rule := Rule{Level: o.Level, Least: o.Least, Relative: def.relative}
	if !def.relative {
		rule.Least = max(leastErrors, 100*o.Least)
	}
	for _, c := range Changes(series, rule) {
		p, before := &t.Points[at[c.At]], &t.Points[at[c.At-1]]
		change := ChangePoint{
			Point: at[c.At], File: p.File, Start: p.Start, Source: p.Source, Last: before.Source,
			Before: c.Before, After: c.After, P: c.P, Worse: (c.Effect < 0) == def.lessIsBad,
		}
		pct := c.Effect
		if def.relative {
			pct *= 100
		}
		change.ChangePct = results.Number(pct).OrNil()
		m.Changes = append(m.Changes, change)
	}
	return m
}

// Metric is the metric of a name; nil: there is none.
func (t *Trend) Metric(name string) *Metric {
	for i := range t.Metrics {
		if t.Metrics[i].Name == name {
			return &t.Metrics[i]
		}
	}
	return nil
}
