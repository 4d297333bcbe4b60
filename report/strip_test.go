package report

import (
	"slices"
	"testing"
	"time"
)

// times is a distribution of known values.
type times []time.Duration

func (t times) Count() int64 { return int64(len(t)) }

func (t times) Min() time.Duration {
	if len(t) == 0 {
		return 0
	}
	return slices.Min(t)
}

func (t times) Max() time.Duration {
	if len(t) == 0 {
		return 0
	}
	return slices.Max(t)
}

func (t times) Each(f func(time.Duration, int64)) {
	for _, v := range t {
		f(v, 1)
	}
}

func repeated(n int, d time.Duration) times {
	return times(slices.Repeat([]time.Duration{d}, n))
}

func TestStripOfKnownValues(t *testing.T) {
	ms := time.Millisecond
	for _, tt := range []struct {
		name       string
		of         times
		parts      int
		want, head string
	}{
		// From 1 to 10,000 ms are four decades: a part each.
		{"a value in each decade", times{ms, 20 * ms, 300 * ms, 10000 * ms}, 4, "████", "1.00 10000"},
		{"none in one of them", times{ms, 300 * ms, 10000 * ms}, 4, "█ ██", "1.00 10000"},
		{"eighths of the fullest", slices.Concat(repeated(8, ms), repeated(4, 20*ms), repeated(1, 300*ms), repeated(2, 10000*ms)), 4, "█▄▁▂", "1.00 10000"},
		{"one of ten thousand is seen", append(repeated(9999, ms), 10000*ms), 4, "█  ▁", "1.00 10000"},
		{"an edge begins its part", times{ms, 10 * ms, 100 * ms}, 2, "▄█", "1.00 100"},
		{"all the same", repeated(5, ms), 24, "█", "1.00 1.00"},
		{"no finer than the histogram", times{1000 * ms, 1025 * ms}, 24, "██", "1000 1025"},
		{"zero has a place", times{0, ms}, 2, "██", "0.000 1.00"},
		{"none", nil, 24, "", ""},
	} {
		x := axisOf(tt.parts, tt.of)
		if got := x.strip(tt.of); got != tt.want || x.head() != tt.head {
			t.Errorf("%s: strip %q below %q, want %q below %q", tt.name, got, x.head(), tt.want, tt.head)
		}
	}
}

// What strips of one table share is the axis: the same time is at the same place.
func TestStripsShareAnAxis(t *testing.T) {
	fast, slow := repeated(3, time.Millisecond), repeated(3, 100*time.Millisecond)
	x := axisOf(4, fast, slow)
	if got := []string{x.strip(fast), x.strip(slow)}; got[0] != "█   " || got[1] != "   █" {
		t.Errorf("strips %q", got)
	}
}
