package summary

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Judge holds the objective against a run. An objective without data is missed:
// a gate must not pass on nothing.
func (o *Objective) Judge(s *Run) (ObjectiveResult, error) {
	d, goodput, throughput, clock := &s.total, s.GoodputRPS, s.ThroughputRPS, s.clock
	if o.class != "" {
		c := s.Class(o.class)
		if c == nil {
			return ObjectiveResult{}, fmt.Errorf("objective %q: the scenario has no request class %q", o.Expr, o.class)
		}
		d, goodput, throughput = &c.data, c.Goodput, c.Through
		clock = d.Clock
	}
	out := ObjectiveResult{Expr: o.Expr}
	var h *stats.Histogram
	if o.clock != "" {
		h = clock(o.clock)
	}
	v := o.value(d, h, goodput, throughput)
	if math.IsNaN(v) {
		return out, nil
	}
	out.Value = &v
	if o.q > 0 && !Enough(h.Count(), o.q) {
		out.Note = fmt.Sprintf("the maximum: %d %ss are too few for %s", h.Count(), clockNamed(o.clock).Of, PercentileName(o.q))
	}
	switch out.Held = o.holds(v); {
	case out.Held && o.Confidence > 0:
		o.confirm(&out, d, h)
	case out.Held && out.Note != "" && o.Sufficient:
		out.Held, out.Undecided = false, true
		out.Note = "not decided: this is " + out.Note
	}
	return out, nil
}

func (o *Objective) holds(v float64) bool {
	switch o.op {
	case "<":
		return v < o.limit
	case "<=":
		return v <= o.limit
	case ">":
		return v > o.limit
	}
	return v >= o.limit
}

// confirm leaves an objective held only if the bound is, too.
func (o *Objective) confirm(out *ObjectiveResult, d *results.ClassData, h *stats.Histogram) {
	level := fmt.Sprintf("%.6g%%", 100*o.Confidence)
	bound, of, least := o.bound(d, h)
	switch {
	case of == "":
		out.Note = "as measured: there is no bound of it at " + level
		return
	case math.IsNaN(bound):
		out.Held, out.Undecided = false, true
		out.Note = fmt.Sprintf("not decided: %s are too few for %s at %s, which takes %d", of, PercentileName(o.q), level, least)
		return
	}
	out.Bound, out.Note = &bound, ""
	if out.Held = o.holds(bound); !out.Held {
		out.Undecided = true
		out.Note = fmt.Sprintf("not decided: with %s it may at %s be %.4g%s", of, level, bound, o.Unit())
	}
}

// bound is the end of the metric's exact confidence interval that has to hold the
// limit, NaN for too few values, and what it is of; "": there is none of this
// metric. A number of requests is no estimate, and those dropped are the
// generator's.
func (o *Objective) bound(d *results.ClassData, h *stats.Histogram) (bound float64, of string, least int) {
	upper := o.op[0] == '<'
	switch {
	case o.check != "":
		c := d.Checks[o.check]
		low, high := stats.ClopperPearson(int(c.Passed), int(c.Judged()), 1-o.Confidence)
		if bound = 100 * low; upper {
			bound = 100 * high
		}
		return bound, fmt.Sprintf("%d answers", c.Judged()), 0
	case o.stat == "errors" && o.share:
		low, high := stats.ClopperPearson(int(d.Failed().Total), int(d.Sent), 1-o.Confidence)
		if bound = 100 * low; upper {
			bound = 100 * high
		}
		return bound, fmt.Sprintf("%d requests", d.Sent), 0
	case o.stat != "":
		return 0, "", 0
	}
	n, q := int(h.Count()), o.q
	if !upper {
		q = 1 - q
	}
	of = fmt.Sprintf("%d %ss", n, clockNamed(o.clock).Of)
	over, ok := stats.QuantileBound(n, q, o.Confidence)
	if !ok {
		return math.NaN(), of, stats.QuantileBoundCount(q, o.Confidence)
	}
	rank := over + 1
	if upper {
		rank = n - over
	}
	return results.Milliseconds(h.Quantile((float64(rank) - 0.5) / float64(n))), of, 0
}

// value is the metric in the limit's unit; NaN without data.
func (o *Objective) value(d *results.ClassData, h *stats.Histogram, goodput, throughput float64) float64 {
	if o.check != "" {
		c := d.Checks[o.check]
		return o.count(c.Passed, c.Judged())
	}
	switch o.stat {
	case "throughput":
		return throughput
	case "goodput":
		return goodput
	case "errors":
		return o.count(d.Failed().Total, d.Sent)
	case "dropped":
		return o.count(d.Dropped, d.Planned)
	}
	if h == nil || h.Count() == 0 {
		return math.NaN()
	}
	switch o.stat {
	case "min":
		return results.Milliseconds(h.Min())
	case "mean":
		return results.Milliseconds(h.Mean())
	case "max":
		return results.Milliseconds(h.Max())
	}
	return results.Milliseconds(h.Quantile(o.q))
}

func (o *Objective) count(n, of int64) float64 {
	if of == 0 {
		return math.NaN()
	}
	if o.share {
		return 100 * float64(n) / float64(of)
	}
	return float64(n)
}

// Undecided says whether one of the objectives is.
func (s *Run) Undecided() bool {
	return slices.ContainsFunc(s.Objectives, func(o ObjectiveResult) bool { return o.Undecided })
}

// JudgeAll adds the outcome of every objective to the summary and says whether
// none was missed. Where none is about the errors of all requests, there is one by
// default, errors<100%, which shows only if it is missed: figures of nothing but
// failures pass for no success.
func (s *Run) JudgeAll(objectives []Objective) (held bool, err error) {
	held = !slices.ContainsFunc(s.Objectives, func(o ObjectiveResult) bool { return o.Missed() }) // of a rule
	onErrors := false
	for i := range objectives {
		out, err := objectives[i].Judge(s)
		if err != nil {
			return false, err
		}
		s.Objectives = append(s.Objectives, out)
		held = held && !out.Missed()
		onErrors = onErrors || objectives[i].stat == "errors" && objectives[i].class == ""
	}
	if !onErrors && s.NoneSucceeded() {
		all := 100.0
		s.Objectives = append(s.Objectives, ObjectiveResult{Expr: "errors<100%", Value: &all, Note: "the default: no request succeeded"})
		held = false
	}
	return held, nil
}

// ReadObjectives are those of arm B that the file keeps. One that this version cannot read is
// never held.
func ReadObjectives(h *results.Header) (out []Objective) {
	for _, text := range h.Objectives {
		o, err := ParseObjective(text)
		if err != nil {
			o = Objective{Expr: text, class: text} // which no scenario has
		}
		out = append(out, o)
	}
	return out
}

// CheckObjectives says which of the objectives are of no request class, or check, of
// the file, so that they could never be held.
func CheckObjectives(h *results.Header, objectives []Objective) error {
	var wrong []string
	classes := slices.Clone(h.Classes)
	for i := range h.Beside {
		classes = append(classes, h.Beside[i].Classes...)
	}
	for i := range objectives {
		if err := objectives[i].CheckClasses(classes); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if wrong == nil {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(wrong, "; "))
}
