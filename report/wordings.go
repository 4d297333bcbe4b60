package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// said is what a sentence may speak of beside its reason's arguments.
type said struct {
	a, b    string          // the names of both targets of a comparison
	metrics []verdict.Claim // of a finding
}

// speaking is of a comparison's targets by their names, where those tell them
// apart.
func speaking(c *verdict.Comparison) said {
	if c.A.Name == "" || c.B.Name == "" || c.A.Name == c.B.Name {
		return said{a: results.ArmA, b: results.ArmB}
	}
	return said{a: c.A.Name, b: c.B.Name}
}

// wordings are parts of sentences that depend on more than one value.
var wordings = map[string]func(said, results.Reason) string{
	"_share": func(_ said, r results.Reason) string {
		if r.Args["share_pct"] == nil {
			return ""
		}
		return fmt.Sprintf(", which makes up %.0f%% of the response time's %s", r.Args["share_pct"], r.Args["percentile"])
	},
	"_machine": func(_ said, r results.Reason) string {
		return ifInvalid(r, ". These numbers describe this machine, not the target")
	},
	"_limit_machine": func(_ said, r results.Reason) string {
		return ifInvalid(r, ". These numbers describe the limit, not the target")
	},
	"_periods": func(_ said, r results.Reason) string {
		if pct, _ := r.Args["pct"].(float64); pct > 0 {
			return fmt.Sprintf(", in %.0f%% of the limit's periods", pct)
		}
		return ""
	},
	"_errors": func(_ said, r results.Reason) string {
		e, _ := r.Args["errors"].(results.Errors)
		return errorCounts(e, form{})
	},
	"_latencies": func(_ said, r results.Reason) string {
		if r.Args["latencies"] == nil {
			return ""
		}
		return ": latencies are of failures only"
	},
	"_protocol": func(_ said, r results.Reason) string {
		switch r.Args["protocol"] {
		case nil:
			return ""
		case "h2":
			return "; does the target speak HTTP/1.1 only (leave out --transport h2), or want https://, or a certificate or header?"
		}
		return "; does the target want another protocol (https://, --transport h2), or a certificate or header?"
	},
	"_unauthorized": func(_ said, r results.Reason) string {
		if n, _ := r.Args["unauthorized"].(int64); n > 0 {
			return fmt.Sprintf(" (%d with status 401 or 403: check -H 'Authorization: …' or MLBENCH_TOKEN, and if the scenario has a login, MLBENCH_USERNAME and MLBENCH_PASSWORD)", n)
		}
		return ""
	},
	"_status": func(_ said, r results.Reason) string { return after(" ", r.Args["status"]) },
	"_class":  func(_ said, r results.Reason) string { return after(" of ", r.Args["class"]) },

	"_a": func(s said, _ results.Reason) string { return s.a },
	"_b": func(s said, _ results.Reason) string { return s.b },
	"_unequal": func(_ said, r results.Reason) string {
		return list(r.Args["classes"], func(c verdict.ClassCounts) string { return fmt.Sprintf("%s: %d and %d", c.Class, c.A, c.B) }, ", ")
	},
	"_who_fails": func(s said, r results.Reason) string {
		if r.Args["both"] == true {
			return s.a + " and " + s.b + " fail"
		}
		return s.a + " fails"
	},
	"_failures": func(s said, r results.Reason) string {
		e, _ := r.Args["errors"].(verdict.Failures)
		return fmt.Sprintf("%s %d of %d, %s %d of %d", s.a, e.A, e.OfA, s.b, e.B, e.OfB)
	},
	"_failures_of_b": func(s said, r results.Reason) string {
		e, _ := r.Args["errors"].(verdict.Failures)
		return fmt.Sprintf("%d of %d requests failed, of %s %d of %d", e.B, e.OfB, s.a, e.A, e.OfA)
	},
	"_few": func(_ said, r results.Reason) string {
		if r.Args["saved_runs"] == true {
			return "runs that nothing pairs"
		}
		return "so few pairs"
	},
	"_end": func(s said, r results.Reason) string {
		end, _ := r.Args["end"].(results.TargetEnd)
		return end.Text(s.target(r.Args["arm"]))
	},
	"_unanswered": func(_ said, r results.Reason) string {
		if r.Args["requests"] == int64(1) {
			return fmt.Sprintf("its only request failed (%s 1)", r.Args["error"])
		}
		return fmt.Sprintf("all of %d requests failed (%s %d%s)", r.Args["requests"], r.Args["error"], r.Args["of_error"], ifTrue(r.Args["warm_up"], warmUpIncluded))
	},
	"_classes_unanswered": func(_ said, r results.Reason) string {
		return list(r.Args["classes"], func(c verdict.Unanswered) string {
			return fmt.Sprintf("%s (all of %d requests failed: %s %d%s)", c.Class, c.Requests, c.Error, c.OfError, ifTrue(c.WarmUp, warmUpIncluded))
		}, ", ")
	},
	"_dropping": func(s said, r results.Reason) string {
		return list(r.Args["arms"], func(d verdict.Dropping) string {
			return fmt.Sprintf("%d of %d planned requests to %s", d.Requests, d.Planned, s.target(d.Arm))
		}, " and ")
	},
	"_percentiles": func(_ said, r results.Reason) string {
		return list(r.Args["percentiles"], func(name string) string { return name }, ", ")
	},
	"_tight": func(_ said, r results.Reason) string {
		return list(r.Args["limits"], func(l verdict.TightLimit) string {
			return fmt.Sprintf("%s of %s %.3g%% <%s%%", l.Metric, l.Class, l.LimitPct, l.LeastPct)
		}, ", ")
	},
	"_not_errors": func(_ said, r results.Reason) string { return ifTrue(r.Args["errors_count"], ", but not their errors") },
	"_value": func(_ said, r results.Reason) string {
		text := "no data"
		if v, ok := r.Args["value"].(float64); ok {
			unit, _ := r.Args["unit"].(string)
			if unit == "ms" {
				unit = " ms"
			}
			text = fmt.Sprintf("%.4g%s", v, unit)
		}
		if r.Args["text"] != nil {
			text += fmt.Sprintf(" (%s)", r.Args["text"])
		}
		return text
	},

	"_basis": func(_ said, r results.Reason) string { return basis(r) },
	"_proof": func(s said, r results.Reason) string {
		p, ok := r.Args["p"].(float64)
		if !ok {
			return basis(r)
		}
		text := basis(r) + ", " + pText(p)
		if len(s.metrics) > 1 {
			text = strings.Replace(text, ", p=", ", p≤", 1)
		}
		if tests, _ := r.Args["tests"].(int64); tests > 1 {
			text += fmt.Sprintf(", Holm-corrected for %d tests", tests)
		}
		return text
	},
	"_in_classes": func(_ said, r results.Reason) string {
		switch n, _ := r.Args["in_classes"].(int64); n {
		case 0:
			return ""
		case 1:
			return "; the same in one request class, as far as it is judged"
		default:
			return fmt.Sprintf("; the same in each of %d request classes, as far as they are judged", n)
		}
	},
	"_no_regression": func(_ said, r results.Reason) string {
		return ifTrue(r.Args["so_far"], "until then ") + "no regression beyond limits"
	},
	"_b_fails": func(s said, r results.Reason) string { return ifTrue(r.Args["failing"], s.b+" fails: ") },
	"_slower": func(s said, _ results.Reason) string {
		if slices.ContainsFunc(s.metrics, func(m verdict.Claim) bool { return m.Errors != nil }) {
			return "worse"
		}
		return "slower"
	},
	"_names": func(s said, _ results.Reason) string { return s.each(", ", claimName) },
	"_names_needs": func(s said, _ results.Reason) string {
		return s.each(", ", func(m *verdict.Claim) string {
			if m.Requests == nil || m.Needed == nil {
				return claimName(m)
			}
			return fmt.Sprintf("%s (%s, %d needed)", claimName(m), count(*m.Requests, "request"), *m.Needed)
		})
	},
	"_changes":        func(s said, _ results.Reason) string { return s.each("; ", s.changed) },
	"_changes_limits": func(s said, _ results.Reason) string { return s.each("; ", s.changedWithLimit) },
	"_held":           func(s said, _ results.Reason) string { return s.each("; ", s.held) },
	"_limit":          func(s said, _ results.Reason) string { return s.each("", claimLimit) },
	"_estimate": func(s said, _ results.Reason) string {
		return s.each("", func(m *verdict.Claim) string { return claimChange(m, *m.EstimatePct) })
	},
	"_low": func(s said, _ results.Reason) string {
		return s.each("", func(m *verdict.Claim) string { return claimChange(m, m.IntervalPct[0]) })
	},
	"_high": func(s said, _ results.Reason) string {
		return s.each("", func(m *verdict.Claim) string { return claimChange(m, m.IntervalPct[1]) })
	},
	"_errors_or_basis": func(s said, r results.Reason) string {
		if len(s.metrics) == 1 && s.metrics[0].Errors != nil {
			return claimErrors(&s.metrics[0])
		}
		return basis(r)
	},
	"_near": func(_ said, r results.Reason) string {
		return ifTrue(r.Args["near"], ", so near the limit that measuring longer hardly helps")
	},
}

const warmUpIncluded = ", warm-up included"

// basis is what there is of evidence: "48 pairs".
func basis(r results.Reason) string {
	if n, ok := r.Args["pairs"].(int64); ok {
		return count(n, "pair")
	}
	return fmt.Sprintf("%d and %d saved runs", r.Args["runs_a"], r.Args["runs_b"])
}

func pText(p float64) string {
	switch {
	case p < 1e-16:
		return "p<1e-16"
	case p < 0.001:
		return "p=" + strings.Replace(fmt.Sprintf("%.0e", p), "e-0", "e-", 1)
	}
	return fmt.Sprintf("p=%.2g", p)
}

// each joins what is said of each metric.
func (s said) each(between string, say func(*verdict.Claim) string) string {
	var out []string
	for i := range s.metrics {
		out = append(out, say(&s.metrics[i]))
	}
	return strings.Join(out, between)
}

func claimName(m *verdict.Claim) string {
	if m.Class == results.TotalClass {
		return m.Metric
	}
	return m.Class + " " + m.Metric
}

// changed names a metric and its change with its interval.
func (s said) changed(m *verdict.Claim) string {
	switch {
	case m.Stalls != nil:
		what := "new stalls"
		if m.Better {
			what = "fewer stalls"
		}
		return fmt.Sprintf("%s: only %s froze (a request of over %d medians) in %d of %s, only %s in %d", what, s.b, m.Stalls.Medians, m.Stalls.OnlyB, count(m.Stalls.Pairs, "pair"), s.a, m.Stalls.OnlyA)
	case m.Censored:
		return claimName(m) + " reaches the timeout"
	}
	text := claimName(m) + " " + missing
	if m.EstimatePct != nil {
		text = claimName(m) + " " + claimChange(m, *m.EstimatePct)
	}
	if m.IntervalPct != nil {
		unit := claimUnit(m)
		text += fmt.Sprintf(" [%.4g%% CI %s, %s]", m.LevelPct, strings.TrimSuffix(claimChange(m, m.IntervalPct[0]), unit), strings.TrimSuffix(claimChange(m, m.IntervalPct[1]), unit))
	}
	if m.Errors != nil {
		text += ", " + claimErrors(m)
	}
	return text
}

func (s said) changedWithLimit(m *verdict.Claim) string {
	if m.LimitPct == nil {
		return s.changed(m)
	}
	return s.changed(m) + ", limit " + claimLimit(m)
}

// held is a metric that is within its limit.
func (s said) held(m *verdict.Claim) string {
	switch {
	case m.Stalls != nil:
		return fmt.Sprintf("stalls %d vs %d", m.Stalls.OnlyA, m.Stalls.OnlyB)
	case m.Errors != nil && m.IntervalPct != nil:
		return fmt.Sprintf("errors %s, at most %+.2g pp <%s", claimErrors(m), m.IntervalPct[1], claimLimit(m))
	case m.Metric == "throughput":
		return s.changed(m) + " >" + claimLimit(m)
	}
	return s.changed(m) + " <" + claimLimit(m)
}

// claimErrors is the counts behind a share of errors.
func claimErrors(m *verdict.Claim) string {
	return fmt.Sprintf("%d/%d vs %d/%d", m.Errors.A, m.Errors.OfA, m.Errors.B, m.Errors.OfB)
}

func claimLimit(m *verdict.Claim) string {
	if m.LimitPct == nil {
		return missing
	}
	return fmt.Sprintf("%.6g%s", *m.LimitPct, claimUnit(m))
}

func claimUnit(m *verdict.Claim) string {
	if m.Errors != nil {
		return " pp"
	}
	return "%"
}

// claimChange is a change with its sign and unit.
func claimChange(m *verdict.Claim, v float64) string {
	decimals := 1
	if m.Errors != nil {
		decimals = 2
	}
	text := signedText(v, decimals) + claimUnit(m)
	if text[0] != '+' && text[0] != '-' {
		text = "+" + text
	}
	return text
}

func ifInvalid(r results.Reason, text string) string { return ifTrue(r.Invalid, text) }

func ifTrue(v any, text string) string {
	if v == true {
		return text
	}
	return ""
}

func after(before string, v any) string {
	if v == nil {
		return ""
	}
	return before + fmt.Sprint(v)
}

// list joins what is said of each element of a slice.
func list[T any](v any, say func(T) string, between string) string {
	all, _ := v.([]T)
	var out []string
	for _, x := range all {
		out = append(out, say(x))
	}
	return strings.Join(out, between)
}

// target is the name of an arm's target.
func (s said) target(arm any) string {
	switch {
	case arm == results.ArmA && s.a != "":
		return s.a
	case arm == results.ArmB && s.b != "":
		return s.b
	}
	return fmt.Sprint(arm)
}

// span is a duration that nobody would call exact, as flags take it.
func span(seconds float64) string {
	switch {
	case seconds > 3*3600:
		return fmt.Sprintf("%.0fh", math.Ceil(seconds/3600))
	case seconds > 600:
		return fmt.Sprintf("%.0fm", math.Ceil(seconds/60))
	}
	return fmt.Sprintf("%.0fs", 10*math.Ceil(seconds/10))
}

// reason says a reason in words. A code without words is its own.
func (s said) reason(r results.Reason) string {
	p, known := phrases[r.Code]
	if !known {
		return strings.ReplaceAll(string(r.Code), "_", " ")
	}
	args := make([]any, len(p.args))
	for i, spec := range p.args {
		args[i] = s.argument(r, spec)
	}
	text := fmt.Sprintf(p.format, args...)
	if r.Invalid {
		return "invalid: " + text
	}
	return text
}

// plurals are words that follow a number, for one.
var plurals = map[string]string{"were": "was", "are": "is", "them": "it"}

func (s said) argument(r results.Reason, spec string) any {
	name, what, _ := strings.Cut(spec, " ")
	v := r.Args[name]
	n, isCount := v.(int64)
	number, _ := v.(float64)
	one, isPlural := plurals[what]
	inner, isReason := v.(results.Reason)
	switch {
	case isReason:
		return s.reason(inner)
	case wordings[name] != nil:
		return wordings[name](s, r)
	case what == "target":
		return s.target(v)
	case what == "span":
		return span(number)
	case what == "change":
		return fmt.Sprintf("%+.1f%%", number)
	case what == "duration":
		return time.Duration(number * float64(time.Millisecond)).Round(10 * time.Microsecond)
	case isPlural && n == 1:
		return one
	case isPlural:
		return what
	case what == "time" && n == 1:
		return "once"
	case what != "" && isCount:
		return count(n, what)
	}
	return v
}

// explained says a finding in one sentence, with its statistics.
func explained(c *verdict.Comparison, f *verdict.Finding) string {
	s := speaking(c)
	s.metrics = f.Metrics
	text := s.reason(f.Reason)
	if when, ok := f.Args["interrupted"].(results.Reason); ok {
		text = s.reason(when) + "; " + text
	}
	if f.Advice != nil {
		text += ". " + s.reason(*f.Advice)
	}
	return text
}

// Explain says all that a comparison came to, with the statistics, the weightiest
// first, not yet escaped for any form.
func Explain(c *verdict.Comparison) []string {
	var out []string
	for i := range c.Findings {
		out = append(out, explained(c, &c.Findings[i]))
	}
	return out
}

// Sentence says a reason in words, not yet escaped for any form.
func Sentence(r results.Reason) string { return said{}.reason(r) }

// Sentences says several.
func Sentences(rs []results.Reason) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, Sentence(r))
	}
	return out
}

// runDocument is the JSON form of a run: the codes of its warnings, and what they
// say.
type runDocument struct {
	*results.Summary
	Warnings []string `json:"warnings"`
}

func newRunDocument(s *results.Summary) runDocument { return runDocument{s, Sentences(s.Warnings)} }

// comparisonDocument is the JSON form of a comparison, likewise.
type comparisonDocument struct {
	*verdict.Comparison
	Reasons []string `json:"reasons"`
}

func newComparisonDocument(c *verdict.Comparison) comparisonDocument {
	return comparisonDocument{c, Explain(c)}
}
