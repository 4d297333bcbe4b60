package stats

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestPlanLooks(t *testing.T) {
	for _, tt := range []struct {
		pairs       int
		at          []int
		alpha, beta []float64
	}{
		{0, []int{1}, []float64{1}, []float64{1}},
		{14, []int{14}, []float64{1}, []float64{1}},
		{31, []int{31}, []float64{1}, []float64{1}},
		{32, []int{24, 32}, []float64{0.5, 0.5}, []float64{0.5, 0.5}},
		{48, []int{24, 48}, []float64{0.5, 0.5}, []float64{0.5, 0.5}},
		{96, []int{24, 48, 96}, []float64{0.3, 0.3, 0.4}, []float64{0, 0.5, 0.5}},
		{110, []int{24, 48, 110}, []float64{0.3, 0.3, 0.4}, []float64{0, 0.5, 0.5}},
		{192, []int{24, 48, 96, 192}, []float64{0.25, 0.20, 0.25, 0.30}, []float64{0, 0.4, 0.3, 0.3}},
		{400, []int{24, 48, 96, 192, 400}, []float64{0.25, 0.20, 0.25, 0.15, 0.15}, []float64{0, 0.4, 0.3, 0.15, 0.15}},
	} {
		var want []Look
		for i, n := range tt.at {
			want = append(want, Look{n, tt.alpha[i], tt.beta[i]})
		}
		if diff := cmp.Diff(want, Looks(PlanLooks(tt.pairs))); diff != "" {
			t.Errorf("%d pairs (-want +got):\n%s", tt.pairs, diff)
		}
	}
	for launches, want := range map[int][]int{4: {4}, 6: {4, 6}, 8: {4, 8}, 12: {4, 8, 12}, 16: {4, 8, 12, 16}, 18: {4, 8, 12, 18}, 40: {4, 8, 12, 16, 40}} {
		if diff := cmp.Diff(want, PlanLaunchLooks(launches)); diff != "" {
			t.Errorf("%d launches (-want +got):\n%s", launches, diff)
		}
	}
}

func TestEveryPlanIsOne(t *testing.T) {
	for n := range 5000 {
		for _, plan := range [][]Look{Looks(PlanLooks(n)), Looks(PlanLaunchLooks(n))} {
			if err := checkLooks(plan); err != nil || plan[len(plan)-1].Pairs != max(n, 1) {
				t.Fatalf("%d: %v, %v", n, plan, err)
			}
		}
	}
}

// first has the first n pairs of everything.
func first(e Evidence, n int) Evidence {
	out := e
	out.Metrics, out.Stalls, out.Errors = slices.Clone(e.Metrics), slices.Clone(e.Stalls), slices.Clone(e.Errors)
	cut := func(v []float64, n int) []float64 { return v[:min(n, len(v))] }
	for i := range out.Metrics {
		m := &out.Metrics[i]
		k := n / max(m.Group, 1)
		m.D, m.Slot = cut(m.D, k), cut(m.Slot, k)
	}
	for i := range out.Stalls {
		out.Stalls[i].Pairs = min(n, out.Stalls[i].Pairs)
	}
	for i := range out.Errors {
		out.Errors[i].Pairs = out.Errors[i].Pairs[:min(n, len(out.Errors[i].Pairs))]
	}
	if c := e.Course; c != nil {
		out.Course = &Course{cut(c.D, n), cut(c.Slot, n), cut(c.After, n)}
	}
	return out
}

// long is identical() of as many pairs.
func long(pairs int) Evidence {
	return Evidence{
		Metrics: []Metric{
			{Name: "p50", Class: "total", D: around(0, 0.02, pairs), Margin: 0.05},
			{Name: "p90", Class: "total", D: around(0, 0.03, pairs), Margin: 0.10},
			{Name: "p99", Class: "total", D: around(0, 0.05, pairs/2), Margin: 0.20, Group: 2},
		},
		Stalls: []Stalls{{Class: "total", Pairs: pairs}},
		Errors: []Errors{failing("total", true, pairs, 0, 0)},
	}
}

// What is decided at which look.
func TestJudgeLooks(t *testing.T) {
	type decided struct {
		Outcome Outcome
		Look    int // pairs judged
		Interim bool
		Reasons []Reason
	}
	for name, tt := range map[string]struct {
		pairs int
		ended bool
		with  func(e *Evidence)
		want  decided
	}{
		"identical passes at the second look": {192, false, func(*Evidence) {}, decided{OK, 48, false, nil}},
		"nothing passes at the first":         {24, false, func(*Evidence) {}, decided{Inconclusive, 24, true, []Reason{Pending}}},
		"twice as slow":                       {192, false, func(e *Evidence) { e.Metrics[p50].D = around(pct(100), 0.05, 192) }, decided{Regression, 24, false, nil}},
		"by 8%, proven beyond 5":              {192, false, func(e *Evidence) { e.Metrics[p50].D = around(pct(8), 0.02, 192) }, decided{Regression, 24, false, nil}},
		// The ordinary rule would call it one at the first look.
		"by 5.5% is for the last look to find":   {192, false, func(e *Evidence) { e.Metrics[p50].D = around(pct(5.5), 0.05, 192) }, decided{Regression, 192, false, nil}},
		"and is open until then":                 {191, false, func(e *Evidence) { e.Metrics[p50].D = around(pct(5.5), 0.05, 192) }, decided{Inconclusive, 96, true, nil}},
		"or until the end":                       {100, true, func(e *Evidence) { e.Metrics[p50].D = around(pct(5.5), 0.05, 192) }, decided{Regression, 100, false, nil}},
		"by 2%: passes when it is known":         {192, false, func(e *Evidence) { e.Metrics[p50].D = around(pct(2), 0.05, 192) }, decided{OK, 48, false, nil}},
		"a short one passes by all that is left": {30, true, func(*Evidence) {}, decided{OK, 30, false, nil}},
		"p99 has its groups later":               {192, false, func(e *Evidence) { e.Metrics[p99].D, e.Metrics[p99].Group = around(0, 0.05, 24), 8 }, decided{OK, 96, false, nil}},
		"or is not waited for if it has none":    {192, false, func(e *Evidence) { e.Metrics[p99].D, e.Metrics[p99].Group = around(0, 0.05, 8), 24 }, decided{OK, 48, false, nil}},
		"nor if it is watched only": {192, false, func(e *Evidence) {
			e.Metrics[p99].D, e.Metrics[p99].Group, e.Metrics[p99].Role = around(0, 0.05, 24), 8, Watched
		}, decided{OK, 48, false, nil}},
		"noise is not waited out if it is watched": {192, false, func(e *Evidence) { e.Metrics[p90].D, e.Metrics[p90].Role = around(0, 1, 192), Watched }, decided{OK, 48, false, nil}},
		"noise":                        {192, false, func(e *Evidence) { e.Metrics[p90].D = around(0, 1, 192) }, decided{Inconclusive, 192, false, nil}},
		"stalls seldom enough to miss": {192, false, func(e *Evidence) { e.Stalls[0].Gap = 40 }, decided{OK, 96, false, nil}},
		"a watched metric may prove":   {192, false, func(e *Evidence) { e.Metrics[p90].D, e.Metrics[p90].Role = around(pct(50), 0.05, 192), Watched }, decided{Regression, 24, false, nil}},
		"a guard may not":              {192, false, func(e *Evidence) { e.Metrics[p90].D, e.Metrics[p90].Role = around(pct(50), 0.05, 192), Guarding }, decided{Inconclusive, 192, false, nil}},
		"all fail":                     {192, false, func(e *Evidence) { e.Errors[0] = failing("total", true, 192, 0, 9600) }, decided{Regression, 24, false, nil}},
		"blocked":                      {192, false, func(e *Evidence) { e.Blocked = true }, decided{Inconclusive, 192, false, []Reason{PassBlocked}}},
		"invalid may get better":       {24, false, func(e *Evidence) { e.Invalid = true }, decided{Invalid, 24, true, []Reason{NoiseDecided}}},
	} {
		t.Run(name, func(t *testing.T) {
			e := long(192)
			tt.with(&e)
			v, err := JudgeLooks(Looks(PlanLooks(192)), tt.pairs, tt.ended, func(n int) Evidence { return first(e, n) }, RuleFor(1))
			if err != nil {
				t.Fatal(err)
			}
			got := decided{v.Outcome, v.Looks[len(v.Looks)-1].Pairs, v.Interim, v.Reasons}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if v.Confidence != 0.9 {
				t.Errorf("confidence %v", v.Confidence)
			}
		})
	}
}

// The last look after an unplanned end spends what the others left, no more.
func TestUnplannedEndSpendsTheRest(t *testing.T) {
	e := long(192)
	e.Metrics[p90].D = around(0, 1, 192) // open
	for n, want := range map[int][]Look{
		10:  {{10, 1, 1}},
		24:  {{24, 0.25, 0}, {24, 0.75, 1}},
		100: {{24, 0.25, 0}, {48, 0.20, 0.4}, {96, 0.25, 0.3}, {100, 0.30, 0.3}},
		192: {{24, 0.25, 0}, {48, 0.20, 0.4}, {96, 0.25, 0.3}, {192, 0.30, 0.3}},
		200: {{24, 0.25, 0}, {48, 0.20, 0.4}, {96, 0.25, 0.3}, {192, 0.30, 0.3}},
	} {
		v, err := JudgeLooks(Looks(PlanLooks(192)), n, true, func(n int) Evidence { return first(e, n) }, RuleFor(1))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, v.Looks, within(1e-12)); diff != "" || v.Interim {
			t.Errorf("%d pairs, interim %v (-want +got):\n%s", n, v.Interim, diff)
		}
	}
	if _, err := JudgeLooks(Looks(PlanLooks(192)), 23, false, nil, RuleFor(1)); err == nil || !strings.Contains(err.Error(), "23 pairs are fewer than the 24 of the first look") {
		t.Errorf("before the first look: %v", err)
	}
}

// The intervals shown are those that the verdict rests on.
func TestIntervalsOfLooks(t *testing.T) {
	e := long(192)
	judged := func(n int, ended bool) Judgement {
		v, err := JudgeLooks(Looks(PlanLooks(192)), n, ended, func(n int) Evidence { return first(e, n) }, RuleFor(1))
		if err != nil {
			t.Fatal(err)
		}
		return v.Judgements[p50]
	}
	want := func(what string, j Judgement, n int, alpha float64) {
		lo, hi, _ := HLInterval(e.Metrics[p50].D[:n], alpha)
		if j.Low != lo || j.High != hi {
			t.Errorf("%s: [%v, %v], want [%v, %v]", what, j.Low, j.High, lo, hi)
		}
	}
	want("a pass, at the level of its look", judged(48, false), 48, 0.05*0.4)
	want("open: that of the last look", judged(24, false), 24, 0.05*0.3)
	e.Metrics[p50].D = around(pct(50), 0.05, 192)
	want("a regression: that of the last look", judged(24, false), 24, 0.05*0.3)
	e.Metrics[p50].D = around(0, 1, 192)
	want("an unplanned end: no wider than 95%", judged(30, true), 30, 0.025)
}

// p is the smallest of all looks for what each may spend, strict but at the last.
func TestLooksSpend(t *testing.T) {
	e := long(192)
	e.Metrics = e.Metrics[:1]
	d := around(pct(7), 0.1, 192)
	e.Metrics[0].D = d
	v, err := JudgeLooks(Looks(PlanLooks(192)), 192, false, func(n int) Evidence { return first(e, n) }, Rule{Alpha: 1e-30, Beta: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	p := math.Inf(1)
	for i, l := range Looks(PlanLooks(192)) {
		by := pct(5)
		if i == 3 {
			by = 0
		}
		worse, _ := SignedRank(shifted(d[:l.Pairs], -by), 0)
		p = min(p, worse/l.Alpha)
	}
	if j := v.Judgements[0]; !approx(j.P, p, 1e-12) {
		t.Errorf("p %v, want %v", j.P, p)
	}
}

func TestJudgeLooksRefuses(t *testing.T) {
	for want, plan := range map[string][]Look{
		"no looks are planned":  nil,
		"look 1 after 0 pairs":  {{0, 1, 1}},
		"look 2 after 24 pairs": {{24, 0.5, 0.5}, {24, 0.5, 0.5}},
		"of 0 of alpha":         {{24, 0, 1}},
		"spend 1.1 of alpha":    {{24, 0.6, 0.5}, {48, 0.5, 0.5}},
		"and 0 of beta":         {{24, 1, 0}},
		"of NaN of alpha":       {{24, math.NaN(), 1}},
	} {
		e := identical()
		if _, err := JudgeLooks(plan, 48, true, func(int) Evidence { return e }, RuleFor(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", plan, err, want)
		}
	}
	e := identical()
	_, err := JudgeLooks(Looks(PlanLooks(48)), 48, true, func(n int) Evidence {
		if n < 48 {
			return Evidence{Errors: e.Errors}
		}
		return e
	}, RuleFor(1))
	if err == nil || !strings.Contains(err.Error(), "1 tests at one look and 5 at the next") {
		t.Errorf("other metrics at the next look: %v", err)
	}
}

// What was decided at a look stays so, however many pairs come after it, and
// exchanging A and B mirrors every look.
func TestLooksAreSteadyAndSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := long(96)
		centre := rapid.SampledFrom([]float64{0, 0.02, 0.06, 0.2, -0.2}).Draw(t, "centre")
		spread := rapid.SampledFrom([]float64{0.01, 0.1, 0.4}).Draw(t, "spread")
		slot := rapid.SliceOfN(rapid.SampledFrom([]float64{1, -1}), 96, 96).Draw(t, "slot")
		for i := range e.Metrics[:2] {
			e.Metrics[i].D = around(centre, spread, 96)
			e.Metrics[i].Slot = slot
		}
		judge := func(e Evidence, n int, ended bool) Verdict {
			v, err := JudgeLooks(Looks(PlanLooks(96)), n, ended, func(n int) Evidence { return first(e, n) }, RuleFor(1))
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		n := rapid.IntRange(24, 96).Draw(t, "pairs")
		v := judge(e, n, false)
		checkVerdict(t, first(e, v.Looks[len(v.Looks)-1].Pairs), v)
		if !v.Interim {
			if diff := cmp.Diff(v, judge(e, 96, true), cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("with more pairs (-want +got):\n%s", diff)
			}
		}
		mirror := swapped(e)
		for i := range mirror.Metrics {
			mirror.Metrics[i].Slot = negated(mirror.Metrics[i].Slot)
		}
		whole, back := judge(e, 96, true), judge(mirror, 96, true)
		if whole.Outcome == Regression && back.Outcome == Regression {
			t.Fatal("a regression both ways")
		}
		if whole.Outcome == Regression && len(back.Looks) < len(whole.Looks) && back.Outcome != OK {
			t.Fatalf("%s after %v, swapped %s after %v", whole.Outcome, whole.Looks, back.Outcome, back.Looks)
		}
	})
}
