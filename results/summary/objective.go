package summary

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// clockNamed is a row of the table; nil if there is none.
func clockNamed(name string) *results.Clock {
	if i := slices.IndexFunc(results.Clocks, func(c results.Clock) bool { return c.Name == name }); i >= 0 {
		return &results.Clocks[i]
	}
	return nil
}

// Objective is a limit on one run, such as p99<50ms, lag_p99<1ms,
// predict:p95<=20ms, errors<0.1% or goodput>150/s.
type Objective struct {
	Expr  string
	class string // "" for all together
	check string // whose share of answers that passed it is; "" for others
	clock string // see Clock; "" for counts and rates
	stat  string // "min", "mean", "max", "errors", "throughput", "goodput", "dropped", or "" for q
	q     float64
	op    string
	limit float64 // ms, share, count or per second
	share bool    // limit is a share of requests
	// Confidence is that of a bound which has to hold the limit, where there is an
	// exact one: of percentiles and of the share of errors; above 0.5 and below 1. 0:
	// what was measured has to.
	Confidence float64
	// Sufficient leaves a percentile of too few requests undecided that their maximum
	// would hold.
	Sufficient bool
}

// ObjectiveResult is an objective and what came of it. Value is in the objective's own
// unit: ms, percent, count or per second; null when there was nothing to judge.
type ObjectiveResult struct {
	Expr  string   `json:"expr"`
	Value *float64 `json:"value"`
	Held  bool     `json:"held"`
	// Undecided: what was measured holds the limit, and the bound of its confidence
	// does not, or there is none for too few requests.
	Undecided bool     `json:"undecided,omitempty"`
	Bound     *float64 `json:"bound,omitempty"` // with the confidence asked for
	// Note says what the outcome rests on: a percentile of too few requests to be more
	// than their maximum, or why it is undecided; "" otherwise.
	Note string `json:"note,omitempty"`
	// AbortedS: it is no objective but a rule that ended the run so many seconds after
	// the measurement had begun, with that value.
	AbortedS float64 `json:"aborted_s,omitempty"`
}

// Missed says that the limit was not held, by what was measured.
func (r *ObjectiveResult) Missed() bool { return !r.Held && !r.Undecided }

var objectiveForm = regexp.MustCompile(`^(?:([^:<>=\s]+)\s*:)?\s*(?:check\s*:\s*([A-Za-z0-9][A-Za-z0-9._-]*)|(?:(` + clockNames() + `)_)?([a-z0-9.]+))\s*(<=|>=|<|>)\s*([0-9.]+)\s*([a-zµ/%]*)$`)

// clockNames is a pattern of all.
func clockNames() string {
	var names []string
	for _, c := range results.Clocks {
		names = append(names, c.Name)
	}
	return strings.Join(names, "|")
}

const objectiveHelp = "want [CLASS:]METRIC<LIMIT, for example p99<50ms, lag_p99<1ms, errors<0.1%, goodput>150/s or check:NAME>99%"

// ParseObjective reads an objective.
func ParseObjective(s string) (Objective, error) {
	expr := strings.TrimSpace(s)
	m := objectiveForm.FindStringSubmatch(expr)
	if m == nil {
		return Objective{}, fmt.Errorf("objective %q: %s", s, objectiveHelp)
	}
	o := Objective{Expr: expr, class: m[1], check: m[2], clock: m[3], op: m[5]}
	value, err := strconv.ParseFloat(m[6], 64)
	if err != nil {
		return Objective{}, fmt.Errorf("objective %q: %q is no number; %s", s, m[6], objectiveHelp)
	}
	switch err := o.metric(m[4]); {
	case err != nil && o.class == checkMetric && o.check == "": // of a class called check it would be a metric
		o.class, o.check, o.clock, o.stat, o.q = "", strings.TrimPrefix(m[3]+"_"+m[4], "_"), "", "", 0
	case err != nil:
		return Objective{}, fmt.Errorf("objective %q: %w; %s", s, err, objectiveHelp)
	}
	if c := clockNamed(o.clock); c != nil && c.OfConnections() && o.class != "" {
		return Objective{}, fmt.Errorf("objective %q: %s is of connections, which no request class has to itself: leave out %s", s, c.Name, o.class+":")
	}
	if err := o.setLimit(value, m[6], m[7]); err != nil {
		return Objective{}, fmt.Errorf("objective %q: %w", s, err)
	}
	return o, nil
}

// checkMetric is what stands before the name of a check.
const checkMetric = "check"

// Check is the name of the check that the objective is about; "" if about none.
func (o *Objective) Check() string { return o.check }

// metric recognises the name left of the operator.
func (o *Objective) metric(name string) error {
	if o.check != "" {
		return nil
	}
	switch name {
	case "errors", "dropped", "throughput", "goodput":
		if o.clock != "" {
			return fmt.Errorf("%s_%s is no metric", o.clock, name)
		}
		o.stat = name
		return nil
	case "min", "mean", "max":
		o.stat = name
	default:
		q, ok := ParsePercentile(name)
		if !ok {
			return fmt.Errorf("%q is no metric", name)
		}
		o.q = q
	}
	if o.clock == "" {
		o.clock = "response"
	}
	return nil
}

// setLimit reads the unit on the right, which the metric decides.
func (o *Objective) setLimit(value float64, digits, unit string) error {
	o.limit = value
	switch {
	case o.clock != "":
		d, err := time.ParseDuration(digits + unit)
		if err != nil || unit == "" {
			return fmt.Errorf("limit %q: want a duration such as 50ms", digits+unit)
		}
		o.limit = results.Milliseconds(d)
	case o.stat == "throughput" || o.stat == "goodput":
		if unit != "/s" && unit != "" {
			return fmt.Errorf("limit %q: want a rate such as 150/s", digits+unit)
		}
	case o.check != "":
		o.share = true
		if unit != "%" || value > 100 {
			return fmt.Errorf("limit %q: want the share of answers that pass, such as 99%%", digits+unit)
		}
	default:
		o.share = unit == "%"
		if unit != "%" && unit != "" {
			return fmt.Errorf("limit %q: want a share such as 0.1%% or a number of requests", digits+unit)
		}
		if !o.share && value != math.Trunc(value) {
			// 0.01 may be a share, or a percent.
			percent := value
			if value < 1 {
				percent = 100 * value
			}
			return fmt.Errorf("limit %q: want a share, such as %s%s%.6g%%, or a whole number of requests", digits, o.stat, o.op, percent)
		}
		if o.share && value > 100 {
			return fmt.Errorf("limit %q: want a share of at most 100%%", digits+unit)
		}
	}
	if o.limit == 0 && o.op == "<" {
		return fmt.Errorf("limit %q: nothing is less; to allow none, write <=%s", digits+unit, digits+unit)
	}
	return nil
}

// CheckClasses says whether the objective's class and check, if it names them, are
// among the scenario's: to be asked before a run, not after it.
func (o *Objective) CheckClasses(classes []results.Class) error {
	var names, checks []string
	for _, c := range classes {
		if c.Span && c.Name == o.class && !o.ofSpans() {
			return fmt.Errorf("objective %q: %s is a time of several requests: want a response time, such as p95<20s, or errors", o.Expr, c.Name)
		}
		if names = append(names, c.Name); o.class == "" || o.class == c.Name {
			checks = append(checks, c.Checks...)
		}
	}
	switch {
	case o.class != "" && !slices.Contains(names, o.class):
		return fmt.Errorf("objective %q: the scenario has no request class %q, but %s", o.Expr, o.class, strings.Join(names, ", "))
	case o.check == "" || slices.Contains(checks, o.check):
		return nil
	}
	checks = slices.DeleteFunc(checks, func(name string) bool { return !objectiveCheck.MatchString(name) })
	slices.Sort(checks)
	where, known := "the scenario", "give one that name by its key name"
	if o.class != "" {
		where = "request class " + o.class
	}
	if checks = slices.Compact(checks); len(checks) > 0 {
		known = "those with a name: " + strings.Join(checks, ", ")
	}
	return fmt.Errorf("objective %q: %s has no check %q (%s)", o.Expr, where, o.check, known)
}

// ofSpans says that spans have such a metric.
func (o *Objective) ofSpans() bool {
	return o.stat == "errors" || o.clock != "" && o.clock != results.ClockFirstByte
}

// Wanted says that a run for which the objective holds is as one wants it: quick, and
// without errors.
func (o *Objective) Wanted() bool {
	more := o.stat == "throughput" || o.stat == "goodput" || o.check != ""
	return more == (o.op[0] == '>')
}

// Counts says that the limit is a number of requests.
func (o *Objective) Counts() bool { return o.Unit() == "" }

// objectiveCheck is the form of a check's name that an objective can have.
var objectiveCheck = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

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

// Unit is that of the objective's values, to be written behind them: " ms", "/s",
// "%" or, of a number of requests, "".
func (o *Objective) Unit() string {
	switch {
	case o.clock != "":
		return " ms"
	case o.stat == "throughput" || o.stat == "goodput":
		return "/s"
	case o.share:
		return "%"
	}
	return ""
}
