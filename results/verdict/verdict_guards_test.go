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
			[]string{"within_limits", "late_left_out late_a=6 late_b=6 of=48 pairs=12"},
		},
		{
			"13 of 48 pairs late", with(minute(), lateIn(13)).file(),
			Options{},
			"invalid",
			map[string]string{"total p50": "-"},
			[]string{"late_pairs lag_ms=1 of=48 pairs=13"},
		},
		{"no request to B", after(minute(), func(f *results.File) {
			f.Slices = slices.DeleteFunc(f.Slices, func(s results.Slice) bool { return s.Arm == results.ArmB })
		}), Options{}, "invalid", nil, []string{"none_sent arm=B"}},
		{
			"out of ports", after(minute(), func(f *results.File) { f.Slices[20].Classes["predict"].Errors = map[string]int64{results.ErrLocal: 1} }),
			Options{},
			"invalid", nil,
			[]string{"machine_exhausted"},
		},
		{
			"impossible counts", after(minute(), func(f *results.File) { f.Slices[20].Classes["predict"].Errors = map[string]int64{results.ErrReset: 99} }),
			Options{},
			"invalid", nil,
			[]string{"impossible error=judge: errors of \"total\": 99 of 50 requests in A, 0 of 50 in B"},
		},

		{
			"12 of 48 pairs excluded", after(minute(), excluding("steal", 12)),
			Options{},
			"ok",
			nil,
			[]string{"within_limits", "excluded_left_out of=48 pairs=12 text=steal"},
		},
		{
			"8 of 48 pairs excluded, 5 late", after(with(minute(), lateIn(5)), excluding("steal", 8)),
			Options{},
			"invalid",
			nil,
			[]string{"pairs_lost excluded=8 late=5 of=48 pairs=13 text=steal"},
		},
		{"interrupted in the last of three pairs", after(with(minute(), ofPairs(3)), excluding(string(results.Interrupted), 1)), Options{}, "inconclusive", nil, []string{"few_pairs least=12 pairs=2; at_least_more budget_s=76.5 s=16.5"}},

		{
			"0.2% dropped of B", with(minute(), dropping(results.ArmB, 5)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"requests_dropped arms=[{B 5 2400}]"},
		},
		{"0.2% dropped of A", with(minute(), dropping(results.ArmA, 5)).file(), Options{}, "inconclusive", nil, []string{"requests_dropped arms=[{A 5 2400}]"}},
		{"0.08% dropped", with(minute(), dropping(results.ArmB, 2)).file(), Options{}, "ok", nil, []string{"within_limits"}},
		{"half dropped of a slower B", with(with(minute(), slowBy(0.2)), dropping(results.ArmB, 1200)).file(), Options{}, "regression", nil, []string{"worse total.p50=+20.6"}},
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
			[]string{"unequal_requests classes=[{info 177 0}]"},
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
			[]string{"unequal_requests classes=[{predict 2400 768}]"},
		},

		// However many requests of B fail, it is no better than with a few.
		{
			"errors in 8% of B", with(minute(), failOf("predict", 4, results.ArmB)).file(),
			Options{},
			"regression",
			map[string]string{"total errors": "regression", "total p50": "inconclusive"},
			[]string{"worse total.errors=+8"},
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
			[]string{"never_answered arm=B error=refused of_error=2400 requests=2400 warm_up=false", "worse total.errors=+100"},
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
			[]string{"classes_unanswered arm=B classes="},
		},
		{"half fails in B, 4 pairs", with(with(minute(), ofPairs(4)), failOf("predict", 25, results.ArmB)).file(), Options{}, "regression", nil, []string{"worse total.errors=+50[+42.9,+56.9](0/200,100/200) failing=true p=0.00391 pairs=4 tests=1"}},
		{"half fails in B, 3 pairs", with(with(minute(), ofPairs(3)), failOf("predict", 25, results.ArmB)).file(), Options{}, "inconclusive", nil, []string{"fails_unproven errors={0 150 75 150}; at_least_more budget_s=69.9 s=9.9"}},
		{"half fails in A, 4 pairs", with(with(minute(), ofPairs(4)), failOf("predict", 25, results.ArmA)).file(), Options{}, "invalid", nil, []string{"mostly_failing both=false errors={100 200 0 200}"}},
		{"half fails in B, all pairs late", with(with(with(minute(), ofPairs(3)), lateIn(3)), failOf("predict", 25, results.ArmB)).file(), Options{}, "inconclusive", nil, []string{"fails_unproven errors={0 150 75 150}"}},
		{"errors in 8% of A", with(minute(), failOf("predict", 4, results.ArmA)).file(), Options{}, "invalid", map[string]string{"total errors": "-"}, []string{"mostly_failing both=false errors={192 2400 0 2400}"}},
		{"errors in 8% of both", with(minute(), failOf("predict", 4, "AB")).file(), Options{}, "invalid", nil, []string{"mostly_failing both=true errors={192 2400 192 2400}"}},
		{
			"errors in 2% of both", with(minute(), failOf("predict", 1, "AB")).file(),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok", "total errors": "inconclusive"},
			[]string{"undecided total.errors=+0[-0.806,+0.806](48/2400,48/2400) pairs=48; about_more budget_s=104 class=total metric=errors s=43.6"},
		},
		{
			"errors in 2% of B", with(minute(), failOf("predict", 1, results.ArmB)).file(),
			Options{},
			"regression",
			map[string]string{"total errors": "regression", "total p50": "inconclusive"},
			[]string{"worse total.errors=+2[+1.49,+2.64](0/2400,48/2400) p=5e-05 pairs=48 tests=5"},
		},
		{
			"errors in 2% of A: only survivors are seen", with(minute(), func(t *trial) { failOf("predict", 1, results.ArmA)(t); slowBy(0.2)(t) }).file(),
			Options{},
			"inconclusive",
			map[string]string{"total errors": "improved", "total p50": "inconclusive"},
			[]string{"survivors_only total.p50 total.p90 total.p99", "better total.errors=-2"},
		},
		{
			"a few new errors", with(minute(), failEvery(6)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total errors": "inconclusive"},
			[]string{"undecided total.errors=+0.333[+0.104,+0.656](0/2400,8/2400) pairs=48; about_more budget_s=134 class=total metric=errors s=74.2"},
		},

		{
			"4 new stalls", with(minute(), stalling(0, 4)).file(),
			Options{},
			"inconclusive",
			map[string]string{"total stalls": "inconclusive", "total p50": "ok"},
			[]string{"possible_stalls total.stalls(0,4) chance_pct=6.25 pairs=48; about_more budget_s=124 class=total metric=stalls s=63.5"},
		},
		{"4 stalls of each", with(minute(), stalling(4, 4)).file(), Options{}, "ok", map[string]string{"total stalls": "ok"}, []string{"within_limits"}},
		{
			"14 new stalls", with(minute(), stalling(0, 14)).file(),
			Options{},
			"regression",
			map[string]string{"total stalls": "regression"},
			[]string{"worse total.stalls(0,14) p=0.000305 pairs=48 tests=5"},
		},
		{
			"14 stalls gone", with(minute(), stalling(14, 0)).file(),
			Options{},
			"ok, improved",
			map[string]string{"total stalls": "improved"},
			[]string{"better total.stalls(14,0) p=0.000305", "within_limits"},
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
			[]string{"within_limits total.throughput=-0[-0,-0] total.stalls(0,0) total.errors=+0[-0.00617,+0.00617](0/48525,0/48525) pairs=48"},
		},
		{
			"closed, 10% fewer", after(minute(), atRate(0.9)),
			Options{},
			"regression",
			map[string]string{"total throughput": "regression"},
			[]string{"worse total.throughput=-10"},
		},
		{
			"closed, 10% more", after(minute(), atRate(1.1)),
			Options{},
			"ok, improved",
			map[string]string{"total throughput": "improved"},
			[]string{"better total.throughput=+9.97"},
		},
		{
			"closed, the generator is busy in 13 pairs", after(minute(), func(f *results.File) { atRate(1)(f); busyIn(13)(f) }),
			Options{},
			"inconclusive",
			map[string]string{"total throughput": "ok"},
			[]string{"busy_pairs of=48 pairs=13 pct=70"},
		},
		{"closed, the generator is busy in 12 pairs", after(minute(), func(f *results.File) { atRate(1)(f); busyIn(12)(f) }), Options{}, "ok", nil, []string{"within_limits"}},
		{"closed, slower and busy", after(minute(), func(f *results.File) { atRate(0.9)(f); busyIn(48)(f) }), Options{}, "regression", nil, []string{"worse total.throughput=-10"}},
		{"open, the generator is busy", after(minute(), busyIn(48)), Options{}, "ok", nil, []string{"within_limits"}},
		{
			"closed, with a limit of p50", after(minute(), atRate(1)), limitsOf("p50=3%"), "ok", nil,
			[]string{"within_limits", "limits_unused percentiles=[p50]"},
		},
		{
			"closed, 2% fewer", after(minute(), atRate(0.98)),
			Options{},
			"ok",
			map[string]string{"total throughput": "ok"},
			[]string{"within_limits", "worse_in_limits total.throughput=-2.06[-2.07,-2.06] p=1.07e-14 pairs=48 tests=3"},
		},

		{
			"a mix, alike", mixed().file(),
			Options{},
			"ok",
			map[string]string{"predict p99": "ok", "batch p90": "ok", "batch p99": "-", "health p99": "-", "health errors": "-"},
			[]string{"within_limits total.p50=+0.526", "unjudged batch.p99 info.p99 health.p90 health.p99"},
		},
		{"a mix, 20% slower", with(mixed(), slowBy(0.2)).file(), Options{}, "regression", map[string]string{"health p50": "regression"}, []string{"worse total.p50=+20.6"}},
		{"a mix, 30% faster", with(mixed(), slowBy(-0.3)).file(), Options{}, "ok, improved", map[string]string{"health p50": "improved"}, []string{"better total.p50=-29.6", "better predict.p50=-29.6"}},
		{
			"a slow class hidden in the total", with(mixed(), classBy("info", 1.3)).file(),
			Options{},
			"regression",
			map[string]string{"total p50": "ok", "total p90": "ok", "info p50": "regression", "predict p50": "ok"},
			[]string{"worse info.p50=+30.7", "worse info.p90=+32.9"},
		},
		{
			"a class that fails now and then is not judged", with(with(mixed(), classBy("info", 0.1)), failSometimes).file(), limitsOf("errors=90pp"), "inconclusive",
			map[string]string{"total p50": "ok", "predict p50": "ok", "info p50": "inconclusive", "info p90": "inconclusive"},
			[]string{"survivors_only info.p50 info.p90"},
		},
		{
			"a class that fails in both", with(mixed(), failOf("info", 1, "AB")).file(), limitsOf("errors=90pp"), "inconclusive",
			map[string]string{"total p50": "ok", "info p50": "inconclusive"},
			[]string{"failing_classes info.p50 info.p90"},
		},
		{
			"a rare class that fails", with(with(mixed(), classBy("health", 0.5)), failOf("health", 1, results.ArmB)).file(), limitsOf("errors=2pp"), "regression",
			map[string]string{"health p50": "inconclusive", "health errors": "regression"},
			[]string{"worse health.errors=+69.6"},
		},

		{
			"B does not keep up", after(minute(), warmedUp(3, 4)),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"uneven_load"},
		},
		{"neither keeps up", after(minute(), warmedUp(4, 4)), Options{}, "ok", nil, []string{"within_limits", "neither_kept_up"}},
		{"no warm-up", after(minute(), func(f *results.File) { f.Header.WarmupS = 0 }), Options{}, "ok", nil, []string{"within_limits", "no_warm_up"}},
		{"B is slow but keeps up", after(with(minute(), func(t *trial) { t.slow = 200 }), warmedUp(3, 3.4)), Options{}, "regression", nil, []string{"worse total.p50=+2e+04"}},

		{
			"cut off", after(minute(), func(f *results.File) { f.Footer = nil }),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "ok"},
			[]string{"part_only why={cut_off_early}", "within_limits"},
		},
		{"still going on", after(minute(), func(f *results.File) { f.Footer, f.Path = nil, "" }), Options{}, "ok", nil, []string{"within_limits"}},
		{
			"interrupted", after(with(minute(), slowBy(-0.2)), func(f *results.File) { f.Footer.Ended = results.Interrupted }),
			Options{},
			"inconclusive",
			map[string]string{"total p50": "improved"},
			[]string{"part_only why={interrupted_early}", "within_limits", "better total.p50=-19.6"},
		},
		{"failed", after(with(minute(), slowBy(0.2)), func(f *results.File) { f.Footer.Ended = results.Failed }), Options{}, "regression", nil, []string{"worse total.p50=+20.6"}},
		{"damaged", after(minute(), func(f *results.File) { f.Damage = "line 50: unexpected end" }), Options{}, "inconclusive", nil, []string{"part_only why={file_damaged}"}},
		{"compared with itself", after(with(minute(), stalling(0, 4)), func(f *results.File) { f.Header.Targets[1].Name = "legacy" }), Options{}, "inconclusive", nil, []string{"possible_stalls total.stalls(0,4) chance_pct=6.25"}},
	}
}
