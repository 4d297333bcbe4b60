package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

// perCondition is a bullet with what there is to say of each condition.
func perCondition(list []condition, records []record, title string, of func(condition, tally) string) string {
	var parts []string
	for _, c := range list {
		if text := of(c, tallyOf(c, records)); text != "" {
			parts = append(parts, c.name+" "+text)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("- **%s** %s.\n", title, strings.Join(parts, "; "))
}

// effects are what was there to be found, and what was.
func effects(list []condition, records []record) string {
	pooled := perCondition(list, records, "p50 of B against A's:", func(_ condition, t tally) string {
		var pct []float64
		for _, r := range t.records {
			if v, ok := r.effect(); ok && r.Verdict != verdict.Invalid {
				pct = append(pct, v)
			}
		}
		return ranged(pct, "%+.1f%%")
	})
	estimated := perCondition(list, records, "Estimates of p50:", func(_ condition, t tally) string {
		var pct []float64
		for _, r := range t.records {
			if e, ok := r.Metrics["p50"]; ok {
				pct = append(pct, e.Pct)
			}
		}
		if len(pct) < 2 {
			return ""
		}
		return fmt.Sprintf("%s, sd %.2g points", ranged(pct, "%+.1f%%"), deviation(pct))
	})
	return pooled + estimated
}

// coverage is how often the interval of equal builds holds the truth.
func coverage(list []condition, records []record) string {
	return perCondition(list, records, "Intervals of p50 that contain the truth of equal builds:", func(c condition, t tally) string {
		held, n := 0, 0
		for _, r := range t.records {
			if e, ok := r.Metrics["p50"]; ok && c.equal() && e.Low != nil && e.High != nil {
				n++
				if *e.Low <= 0 && 0 <= *e.High {
					held++
				}
			}
		}
		if n == 0 {
			return ""
		}
		return proportion(fmt.Sprintf("%d of %d:", held, n), held, n)
	})
}

// looks is at which look comparisons ended, where they had a plan of looks.
func looks(list []condition, records []record) string {
	return perCondition(list, records, "Runs that ended at the first, second, … look:", func(_ condition, t tally) string {
		var ended []int
		for _, r := range t.records {
			for len(ended) < len(r.Looks) {
				ended = append(ended, 0)
			}
			if r.Used > 0 {
				ended[r.Used-1]++
			}
		}
		return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(ended)), ", "), "[]")
	})
}

// counts are verdicts by number: "3 ok, 1 regression".
func counts(verdicts map[verdict.Verdict]int) string {
	var parts []string
	for _, v := range slices.SortedFunc(maps.Keys(verdicts), func(a, b verdict.Verdict) int {
		return cmp.Or(cmp.Compare(verdicts[b], verdicts[a]), cmp.Compare(a, b))
	}) {
		parts = append(parts, fmt.Sprintf("%d %s", verdicts[v], v))
	}
	return strings.Join(parts, ", ")
}

// singles is what each start by itself would have been called.
func singles(list []condition, records []record) string {
	return perCondition(list, records, "The same starts, judged singly:", func(c condition, t tally) string {
		verdicts, n := map[verdict.Verdict]int{}, 0
		for _, r := range t.records {
			for _, p := range r.Parts {
				verdicts[p.Verdict]++
				n++
			}
		}
		if c.launches == 0 || n == 0 {
			return ""
		}
		return fmt.Sprintf("%s, so %s", counts(verdicts), proportion("regression", verdicts[verdict.Regression], n))
	})
}

// demos is what the demo's comparisons came to.
func demos(list []condition, records []record) string {
	return perCondition(list, records, "Verdicts in the demo:", func(c condition, t tally) string {
		verdicts := map[string]map[verdict.Verdict]int{}
		var names, texts []string
		for _, r := range t.records {
			for _, p := range r.Parts {
				if verdicts[p.Name] == nil {
					verdicts[p.Name], names = map[verdict.Verdict]int{}, append(names, p.Name)
				}
				verdicts[p.Name][p.Verdict]++
			}
		}
		if c.service != "" || len(names) == 0 {
			return ""
		}
		for _, name := range names {
			texts = append(texts, fmt.Sprintf("%s: %s", name, counts(verdicts[name])))
		}
		return strings.Join(texts, ", ")
	})
}

// deciding is what comes after the last slice.
func deciding(all []record) string {
	ms := slices.DeleteFunc(each(all, func(r record) float64 { return r.Decide }), func(v float64) bool { return v <= 0 })
	if len(ms) == 0 {
		return ""
	}
	worst := slices.Max(ms)
	held := "held"
	if worst >= float64(decideLimit)/float64(time.Millisecond) {
		held = "missed"
	}
	return fmt.Sprintf("- **Deciding and rendering**, timed as a whole `mlbench report` of the result file with the start of the process: median %.0f ms, worst %.0f ms of %d; goal under %d ms: %s.\n",
		median(ms), worst, len(ms), decideLimit.Milliseconds(), held)
}

// disturbances is what the machine did meanwhile.
func disturbances(all []record) string {
	var busy, steals []float64
	left, pairs := 0, 0
	for _, r := range all {
		if r.Busy != nil {
			busy = append(busy, *r.Busy)
		}
		if r.Steal != nil {
			steals = append(steals, *r.Steal)
		}
		left, pairs = left+r.LeftOut, pairs+r.LeftOut+r.Pairs
	}
	return fmt.Sprintf("- **Disturbances.** Cores busy with other things right before a run: %s; time stolen by the hypervisor: %s; left out of the counted runs: %d of %d pairs.\n",
		cmp.Or(ranged(busy, "%.1f%%"), "not known"), cmp.Or(ranged(steals, "%.2f%%"), "not known"), left, pairs)
}

// ranged is a median and, of several values, the range; "" of none.
func ranged(values []float64, format string) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(format, values[0])
	}
	return fmt.Sprintf(format+" ("+format+" to "+format+")", median(values), slices.Min(values), slices.Max(values))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

// deviation is the standard deviation of a sample.
func deviation(values []float64) float64 {
	mean, squares := sum(values)/float64(len(values)), 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return math.Sqrt(squares / float64(len(values)-1))
}
