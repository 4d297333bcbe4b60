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
	says    []string          // parts of the first reasons, in order
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
			[]string{"no regression beyond limits: p50 "},
		},
		{
			"20% slower", with(minute(), slowBy(0.2)).file(),
			Options{},
			"regression",
			map[string]string{"total p50": "regression", "total p90": "regression", "total p99": "regression", "total stalls": "ok", "total errors": "ok"},
			[]string{"p50 +20.", "p90 +20.", "p99 +20."},
		},
		{
			"20% faster", with(minute(), slowBy(-0.2)).file(),
			Options{},
			"ok, improved",
			map[string]string{"total p50": "improved", "total p90": "improved", "total p99": "improved"},
			[]string{"improved: p50 -19.", "no regression beyond limits: stalls 0 vs 0; errors 0/2400 vs 0/2400"},
		},
		{
			"slower within the limit", with(minute(), slowBy(0.02)).file(),
			Options{},
			"ok",
			map[string]string{"total p50": "ok"},
			[]string{"no regression", "really slower, but within your limits: p50 +2.5% [90% CI +1.4, +3.9], limit 5%; p90 +2.5% [90% CI +1.4, +3.9], limit 10% (48 pairs, p≤0.001, Holm-corrected for 5 tests)"},
		},
		{
			"20% slower within a limit of 30%", with(minute(), slowBy(0.2)).file(), limitsOf("p50=30%,p90=30%,p99=30%"), "ok",
			map[string]string{"total p50": "ok"},
			[]string{"no regression", "really slower, but within your limits: p50 +20."},
		},
		{
			"3% slower, a limit of 2%", with(minute(), func(t *trial) { t.slow, t.noise = 1.03, 0.01 }).file(), limitsOf("p50=2%"), "regression",
			map[string]string{"total p50": "regression", "total p90": "ok"},
			[]string{"p50 +3."},
		},
		{
			"and strict", with(minute(), func(t *trial) { t.slow, t.noise = 1.03, 0.04 }).file(),
			Options{Strict: true, Limits: limitsOf("p50=2%").Limits},
			"inconclusive",
			map[string]string{"total p50": "inconclusive"},
			[]string{"possibly worse, not proven: p50 +3."},
		},
		{
			"strict by the file", with(minute(), func(t *trial) {
				t.slow, t.noise, t.header = 1.03, 0.04, func(h *results.Header) { h.Strict, h.Limits = true, "p50=2%" }
			}).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "inconclusive"},
			[]string{"possibly worse, not proven: p50 +3."},
		},
		{
			"limits of the file", with(minute(), func(t *trial) {
				t.slow, t.header = 1.2, func(h *results.Header) { h.Limits = "p50=40%,p90=off,p99=off" }
			}).file(),
			Options{},
			"ok",
			map[string]string{"total p50": "ok", "total p90": "-"},
			[]string{"no regression"},
		},
		{
			"limits of the file that cannot be read", with(minute(), func(t *trial) { t.header = func(h *results.Header) { h.Limits = "p50=cheap" } }).file(),
			Options{},
			"invalid", nil,
			[]string{"the file's limits cannot be read"},
		},
		{
			"no limits", minute().file(),
			Options{Limits: &Limits{Errors: 0.005}},
			"inconclusive",
			map[string]string{"total p50": "-", "total errors": "ok"},
			[]string{"no percentile has a limit"},
		},
		{
			"percentiles that are not shown unasked", with(minute(), slowBy(0.2)).file(),
			Options{Percentiles: []float64{0.75}, Limits: limitsOf("p95=7%").Limits},
			"regression",
			map[string]string{"total p75": "-", "total p95": "regression"},
			[]string{"p50 +20.", "p90 +20.", "p95 +20."},
		},

		{
			"a chosen p99.9 that cannot be judged", minute().file(), limitsOf("p99.9=10%"), "inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"not enough data: p99.9 has a limit of your own, 10%, and too few requests in 48 pairs to be judged. About 270s more would settle it: --budget 330s"},
		},
		{"a chosen p99.9 of a slower B", with(minute(), slowBy(0.2)).file(), limitsOf("p99.9=10%"), "regression", nil, []string{"p50 +20."}},
		{
			"a chosen p99 in too few slices for any", with(minute(), ofPairs(20)).file(), limitsOf("p99.99=10%"), "inconclusive",
			nil,
			[]string{"not enough data: p99.99 has a limit of your own, 10%, and too few requests in 20 pairs to be judged. About 45m more"},
		},
		{"the default p99 that cannot be judged", with(minute(), ofPairs(20)).file(), limitsOf("p99=20%"), "ok", map[string]string{"total p99": "-"}, []string{"no regression", "not judged, for too little data: p99"}},

		{
			"8 pairs", after(with(minute(), ofPairs(8)), func(f *results.File) { f.Header.BudgetS = 15 }),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "-", "total errors": "inconclusive"},
			[]string{"not enough data: 8 pairs, and no verdict comes from fewer than 12. At least 10s more are needed: --budget 30s"},
		},
		{"no pair", with(minute(), ofPairs(0)).file(), Options{}, "invalid", nil, []string{"no request was sent to legacy"}},
		{
			"wide", with(minute(), noisy(0.3)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "inconclusive"},
			[]string{"possibly worse, not proven: p50 +5.4% [95% CI -7.9, +23.7], limit 5% (48 pairs, p=1, Holm-corrected for 5 tests). About 12m more", "not enough data: p90 could be anywhere from -7.9% to +23.6% (95% CI; estimate +5.4%, limit 10%, 48 pairs)"},
		},
		{
			"wide, at the limit", with(minute(), noisy(0.25)).file(),
			Options{},
			"inconclusive", nil,
			[]string{"not enough data: p50 could be anywhere from -6.7% to +19.3% (95% CI; estimate +4.5%, limit 5%, 48 pairs). About 7h more, or a wider limit, would settle it: --budget 7h"},
		},
		{"one look passes", with(minute(), func(t *trial) { t.noise, t.seed = 0.13, 3 }).file(), Options{}, "ok", nil, []string{""}},
		{"two looks do not yet", with(minute(), func(t *trial) {
			t.noise, t.seed, t.header = 0.13, 3, func(h *results.Header) { h.Looks = make(results.Looks, 2) }
		}).file(), Options{}, "inconclusive", nil, []string{""}},
		{"wide, for hours", after(with(minute(), noisy(1.2)), func(f *results.File) { f.Header.BudgetS = 7200 }), Options{}, "inconclusive", nil, []string{""}},
	}
}
