package verdict

import (
	"slices"

	"github.com/mlbench/mlbench/results"
)

// guardCases are about what is no measurement, errors and stalls.
func guardCases() []verdictCase {
	return []verdictCase{
		{
			"12 of 48 pairs late", with(minute(), lateIn(12)).file(),
			Options{},
			"ok",
			map[string]string{"total p50": "ok"},
			[]string{"no regression", "12 of 48 pairs are left out because the load generator was late in them"},
		},
		{
			"13 of 48 pairs late", with(minute(), lateIn(13)).file(),
			Options{},
			"invalid",
			map[string]string{"total p50": "-"},
			[]string{"the load generator was late in 13 of 48 pairs (a tenth of a slice's requests by over 1ms)"},
		},
		{"no request to B", after(minute(), func(f *results.File) {
			f.Slices = slices.DeleteFunc(f.Slices, func(s results.Slice) bool { return s.Arm == results.ArmB })
		}), Options{}, "invalid", nil, []string{"no request was sent to modern"}},
		{
			"out of ports", after(minute(), func(f *results.File) { f.Slices[20].Classes["predict"].Errors = map[string]int64{results.ErrLocal: 1} }),
			Options{},
			"invalid", nil,
			[]string{"this machine ran out of ports, files or memory"},
		},
		{
			"impossible counts", after(minute(), func(f *results.File) { f.Slices[20].Classes["predict"].Errors = map[string]int64{results.ErrReset: 99} }),
			Options{},
			"invalid", nil,
			[]string{"the file holds what cannot have been measured"},
		},

		{
			"12 of 48 pairs excluded", after(minute(), excluding("steal", 12)),
			Options{},
			"ok",
			nil,
			[]string{"no regression", "12 of 48 pairs are left out because a slice was excluded as it was measured (steal)"},
		},
		{
			"8 of 48 pairs excluded, 5 late", after(with(minute(), lateIn(5)), excluding("steal", 8)),
			Options{},
			"invalid",
			nil,
			[]string{"13 of 48 pairs are left out: the load generator was late in 5, and in 8 a slice was excluded as it was measured (steal)"},
		},
		{"interrupted in the last of three pairs", after(with(minute(), ofPairs(3)), excluding(results.ExcludedByInterrupt, 1)), Options{}, "inconclusive", nil, []string{"not enough data: 2 pairs"}},

		{
			"0.2% dropped of B", with(minute(), dropping(results.ArmB, 5)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"5 of 2400 planned requests to modern were dropped because the in-flight limit was reached, and those would have been the slow ones: raise --connections or lower the rate"},
		},
		{"0.2% dropped of A", with(minute(), dropping(results.ArmA, 5)).file(), Options{}, "inconclusive", nil, []string{"5 of 2400 planned requests to legacy were dropped"}},
		{"0.08% dropped", with(minute(), dropping(results.ArmB, 2)).file(), Options{}, "ok", nil, []string{"no regression"}},
		{"half dropped of a slower B", with(with(minute(), slowBy(0.2)), dropping(results.ArmB, 1200)).file(), Options{}, "regression", nil, []string{"p50 +20."}},
		{
			"a class that B never got", after(mixed(), func(f *results.File) {
				for i := range f.Slices {
					if f.Slices[i].Arm == results.ArmB {
						delete(f.Slices[i].Classes, "info")
					}
				}
			}),
			Options{},
			"invalid",
			nil,
			[]string{"legacy and modern were not sent the same requests (info: "},
		},
		{
			"two thirds of B's requests are missing", after(minute(), func(f *results.File) {
				for i := range f.Slices {
					if d := f.Slices[i].Classes["predict"]; f.Slices[i].Arm == results.ArmB && d != nil {
						d.Planned, d.Sent, d.Done = d.Planned/3, d.Sent/3, d.Done/3
					}
				}
			}),
			Options{},
			"invalid",
			nil,
			[]string{"legacy and modern were not sent the same requests (predict: 2400 and 768), as both slices of a pair are: something of the file is missing"},
		},

		// However many requests of B fail, it is no better than with a few.
		{
			"errors in 8% of B", with(minute(), failOf("predict", 4, results.ArmB)).file(),
			Options{},
			"regression",
			map[string]string{"total errors": "regression", "total p50": "inconclusive"},
			[]string{"modern fails: errors +8.00 pp [95% CI +"},
		},
		{
			"every request to B is refused", with(minute(), func(t *trial) {
				t.slice = func(_ int, s *results.Slice) {
					if d := s.Classes["predict"]; s.Arm == results.ArmB {
						d.Done, d.Errors, d.Status, d.Clocks[results.ClockResponse], d.Clocks[results.ClockService] = 0, map[string]int64{results.ErrRefused: d.Sent}, nil, nil, nil
					}
				}
			}).file(),
			Options{},
			"regression",
			map[string]string{"total errors": "regression", "total p50": "-"},
			[]string{"modern never answered: all of 2400 requests failed (refused 2400)", "modern fails: errors +100.00 pp"},
		},
		// 2: a head that hangs leaves few pairs, and is to blame for that.
		{
			"B never answers one class, in 3 pairs", after(mixed(), func(f *results.File) {
				f.Slices = slices.DeleteFunc(f.Slices, func(s results.Slice) bool { return s.Pair > 3 })
				for i := range f.Slices {
					if d := f.Slices[i].Classes["info"]; f.Slices[i].Arm == results.ArmB && d != nil {
						d.Done, d.Errors, d.Status, d.Clocks = 0, map[string]int64{results.ErrReset: d.Sent}, nil, nil
					}
				}
			}),
			Options{},
			"regression", nil,
			[]string{"modern never answered info (all of "},
		},
		{"half fails in B, 4 pairs", with(with(minute(), ofPairs(4)), failOf("predict", 25, results.ArmB)).file(), Options{}, "regression", nil, []string{"modern fails: errors +50.00 pp [95% CI +42.88, +56.86], 0/200 vs 100/200, limit 0.5 pp (4 pairs, p=0.0039)"}},
		{"half fails in B, 3 pairs", with(with(minute(), ofPairs(3)), failOf("predict", 25, results.ArmB)).file(), Options{}, "inconclusive", nil, []string{"modern fails: 75 of 150 requests failed, of legacy 0 of 150: so few pairs do not prove that it is no chance"}},
		{"half fails in A, 4 pairs", with(with(minute(), ofPairs(4)), failOf("predict", 25, results.ArmA)).file(), Options{}, "invalid", nil, []string{"legacy fails: over 5% of the requests failed (legacy 100 of 200, modern 0 of 200)"}},
		{"half fails in B, all pairs late", with(with(with(minute(), ofPairs(3)), lateIn(3)), failOf("predict", 25, results.ArmB)).file(), Options{}, "inconclusive", nil, []string{"modern fails: 75 of 150 requests failed"}},
		{"errors in 8% of A", with(minute(), failOf("predict", 4, results.ArmA)).file(), Options{}, "invalid", map[string]string{"total errors": "-"}, []string{"legacy fails: over 5% of the requests failed (legacy 192 of 2400, modern 0 of 2400)"}},
		{"errors in 8% of both", with(minute(), failOf("predict", 4, "AB")).file(), Options{}, "invalid", nil, []string{"legacy and modern fail: over 5%"}},
		{
			"errors in 2% of both", with(minute(), failOf("predict", 1, "AB")).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok", "total errors": "inconclusive"},
			[]string{"not enough data: errors could be anywhere from -"},
		},
		{
			"errors in 2% of B", with(minute(), failOf("predict", 1, results.ArmB)).file(),
			Options{},
			"regression",
			map[string]string{"total errors": "regression", "total p50": "inconclusive"},
			[]string{"errors +2.00 pp [95% CI +1.49, +2.64], 0/2400 vs 48/2400, limit 0.5 pp (48 pairs, p=5e-5"},
		},
		{
			"errors in 2% of A: only survivors are seen", with(minute(), func(t *trial) { failOf("predict", 1, results.ArmA)(t); slowBy(0.2)(t) }).file(),
			Options{},
			"inconclusive",
			map[string]string{"total errors": "improved", "total p50": "inconclusive"},
			[]string{"legacy and modern fail differently often, and those that fail may be the slow ones: withheld are p50, p90, p99", "improved: errors -2.00 pp"},
		},
		{
			"a few new errors", with(minute(), failEvery(6)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total errors": "inconclusive"},
			[]string{"not enough data: errors could be anywhere from +0.10 pp to +0.66 pp (95% CI; estimate +0.33 pp, limit 0.5 pp, 0/2400 vs 8/2400). About 80s more"},
		},

		{
			"4 new stalls", with(minute(), stalling(0, 4)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total stalls": "inconclusive", "total p50": "ok"},
			[]string{"possible new stalls: only modern froze (a request of over 10 medians) in 4 of 48 pairs, only legacy in 0 (by chance alone: 6%). About 70s more would settle it: --budget 130s"},
		},
		{"4 stalls of each", with(minute(), stalling(4, 4)).file(), Options{}, "ok", map[string]string{"total stalls": "ok"}, []string{"no regression"}},
		{
			"14 new stalls", with(minute(), stalling(0, 14)).file(),
			Options{},
			"regression",
			map[string]string{"total stalls": "regression"},
			[]string{"new stalls: only modern froze (a request of over 10 medians) in 14 of 48 pairs, only legacy in 0 (48 pairs, p=3e-4"},
		},
		{
			"14 stalls gone", with(minute(), stalling(14, 0)).file(),
			Options{},
			"ok, improved",
			map[string]string{"total stalls": "improved"},
			[]string{"improved: fewer stalls: only modern froze", "no regression"},
		},
	}
}

// modelCases are about throughput, classes, load that is not sustained and
// measurements without an end.
func modelCases() []verdictCase {
	return []verdictCase{
		{
			"closed, alike", after(minute(), atRate(1)),
			Options{},
			"ok",
			map[string]string{"total throughput": "ok", "total p50": "-", "total errors": "ok"},
			[]string{"no regression beyond limits: throughput +0.0% [90% CI +0.0, +0.0] >-5%; stalls"},
		},
		{
			"closed, 10% fewer", after(minute(), atRate(0.9)),
			Options{},
			"regression",
			map[string]string{"total throughput": "regression"},
			[]string{"throughput -10.0% [95% CI -10."},
		},
		{
			"closed, 10% more", after(minute(), atRate(1.1)),
			Options{},
			"ok, improved",
			map[string]string{"total throughput": "improved"},
			[]string{"improved: throughput +10.0% [95% CI +"},
		},
		{
			"closed, the generator is busy in 13 pairs", after(minute(), func(f *results.File) { atRate(1)(f); busyIn(13)(f) }),
			Options{},
			"inconclusive",
			map[string]string{"total throughput": "ok"},
			[]string{"the load generator used over 70% of the cores it may use in 13 of 48 pairs: throughput may be its limit and not the targets'"},
		},
		{"closed, the generator is busy in 12 pairs", after(minute(), func(f *results.File) { atRate(1)(f); busyIn(12)(f) }), Options{}, "ok", nil, []string{"no regression"}},
		{"closed, slower and busy", after(minute(), func(f *results.File) { atRate(0.9)(f); busyIn(48)(f) }), Options{}, "regression", nil, []string{"throughput -10."}},
		{"open, the generator is busy", after(minute(), busyIn(48)), Options{}, "ok", nil, []string{"no regression"}},
		{
			"closed, with a limit of p50", after(minute(), atRate(1)), limitsOf("p50=3%"), "ok", nil,
			[]string{"no regression", "of the closed model throughput is judged, and no percentile: the limit of p50 counts for nothing here"},
		},
		{
			"closed, 2% fewer", after(minute(), atRate(0.98)),
			Options{},
			"ok",
			map[string]string{"total throughput": "ok"},
			[]string{"no regression", "really slower, but within your limits: throughput -2."},
		},

		{
			"a mix, alike", mixed().file(),
			Options{},
			"ok",
			map[string]string{"predict p99": "ok", "batch p90": "ok", "batch p99": "-", "health p99": "-", "health errors": "-"},
			[]string{"no regression beyond limits: p50", "not judged, for too little data: batch p99, info p99, health p90, health p99"},
		},
		{"a mix, 20% slower", with(mixed(), slowBy(0.2)).file(), Options{}, "regression", map[string]string{"health p50": "regression"}, []string{"p50 +20."}},
		{"a mix, 30% faster", with(mixed(), slowBy(-0.3)).file(), Options{}, "ok, improved", map[string]string{"health p50": "improved"}, []string{"improved: p50 -29.", "improved: predict p50"}},
		{
			"a slow class hidden in the total", with(mixed(), classBy("info", 1.3)).file(),
			Options{},
			"regression",
			map[string]string{"total p50": "ok", "total p90": "ok", "info p50": "regression", "predict p50": "ok"},
			[]string{"info p50 +30.", "info p90 +3"},
		},
		{
			"a class that fails now and then is not judged", with(with(mixed(), classBy("info", 0.1)), failSometimes).file(), limitsOf("errors=90pp"), "inconclusive",
			map[string]string{"total p50": "ok", "predict p50": "ok", "info p50": "inconclusive", "info p90": "inconclusive"},
			[]string{"legacy and modern fail differently often, and those that fail may be the slow ones: withheld are info p50, info p90"},
		},
		{
			"a class that fails in both", with(mixed(), failOf("info", 1, "AB")).file(), limitsOf("errors=90pp"), "inconclusive",
			map[string]string{"total p50": "ok", "info p50": "inconclusive"},
			[]string{"over 5% of these requests fail: withheld are info p50, info p90"},
		},
		{
			"a rare class that fails", with(with(mixed(), classBy("health", 0.5)), failOf("health", 1, results.ArmB)).file(), limitsOf("errors=2pp"), "regression",
			map[string]string{"health p50": "inconclusive", "health errors": "regression"},
			[]string{"health errors +69.57 pp"},
		},

		{
			"B does not keep up", after(minute(), warmedUp(3, 4)),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"one of legacy and modern kept up with the load of the warm-up and the other did not: lower the rate"},
		},
		{"neither keeps up", after(minute(), warmedUp(4, 4)), Options{}, "ok", nil, []string{"no regression", "neither target kept up with the load of the warm-up"}},
		{"no warm-up", after(minute(), func(f *results.File) { f.Header.WarmupS = 0 }), Options{}, "ok", nil, []string{"no regression", "without a warm-up nothing tells whether the targets keep up"}},
		{"B is slow but keeps up", after(with(minute(), func(t *trial) { t.slow = 200 }), warmedUp(3, 3.4)), Options{}, "regression", nil, []string{"p50 +200"}},

		{
			"cut off", after(minute(), func(f *results.File) { f.Footer = nil }),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"the measurement was cut off before its end: a part of one is no pass", "until then no regression beyond limits"},
		},
		{"still going on", after(minute(), func(f *results.File) { f.Footer, f.Path = nil, "" }), Options{}, "ok", nil, []string{"no regression"}},
		{
			"interrupted", after(with(minute(), slowBy(-0.2)), func(f *results.File) { f.Footer.Ended = results.Interrupted }),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "improved"},
			[]string{"the measurement was interrupted before its end: a part", "until then", "improved: p50"},
		},
		{"failed", after(with(minute(), slowBy(0.2)), func(f *results.File) { f.Footer.Ended = results.Failed }), Options{}, "regression", nil, []string{"p50 +20."}},
		{"damaged", after(minute(), func(f *results.File) { f.Damage = "line 50: unexpected end" }), Options{}, "inconclusive", nil, []string{"the result file is damaged: a part"}},
		{"compared with itself", after(with(minute(), stalling(0, 4)), func(f *results.File) { f.Header.Targets[1].Name = "legacy" }), Options{}, "inconclusive", nil, []string{"possible new stalls: only B froze"}},
	}
}
