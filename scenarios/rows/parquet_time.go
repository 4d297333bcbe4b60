package rows

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// withFraction is a layout of as many places as there are; adjusted times are
// UTC's and say so, others have no zone.
func withFraction(layout string, adjusted bool) string {
	layout += ".999999999"
	if adjusted {
		layout += "Z"
	}
	return layout
}

const dateTime = "2006-01-02T15:04:05"

// appendTimestamp appends RFC 3339; times without a zone have none.
func appendTimestamp(t *format.TimestampType) (appendValue, error) {
	if t.Unit.Value == nil {
		return nil, errors.New("is a timestamp without a unit")
	}
	layout, unit := withFraction(dateTime, t.IsAdjustedToUTC), t.Unit.Value.Duration()
	perSecond := int64(time.Second / unit)
	return func(b []byte, v parquet.Value) ([]byte, error) {
		n := v.Int64()
		at := time.Unix(n/perSecond, n%perSecond*int64(unit)).UTC()
		return appendText(b, at.Format(layout)), nil
	}, nil
}

// appendTimeOfDay appends the time of RFC 3339.
func appendTimeOfDay(t *format.TimeType) (appendValue, error) {
	if t.Unit.Value == nil {
		return nil, errors.New("is a time without a unit")
	}
	layout, unit := withFraction(time.TimeOnly, t.IsAdjustedToUTC), t.Unit.Value.Duration()
	return func(b []byte, v parquet.Value) ([]byte, error) {
		n := v.Int64()
		if v.Kind() == parquet.Int32 { // milliseconds
			n = int64(v.Int32())
		}
		if n < 0 || n >= int64(24*time.Hour/unit) {
			return b, fmt.Errorf("a time of day of %d units of %s", n, unit)
		}
		return appendText(b, time.Unix(0, n*int64(unit)).UTC().Format(layout)), nil
	}, nil
}

// appendInt96 appends the timestamps of older writers (Spark, Impala, Hive):
// nanoseconds of a Julian day. Nothing says their zone.
func appendInt96(b []byte, v parquet.Value) ([]byte, error) {
	const julianEpoch = 2440588 // 1970-01-01
	raw := v.Int96()
	ns, days := int64(uint64(raw[1])<<32|uint64(raw[0])), int64(int32(raw[2]))-julianEpoch
	at := time.Unix(days*24*60*60, ns).UTC()
	return appendText(b, at.Format(withFraction(dateTime, false))), nil
}

// appendInterval appends the duration of ISO 8601: of months, days and
// milliseconds, each by itself, such as P1M2DT3.5S.
func appendInterval(b []byte, v parquet.Value) ([]byte, error) {
	raw := v.ByteArray()
	if len(raw) != 12 {
		return b, fmt.Errorf("an interval of %d bytes", len(raw))
	}
	months, days, ms := binary.LittleEndian.Uint32(raw), binary.LittleEndian.Uint32(raw[4:]), binary.LittleEndian.Uint32(raw[8:])
	seconds := strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64)
	return fmt.Appendf(b, `"P%dM%dDT%sS"`, months, days, seconds), nil
}
