package stats

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The figures of one judgement, each by its own formula.
func TestJudgementFigures(t *testing.T) {
	e := identical()
	d := around(pct(2), 0.2, 48)
	e.Metrics[p50].D = d
	e.Stalls[0].OnlyA, e.Stalls[0].OnlyB = 2, 5
	v, err := Judge(e, RuleFor(1))
	if err != nil {
		t.Fatal(err)
	}
	if v.Tests != 5 {
		t.Errorf("%d tests, want 5", v.Tests)
	}
	j := v.Judgements[p50]
	lo95, hi95, _ := HLInterval(d, 0.025)
	lower, upper, _ := HLInterval(d, 0.05)
	worse, better := SignedRank(d, 0)
	q := upper - pct(2)
	want := Judgement{
		Kind: LogRatio, Name: "p50", Class: "total", N: 48, Group: 1,
		Estimate: pct(2), Low: lo95, High: hi95, Lower: lower, Upper: upper, Limit: math.Log(1.05),
		P: worse, PHolm: j.PHolm, PBetter: better, PBetterHolm: j.PBetterHolm,
		Outcome: Inconclusive, Reason: WideInterval,
		MoreTime: max(1.1, q/pct(5)*q/pct(5)), // 0 is possible, and assumed
	}
	if diff := cmp.Diff(want, j, within(1e-12)); diff != "" {
		t.Errorf("p50 (-want +got):\n%s", diff)
	}
	var ps []float64
	for _, j := range v.Judgements {
		ps = append(ps, j.P)
	}
	for i, p := range Holm(ps) {
		if v.Judgements[i].PHolm != p {
			t.Errorf("adjusted p of %s = %v, want %v", v.Judgements[i].Name, v.Judgements[i].PHolm, p)
		}
	}
	s := v.Judgements[stalls]
	nan := math.NaN()
	wantStalls := Judgement{
		Kind: StallShare, Name: "stalls", Class: "total", N: 48, Group: 1, Estimate: 3.0 / 48,
		Low: nan, High: nan, Lower: nan, Upper: nan, Limit: nan,
		P: 29.0 / 128, PHolm: s.PHolm, PBetter: 120.0 / 128, PBetterHolm: s.PBetterHolm, Outcome: Inconclusive, Reason: MaybeStalls, MoreTime: s.MoreTime,
	}
	if diff := cmp.Diff(wantStalls, s, within(1e-12)); diff != "" {
		t.Errorf("stalls (-want +got):\n%s", diff)
	}
	// So many times 2 against 5 are proof, and a step less are not.
	proof := func(f float64) bool {
		return SignTest(int(math.Round(2*f)), int(math.Round(5*f))) <= 0.01/5
	}
	if !proof(s.MoreTime) || proof(s.MoreTime/1.05) {
		t.Errorf("%v times as long is not where stalls become proof", s.MoreTime)
	}
	if v.MoreTime != max(j.MoreTime, s.MoreTime) {
		t.Errorf("whole needs %v, want the larger of %v and %v", v.MoreTime, j.MoreTime, s.MoreTime)
	}
}

func TestMoreTime(t *testing.T) {
	r := RuleFor(1)
	// decided among k tests, none of them significant.
	decided := func(m test, k int) Judgement {
		m.PHolm, m.PBetterHolm = 1, 1
		m.decide(r.single(), k)
		return m.Judgement
	}
	metric := func(d []float64) test { return (&Metric{D: d, Margin: 0.05}).measure(r.single(), nullRanks{}) }

	// Where there may be no change none is assumed, whatever the estimate is.
	for _, centre := range []float64{-pct(3), 0, pct(4.9)} {
		d := around(centre, 0.4, 48)
		_, upper, _ := HLInterval(d, r.Beta)
		f := (upper - centre) / pct(5)
		if got := decided(metric(d), 5); !approx(got.MoreTime, f*f, 1e-9) {
			t.Errorf("estimate %v: %v times, want %v", centre, got.MoreTime, f*f)
		}
	}
	// Where there is one, the rest of the limit has to hold the interval.
	d := around(pct(4), 0.1, 48)
	_, upper, _ := HLInterval(d, r.Beta)
	f := (upper - pct(4)) / (pct(5) - pct(4))
	if got := decided(metric(d), 5); !approx(got.MoreTime, f*f, 1e-9) {
		t.Errorf("slower within the limit: %v times, want %v", got.MoreTime, f*f)
	}
	// Beyond the limit it is significance that lacks.
	d = around(pct(8), 0.3, 48)
	lower, _, _ := HLInterval(d, r.Beta)
	f = (pct(8) - lower) / pct(8) * upperZ(r.Alpha/5) / upperZ(r.Beta)
	if got := decided(metric(d), 5); !approx(got.MoreTime, f*f, 1e-9) {
		t.Errorf("estimate beyond the limit: %v times, want %v", got.MoreTime, f*f)
	}
	// Where so few pairs can prove nothing, as many as can.
	if got := decided(metric(around(pct(10), 0.001, 12)), 2000); got.MoreTime != 18.0/12 {
		t.Errorf("12 pairs among 2000 tests: %v times, want 18/12", got.MoreTime)
	}
	// Without any error the bound is 3/n.
	none := failing("total", true, 48, 0, 0)
	none.Margin = 0.0005
	got := decided(none.measure(r.single()), 5)
	want := []float64{0, -math.Log(0.05) / 2400, math.Log(0.05) / 2400, -math.Log(0.025) / 2400, -math.Log(0.05) / 2400 / 0.0005}
	if diff := cmp.Diff(want, []float64{got.Estimate, got.Upper, got.Lower, got.High, got.MoreTime}, within(1e-12)); diff != "" {
		t.Errorf("no errors (-want +got):\n%s", diff)
	}
}

// An improvement without a bound on the other side is no pass.
func TestImprovementAloneIsNoPass(t *testing.T) {
	e := identical()
	e.Metrics = e.Metrics[:1]
	e.Metrics[p50].D = around(-pct(10), 0.05, 48)
	e.Errors[0].Margin = 0.5
	v, err := Judge(e, Rule{Alpha: 0.01, Beta: 1e-20}) // 2⁻⁴⁸ is larger
	if err != nil {
		t.Fatal(err)
	}
	if j := v.Judgements[p50]; v.Outcome != Inconclusive || v.Improved || j.Outcome != Improved || !math.IsNaN(j.Upper) {
		t.Errorf("verdict %s, improved %v, of %+v", v.Outcome, v.Improved, j)
	}
}

// After growing as much as it asked for, with the same estimate and spread, the
// verdict is settled.
func TestMoreTimeSettles(t *testing.T) {
	for _, tt := range []struct {
		name           string
		centre, spread float64
		want           Outcome
	}{{"wide", 0, 0.3, OK}, {"wide, below zero", -0.01, 0.3, OK}, {"within", pct(2), 0.15, OK}, {"likely worse", pct(8), 0.3, Regression}, {"just beyond", pct(5.2), 0.15, Regression}} {
		t.Run(tt.name, func(t *testing.T) {
			e := identical()
			n := 48
			for range 8 {
				e.Metrics[p50].D = around(tt.centre, tt.spread, n)
				v, err := Judge(e, RuleFor(1))
				if err != nil {
					t.Fatal(err)
				}
				if v.Outcome == tt.want && n > 48 {
					return
				}
				if v.Outcome != Inconclusive || v.MoreTime <= 1 {
					t.Fatalf("with %d pairs %s, %v times more", n, v.Outcome, v.MoreTime)
				}
				n = int(math.Ceil(float64(n) * v.MoreTime))
			}
			t.Errorf("not settled with %d pairs", n)
		})
	}
}

// Errors that come in bursts count for fewer than they are.
func TestErrorBursts(t *testing.T) {
	spread, burst := failing("total", true, 48, 0, 0), failing("total", true, 48, 0, 0)
	for i := range 12 {
		spread.Pairs[4*i].ErrorsA, spread.Pairs[4*i].ErrorsB = 1, 1
	}
	burst.Pairs[10].ErrorsA, burst.Pairs[30].ErrorsB = 12, 12
	a, b := spread.measure(RuleFor(1).single()), burst.measure(RuleFor(1).single())
	if a.Estimate != 0 || b.Estimate != 0 || !(b.Upper > 1.5*a.Upper) {
		t.Errorf("upper bound of spread errors %v, of bursts %v; want the latter far wider", a.Upper, b.Upper)
	}
	lo, hi := Newcombe(12, 2400, 12, 2400, 0.05)
	if a.Lower != lo || a.Upper != hi {
		t.Errorf("spread errors [%v, %v], want those of independent ones [%v, %v]", a.Lower, a.Upper, lo, hi)
	}
}

// Of single runs the run is the replicate: 240 errors of one run of five say less
// than 48 of each.
func TestErrorsOfRuns(t *testing.T) {
	of := func(failed ...int) Errors {
		e := Errors{Class: "total", Whole: true, Margin: 0.005}
		for _, n := range failed {
			e.Pairs = append(e.Pairs, ErrorPair{RequestsA: 8000}, ErrorPair{ErrorsB: n, RequestsB: 8000})
		}
		return e
	}
	even, one := of(48, 48, 48, 48, 48), of(0, 0, 240, 0, 0)
	a, b := even.measure(RuleFor(1).single()), one.measure(RuleFor(1).single())
	lo, hi := Newcombe(0, 40000, 240, 40000, 0.025)
	if a.Estimate != 0.006 || b.Estimate != 0.006 || !math.IsNaN(b.P) || a.N != 0 || a.Low != lo || a.High != hi {
		t.Errorf("even runs: %+v, want [%v, %v]", a.Judgement, lo, hi)
	}
	// By hand: squares of 240 − 48 and four of −48 are 46080; ·5/4/40000² is
	// 3.6e-5, and independent requests would have 0.006·0.994/40000.
	deff := 3.6e-5 / (0.006 * 0.994 / 40000)
	lo, hi = Newcombe(0, 40000/deff, 240/deff, 40000/deff, 0.025)
	if !approx(b.Low, lo, 1e-9) || !approx(b.High, hi, 1e-9) {
		t.Errorf("one bad run: [%v, %v], want [%v, %v]", b.Low, b.High, lo, hi)
	}
	if single := (&Errors{Class: "total", Whole: true, Pairs: []ErrorPair{{RequestsA: 8000}, {ErrorsB: 48, RequestsB: 8000}}}).designEffect(nil); single != 1 {
		t.Errorf("design effect of single runs %v, want 1: they show none", single)
	}
}

func TestJudgeRefuses(t *testing.T) {
	one := RuleFor(1)
	for name, tt := range map[string]struct {
		rule Rule
		with func(e *Evidence)
		want string
	}{
		"NaN":              {one, func(e *Evidence) { e.Metrics[p50].D[3] = math.NaN() }, "p50 of total: NaN is no logarithm of a ratio"},
		"infinite":         {one, func(e *Evidence) { e.Metrics[p90].D[0] = math.Inf(-1) }, "p90 of total: -Inf is no logarithm of a ratio"},
		"impossible":       {one, func(e *Evidence) { e.Metrics[p90].D[0] = 1e9 }, "no logarithm of a ratio"},
		"margin NaN":       {one, func(e *Evidence) { e.Metrics[p50].Margin = math.NaN() }, "margin NaN is no share"},
		"margin below 0":   {one, func(e *Evidence) { e.Metrics[p50].Margin = -0.1 }, "margin -0.1 is no share"},
		"group":            {one, func(e *Evidence) { e.Metrics[p50].Group = -1 }, "groups of -1 pairs"},
		"both":             {one, func(e *Evidence) { e.Metrics[p50].Unpaired = &Shift{0, 1, 1} }, "both pairs and single runs"},
		"no shift":         {one, func(e *Evidence) { e.Metrics[p50].D, e.Metrics[p50].Unpaired = nil, &Shift{0, 0, 1} }, "is no shift"},
		"stalls":           {one, func(e *Evidence) { e.Stalls[0].OnlyB = 49 }, "49 only in B of 48 pairs"},
		"negative stalls":  {one, func(e *Evidence) { e.Stalls[0].OnlyA = -1 }, "-1 only in A"},
		"errors":           {one, func(e *Evidence) { e.Errors[0].Pairs[0].ErrorsA = 51 }, "51 of 50 requests in A"},
		"negative errors":  {one, func(e *Evidence) { e.Errors[0].Pairs[0].ErrorsB = -1 }, "-1 of 50 in B"},
		"margin of errors": {one, func(e *Evidence) { e.Errors[0].Margin = 2 }, "margin 2 is no share"},
		"no errors":        {one, func(e *Evidence) { e.Errors = nil }, "given 0 times"},
		"levels":           {Rule{Alpha: 0.01}, func(*Evidence) {}, "beta 0 must lie between"},
		"empty":            {one, func(e *Evidence) { *e = Evidence{} }, "given 0 times"},
		"every mistake": {
			Rule{},
			func(e *Evidence) { e.Metrics[p50].D[3] = math.NaN(); e.Metrics[p90].Margin = -1 },
			"judge: levels alpha 0 and beta 0 must lie between 0 and 0.5\np50 of total: NaN is no logarithm of a ratio\np90 of total: margin -1 is no share",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := identical()
			tt.with(&e)
			v, err := Judge(e, tt.rule)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if diff := cmp.Diff(Verdict{}, v); diff != "" {
				t.Errorf("verdict beside the error:\n%s", diff)
			}
		})
	}
}

func TestMargin(t *testing.T) {
	for _, tt := range []struct{ relative, absolute, baseline, want float64 }{
		{0.05, 0, 2, 0.05},
		{0.05, 0.2, 8, 0.05},
		{0.05, 0.2, 0.25, 0.8},
		{0.05, 0.2, 0.352767, 0.566}, // 56.6946%
		{0.012346, 0.2, 20, 0.012346},
		{0.05, 0.2, 0, 0.05},
	} {
		if got := Margin(tt.relative, tt.absolute, tt.baseline); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%v or %v of %v: %v, want %v", tt.relative, tt.absolute, tt.baseline, got, tt.want)
		}
	}
}
