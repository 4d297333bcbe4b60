package stats

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// latencies draws values over the whole range: uniform in their logarithm, so
// that every bucket size is met, plus the edges.
func latencies(label string, minLen int) *rapid.Generator[[]time.Duration] {
	edges := rapid.SampledFrom([]time.Duration{0, 1, 511, 512, time.Microsecond, 1048576, MaxLatency - 1, MaxLatency})
	spread := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(math.Exp(rapid.Float64Range(0, math.Log(float64(MaxLatency))).Draw(t, "ln")))
	})
	return rapid.SliceOfN(rapid.OneOf(spread, spread, spread, edges), minLen, 400)
}

func record(values []time.Duration) *Histogram {
	l := NewLive()
	for _, v := range values {
		l.Record(v)
	}
	return l.Drain()
}

// near says whether got is want within the histogram's promise: 0.1% and one
// microsecond.
func near(got, want time.Duration) bool {
	diff := math.Abs(float64(got - want))
	return diff <= 0.001*float64(want)+float64(time.Microsecond)
}

// nearestRank is the oracle: the value of rank ceil(q·n) of the sorted values.
func nearestRank(sorted []time.Duration, q float64) time.Duration {
	n := len(sorted)
	for i, v := range sorted {
		if float64(i+1) >= q*float64(n)-1e-9 {
			return v
		}
	}
	return sorted[n-1]
}

func same(t interface{ Fatalf(string, ...any) }, got, want *Histogram) {
	a, errA := got.MarshalJSON()
	b, errB := want.MarshalJSON()
	if errA != nil || errB != nil {
		t.Fatalf("encode: %v, %v", errA, errB)
	}
	if string(a) != string(b) || got.Count() != want.Count() || got.Mean() != want.Mean() {
		t.Fatalf("histograms differ: %d values, mean %s; want %d, %s", got.Count(), got.Mean(), want.Count(), want.Mean())
	}
}

func TestQuantileIsNearestRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := latencies("values", 1).Draw(t, "values")
		h := record(values)
		slices.Sort(values)
		q := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 0.5, 0.9, 0.95, 0.99, 0.999, 1})).Draw(t, "q")
		if got, want := h.Quantile(q), nearestRank(values, q); !near(got, want) {
			t.Fatalf("quantile %v of %d values = %s, want %s", q, len(values), got, want)
		}
		if !near(h.Min(), values[0]) || !near(h.Max(), values[len(values)-1]) {
			t.Fatalf("min %s max %s, want %s %s", h.Min(), h.Max(), values[0], values[len(values)-1])
		}
		var sum float64
		for _, v := range values {
			sum += float64(v)
		}
		if mean := time.Duration(sum / float64(len(values))); !near(h.Mean(), mean) {
			t.Fatalf("mean %s, want %s", h.Mean(), mean)
		}
	})
}

// The library rounds 32.4 down to rank 32, where p90 of 36 values is the 33rd.
func TestQuantileRoundsItsRankUp(t *testing.T) {
	var values []time.Duration
	for i := range 36 {
		values = append(values, time.Duration(i+1)*time.Millisecond)
	}
	if got := record(values).Quantile(0.9); !near(got, 33*time.Millisecond) {
		t.Errorf("p90 of 1…36 ms = %s, want 33ms", got)
	}
	// 0.99·100 must be the 99th whatever the last bit of 0.99 is.
	values = nil
	for i := range 100 {
		values = append(values, time.Duration(i+1)*time.Millisecond)
	}
	for _, q := range []float64{0.07, 0.29, 0.55, 0.57, 0.58, 0.95, 0.99} {
		want := time.Duration(math.Round(q*100)) * time.Millisecond
		if got := record(values).Quantile(q); !near(got, want) {
			t.Errorf("quantile %v of 1…100 ms = %s, want %s", q, got, want)
		}
	}
}

func TestQuantilesAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := record(latencies("values", 1).Draw(t, "values"))
		qs := rapid.SliceOfN(rapid.Float64Range(-0.5, 1.5), 2, 20).Draw(t, "qs")
		slices.Sort(qs)
		last := h.Min()
		for _, q := range qs {
			v := h.Quantile(q)
			if v < last {
				t.Fatalf("quantile %v = %s, below the one before (%s)", q, v, last)
			}
			last = v
		}
		if h.Max() < last {
			t.Fatalf("max %s is below a quantile (%s)", h.Max(), last)
		}
		if mean := h.Mean(); mean < h.Min() || mean > h.Max() {
			t.Fatalf("mean %s outside %s…%s", mean, h.Min(), h.Max())
		}
	})
}

func TestMergeIsPooledRecording(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := latencies("a", 0).Draw(t, "a"), latencies("b", 0).Draw(t, "b")
		merged := record(a)
		other := record(b)
		before := other.Count()
		merged.Merge(other)
		same(t, merged, record(append(slices.Clone(a), b...)))
		merged.Merge(nil)
		if other.Count() != before || merged.Count() != int64(len(a)+len(b)) {
			t.Fatalf("merge lost or moved counts: %d + %d = %d", len(a), len(b), merged.Count())
		}
	})
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := record(latencies("values", 0).Draw(t, "values"))
		b, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		var got Histogram
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		same(t, &got, h)
	})
}

func TestCloneIsIndependent(t *testing.T) {
	h := record([]time.Duration{time.Millisecond})
	c := h.Clone()
	c.Merge(record([]time.Duration{time.Second, time.Second}))
	if h.Count() != 1 || c.Count() != 3 || !near(h.Max(), time.Millisecond) {
		t.Errorf("after merging into the clone: original %d values, max %s; clone %d", h.Count(), h.Max(), c.Count())
	}
}

func TestRecordClampsAndCounts(t *testing.T) {
	l := NewLive()
	l.Record(-time.Second)
	l.Record(MaxLatency)
	l.Record(MaxLatency + 1)
	l.Record(math.MaxInt64)
	h := l.Drain()
	if h.Count() != 4 || h.Clamped() != 2 {
		t.Errorf("count %d, clamped %d; want 4, 2: nothing is left out", h.Count(), h.Clamped())
	}
	if h.Min() != 0 || !near(h.Max(), MaxLatency) {
		t.Errorf("min %s, max %s; want 0s, %s", h.Min(), h.Max(), MaxLatency)
	}
	h.Merge(h.Clone())
	if h.Clamped() != 4 {
		t.Errorf("clamped after a merge %d, want 4", h.Clamped())
	}
	if again := l.Drain(); again.Count() != 0 || again.Clamped() != 0 {
		t.Errorf("a second drain has %d values, %d clamped; want none", again.Count(), again.Clamped())
	}
}

// What is beyond two minutes is recorded elsewhere, and drained with the rest, as one
// array of the whole range would have it; what is below costs no memory more.
func TestLongLatencies(t *testing.T) {
	values := []time.Duration{time.Millisecond, 2*time.Minute - 1, 2 * time.Minute, 2*time.Minute + 1, 10 * time.Minute, time.Hour}
	whole := NewHistogram()
	l := NewLive()
	for i, v := range values {
		if long := i > 3; (l.long != nil) != long {
			t.Errorf("before %s there is an array for long ones: %v", v, !long)
		}
		l.Record(v)
		if err := whole.h.RecordValue(int64(v)); err != nil {
			t.Fatal(err)
		}
	}
	got, want := l.Drain(), whole
	for _, q := range []float64{0, 0.2, 0.4, 0.5, 0.6, 0.8, 1} {
		if got.Quantile(q) != want.Quantile(q) {
			t.Errorf("q%g is %s, want %s", q, got.Quantile(q), want.Quantile(q))
		}
	}
	if got.Count() != int64(len(values)) || got.Clamped() != 0 || !near(got.Max(), time.Hour) || l.Drain().Count() != 0 {
		t.Errorf("%d values up to %s, %d clamped; then %d more", got.Count(), got.Max(), got.Clamped(), l.Drain().Count())
	}
}

func TestEmpty(t *testing.T) {
	h := NewHistogram()
	for name, got := range map[string]time.Duration{
		"min": h.Min(), "mean": h.Mean(), "max": h.Max(), "p0": h.Quantile(0), "p99": h.Quantile(0.99), "NaN": h.Quantile(math.NaN()),
	} {
		if got != 0 {
			t.Errorf("%s of nothing = %s, want 0", name, got)
		}
	}
}

// Other tools write other geometries; their values are kept if they fit.
func TestForeignGeometry(t *testing.T) {
	tests := []struct {
		name         string
		low, high    int64
		digits       int
		values       []time.Duration
		wantErr      string
		within       float64 // of the coarser geometry
		wantAtMedian time.Duration
	}{
		{"finer", 1, int64(time.Hour), 5, []time.Duration{time.Millisecond, 2 * time.Millisecond, 90 * time.Second}, "", 0.001, 2 * time.Millisecond},
		{"coarser", int64(time.Microsecond), int64(10 * time.Second), 1, []time.Duration{time.Millisecond}, "", 0.1, time.Millisecond},
		{"of earlier versions", lowest, usual, digits, []time.Duration{time.Microsecond, 3 * time.Second, 2 * time.Minute}, "", 0.001, 3 * time.Second},
		{"too long", 1, int64(3 * time.Hour), 3, []time.Duration{time.Second, 130 * time.Minute}, "1 values beyond 1h0m0s", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			foreign := hdr.NewPacked(tt.low, tt.high, tt.digits)
			for _, v := range tt.values {
				if err := foreign.RecordValue(int64(v)); err != nil {
					t.Fatal(err)
				}
			}
			text, err := foreign.EncodeV2()
			if err != nil {
				t.Fatal(err)
			}
			quoted, _ := json.Marshal(string(text))
			var h Histogram
			err = json.Unmarshal(quoted, &h)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("error %v, want %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := h.Quantile(0.5)
			if h.Count() != int64(len(tt.values)) || math.Abs(float64(got-tt.wantAtMedian)) > tt.within*float64(tt.wantAtMedian) {
				t.Errorf("%d values, median %s; want %d, %s", h.Count(), got, len(tt.values), tt.wantAtMedian)
			}
			h.Merge(record(tt.values)) // now of our geometry: merges with ours
			if h.Count() != int64(2*len(tt.values)) {
				t.Errorf("%d values after a merge with our own, want %d", h.Count(), 2*len(tt.values))
			}
		})
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for _, in := range []string{`1`, `""`, `"x"`, `"AAAA"`, `{}`, `"HISTFAAAABB42pNpmSzMwMDAxQABzFCaEUoz2X+AMIoAHEUCvA=="`} {
		var h Histogram
		if err := json.Unmarshal([]byte(in), &h); err == nil {
			t.Errorf("%s was accepted as %d values", in, h.Count())
		} else if !strings.HasPrefix(err.Error(), "histogram: ") && !strings.HasPrefix(err.Error(), "json: ") {
			t.Errorf("%s: error %q does not say what it is about", in, err)
		}
	}
}

func TestRecordAllocatesNothing(t *testing.T) {
	l := NewLive()
	if n := testing.AllocsPerRun(1000, func() { l.Record(time.Millisecond) }); n != 0 {
		t.Errorf("Record allocates %v times, want 0", n)
	}
}
