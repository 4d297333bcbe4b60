package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Published by hand: ρ = 1 − 6·Σδ²/(n(n²−1)) without ties.
func TestTrend(t *testing.T) {
	d := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11} // Σδ² = 2
	rho := 1 - 6*2.0/(12*143)
	want := Trend{2 * studentTail(rho*math.Sqrt(10/(1-rho*rho)), 10), 2.5, 10.5}
	if diff := cmp.Diff(want, trendOf(d), within(1e-9)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := trendOf(negated(d)); !approx(got.P, want.P, 1e-12) || got.First != -2.5 {
		t.Errorf("downwards: %+v", got)
	}
	if got := trendOf(make([]float64, 20)); got.P != 1 {
		t.Errorf("nothing moves: %+v", got)
	}
	if got := trendOf(d[:11]); !math.IsNaN(got.P) {
		t.Errorf("11 pairs: %+v", got)
	}
}

// Of few values without ties the normal approximation is near the exact test.
func TestNormalMannWhitney(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		a, b := make([]float64, 14), make([]float64, 17)
		for i := range a {
			a[i] = rng.NormFloat64()
		}
		for i := range b {
			b[i] = rng.NormFloat64() + 0.5
		}
		exact, _ := MannWhitney(a, b)
		if got := normalMannWhitney(a, b); math.Abs(got-exact) > 0.004+0.02*exact {
			t.Errorf("%v, exactly %v", got, exact)
		}
	}
}

// course is what pairs show whose difference is that of the time, whatever
// follows A being slower by carried (ln).
func course(rng *rand.Rand, pairs int, noise float64, difference func(pair int) float64, carried, slot float64) *Course {
	c := &Course{}
	previous := 0 // the arm of the slice before: 1 for B
	for i := range pairs {
		order := [2]int{0, 1}
		s := 1.0
		if rng.IntN(2) == 1 {
			order, s = [2]int{1, 0}, -1
		}
		var value [2]float64
		after := -1.0
		if i == 0 {
			after = 0
		} else if previous != order[0] {
			after = 1
		}
		for position, arm := range order {
			value[arm] = noise * rng.NormFloat64() / math.Sqrt2
			if position == 1 {
				value[arm] += 2 * slot
			}
			if (i > 0 || position > 0) && previous == 0 {
				value[arm] += carried
			}
			previous = arm
		}
		c.D = append(c.D, difference(i)+value[1]-value[0])
		c.Slot, c.After = append(c.Slot, s), append(c.After, after)
	}
	return c
}

// What both guards are for, and how often they alarm for nothing; a pair of 1.2
// seconds.
func TestSimulatedGuards(t *testing.T) {
	const runs, pairs = 1000, 48
	steady := func(int) float64 { return 0 }
	warming := func(by, seconds float64) func(int) float64 {
		return func(pair int) float64 { return math.Log1p(by * math.Exp(-1.25*float64(pair)/seconds)) }
	}
	for _, tt := range []struct {
		name             string
		difference       func(int) float64
		carried, slot    float64
		trend, carryOver [2]float64 // found in a share of at least and at most
	}{
		{"nothing", steady, 0, 0, [2]float64{0, 0.025}, [2]float64{0, 0.025}},
		{"a slot effect", steady, 0, -0.15, [2]float64{0, 0.025}, [2]float64{0, 0.025}},
		{"a difference", func(int) float64 { return 0.2 }, 0, 0, [2]float64{0, 0.025}, [2]float64{0, 0.025}},
		{"warming up, half slower for 10 s", warming(0.5, 10), 0, 0, [2]float64{0.94, 1}, [2]float64{0, 0.05}},
		{"warming up, 30% slower for 15 s", warming(0.3, 15), 0, 0, [2]float64{0.94, 1}, [2]float64{0, 0.05}},
		{"what follows A is 10% slower", steady, math.Log(1.1), 0, [2]float64{0, 0.05}, [2]float64{0.95, 1}},
		{"what follows A is 10% faster", steady, -math.Log(1.1), -0.1, [2]float64{0, 0.05}, [2]float64{0.95, 1}},
	} {
		rng := rand.New(rand.NewPCG(9, 9))
		found, carried, effect := 0, 0, 0.0
		for range runs {
			trend, carry := course(rng, pairs, 0.05, tt.difference, tt.carried, tt.slot).examine()
			if trend.P <= guardLevel {
				found++
			}
			if carry.P <= guardLevel {
				carried++
			}
			effect += carry.Effect / runs
		}
		a, b := float64(found)/runs, float64(carried)/runs
		t.Logf("%s: trend in %.3f, carry-over in %.3f, of %+.3f", tt.name, a, b, effect)
		if a < tt.trend[0] || a > tt.trend[1] || b < tt.carryOver[0] || b > tt.carryOver[1] {
			t.Errorf("%s: trend found in %v, carry-over in %v", tt.name, a, b)
		}
		if math.Abs(effect-tt.carried) > 0.01 {
			t.Errorf("%s: carry-over estimated as %v, want %v", tt.name, effect, tt.carried)
		}
	}
}

// A difference that does not last, or is in part the order's, is no regression, and
// no pass where what is doubtful may be beyond a limit; errors are what they are.
func TestUnsteadyPairsDecideNoMoreThanTheyShow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	warming := course(rng, 48, 0.02, func(i int) float64 { return math.Exp(-float64(i) / 10) }, 0, 0)
	carrying := course(rng, 48, 0.02, func(int) float64 { return 0 }, 0.2, 0)
	rising := course(rng, 48, 0.02, func(i int) float64 { return -math.Exp(-float64(i) / 10) }, 0, 0)
	drifting := course(rng, 48, 0.002, func(i int) float64 { return 0.01 * (float64(i)/48 - 0.5) }, 0, 0)
	slow := course(rng, 48, 0.002, func(i int) float64 { return math.Log(5) - 0.03*float64(i)/48 }, 0, 0)
	growing := course(rng, 48, 0.02, func(i int) float64 { return 0.1 + float64(i)/48 }, 0, 0)
	for name, tt := range map[string]struct {
		course *Course
		d      []float64
		errors int
		want   found
		reason Reason // of p50
	}{
		"steady":                {course(rng, 48, 0.02, func(int) float64 { return 0 }, 0, 0), around(0, 0.02, 48), 0, passes, ""},
		"unsteady, no pass":     {rising, around(0, 0.02, 48), 0, found{Outcome: Inconclusive, Reasons: []Reason{Unsteady}}, ""},
		"ever better":           {warming, around(0, 0.02, 48), 0, passes, ""},
		"better no longer":      {rising, rising.D, 0, found{Outcome: Inconclusive, Reasons: []Reason{Unsteady}}, Unsteady},
		"a little worse":        {drifting, drifting.D, 0, passes, ""},
		"unsteady, not worse":   {warming, warming.D, 0, found{Outcome: Inconclusive, Reasons: []Reason{Unsteady}}, Unsteady},
		"carry-over, no pass":   {carrying, around(0, 0.02, 48), 0, found{Outcome: Inconclusive, Reasons: []Reason{CarriedOver}}, ""},
		"carry-over, not worse": {carrying, around(pct(10), 0.02, 48), 0, found{Outcome: Inconclusive, Reasons: []Reason{CarriedOver}}, CarriedOver},
		"five times as slow, and a little less so in the end": {slow, slow.D, 0, fails, ""},
		"ever slower":                     {growing, growing.D, 0, fails, ""},
		"far slower than it carries over": {carrying, around(pct(300), 0.02, 48), 0, fails, ""},
		"unsteady and failing":            {warming, around(0, 0.02, 48), 480, fails, SurvivorsOnly},
	} {
		e := identical()
		e.Course, e.Metrics[p50].D = tt.course, tt.d
		e.Errors[0] = failing("total", true, 48, 0, tt.errors)
		v, err := Judge(e, RuleFor(1))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, found{v.Outcome, v.Improved, v.Reasons, v.MoreTime > 1}); diff != "" || v.Judgements[p50].Reason != tt.reason {
			t.Errorf("%s: p50 %s (-want +got):\n%s", name, v.Judgements[p50].Reason, diff)
		}
	}
}

// Where A differs from itself, B may differ from it for nothing.
func TestControl(t *testing.T) {
	for name, tt := range map[string]struct {
		control []Metric
		want    found
		metric  int
	}{
		"none":      {nil, passes, -1},
		"the same":  {[]Metric{{Name: "p50", D: around(0, 0.02, 48)}, {Name: "p90", D: around(0.001, 0.02, 48)}}, passes, 0},
		"it moves":  {[]Metric{{Name: "p50", D: around(0, 0.02, 48)}, {Name: "p90", D: around(-0.05, 0.02, 48)}}, found{Outcome: Inconclusive, Reasons: []Reason{Contaminated}}, 1},
		"too short": {[]Metric{{Name: "p50", D: around(1, 0.02, 11)}}, passes, -1},
	} {
		for _, d := range [][]float64{around(0, 0.02, 48), around(pct(50), 0.02, 48)} {
			e := identical()
			e.Control, e.Metrics[p50].D = tt.control, d
			v, err := Judge(e, RuleFor(1))
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want
			if want.Outcome == OK && d[0] > 0.3 {
				want = fails
			}
			if diff := cmp.Diff(want, found{v.Outcome, v.Improved, v.Reasons, v.MoreTime > 1}); diff != "" || v.Control.Metric != tt.metric {
				t.Errorf("%s: %+v (-want +got):\n%s", name, v.Control, diff)
			}
		}
	}
}

// A slight suspicion lets nothing be proven at an interim look, and does not keep
// identical targets from passing there.
func TestSlightDoubtsHoldBackProofOnly(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var doubtful *Course
	for doubtful == nil {
		c := course(rng, 48, 0.02, func(int) float64 { return 0 }, 0, 0)
		if trend, carry := c.examine(); trend.P > guardLevel && trend.P <= guardInterim && carry.P > guardInterim && trend.First-trend.Last > 0.016 {
			doubtful = c
		}
	}
	for _, tt := range []struct {
		change float64
		looks  []int
		want   Outcome
	}{{0, []int{24, 48, 96}, OK}, {8, []int{24, 48, 96}, Inconclusive}, {8, []int{48}, Regression}} {
		v, err := JudgeLooks(Looks(tt.looks), 48, false, func(n int) Evidence {
			e := identical()
			e.Course, e.Metrics[p50].D = doubtful, around(pct(tt.change), 0.02, 48)
			if n < 48 {
				e.Blocked, e.Metrics[p50].D = true, around(0, 0.02, 48)
			}
			return e
		}, RuleFor(1))
		if err != nil {
			t.Fatal(err)
		}
		if v.Outcome != tt.want {
			t.Errorf("%+v%% at looks %v: %s %q, want %s", tt.change, tt.looks, v.Outcome, v.Reasons, tt.want)
		}
	}
}

// How often identical targets are held back for stalls that strike either alike,
// in a share of pairs each; and that those worth a stop still are.
func TestStallGuardHasASize(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	blocked := func(pairs int, ofA, ofB float64) float64 {
		const runs = 4000
		n := 0
		for range runs {
			a, b := 0, 0
			for range pairs {
				if rng.Float64() < ofA {
					a++
				} else if rng.Float64() < ofB {
					b++
				}
			}
			if uneven(a, b, pairs, 0) {
				n++
			}
		}
		return float64(n) / runs
	}
	for _, pairs := range []int{155, 480, 1500} {
		if share := blocked(pairs, 0.005, 0.005); share > 0.015 {
			t.Errorf("%d pairs, half a percent stall: %v are blocked", pairs, share)
		}
	}
	if share := blocked(48, 0, 0.1); share < 0.94 {
		t.Errorf("48 pairs, a tenth of B's stall: %v are blocked", share)
	}
	if share := blocked(480, 0.02, 0.10); share < 0.99 {
		t.Errorf("480 pairs, a tenth of B's stall: %v are blocked", share)
	}
}

func TestLatenessBesideOneTarget(t *testing.T) {
	for name, tt := range map[string]struct {
		late Late
		want found
	}{
		"never":           {Late{0, 0, 48}, passes},
		"once":            {Late{0, 1, 48}, passes},
		"alike":           {Late{5, 5, 58}, passes},
		"beside B":        {Late{0, 10, 58}, found{Outcome: Inconclusive, Reasons: []Reason{Lopsided}}},
		"beside A":        {Late{10, 0, 58}, passes},
		"seldom beside B": {Late{0, 3, 1500}, passes},
	} {
		e := identical()
		e.Late = tt.late
		v, err := Judge(e, RuleFor(1))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, found{v.Outcome, v.Improved, v.Reasons, v.MoreTime > 1}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
