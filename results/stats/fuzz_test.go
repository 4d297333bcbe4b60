package stats

import (
	"testing"
	"time"
)

// FuzzHistogramUnmarshal: whatever a file holds, decoding never panics, and
// what it accepts encodes and decodes to the same.
func FuzzHistogramUnmarshal(f *testing.F) {
	for _, values := range [][]time.Duration{nil, {0}, {time.Millisecond, time.Second, MaxLatency}} {
		b, err := record(values).MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, in []byte) {
		h := NewHistogram()
		if err := h.UnmarshalJSON(in); err != nil {
			return
		}
		b, err := h.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again := NewHistogram()
		if err := again.UnmarshalJSON(b); err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		same(t, again, h)
		for _, q := range []float64{0, 0.5, 0.999, 1} {
			if v := h.Quantile(q); v < h.Min() || v > h.Max() {
				t.Fatalf("quantile %v = %s outside %s…%s", q, v, h.Min(), h.Max())
			}
		}
	})
}
