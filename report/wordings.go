package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// wordings are parts of sentences that depend on more than one value.
var wordings = map[string]func(said, summary.Reason) string{
	"_share": func(_ said, r summary.Reason) string {
		if r.Args["share_pct"] == nil {
			return ""
		}
		return fmt.Sprintf(", which makes up %.0f%% of the response time's %s", r.Args["share_pct"], r.Args["percentile"])
	},
	"_machine": func(_ said, r summary.Reason) string {
		return ifInvalid(r, ". These numbers describe this machine, not the target")
	},
	"_limit_machine": func(_ said, r summary.Reason) string {
		return ifInvalid(r, ". These numbers describe the limit, not the target")
	},
	"_periods": func(_ said, r summary.Reason) string {
		if pct, _ := r.Args["pct"].(float64); pct > 0 {
			return fmt.Sprintf(", in %.0f%% of the limit's periods", pct)
		}
		return ""
	},
	"_errors": func(_ said, r summary.Reason) string {
		e, _ := r.Args["errors"].(results.Errors)
		return errorCounts(e)
	},
	"_at_last": func(_ said, r summary.Reason) string {
		rule, _ := r.Args["rule"].(string)
		value, _ := r.Args["value"].(float64)
		return outcomeText(summary.ObjectiveResult{Expr: rule, Value: &value})
	},
	"_latencies": func(_ said, r summary.Reason) string {
		if r.Args["latencies"] == nil {
			return ""
		}
		return ": latencies are of failures only"
	},
	"_protocol": func(_ said, r summary.Reason) string {
		switch r.Args["protocol"] {
		case nil:
			return ""
		case "h2":
			return "; does the target speak HTTP/1.1 only (leave out --transport h2), or want https://, or a certificate or header?"
		}
		return "; does the target want another protocol (https://, --transport h2), or a certificate or header?"
	},
	"_unauthorized": func(_ said, r summary.Reason) string {
		if n, _ := r.Args["unauthorized"].(int64); n > 0 {
			return fmt.Sprintf(" (%d with status 401 or 403: check -H 'Authorization: …' or MLBENCH_TOKEN, and if the scenario has a login, MLBENCH_USERNAME and MLBENCH_PASSWORD)", n)
		}
		return ""
	},
	"_status": func(_ said, r summary.Reason) string { return after(" ", r.Args["status"]) },
	"_class":  func(_ said, r summary.Reason) string { return after(" of ", r.Args["class"]) },

	"_a": func(s said, _ summary.Reason) string { return s.a },
	"_b": func(s said, _ summary.Reason) string { return s.b },
	"_unequal": func(_ said, r summary.Reason) string {
		return list(r.Args["classes"], func(c verdict.ClassCounts) string { return fmt.Sprintf("%s: %d and %d", c.Class, c.A, c.B) }, ", ")
	},
	"_who_fails": func(s said, r summary.Reason) string {
		if r.Args["both"] == true {
			return s.a + " and " + s.b + " fail"
		}
		return s.a + " fails"
	},
	"_failures": func(s said, r summary.Reason) string {
		e, _ := r.Args["errors"].(verdict.Failures)
		return fmt.Sprintf("%s %d of %d, %s %d of %d", s.a, e.A, e.OfA, s.b, e.B, e.OfB)
	},
	"_failures_of_b": func(s said, r summary.Reason) string {
		e, _ := r.Args["errors"].(verdict.Failures)
		return fmt.Sprintf("%d of %d requests failed, of %s %d of %d", e.B, e.OfB, s.a, e.A, e.OfA)
	},
	"_few": func(_ said, r summary.Reason) string {
		if r.Args["saved_runs"] == true {
			return "runs that nothing pairs"
		}
		return "so few pairs"
	},
	"_end": func(s said, r summary.Reason) string {
		end, _ := r.Args["end"].(results.TargetEnd)
		return end.Text(s.target(r.Args["arm"]))
	},
	"_unanswered": func(_ said, r summary.Reason) string {
		if r.Args["requests"] == int64(1) {
			return fmt.Sprintf("its only request failed (%s 1)", r.Args["error"])
		}
		return fmt.Sprintf("all of %d requests failed (%s %d%s)", r.Args["requests"], r.Args["error"], r.Args["of_error"], ifTrue(r.Args["warm_up"], warmUpIncluded))
	},
	"_classes_unanswered": func(_ said, r summary.Reason) string {
		return list(r.Args["classes"], func(c verdict.Unanswered) string {
			return fmt.Sprintf("%s (all of %d requests failed: %s %d%s)", c.Class, c.Requests, c.Error, c.OfError, ifTrue(c.WarmUp, warmUpIncluded))
		}, ", ")
	},
	"_dropping": func(s said, r summary.Reason) string {
		return list(r.Args["arms"], func(d verdict.Dropping) string {
			return fmt.Sprintf("%d of %d planned requests to %s", d.Requests, d.Planned, s.target(d.Arm))
		}, " and ")
	},
	"_percentiles": func(_ said, r summary.Reason) string {
		return list(r.Args["percentiles"], func(name string) string { return name }, ", ")
	},
	"_tight": func(_ said, r summary.Reason) string {
		return list(r.Args["limits"], func(l verdict.TightLimit) string {
			return fmt.Sprintf("%s of %s %.3g%% <%s%%", l.Metric, l.Class, l.LimitPct, l.LeastPct)
		}, ", ")
	},
	"_not_errors": func(_ said, r summary.Reason) string { return ifTrue(r.Args["errors_count"], ", but not their errors") },
	"_value": func(_ said, r summary.Reason) string {
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

	"_basis": func(_ said, r summary.Reason) string { return basis(r) },
	"_proof": func(s said, r summary.Reason) string {
		text := basis(r)
		if starts := s.starts(); starts != "" {
			text += " of " + starts
		}
		p, ok := r.Args["p"].(float64)
		if !ok {
			return text
		}
		sign := "p="
		if len(s.metrics) > 1 {
			sign = "p≤"
		}
		text += ", " + strings.Replace(pText(p), "p=", sign, 1)
		if tests, _ := r.Args["tests"].(int64); tests > 1 {
			text += fmt.Sprintf(", Holm-corrected for %d tests", tests)
		}
		return text
	},
	"_chance": func(_ said, r summary.Reason) string {
		pct, _ := r.Args["chance_pct"].(float64)
		if pct < 0.5 {
			return "under 1%"
		}
		return fmt.Sprintf("%.0f%%", pct)
	},
	"_it": func(s said, r summary.Reason) string { // that was spoken of, or another metric
		metric, _ := r.Args["metric"].(string)
		class, _ := r.Args["class"].(string)
		if metric == "" || len(s.metrics) == 1 && s.metrics[0].Metric == metric && s.metrics[0].Class == class {
			return "it"
		}
		return metricName(class, metric)
	},
	"_cpu": func(s said, _ summary.Reason) string {
		if s.of == nil {
			return ""
		}
		return costText(s.of)
	},
	"_in_classes": func(_ said, r summary.Reason) string {
		switch n, _ := r.Args["in_classes"].(int64); n {
		case 0:
			return ""
		case 1:
			return "; the same in one request class, as far as it is judged"
		default:
			return fmt.Sprintf("; the same in each of %d request classes, as far as they are judged", n)
		}
	},
	"_no_regression": func(_ said, r summary.Reason) string {
		return ifTrue(r.Args["so_far"], "until then ") + "no regression beyond limits"
	},
	"_b_fails": func(s said, r summary.Reason) string { return ifTrue(r.Args["failing"], s.b+" fails: ") },
	"_slower": func(s said, _ summary.Reason) string {
		if slices.ContainsFunc(s.metrics, func(m verdict.Claim) bool { return m.Errors != nil }) {
			return "worse"
		}
		return "slower"
	},
	"_names":          func(s said, _ summary.Reason) string { return s.each(", ", claimName) },
	"_needs":          func(s said, _ summary.Reason) string { return needsText(s.of, s.metrics) },
	"_changes":        func(s said, _ summary.Reason) string { return s.each("; ", s.changed) },
	"_changes_limits": func(s said, _ summary.Reason) string { return s.each("; ", s.changedWithLimit) },
	"_held":           func(s said, _ summary.Reason) string { return s.each("; ", s.held) },
	"_limit":          func(s said, _ summary.Reason) string { return s.each("", claimLimit) },
	"_estimate": func(s said, _ summary.Reason) string {
		return s.each("", func(m *verdict.Claim) string { return claimChange(m, *m.EstimatePct) })
	},
	"_low": func(s said, _ summary.Reason) string {
		return s.each("", func(m *verdict.Claim) string { return claimChange(m, m.IntervalPct[0]) })
	},
	"_high": func(s said, _ summary.Reason) string {
		return s.each("", func(m *verdict.Claim) string { return claimChange(m, m.IntervalPct[1]) })
	},
	"_level": func(s said, _ summary.Reason) string {
		return s.each("", func(m *verdict.Claim) string { return fmt.Sprintf("%.4g%%", m.LevelPct) })
	},
	"_errors_or_basis": func(s said, r summary.Reason) string {
		if len(s.metrics) == 1 && s.metrics[0].Errors != nil {
			return claimErrors(&s.metrics[0])
		}
		return basis(r)
	},
	"_near": func(_ said, r summary.Reason) string {
		return ifTrue(r.Args["near"], ", so near the limit that measuring longer hardly helps")
	},
}

const warmUpIncluded = ", warm-up included"

// basis is what there is of evidence: "48 pairs".
func basis(r summary.Reason) string {
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

func ifInvalid(r summary.Reason, text string) string { return ifTrue(r.Invalid, text) }

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
