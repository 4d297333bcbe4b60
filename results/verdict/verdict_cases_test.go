package verdict

import (
	"slices"
	"sync"

	"github.com/mlbench/mlbench/results"
)

// verdictCase is a row of the truth table.
type verdictCase struct {
	name    string
	file    *results.File
	options Options
	want    string            // verdict, and whether improved
	rows    map[string]string // outcome by "class metric"; - is not judged
	says    []string          // how the first findings begin, as told has them
}

// with is t with a change.
func with(t trial, change func(*trial)) trial { change(&t); return t }

// after is the file of t with a change.
func after(t trial, change func(*results.File)) *results.File {
	f := t.file()
	change(f)
	return f
}

func limitsOf(s string) Options {
	l, err := ParseLimits(s)
	if err != nil {
		panic(err)
	}
	return Options{Limits: &l}
}

// verdictCases is the truth table.
var verdictCases = sync.OnceValue(func() []verdictCase {
	return slices.Concat(limitCases(), guardCases(), modelCases())
})

// limitCases are about changes, limits and the amount of data.
func limitCases() []verdictCase {
	return []verdictCase{
		{
			"identical", minute().file(),
			Options{},
			"ok",
			map[string]string{"total p50": "ok", "total p90": "ok", "total p99": "ok", "total stalls": "ok", "total errors": "ok", "total p95": "-", "total max": "-", "total throughput": "-"},
			[]string{"within_limits total.p50=+0.533"},
		},
		{
			"20% slower", with(minute(), slowBy(0.2)).file(),
			Options{},
			"regression",
			map[string]string{"total p50": "regression", "total p90": "regression", "total p99": "regression", "total stalls": "ok", "total errors": "ok"},
			[]string{"worse total.p50=+20.6", "worse total.p90=+20.6", "worse total.p99=+20.5"},
		},
		{
			"20% faster", with(minute(), slowBy(-0.2)).file(),
			Options{},
			"ok, improved",
			map[string]string{"total p50": "improved", "total p90": "improved", "total p99": "improved"},
			[]string{"better total.p50=-19.6", "within_limits total.stalls(0,0) total.errors=+0[-0.125,+0.125](0/2400,0/2400) pairs=48"},
		},
		{
			"slower within the limit", with(minute(), slowBy(0.02)).file(),
			Options{},
			"ok",
			map[string]string{"total p50": "ok"},
			[]string{"within_limits", "worse_in_limits total.p50=+2.54[+1.37,+3.87] total.p90=+2.54[+1.4,+3.88] p=0.00102 pairs=48 tests=5"},
		},
		{
			"20% slower within a limit of 30%", with(minute(), slowBy(0.2)).file(), limitsOf("p50=30%,p90=30%,p99=30%"), "ok",
			map[string]string{"total p50": "ok"},
			[]string{"within_limits", "worse_in_limits total.p50=+20.6[+19.3,+22.2] total.p90=+20.6[+19.3,+22.2] total.p99=+20.5[+18.4,+22.8] p=1.79e-07 pairs=48 tests=5"},
		},
		{
			"3% slower, a limit of 2%", with(minute(), func(t *trial) { t.slow, t.noise = 1.03, 0.01 }).file(), limitsOf("p50=2%"), "regression",
			map[string]string{"total p50": "regression", "total p90": "ok"},
			[]string{"worse total.p50=+3.18"},
		},
		{
			"and strict", with(minute(), func(t *trial) { t.slow, t.noise = 1.03, 0.04 }).file(),
			Options{Strict: true, Limits: limitsOf("p50=2%").Limits},
			"inconclusive",
			map[string]string{"total p50": "inconclusive"},
			[]string{"possibly_worse total.p50=+3.73"},
		},
		{
			"strict by the file", with(minute(), func(t *trial) {
				t.slow, t.noise, t.header = 1.03, 0.04, func(h *results.Header) { h.Strict, h.Limits = true, "p50=2%" }
			}).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "inconclusive"},
			[]string{"possibly_worse total.p50=+3.73"},
		},
		{
			"limits of the file", with(minute(), func(t *trial) {
				t.slow, t.header = 1.2, func(h *results.Header) { h.Limits = "p50=40%,p90=off,p99=off" }
			}).file(),
			Options{},
			"ok",
			map[string]string{"total p50": "ok", "total p90": "-"},
			[]string{"within_limits"},
		},
		{
			"limits of the file that cannot be read", with(minute(), func(t *trial) { t.header = func(h *results.Header) { h.Limits = "p50=cheap" } }).file(),
			Options{},
			"invalid", nil,
			[]string{"limits_unreadable error="},
		},
		{
			"no limits", minute().file(),
			Options{Limits: &Limits{Errors: 0.005}},
			"inconclusive",
			map[string]string{"total p50": "-", "total errors": "ok"},
			[]string{"no_limits"},
		},
		{
			"percentiles that are not shown unasked", with(minute(), slowBy(0.2)).file(),
			Options{Percentiles: []float64{0.75}, Limits: limitsOf("p95=7%").Limits},
			"regression",
			map[string]string{"total p75": "-", "total p95": "regression"},
			[]string{"worse total.p50=+20.6", "worse total.p90=+20.6", "worse total.p95=+20.6"},
		},

		{
			"a chosen p99.9 that cannot be judged", minute().file(), limitsOf("p99.9=10%"), "inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"limit_unjudged total.p99.9 pairs=48; about_more budget_s=329 class=total metric=p99.9 s=269"},
		},
		{"a chosen p99.9 of a slower B", with(minute(), slowBy(0.2)).file(), limitsOf("p99.9=10%"), "regression", nil, []string{"worse total.p50=+20.6"}},
		{
			"a chosen p99 in too few slices for any", with(minute(), ofPairs(20)).file(), limitsOf("p99.99=10%"), "inconclusive",
			nil,
			[]string{"limit_unjudged total.p99.99 pairs=20; about_more_or_wider budget_s=2.45e+03 class=total metric=p99.99 s=2.39e+03"},
		},
		{"the default p99 that cannot be judged", with(minute(), ofPairs(20)).file(), limitsOf("p99=20%"), "ok", map[string]string{"total p99": "-"}, []string{"within_limits", "unjudged total.p99"}},

		{
			"8 pairs", after(with(minute(), ofPairs(8)), func(f *results.File) { f.Header.BudgetS = 15 }),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "-", "total errors": "inconclusive"},
			[]string{"few_pairs least=12 pairs=8; at_least_more budget_s=23.8 s=4.45"},
		},
		{"no pair", with(minute(), ofPairs(0)).file(), Options{}, "invalid", nil, []string{"none_but_warm_up arm=A"}},
		{
			"wide", with(minute(), noisy(0.3)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "inconclusive"},
			[]string{"possibly_worse total.p50=+5.41[-7.93,+23.7] p=1 pairs=48 tests=5; about_more budget_s=764 class=total metric=p50 s=704", "undecided total.p90=+5.42[-7.9,+23.6] pairs=48"},
		},
		{
			"wide, at the limit", with(minute(), noisy(0.25)).file(),
			Options{},
			"inconclusive", nil,
			[]string{"undecided total.p50=+4.48[-6.67,+19.3] pairs=48; about_more budget_s=265 class=total metric=p50 s=205"},
		},
		{"one look passes", with(minute(), func(t *trial) { t.noise, t.seed = 0.13, 3 }).file(), Options{}, "ok", nil, []string{""}},
		{"two looks do not yet", with(minute(), func(t *trial) {
			t.noise, t.seed, t.header = 0.13, 3, func(h *results.Header) { h.Looks = make([]int, 2) }
		}).file(), Options{}, "inconclusive", nil, []string{""}},
		{"wide, for hours", after(with(minute(), noisy(1.2)), func(f *results.File) { f.Header.BudgetS = 7200 }), Options{}, "inconclusive", nil, []string{""}},
	}
}
