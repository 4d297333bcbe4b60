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
