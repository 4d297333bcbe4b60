package abort

import (
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// Watch holds the slices of a run against rules.
type Watch struct {
	h     *results.Header
	rules []Rule
	since []float64     // of each rule: the start of the slices in which it was so without a break; negative: it is not
	begin float64       // of the measurement
	sofar results.Slice // all slices together, for rules that count
	any   bool          // slice has come
}

// NewWatch watches a run that is yet to be measured.
func NewWatch(h *results.Header, rules []Rule) *Watch {
	own := *h
	own.Beside = slices.Clone(h.Beside)
	for i := range own.Beside {
		own.Beside[i].StartS, own.Beside[i].DurationS = 0, 0 // each slice is looked at by itself
	}
	w := &Watch{h: &own, rules: rules, since: make([]float64, len(rules))}
	for i := range w.since {
		w.since[i] = -1
	}
	return w
}

// Fired is a rule that applied.
type Fired struct {
	Rule  string
	Value float64 // of its metric, in its limit's unit, when that was so
	After float64 // seconds of the measurement
}

const (
	// shortest is the least time that a slice's figures mean something: the last one
	// of a stage, or of a run, may be as short as it likes.
	shortest = 0.25
	// jitter is how much of its time a slice may lack because its timer was late.
	jitter = 0.05
)

// Slice takes the next slice; nil: the run goes on. A slice without data, or one in
// which the generator stood still, says nothing: what was so before it still is.
func (w *Watch) Slice(s *results.Slice) *Fired {
	if s.Phase != results.Measure || s.Excluded != "" || len(w.rules) == 0 {
		return nil
	}
	if !w.any {
		w.any, w.begin = true, s.StartS
	}
	w.count(s)
	end := s.StartS + s.DurationS
	for i := range w.rules {
		r := &w.rules[i]
		of := s
		switch {
		case s.StartS-w.begin < r.grace.Seconds()-jitter:
			continue
		case r.when.Counts(): // of requests since the measurement began
			of = &w.sofar
		case s.DurationS < shortest:
			continue
		}
		value, so := w.holds(r, of)
		switch {
		case value == nil:
			continue
		case !so:
			w.since[i] = -1
			continue
		case w.since[i] < 0:
			w.since[i] = s.StartS
		}
		if end-w.since[i] >= r.hold.Seconds()-jitter {
			return &Fired{Rule: r.Text, Value: *value, After: end - w.begin}
		}
	}
	return nil
}

// holds says whether the rule is so of a slice; a nil value: it has no data.
func (w *Watch) holds(r *Rule, s *results.Slice) (value *float64, so bool) {
	f := &results.File{Header: *w.h, Slices: []results.Slice{*s}}
	all := func(*results.Slice) bool { return true }
	run := summary.Of(f, summary.Select{Arm: s.Arm, Slices: all}, []float64{})
	out, err := r.when.Judge(run)
	if err != nil { // a class of no scenario: CheckClasses says so before
		return nil, false
	}
	return out.Value, out.Held
}

// count adds a slice to those so far, of which numbers of requests are.
func (w *Watch) count(s *results.Slice) {
	into := &w.sofar
	if into.Classes == nil {
		*into = results.Slice{
			Arm: s.Arm, Phase: s.Phase,
			Classes: map[string]*results.ClassData{}, Spans: map[string]*results.ClassData{}, Beside: map[string]*results.ClassData{},
		}
	}
	into.DurationS += s.DurationS
	for _, of := range []struct{ into, from map[string]*results.ClassData }{{into.Classes, s.Classes}, {into.Spans, s.Spans}, {into.Beside, s.Beside}} {
		for name, d := range of.from {
			if of.into[name] == nil {
				of.into[name] = &results.ClassData{}
			}
			counts := *d
			counts.Clocks = nil // of which none is a number of requests
			of.into[name].Add(&counts)
		}
	}
}
