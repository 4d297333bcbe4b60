package scenarios

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// duration is a length of time such as 30s, 1m30s or 250ms; never negative.
type duration time.Duration

// maxDuration is longer than anything runs, and sums of a few are far from overflow.
const maxDuration = duration(366 * 24 * time.Hour)

// UnmarshalText reads Go's form of durations.
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("found %q, want a duration such as 30s, 1m30s or 250ms", b)
	}
	if duration(v) > maxDuration {
		return fmt.Errorf("found %q, want at most %s", b, maxDuration)
	}
	*d = duration(v)
	return nil
}

// String is Go's form.
func (d duration) String() string { return time.Duration(d).String() }

// Rate is a number of requests per second, written 200/s, 12000/m, 1.5k/s or
// 200. It is a flag value, too.
type Rate float64

// Bounds of a rate: one request a day, and more than any machine sends.
const (
	minRate = 1e-5
	maxRate = 1e7
)

// UnmarshalText reads a number with an optional unit.
func (r *Rate) UnmarshalText(b []byte) error {
	amount, unit, _ := strings.Cut(string(b), "/")
	per, known := map[string]float64{"": 1, "s": 1, "m": 60, "h": 3600}[unit]
	v, err := amountOf(amount)
	if v /= per; err != nil || !known || strings.HasSuffix(string(b), "/") || !(v >= minRate && v <= maxRate) {
		return fmt.Errorf("found %q, want a rate such as 200/s, 12000/m or 1.5k/s", b)
	}
	*r = Rate(v)
	return nil
}

// Set makes Rate a flag value.
func (r *Rate) Set(s string) error { return r.UnmarshalText([]byte(s)) }

// String is the rate per second; of zero, which is no rate, it is empty.
func (r Rate) String() string {
	if r == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(r), 'f', -1, 64) + "/s"
}

// Type names the flag value in help texts.
func (Rate) Type() string { return "rate" }

// Count is a number of things, written 500, 10k or 2M. It is a flag value, too.
type Count int64

const maxCount = 1e15 // exact as a float64

// UnmarshalText reads a number with an optional multiplier.
func (c *Count) UnmarshalText(b []byte) error {
	v, err := amountOf(string(b))
	if err != nil || v < 0 || v > maxCount || v != math.Trunc(v) {
		return fmt.Errorf("found %q, want a number such as 500, 10k or 2M", b)
	}
	*c = Count(v)
	return nil
}

// Set makes Count a flag value.
func (c *Count) Set(s string) error { return c.UnmarshalText([]byte(s)) }

// String is the number in full.
func (c Count) String() string { return strconv.FormatInt(int64(c), 10) }

// Type names the flag value in help texts.
func (Count) Type() string { return "count" }

// amountOf reads a decimal number with an optional k (thousand) or M (million).
func amountOf(s string) (float64, error) {
	factor := 1.0
	switch {
	case strings.HasSuffix(s, "k"):
		s, factor = s[:len(s)-1], 1e3
	case strings.HasSuffix(s, "M"):
		s, factor = s[:len(s)-1], 1e6
	}
	// No "inf", "nan", hexadecimals or underscores, which ParseFloat would take.
	if strings.Trim(s, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(s, 64)
	return v * factor, err
}

// Span is a whole number, or a range that it is drawn from: 10 or 5..20.
type Span struct{ Min, Max int }

// UnmarshalText reads both forms.
func (s *Span) UnmarshalText(b []byte) error {
	lo, hi, ok := strings.Cut(string(b), "..")
	if !ok {
		hi = lo
	}
	var err1, err2 error
	s.Min, err1 = strconv.Atoi(lo)
	s.Max, err2 = strconv.Atoi(hi)
	if err1 != nil || err2 != nil || s.Min < 0 || s.Max < s.Min {
		return fmt.Errorf("found %q, want a number such as 10, or a range such as 5..20", b)
	}
	return nil
}
