package verdict

import (
	"math"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// What a picture shows of the pairs is what the verdict is made of: the centre of the
// dots that count is the estimate, and the interval of a judged quantile is its row's.
func TestDotsAreWhatIsJudged(t *testing.T) {
	f := pairedForDots(30, 1.07)
	f.Slices[10].Excluded, f.Slices[11].Excluded = "a test", "a test"
	c := Compare(f, Options{})
	for _, metric := range []string{"p50", "p90"} {
		row := c.Row(results.TotalClass, metric)
		if row == nil || row.CI95Pct == nil {
			t.Fatalf("%s is not judged", metric)
		}
		var counted []float64
		out := 0
		for _, d := range c.Dots(results.TotalClass, metric) {
			if d.LeftOut() {
				out++
				if d.Excluded != "a test" || d.Pair != 6 {
					t.Errorf("left out is %+v", d)
				}
				continue
			}
			counted = append(counted, math.Log1p(d.ChangePct/100))
		}
		if row.Metric == "p50" && (len(counted) != c.Pairs || out != 1) {
			t.Errorf("%d dots count and %d do not; %d pairs are judged", len(counted), out, c.Pairs)
		}
		if got := percent(stats.HodgesLehmann(counted)); math.Abs(got-*row.ChangePct) > 1e-9 {
			t.Errorf("%s: the dots' centre is %v, the estimate %v", metric, got, *row.ChangePct)
		}
	}
	row := c.Row(results.TotalClass, "p50")
	low, high, ok := c.Interval(results.TotalClass, 0.5)
	if !ok || math.Abs(low-row.CI95Pct[0]) > 1e-9 || math.Abs(high-row.CI95Pct[1]) > 1e-9 {
		t.Errorf("the interval of the median is [%v, %v], %v; its row has %v", low, high, ok, *row.CI95Pct)
	}
	if c.Dots(results.TotalClass, "mean") != nil {
		t.Error("what is not judged has dots")
	}
}

// pairedForDots is so many pairs, B being slower by a factor, with luck of each pair.
func pairedForDots(pairs int, factor float64) *results.File {
	f := &results.File{Header: results.Header{
		Model: results.Open, Arrivals: "constant", RateRPS: 400, TimeoutS: 10, Classes: []results.Class{{Name: "predict", Share: 1}},
		Targets: []results.Target{{Arm: results.ArmA, Name: "a"}, {Arm: results.ArmB, Name: "b"}},
	}, Footer: &results.Footer{Ended: results.Completed}}
	for pair := 1; pair <= pairs; pair++ {
		luck := 1 + 0.03*math.Sin(float64(13*pair))
		for i, arm := range []string{results.ArmA, results.ArmB} {
			by := luck
			if arm == results.ArmB {
				by *= factor * (1 + 0.01*math.Cos(float64(7*pair)))
			}
			live := stats.NewLive()
			for k := range 200 {
				live.Record(time.Duration(by * (1 + float64(k)/20) * float64(time.Millisecond)))
			}
			h := live.Drain()
			start := float64(pair)
			if (pair%2 == 0) == (i == 0) {
				start += 0.5
			}
			f.Slices = append(f.Slices, results.Slice{Arm: arm, Pair: pair, Phase: results.Measure, StartS: start, DurationS: 0.5, Classes: map[string]*results.ClassData{
				"predict": {Planned: 200, Sent: 200, Done: 200, Status: map[string]int64{"200": 200}, Clocks: map[string]*stats.Histogram{results.ClockResponse: h, results.ClockService: h}},
			}})
		}
	}
	return f
}
