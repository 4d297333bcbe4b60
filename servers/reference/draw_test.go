package reference

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func payloadOf(body string) payload {
	p, err := readPayload(strings.NewReader(body))
	if err != nil {
		panic(err) // a string cannot fail
	}
	return p
}

// draws is the work of n requests with distinct bodies.
func draws(o Options, n int) []time.Duration {
	xs := make([]time.Duration, n)
	for i := range xs {
		xs[i] = o.work(payloadKey(o.Seed, payloadOf(fmt.Sprintf(`{"features":[%d]}`, i)), 0))
	}
	return xs
}

// TestMeanStaysTheServiceTime: the spread must not move the mean. The draws are
// seeded, so these are fixed numbers held to five standard errors.
func TestMeanStaysTheServiceTime(t *testing.T) {
	const n = 50_000
	for _, sigma := range []float64{0, 0.1, 0.3, 1} {
		for _, slow := range []float64{0, 1.10} {
			o := Options{Service: 2 * time.Millisecond, Sigma: sigma, Slow: slow, Seed: 7}
			want := float64(o.Service) * max(slow, 1) // 0 means 1
			// The coefficient of variation of a lognormal is sqrt(exp(σ²)−1).
			tolerance := 5*want*math.Sqrt(math.Expm1(sigma*sigma)/n) + 1
			if got := float64(mean(draws(o, n))); math.Abs(got-want) > tolerance {
				t.Errorf("sigma %v slow %v: mean %v, want %v within %v", sigma, slow, got, want, tolerance)
			}
		}
	}
}

func TestLognormalMedian(t *testing.T) {
	const n = 50_000
	o := Options{Service: 2 * time.Millisecond, Sigma: 0.3, Seed: 3}
	want := float64(o.Service) * math.Exp(-0.3*0.3/2)
	got := float64(quantile(draws(o, n), .5))
	// The standard error of a median is sqrt(π/2)·σ·median/√n.
	if tolerance := 5 * 1.2533 * 0.3 * want / math.Sqrt(n); math.Abs(got-want) > tolerance {
		t.Errorf("median %v, want %v within %v", got, want, tolerance)
	}
}

func TestSecondModeShare(t *testing.T) {
	const n = 50_000
	o := Options{Service: 2 * time.Millisecond, SecondShare: 0.1, SecondService: 20 * time.Millisecond, Seed: 5}
	count := map[time.Duration]int{}
	for _, x := range draws(o, n) {
		count[x]++
	}
	if len(count) != 2 {
		t.Fatalf("%d different times, want 2: %v", len(count), count)
	}
	got := float64(count[o.SecondService]) / n
	if tolerance := 5 * math.Sqrt(0.1*0.9/n); math.Abs(got-0.1) > tolerance {
		t.Errorf("share of the second mode %v, want 0.1 within %v", got, tolerance)
	}
}

// TestSlowScalesEveryDraw: two arms with the same seed differ by the factor on
// each payload, not only in the mean.
func TestSlowScalesEveryDraw(t *testing.T) {
	a := Options{Service: 2 * time.Millisecond, Sigma: 0.3, SecondShare: 0.05, SecondService: 9 * time.Millisecond, Seed: 11}
	b := a
	b.Slow = 1.10
	fast, slow := draws(a, 1000), draws(b, 1000)
	for i := range fast {
		if diff := math.Abs(1.10*float64(fast[i]) - float64(slow[i])); diff > 2 {
			t.Fatalf("draw %d: %v became %v", i, fast[i], slow[i])
		}
	}
}

func TestKeys(t *testing.T) {
	body := payloadOf(`{"features":[1]}`)
	if payloadKey(1, body, 0) != payloadKey(1, body, 99) {
		t.Error("the same body drew differently at another position")
	}
	if payloadKey(1, body, 0) == payloadKey(2, body, 0) {
		t.Error("another seed drew the same")
	}
	if payloadKey(1, payload{}, 0) == payloadKey(1, payload{}, 1) {
		t.Error("requests without a body all draw the same")
	}
	seen := map[uint64]bool{}
	for seed := range uint64(30) {
		for n := range uint64(1000) {
			seen[payloadKey(seed, payload{}, n)] = true
		}
	}
	if len(seen) != 30_000 {
		t.Errorf("30000 keys of neighbouring seeds and numbers, only %d different", len(seen))
	}
}

func TestErrorShare(t *testing.T) {
	const n = 50_000
	for _, share := range []float64{0, 0.01, 0.5, 1} {
		o := Options{Errors: share, Seed: 2}
		failed := 0
		for i := range uint64(n) {
			if o.fails(i) {
				failed++
			}
		}
		if tolerance := 5 * math.Sqrt(share*(1-share)/n); math.Abs(float64(failed)/n-share) > tolerance {
			t.Errorf("share %v: %d of %d failed", share, failed, n)
		}
	}
}

// TestWorkNeverOverflows: the widest options still give a time that sums safely.
func TestWorkNeverOverflows(t *testing.T) {
	o := Options{Service: maxService, Sigma: maxSigma, Slow: maxSlow, Seed: 1}
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, x := range draws(o, 10_000) {
		if x < 0 || x > maxWork {
			t.Fatalf("drew %v", x)
		}
	}
}
