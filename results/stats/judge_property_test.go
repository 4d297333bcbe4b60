package stats

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// pairDifferences draws a metric's pairs: a real change, noise, ties and zeros.
func pairDifferences(t *rapid.T, label string, minLen int) []float64 {
	d := differences(minLen, 50).Draw(t, label)
	centre := rapid.SampledFrom([]float64{0, 0, 0.02, 0.1, -0.1, 0.5}).Draw(t, label+" centre")
	noise := rapid.SampledFrom([]float64{1, 0.1, 0.02}).Draw(t, label+" noise")
	for i := range d {
		if d[i] != 0 {
			d[i] = centre + noise*d[i]
		}
	}
	return d
}

func drawEvidence(t *rapid.T) Evidence {
	var e Evidence
	classes := []string{"total", "login"}
	for i := range rapid.IntRange(1, 4).Draw(t, "metrics") {
		m := Metric{
			Name: fmt.Sprint("m", i), Class: rapid.SampledFrom(classes).Draw(t, "class"),
			Margin: rapid.SampledFrom([]float64{0, 0.03, 0.05, 0.2}).Draw(t, "margin"),
			Group:  rapid.IntRange(0, 3).Draw(t, "group"), Required: rapid.IntRange(0, 4).Draw(t, "required") == 0,
		}
		if rapid.IntRange(0, 9).Draw(t, "unpaired") == 0 {
			m.Unpaired = &Shift{
				Estimate: rapid.Float64Range(-0.3, 0.3).Draw(t, "estimate"),
				SE:       rapid.Float64Range(0.001, 0.3).Draw(t, "se"), DF: rapid.Float64Range(1, 40).Draw(t, "df"),
			}
		} else {
			m.D = pairDifferences(t, "d", 0)
		}
		e.Metrics = append(e.Metrics, m)
	}
	for range rapid.IntRange(0, 2).Draw(t, "stalls") {
		a, b := rapid.IntRange(0, 20).Draw(t, "only A"), rapid.IntRange(0, 20).Draw(t, "only B")
		e.Stalls = append(e.Stalls, Stalls{Class: "total", OnlyA: a, OnlyB: b, Pairs: a + b + rapid.IntRange(0, 30).Draw(t, "quiet")})
	}
	for i, class := range classes {
		errors := Errors{Class: class, Whole: i == 0, Margin: 0.005}
		rate := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 10}).Draw(t, "most errors")
		for range rapid.IntRange(0, 40).Draw(t, "pairs") {
			errors.Pairs = append(errors.Pairs, ErrorPair{
				ErrorsA: rapid.IntRange(0, rate).Draw(t, "A"), RequestsA: 50, ErrorsB: rapid.IntRange(0, rate).Draw(t, "B"), RequestsB: 50,
			})
		}
		e.Errors = append(e.Errors, errors)
	}
	e.Blocked = rapid.IntRange(0, 9).Draw(t, "blocked") == 0
	return e
}

func drawRule(t *rapid.T) Rule {
	r := RuleFor(rapid.IntRange(1, 2).Draw(t, "looks"))
	r.Strict = rapid.Bool().Draw(t, "strict")
	return r
}

// swapped is the same comparison with A and B exchanged.
func swapped(e Evidence) Evidence {
	out := e
	out.Metrics, out.Stalls, out.Errors = slices.Clone(e.Metrics), slices.Clone(e.Stalls), slices.Clone(e.Errors)
	for i := range out.Metrics {
		m := &out.Metrics[i]
		m.D = negated(m.D)
		if m.Unpaired != nil {
			m.Unpaired = &Shift{-m.Unpaired.Estimate, m.Unpaired.SE, m.Unpaired.DF}
		}
	}
	for i, s := range out.Stalls {
		out.Stalls[i].OnlyA, out.Stalls[i].OnlyB = s.OnlyB, s.OnlyA
	}
	for i := range out.Errors {
		pairs := slices.Clone(out.Errors[i].Pairs)
		for k, p := range pairs {
			pairs[k] = ErrorPair{p.ErrorsB, p.RequestsB, p.ErrorsA, p.RequestsA}
		}
		out.Errors[i].Pairs = pairs
	}
	return out
}

func mustJudge(t *rapid.T, e Evidence, r Rule) Verdict {
	v, err := Judge(e, r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSwappingMirrorsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, r := drawEvidence(t), drawRule(t)
		v, back := mustJudge(t, e, r), mustJudge(t, swapped(e), r)
		for i, j := range v.Judgements {
			want := j
			want.Estimate, want.Low, want.High, want.Lower, want.Upper = -j.Estimate, -j.High, -j.Low, -j.Upper, -j.Lower
			want.P, want.PHolm, want.PBetter, want.PBetterHolm = j.PBetter, j.PBetterHolm, j.P, j.PHolm
			got := back.Judgements[i]
			one := []Outcome{Regression, Improved}
			switch {
			case j.Outcome == Regression:
				want.Outcome = Improved
			case j.Outcome == Improved:
				want.Outcome = Regression
			case !slices.Contains(one, got.Outcome):
				// Between ok and inconclusive only "worse" counts: no mirror image.
				want.Outcome = got.Outcome
			}
			want.Reason, want.MoreTime = got.Reason, got.MoreTime
			if diff := cmp.Diff(want, got, within(1e-12)); diff != "" {
				t.Fatalf("%s of %s swapped (-want +got):\n%s", j.Name, j.Class, diff)
			}
		}
		// If an arm mostly fails, A makes it invalid; B is guilty, or that is open.
		for _, x := range [][2]Verdict{{v, back}, {back, v}} {
			if x[0].Outcome == Invalid && x[1].Outcome != Invalid && !slices.Contains([]Outcome{Regression, Inconclusive}, x[1].Outcome) {
				t.Fatalf("%s swapped is %s", v.Outcome, back.Outcome)
			}
		}
		if v.Improved && back.Outcome != Regression {
			t.Fatalf("improved, but swapped %s", back.Outcome)
		}
	})
}

func TestVerdictKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, r := drawEvidence(t), drawRule(t)
		v := mustJudge(t, e, r)
		mixed := e
		mixed.Metrics, mixed.Errors = slices.Clone(e.Metrics), slices.Clone(e.Errors)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		for i := range mixed.Metrics {
			d := slices.Clone(mixed.Metrics[i].D)
			rng.Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
			mixed.Metrics[i].D = d
		}
		for i := range mixed.Errors {
			p := slices.Clone(mixed.Errors[i].Pairs)
			rng.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
			mixed.Errors[i].Pairs = p
		}
		slices.Reverse(mixed.Metrics)
		want := v
		want.Judgements = slices.Clone(v.Judgements)
		slices.Reverse(want.Judgements[:len(e.Metrics)])
		got := mustJudge(t, mixed, r)
		want.Slowest, got.Slowest = 0, 0 // an index, and of equals the first
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-6, 1e-9), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("in another order (-want +got):\n%s", diff)
		}
	})
}

// A wider margin never makes a verdict worse.
func TestMarginsAreMonotone(t *testing.T) {
	rank := map[Outcome]int{OK: 0, Inconclusive: 1, Regression: 2, Invalid: 3}
	rapid.Check(t, func(t *rapid.T) {
		e, r := drawEvidence(t), drawRule(t)
		// p under strict is of the margin itself, and so is everyone's Holm.
		r.Strict = false
		v := mustJudge(t, e, r)
		wider := e
		wider.Metrics = slices.Clone(e.Metrics)
		i := rapid.IntRange(0, len(e.Metrics)-1).Draw(t, "which")
		wider.Metrics[i].Margin += rapid.Float64Range(0, 1).Draw(t, "wider")
		w := mustJudge(t, wider, r)
		if rank[w.Outcome] > rank[v.Outcome] {
			t.Fatalf("margin of %s from %v to %v: %s becomes %s", e.Metrics[i].Name, e.Metrics[i].Margin, wider.Metrics[i].Margin, v.Outcome, w.Outcome)
		}
		got, was := w.Judgements[i], v.Judgements[i]
		if was.Outcome == OK && got.Outcome != OK || got.Outcome == Regression && was.Outcome != Regression || got.Outcome == Improved && was.Outcome != Improved {
			t.Fatalf("%s becomes %s", was.Outcome, got.Outcome)
		}
	})
}

// More proof asked for never turns anything but inconclusive into a decision.
func TestLevelsAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvidence(t)
		// A class may have enough requests for the one level and be excused from
		// the other.
		e.Errors = e.Errors[:1]
		one, two := mustJudge(t, e, RuleFor(1)), mustJudge(t, e, RuleFor(2))
		if one.Outcome == Inconclusive && two.Outcome != Inconclusive || two.Outcome == Regression && one.Outcome != Regression {
			t.Fatalf("one look of two says %s, a single one %s", two.Outcome, one.Outcome)
		}
	})
}

// checkVerdict holds for whatever was judged.
func checkVerdict(t interface{ Fatalf(string, ...any) }, e Evidence, v Verdict) {
	if len(v.Judgements) != len(e.Metrics)+len(e.Stalls)+len(e.Errors) {
		t.Fatalf("%d judgements", len(v.Judgements))
	}
	if !slices.Contains([]Outcome{OK, Regression, Inconclusive, Invalid}, v.Outcome) {
		t.Fatalf("outcome %q", v.Outcome)
	}
	open, judged := len(v.Reasons) > 0, false
	for _, j := range v.Judgements {
		for _, p := range []float64{j.P, j.PHolm, j.PBetter, j.PBetterHolm} {
			if !(p >= 0 && p <= 1) && !(math.IsNaN(p) && math.IsNaN(j.P)) {
				t.Fatalf("p %v: %+v", p, j)
			}
		}
		if j.PHolm < j.P || j.PBetterHolm < j.PBetter {
			t.Fatalf("adjusted p below p: %+v", j)
		}
		if j.Low > j.Estimate || j.Estimate > j.High || j.Lower > j.Estimate || j.Estimate > j.Upper {
			t.Fatalf("estimate outside its interval: %+v", j)
		}
		if j.MoreTime < 0 || math.IsInf(j.MoreTime, 0) || math.IsNaN(j.MoreTime) {
			t.Fatalf("more time %v: %+v", j.MoreTime, j)
		}
		if j.Outcome == OK && j.Kind != StallShare && !(j.Upper < j.Limit) {
			t.Fatalf("ok without proof: %+v", j)
		}
		if j.Outcome == Regression && (j.PHolm > v.Rule.Alpha || j.Estimate < j.Limit) {
			t.Fatalf("regression without proof: %+v", j)
		}
		if (j.Outcome == Inconclusive || j.Outcome == NotJudged) != (j.Reason != "") {
			t.Fatalf("outcome %q with reason %q", j.Outcome, j.Reason)
		}
		open = open || j.Outcome == Inconclusive || j.Outcome == Regression
		judged = judged || j.Kind == LogRatio && j.Outcome != NotJudged
	}
	if v.Outcome == OK && (open || !judged) {
		t.Fatalf("ok with something open: %+v", v)
	}
	if v.Improved && v.Outcome != OK {
		t.Fatalf("improved and %s", v.Outcome)
	}
	if regressed := slices.ContainsFunc(v.Judgements, func(j Judgement) bool { return j.Outcome == Regression }); regressed != (v.Outcome == Regression) && v.Outcome != Invalid {
		t.Fatalf("%s with a regression: %v", v.Outcome, regressed)
	}
}

func TestVerdictsAreConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, r := drawEvidence(t), drawRule(t)
		v := mustJudge(t, e, r)
		checkVerdict(t, e, v)
		if diff := cmp.Diff(v, mustJudge(t, e, r), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("the same again differs:\n%s", diff)
		}
	})
}

// FuzzJudge: any numbers at all are judged consistently or refused, and never
// bring it down.
func FuzzJudge(f *testing.F) {
	floats := func(v ...float64) []byte {
		var b []byte
		for _, x := range v {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		return b
	}
	f.Add(floats(around(0, 0.02, 48)...), 0.05, 0.01, 0.05, 0, 0, 48, 50, 1, 1, false)
	f.Add(floats(around(0.2, 0.02, 13)...), 0.05, 0.01, 0.05, 1, 4, 13, 50, 1, 1, true)
	f.Add(floats(0, math.NaN(), math.Inf(1)), math.NaN(), 0.01, 0.05, -1, 1<<40, 5, -3, 1, 1, false)
	f.Add(floats(make([]float64, 40)...), 0.0, 1e-300, 0.49, 0, 20, 40, 1<<41, 0, 1<<41, false)
	f.Add(floats(700, -700, 5e-324, -5e-324, 1, 1, 1, 1, -1, 2, 3, 4, 5), 1e5, 0.01, 1e-9, 6, 6, 12, 0, 0, 0, true)
	f.Fuzz(func(t *testing.T, raw []byte, margin, alpha, beta float64, onlyA, onlyB, pairs, requests, errorsA, errorsB int, strict bool) {
		var d []float64
		for len(raw) >= 8 && len(d) < 400 {
			d = append(d, math.Float64frombits(binary.LittleEndian.Uint64(raw)))
			raw = raw[8:]
		}
		e := Evidence{
			Metrics: []Metric{{Name: "p50", Class: "total", D: d, Margin: margin}},
			Stalls:  []Stalls{{Class: "total", OnlyA: onlyA, OnlyB: onlyB, Pairs: pairs}},
			Errors:  []Errors{{Class: "total", Whole: true, Margin: 0.005}},
		}
		if len(d) > 2 {
			e.Metrics = append(e.Metrics, Metric{Name: "runs", Class: "total", Margin: margin, Unpaired: &Shift{d[0], d[1], d[2]}})
		}
		for range min(len(d), 20) {
			e.Errors[0].Pairs = append(e.Errors[0].Pairs, ErrorPair{errorsA, requests, errorsB, requests})
		}
		v, err := Judge(e, Rule{Alpha: alpha, Beta: beta, Strict: strict})
		broken := func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }
		if err == nil && (slices.ContainsFunc(d, broken) || broken(margin) || onlyA < 0 || onlyA+onlyB > pairs || len(d) > 0 && (errorsA > requests || errorsB > requests)) {
			t.Fatal("judged what is no measurement")
		}
		if err == nil {
			checkVerdict(t, e, v)
		}
	})
}
