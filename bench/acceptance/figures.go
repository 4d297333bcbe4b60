package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results/stats"
)

// coverage is how often the interval of equal builds holds the truth.
func coverage(equal []record) string {
	held, n := 0, 0
	for _, r := range equal {
		if r.P50 == nil || r.P50.Low == nil || r.P50.High == nil {
			continue
		}
		n++
		if *r.P50.Low <= 0 && 0 <= *r.P50.High {
			held++
		}
	}
	if n == 0 {
		return ""
	}
	low, high := stats.ClopperPearson(held, n, 0.025)
	return fmt.Sprintf("- **Intervals.** Of equal builds the 95%% interval of p50 contains 0 in %d of %d runs: %.3g%% (%.3g to %.3g%%). A start that is really faster or slower than another is a miss here.\n",
		held, n, 100*float64(held)/float64(n), 100*low, 100*high)
}

// otherLimits is what scripts with other limits would have said of the same runs
// of the baseline: a limit decides between false alarms and misses.
func otherLimits(list []condition, records []record) string {
	var parts []string
	for _, c := range list {
		runs := tallyOf(c, records).records
		if !c.vegeta || len(runs) == 0 {
			continue
		}
		p95, p50 := 0, 0
		for _, r := range runs {
			if r.P95B > 1.05*r.P95A {
				p95++
			}
			if pct, ok := r.effect(); ok && pct > 5 {
				p50++
			}
		}
		parts = append(parts, fmt.Sprintf("%s, of %d runs: p95 over 5%%: %d, p50 over 5%%: %d", c.name, len(runs), p95, p50))
	}
	if len(parts) == 0 {
		return ""
	}
	return "- **The script with another limit** would have alarmed so often in the same runs. " + strings.Join(parts, "; ") + ".\n"
}

// deciding is what comes after the last slice.
func deciding(compared []record) string {
	var ms []float64
	for _, r := range compared {
		if r.Decide > 0 {
			ms = append(ms, r.Decide)
		}
	}
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

// spread is how far the estimates of p50 differ between starts of the same two
// servers: noise and launch luck together.
func spread(list []condition, records []record) string {
	var parts []string
	for _, c := range list {
		var estimates []float64
		for _, r := range tallyOf(c, records).records {
			if r.P50 != nil {
				estimates = append(estimates, r.P50.Pct)
			}
		}
		if len(estimates) > 1 {
			parts = append(parts, fmt.Sprintf("%s %s, sd %.2g", c.name, ranged(estimates, "%+.1f%%"), deviation(estimates)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "- **Estimates of p50** by pairs, over the starts: " + strings.Join(parts, "; ") + " (points).\n"
}

// disturbances is what the machine did meanwhile.
func disturbances(compared []record) string {
	var loads, steals []float64
	left, pairs := 0, 0
	for _, r := range compared {
		loads = append(loads, r.Load)
		if r.Steal != nil {
			steals = append(steals, *r.Steal)
		}
		left, pairs = left+r.LeftOut, pairs+r.LeftOut+r.Pairs
	}
	if len(compared) == 0 {
		return ""
	}
	return fmt.Sprintf("- **Disturbances.** Load average before a run: %s; time stolen by the hypervisor: %s; left out of the counted runs because the generator was late: %d of %d pairs.\n",
		ranged(loads, "%.2f"), ranged(steals, "%.2f%%"), left, pairs)
}

// deviation is the standard deviation of a sample.
func deviation(values []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(values)-1))
}
