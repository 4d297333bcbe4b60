package selftest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// served is what a server of the curve's kind takes for each request that
// arrives at the instants: the model, simulated event by event.
func (c *stallCurve) served(arrivals []time.Duration) (took []time.Duration) {
	free := time.Duration(0)
	resume := func(at time.Duration) time.Duration {
		if since := at - c.every/10; since >= 0 && since%c.every < c.stall {
			return at - since%c.every + c.stall
		}
		return at
	}
	for _, at := range arrivals {
		start := resume(at)
		if c.workers == 1 {
			start = resume(max(at, free))
		}
		done := start + c.service
		if next := resume(done); c.workers == 1 && next != done { // frozen in hand
			done = next
		}
		free = done
		took = append(took, done-at)
	}
	return took
}

// planned are the instants of whole periods.
func (c *stallCurve) planned(periods int) (at []time.Duration) {
	for i := range int(c.rate * (time.Duration(periods) * c.every).Seconds()) {
		at = append(at, time.Duration(float64(i)/c.rate*float64(time.Second)))
	}
	return at
}

// closedLoop is what a tester with so many connections measures that waits for
// each answer before it sends again: about as many requests, hardly any slow.
func (c *stallCurve) closedLoop(periods, connections int) (took []time.Duration) {
	took = repeat(len(c.planned(periods)), c.service)
	for i := range periods * connections {
		took[i] = c.service + c.stall
	}
	return took
}

func TestJudgeStall(t *testing.T) {
	for _, list := range []checklist{{}, {thorough: true}} {
		for _, c := range list.curves() {
			t.Run(curveName(&c), func(t *testing.T) {
				planned := c.planned(stallPeriods)
				n := int64(len(planned))
				judge := func(lag time.Duration, took []time.Duration) []report.Statement {
					return judgeStall(&c, n, recorded(took...), lag)
				}
				honest := c.served(planned)
				shifted, half := slices.Clone(honest), slices.Clone(honest)
				for i := range shifted {
					shifted[i] += time.Duration(3 * float64(time.Second) / c.rate)
					half[i] = min(half[i], c.service+c.stall/2)
				}
				var survivors []time.Duration
				for _, d := range honest {
					if d < c.service+c.stall/2 {
						survivors = append(survivors, d)
					}
				}
				failing := func(rows []report.Statement) (n int) {
					for _, r := range rows {
						if !r.Held {
							n++
						}
					}
					return n
				}
				if rows := judge(0, honest); failing(rows) > 0 || len(rows) != 6 {
					t.Errorf("the model itself fails: %+v", rows)
				}
				for name, took := range map[string][]time.Duration{
					"closed loop, 1 connection":   c.closedLoop(stallPeriods, 1),
					"service instead of response": repeat(len(planned), c.service),
					"slow ones given up":          survivors,
					"half of each stall":          half,
					"nothing recorded":            nil,
					"shifted":                     shifted,
				} {
					if rows := judge(0, took); failing(rows) == 0 {
						t.Errorf("%s: not noticed: %+v", name, rows)
					}
				}
				// A late generator may not excuse what it measured.
				if rows := judge(time.Second, shifted); failing(rows) == 0 {
					t.Errorf("a lag of 1 s widened the tolerance: %+v", rows)
				}
			})
		}
	}
}

// The published table: 5 ms of service, and what percentiles must be.
func TestStallCurveTable(t *testing.T) {
	for _, tt := range []struct {
		c    stallCurve
		want []float64 // ms at p50, p90, p95, p99, p99.9
	}{
		{stallCurve{5 * ms, 500 * ms, 10 * time.Second, 100, 0}, []float64{5, 5, 5, 405, 495}},
		{stallCurve{5 * ms, 500 * ms, 10 * time.Second, 100, 1}, []float64{5, 5, 255, 455, 500}},
		{stallCurve{5 * ms, time.Second, 10 * time.Second, 100, 1}, []float64{5, 505, 755, 955, 1000}},
		{stallCurve{5 * ms, 200 * ms, 5 * time.Second, 150, 1}, []float64{5, 80, 142.5, 192.5, 203.75}},
	} {
		for i, q := range []float64{.5, .9, .95, .99, .999} {
			if got := results.Milliseconds(tt.c.quantile(q)); math.Abs(got-tt.want[i]) > .01 {
				t.Errorf("%s, p%g: %.3f ms, want %.3f", curveName(&tt.c), 100*q, got, tt.want[i])
			}
		}
	}
}

// sentBy are instants whose gaps, in units of the mean gap, gap draws.
func sentBy(n int, rate float64, gap func() float64) []time.Duration {
	at, sent := 0., make([]time.Duration, n)
	for i := range sent {
		sent[i] = time.Duration(at * float64(time.Second) / rate)
		at += gap()
	}
	return sent
}

func TestJudgeArrivals(t *testing.T) {
	const n, rate = 1500, 500
	rng := rand.New(rand.NewPCG(1, 2))
	jitter := sentBy(n, rate, rng.ExpFloat64)
	for i := range jitter { // as a real machine is late
		jitter[i] += time.Duration(rng.ExpFloat64() * 30e3)
	}
	slices.Sort(jitter)
	const mean, sd, law = "mean gap", "sd of the gaps / mean", "distance from the exponential law"
	verdicts(t, map[string][]report.Statement{
		"Poisson":             judgeArrivals(rate, sentBy(n, rate, rng.ExpFloat64)),
		"Poisson, a bit late": judgeArrivals(rate, jitter),
		"constant":            judgeArrivals(rate, sentBy(n, rate, func() float64 { return 1 })),
		"uniform":             judgeArrivals(rate, sentBy(n, rate, func() float64 { return 2 * rng.Float64() })),
		"another rate":        judgeArrivals(rate, sentBy(n, rate*.75, rng.ExpFloat64)),
		// Same mean and spread as the exponential law, but two values only.
		"two kinds of gaps": judgeArrivals(rate, sentBy(n, rate, func() float64 { return 2 * float64(rng.IntN(2)) })),
		// What a timer of a millisecond makes of 500/s.
		"on a grid":   judgeArrivals(rate, sentBy(n, rate, func() float64 { return math.Round(2*rng.ExpFloat64()) / 2 })),
		"too few":     judgeArrivals(rate, sentBy(50, rate, rng.ExpFloat64)),
		"none":        judgeArrivals(rate, nil),
		"all at once": judgeArrivals(rate, make([]time.Duration, n)),
	}, map[string][]string{
		"constant":          {sd, law},
		"uniform":           {sd, law},
		"another rate":      {mean, law},
		"two kinds of gaps": {law},
		"on a grid":         {law},
		"too few":           {"gaps"},
		"none":              {"gaps"},
		"all at once":       {mean, sd, law},
	})
}

// ksExponential against distances that are known: of a point mass at x it is
// max(F(x), 1−F(x)).
func TestKSExponential(t *testing.T) {
	for _, x := range []float64{0, .1, math.Ln2, 3} {
		f := 1 - math.Exp(-x)
		if got := ksExponential([]float64{x, x, x}); math.Abs(got-max(f, 1-f)) > 1e-12 {
			t.Errorf("three values of %v: distance %v, want %v", x, got, max(f, 1-f))
		}
	}
	// The quantiles at (i+½)/n are as near as n values can be: 1/(2n).
	var xs []float64
	for i := range 50 {
		xs = append(xs, -math.Log(1-(float64(i)+.5)/50))
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(50, func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
	if got := ksExponential(xs); math.Abs(got-.01) > 1e-9 {
		t.Errorf("distance of the quantiles themselves %v, want 0.01", got)
	}
}
