package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// Geometry shared by every histogram of every version of mlbench, so that any
// two can be merged. Values are nanoseconds. Histograms of earlier versions end at usual,
// and have the same steps until there.
const (
	lowest  = int64(time.Microsecond)
	usual   = int64(120 * time.Second)
	highest = int64(time.Hour)
	digits  = 3
)

// MaxLatency is the largest latency a histogram holds; longer ones are clamped
// to it and counted.
const MaxLatency = time.Duration(highest)

// Resolution is half a step of the digits, as a share: values that agree in all
// of them may still differ by so much.
const Resolution = 0.0005

// Live is a histogram to record into: a dense array of about 155 kB whose
// Record takes a few nanoseconds and allocates nothing, but for the first latency beyond
// two minutes another of about 197 kB. It is not safe for concurrent use.
type Live struct {
	h       *hdr.Histogram
	long    *hdr.Histogram // of what is beyond usual; nil: there was none yet
	clamped int64
}

// NewLive returns an empty Live histogram.
func NewLive() *Live { return &Live{h: hdr.New(lowest, usual, digits)} }

// Record counts one latency. Negative values count as zero, values above
// MaxLatency as MaxLatency (see Histogram.Clamped): nothing is left out.
func (l *Live) Record(d time.Duration) {
	v := int64(d)
	if v < 0 {
		v = 0
	} else if v > usual {
		l.recordLong(v)
		return
	}
	// Cannot fail: v is within the trackable range.
	_ = l.h.RecordValue(v)
}

func (l *Live) recordLong(v int64) {
	if v > highest {
		v = highest
		l.clamped++
	}
	if l.long == nil {
		l.long = hdr.New(lowest, highest, digits)
	}
	_ = l.long.RecordValue(v)
}

// Drain returns what was recorded since the last Drain and empties l.
func (l *Live) Drain() *Histogram {
	out := NewHistogram()
	out.clamped = l.clamped
	l.clamped = 0
	for _, h := range []*hdr.Histogram{l.h, l.long} {
		if h != nil && h.TotalCount() > 0 {
			out.h.MergeFrom(h)
			h.Reset()
		}
	}
	return out
}

// Histogram is a compact histogram of latencies: to keep, merge, store and
// read quantiles from.
type Histogram struct {
	h       *hdr.PackedHistogram
	clamped int64
}

// NewHistogram returns an empty Histogram.
func NewHistogram() *Histogram { return &Histogram{h: hdr.NewPacked(lowest, highest, digits)} }

// Merge adds the counts of from, which may be nil.
func (h *Histogram) Merge(from *Histogram) {
	if from == nil {
		return
	}
	h.h.Merge(from.h)
	h.clamped += from.clamped
}

// Clone returns an independent copy.
func (h *Histogram) Clone() *Histogram {
	return &Histogram{h: h.h.Clone(), clamped: h.clamped}
}

// Count is the number of recorded values.
func (h *Histogram) Count() int64 { return h.h.TotalCount() }

// Clamped is the number of values above MaxLatency. It is not kept by the
// encoding: a decoded histogram says 0.
func (h *Histogram) Clamped() int64 { return h.clamped }

// Quantile returns the smallest recorded value that at least the share q
// (0 to 1) of all values does not exceed (nearest rank), within 0.1%.
// It is 0 when nothing was recorded.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.Count() == 0 {
		return 0
	}
	if !(q > 0) {
		return h.Min()
	}
	// The library rounds q·n to the nearest rank; ours is the one above, so it
	// is asked for a percentile that is a whole rank. The factor forgives the
	// last bits of q.
	n := float64(h.Count())
	rank := math.Ceil(q * n * (1 - 1e-12))
	return time.Duration(h.h.ValueAtPercentile(100 * rank / n))
}

// Each calls f with every value that was recorded and how often it was, in
// ascending order.
func (h *Histogram) Each(f func(value time.Duration, n int64)) {
	h.h.ForEachBucket(func(value, n int64) bool {
		f(time.Duration(value), n)
		return true
	})
}

// Mean is the arithmetic mean, within 0.1%; 0 when nothing was recorded.
func (h *Histogram) Mean() time.Duration { return time.Duration(h.h.Mean()) }

// Min is the smallest recorded value; 0 when nothing was recorded.
func (h *Histogram) Min() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.h.Min())
}

// Max is the largest recorded value, never below any quantile; 0 when nothing
// was recorded.
func (h *Histogram) Max() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.h.Max())
}

// MarshalJSON writes the standard HdrHistogram V2 compressed base64 form, which
// every HdrHistogram library reads.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	b, err := h.h.EncodeV2()
	if err != nil {
		return nil, fmt.Errorf("encode histogram: %w", err)
	}
	return json.Marshal(string(b))
}

// UnmarshalJSON reads what MarshalJSON writes. A histogram of another geometry
// is accepted if all its values fit.
func (h *Histogram) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("histogram: %w", err)
	}
	in, err := hdr.DecodePacked([]byte(s))
	if err != nil {
		return fmt.Errorf("histogram: %w", err)
	}
	out := NewHistogram()
	if dropped := out.h.Merge(in); dropped > 0 {
		return fmt.Errorf("histogram: %d values beyond %s", dropped, MaxLatency)
	}
	*h = *out
	return nil
}
