package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLaunchOf(t *testing.T) {
	got := LaunchOf([]float64{1, 2, 3, 4})
	if diff := cmp.Diff(Launch{D: 2.5, Within: math.Pi / 3 * (5.0 / 3) / 4, Pairs: 4}, got, within(1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := LaunchOf([]float64{0.5}); got.Within != 0 || got.D != 0.5 {
		t.Errorf("of one pair: %+v", got)
	}
}

func TestByLaunches(t *testing.T) {
	l := []Launch{{0.01, 1e-4, 8}, {0.05, 1e-4, 8}, {0.03, 2e-4, 8}, {0.07, 2e-4, 8}}
	got, ok := ByLaunches(l)
	s2 := (0.03*0.03 + 0.01*0.01 + 0.01*0.01 + 0.03*0.03) / 3
	want := Launches{
		Shift:   Shift{0.04, math.Sqrt(s2 / 4), 3},
		Between: math.Sqrt((s2 - 1.5e-4) / 2),
		P:       fisherTail(s2/1.5e-4, 3, 28),
	}
	if diff := cmp.Diff(want, got, within(1e-12)); diff != "" || !ok {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
	if _, ok := ByLaunches(l[:3]); ok {
		t.Error("three launches are enough")
	}
	same, _ := ByLaunches([]Launch{{0.1, 0, 1}, {0.1, 0, 1}, {0.1, 0, 1}, {0.1, 0, 1}})
	if !(same.SE > 0) || !math.IsNaN(same.P) || !math.IsNaN(same.Between) {
		t.Errorf("all the same, and nothing known of each: %+v", same)
	}
}

// Tables of F: 5% beyond 4.35 of (3, 8) minus, 1% beyond 2.98 of (7, 56).
func TestFisherTail(t *testing.T) {
	for _, tt := range []struct{ f, df1, df2, want float64 }{{4.066, 3, 8, 0.05}, {2.978, 7, 56, 0.01}, {161.4, 1, 1, 0.05}, {1, 10, 10, 0.5}} {
		if got := fisherTail(tt.f, tt.df1, tt.df2); math.Abs(got-tt.want) > 0.002*tt.want+1e-4 {
			t.Errorf("P(F(%v, %v) > %v) = %v, want %v", tt.df1, tt.df2, tt.f, got, tt.want)
		}
	}
}

// launched draws what k launches of both builds show of m pairs each, B being
// slower by difference (ln); a launch has its luck, and each pair noise.
func launched(rng *rand.Rand, luck func(*rand.Rand) float64, k, m int, difference float64) []Launch {
	out := make([]Launch, k)
	d := make([]float64, m)
	for i := range out {
		by := difference + luck(rng) - luck(rng)
		for p := range d {
			d[p] = by + 0.03*rng.NormFloat64()
		}
		out[i] = LaunchOf(d)
	}
	return out
}

// Whatever the luck of a launch looks like, its level holds and its interval
// covers the difference of the builds, not of two processes.
func TestSimulatedLaunches(t *testing.T) {
	runs := 1000 * *simulations
	t.Parallel()
	rule := RuleFor(1)
	judge := func(l []Launch) (Outcome, Judgement, Launches) {
		by, _ := ByLaunches(l)
		e := Evidence{
			Metrics: []Metric{{Name: "p50", Class: "total", Margin: 0.05, Unpaired: &by.Shift}},
			Errors:  []Errors{{Class: "total", Whole: true, Margin: 0.005, Pairs: []ErrorPair{{RequestsA: 10000, RequestsB: 10000}}}},
		}
		for range 4 { // five tests in all
			e.Stalls = append(e.Stalls, Stalls{Class: "total", Pairs: 64})
		}
		v, err := Judge(e, rule)
		if err != nil {
			t.Fatal(err)
		}
		return v.Outcome, v.Judgements[0], by
	}
	normal := func(tau float64) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return tau * r.NormFloat64() }
	}
	for _, tt := range []struct {
		name  string
		luck  func(*rand.Rand) float64
		tau   float64
		k     int
		ok    float64 // of identical builds, at least
		found float64 // of +10%
	}{
		{"none", normal(0), 0, 8, 0.98, 0.99},
		{"0.5%", normal(0.005), 0.005, 8, 0.98, 0.99},
		{"2%", normal(0.02), 0.02, 8, 0.98, 0.99},
		{"4%", normal(0.04), 0.04, 8, 0.65, 0.60},
		{"4%, ten launches", normal(0.04), 0.04, 10, 0.75, 0.80},
		{"2%, three in ten are slow", func(r *rand.Rand) float64 {
			if r.Float64() < 0.3 {
				return 0.02 / math.Sqrt(0.21)
			}
			return 0
		}, 0.02, 8, 0.95, 0.95},
		{"2%, t₃", func(r *rand.Rand) float64 { // of variance 3
			x, y, z := r.NormFloat64(), r.NormFloat64(), r.NormFloat64()
			return 0.02 * r.NormFloat64() / math.Sqrt((x*x+y*y+z*z)/3) / math.Sqrt(3)
		}, 0.02, 8, 0.90, 0.90},
	} {
		rng := rand.New(rand.NewPCG(11, uint64(1000*tt.tau)))
		var falseAlarms, ok, covered, passed, found, differ int
		spread := 0.0
		for range runs {
			outcome, j, by := judge(launched(rng, tt.luck, tt.k, 8, 0))
			switch outcome {
			case Regression:
				falseAlarms++
			case OK:
				ok++
			}
			if j.Low <= 0 && 0 <= j.High {
				covered++
			}
			if by.P <= 0.01 {
				differ++
			}
			spread += by.Between * by.Between / float64(runs)
			if outcome, _, _ := judge(launched(rng, tt.luck, tt.k, 8, pct(5))); outcome == OK {
				passed++
			}
			if outcome, _, _ := judge(launched(rng, tt.luck, tt.k, 8, pct(10))); outcome == Regression {
				found++
			}
		}
		share := func(n int) float64 { return float64(n) / float64(runs) }
		t.Logf("τ %-25s k=%2d: identical regression %.2f%%, ok %.1f%%, covered %.1f%%, τ estimated %.2f%%, differ %.1f%%; +5%% ok %.1f%%; +10%% regression %.1f%%",
			tt.name, tt.k, 100*share(falseAlarms), 100*share(ok), 100*share(covered), 100*math.Sqrt(spread), 100*share(differ), 100*share(passed), 100*share(found))
		slack := func(p float64) float64 { return 3 * math.Sqrt(p*(1-p)/float64(runs)) }
		if s := share(falseAlarms); s > 0.003+slack(0.003) {
			t.Errorf("τ %s: identical builds are a regression in %v", tt.name, s)
		}
		if s := share(covered); s < 0.94-slack(0.05) || s > 0.975+slack(0.03) {
			t.Errorf("τ %s: covered in %v", tt.name, s)
		}
		if s := share(differ); tt.tau == 0 && s > 0.015+slack(0.015) {
			t.Errorf("launches that do not differ do so in %v", s)
		}
		if s := share(passed); s > 0.06+slack(0.06) {
			t.Errorf("τ %s: +5%% passes in %v", tt.name, s)
		}
		if share(ok) < tt.ok-slack(0.1) || share(found) < tt.found-slack(0.1) {
			t.Errorf("τ %s: identical pass in %v, +10%% is found in %v", tt.name, share(ok), share(found))
		}
	}
}
