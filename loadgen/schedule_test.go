package loadgen

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
	"pgregory.net/rapid"
)

// instants is the whole schedule up to limit.
func instants(shape Shape, law Arrivals, seed uint64, limit time.Duration) []time.Duration {
	s := newSchedule(shape, law, rand.New(rand.NewPCG(seed, 1)))
	var out []time.Duration
	for {
		at, ok := s.next(limit)
		if !ok {
			return out
		}
		out = append(out, at)
	}
}

func TestConstantArrivalsAreEvenlySpaced(t *testing.T) {
	for _, rps := range []float64{0.5, 1, 3, 200, 999.5, 12345} {
		limit := 4 * time.Second
		got := instants(ConstantRate(rps), Constant, 1, limit)
		if want := int(math.Ceil(rps * limit.Seconds())); len(got) != want {
			t.Errorf("%v/s: %d requests in %s, want %d", rps, len(got), limit, want)
		}
		for i, at := range got {
			want := float64(i) / rps * 1e9
			if math.Abs(float64(at)-want) > 1e3 { // a microsecond
				t.Fatalf("%v/s: request %d at %s, want %.0f ns", rps, i, at, want)
			}
		}
	}
}

func TestScheduleFollowsTheShape(t *testing.T) {
	ramp := vegeta.LinearPacer{StartAt: vegeta.Rate{Freq: 100, Per: time.Second}, Slope: 50}
	sine := vegeta.SinePacer{Period: 4 * time.Second, Mean: vegeta.Rate{Freq: 200, Per: time.Second}, Amp: vegeta.Rate{Freq: 150, Per: time.Second}}
	for _, tc := range []struct {
		name     string
		shape    Shape
		integral func(s float64) float64
	}{
		{"ramp", ramp, func(s float64) float64 { return 100*s + 25*s*s }},
		{"sine", sine, func(s float64) float64 { return 200*s + 150*4/(2*math.Pi)*(1-math.Cos(2*math.Pi*s/4)) }},
	} {
		got := instants(tc.shape, Constant, 1, 7*time.Second)
		for i, at := range got {
			if n := tc.integral(at.Seconds()); math.Abs(n-float64(i)) > 0.01 {
				t.Fatalf("%s: request %d is planned where the rate's integral is %.3f", tc.name, i, n)
			}
		}
		if want := tc.integral(7); math.Abs(float64(len(got))-want) > 1 {
			t.Errorf("%s: %d requests, the rate's integral is %.1f", tc.name, len(got), want)
		}
	}
}

func TestPoissonGapsAreExponential(t *testing.T) {
	const rps = 500.0
	got := instants(ConstantRate(rps), Poisson, 42, 100*time.Second)
	if want := rps * 100; math.Abs(float64(len(got))-want) > 4*math.Sqrt(want) {
		t.Fatalf("%d requests, want %.0f within four standard deviations", len(got), want)
	}
	// Mean and standard deviation of exponential gaps are both 1/rate, and the
	// share of gaps above the mean is 1/e.
	var sum, squares float64
	above := 0
	for i := 1; i < len(got); i++ {
		g := (got[i] - got[i-1]).Seconds() * rps
		sum += g
		squares += g * g
		if g > 1 {
			above++
		}
	}
	n := float64(len(got) - 1)
	mean := sum / n
	sd := math.Sqrt(squares/n - mean*mean)
	share := float64(above) / n
	if math.Abs(mean-1) > 0.02 || math.Abs(sd-1) > 0.03 || math.Abs(share-1/math.E) > 0.01 {
		t.Errorf("gaps × rate: mean %.3f, sd %.3f, share above the mean %.3f; want 1, 1, %.3f", mean, sd, share, 1/math.E)
	}
}

func TestScheduleIsSeeded(t *testing.T) {
	a := instants(ConstantRate(300), Poisson, 7, time.Second)
	if b := instants(ConstantRate(300), Poisson, 7, time.Second); !slices.Equal(a, b) {
		t.Error("the same seed gave two schedules")
	}
	if b := instants(ConstantRate(300), Poisson, 8, time.Second); slices.Equal(a, b) {
		t.Error("two seeds gave the same schedule")
	}
}

func TestScheduleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rps := rapid.Float64Range(0.01, 50_000).Draw(t, "rps")
		law := rapid.SampledFrom([]Arrivals{Poisson, Constant}).Draw(t, "law")
		limit := time.Duration(rapid.Int64Range(0, int64(200*time.Millisecond)).Draw(t, "limit"))
		got := instants(ConstantRate(rps), law, rapid.Uint64().Draw(t, "seed"), limit)
		if !slices.IsSorted(got) {
			t.Fatal("not in order")
		}
		if len(got) > 0 && (got[0] < 0 || got[len(got)-1] >= limit) {
			t.Fatalf("from %s to %s, want within [0, %s)", got[0], got[len(got)-1], limit)
		}
	})
}

func TestSequenceHasExactShares(t *testing.T) {
	for _, weights := range [][]float64{{70, 20, 7, 3}, {1}, {1, 2}, {0.5, 0.25, 0.25}, {1, 1e-3}, {1. / 3, 1. / 7}} {
		var sum float64
		for _, w := range weights {
			sum += w
		}
		s := newSequence(weights, rand.New(rand.NewPCG(1, 2)))
		counts := make([]int, len(weights))
		const n = 6000
		for i := range uint64(n) {
			counts[s.class(i)]++
		}
		for c, w := range weights {
			got, want := float64(counts[c])/n, w/sum
			if math.Abs(got-want) > 0.002 {
				t.Errorf("weights %v: class %d has a share of %.4f, want %.4f", weights, c, got, want)
			}
		}
	}
}

func TestSequenceIsShuffled(t *testing.T) {
	s := newSequence([]float64{1, 1}, rand.New(rand.NewPCG(1, 2)))
	same := 0
	for i := range uint64(100) {
		if s.class(i) == s.class(i+1) {
			same++
		}
	}
	if same == 0 || same == 100 {
		t.Errorf("%d of 100 neighbours are alike: the order is fixed", same)
	}
}

func TestShapes(t *testing.T) {
	stages := []Stage{{10 * time.Second, 50}, {20 * time.Second, 50}, {10 * time.Second, 200}, {5 * time.Second, 0}}
	for _, tc := range []struct {
		name  string
		shape Shape
		want  map[time.Duration]float64 // rate at
		total float64                   // requests in 45 s
	}{
		{"ramps", Ramps(0, stages), map[time.Duration]float64{0: 0, 5 * time.Second: 25, 15 * time.Second: 50, 35 * time.Second: 125, 42500 * time.Millisecond: 100, time.Hour: 0}, 250 + 1000 + 1250 + 500},
		{"steps", Steps(stages), map[time.Duration]float64{0: 50, 29 * time.Second: 50, 30 * time.Second: 200, 41 * time.Second: 0}, 1500 + 2000},
		{"spike", Steps([]Stage{{20 * time.Second, 10}, {5 * time.Second, 500}, {time.Hour, 10}}), map[time.Duration]float64{0: 10, 20 * time.Second: 500, 24 * time.Second: 500, 25 * time.Second: 10}, 400 + 2500},
		{"sine", Sine(100, 50, 45*time.Second), map[time.Duration]float64{0: 100, 11250 * time.Millisecond: 150, 33750 * time.Millisecond: 50}, 4500},
	} {
		for at, want := range tc.want {
			if got := tc.shape.Rate(at); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s: %v/s at %s, want %v/s", tc.name, got, at, want)
			}
		}
		for _, law := range []Arrivals{Constant, Poisson} {
			slack := 1.
			if law == Poisson {
				slack = 4 * math.Sqrt(tc.total)
			}
			if n := float64(len(instants(tc.shape, law, 3, 45*time.Second))); math.Abs(n-tc.total) > slack {
				t.Errorf("%s, %s: %v requests, the rate's integral is %v", tc.name, law, n, tc.total)
			}
		}
	}
}
