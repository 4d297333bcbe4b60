package rows

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// appendValue appends a Parquet value as JSON.
type appendValue = func(b []byte, v parquet.Value) ([]byte, error)

// parquetValue says how values of a type become JSON; in is the type as the file
// declares it, for those that the library has no type of.
func parquetValue(t parquet.Type, in *format.SchemaElement) (appendValue, error) {
	switch in.LogicalType.Value.(type) {
	case *format.Float16Type:
		return appendFloat16, nil
	case *format.NullType:
		return appendNull, nil // a column without any value
	}
	if in.ConvertedType.Valid && in.ConvertedType.V == deprecated.Interval {
		return appendInterval, nil
	}
	if logical := t.LogicalType(); logical != nil && logical.Value != nil {
		switch l := logical.Value.(type) {
		case *format.StringType, *format.EnumType:
			return appendString, nil
		case *format.JsonType:
			return appendJSON, nil
		case *format.UUIDType:
			return func(b []byte, v parquet.Value) ([]byte, error) {
				u := v.ByteArray()
				return fmt.Appendf(b, `"%x-%x-%x-%x-%x"`, u[:4], u[4:6], u[6:8], u[8:10], u[10:]), nil
			}, nil
		case *format.DateType:
			return func(b []byte, v parquet.Value) ([]byte, error) {
				day := time.Unix(0, 0).UTC().AddDate(0, 0, int(v.Int32()))
				return appendText(b, day.Format(time.DateOnly)), nil
			}, nil
		case *format.TimestampType:
			return appendTimestamp(l)
		case *format.TimeType:
			return appendTimeOfDay(l)
		case *format.DecimalType:
			return appendDecimal(int(l.Scale)), nil
		case *format.IntType:
			if !l.IsSigned {
				return appendUnsigned, nil
			}
		default:
			return nil, fmt.Errorf("is of type %s, which has no form in JSON: select others with columns", logical)
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return func(b []byte, v parquet.Value) ([]byte, error) { return strconv.AppendBool(b, v.Boolean()), nil }, nil
	case parquet.Int32:
		return func(b []byte, v parquet.Value) ([]byte, error) {
			return strconv.AppendInt(b, int64(v.Int32()), 10), nil
		}, nil
	case parquet.Int64:
		return func(b []byte, v parquet.Value) ([]byte, error) { return strconv.AppendInt(b, v.Int64(), 10), nil }, nil
	case parquet.Int96:
		return appendInt96, nil
	case parquet.Float:
		return func(b []byte, v parquet.Value) ([]byte, error) { return appendFloat(b, float64(v.Float()), 32) }, nil
	case parquet.Double:
		return func(b []byte, v parquet.Value) ([]byte, error) { return appendFloat(b, v.Double(), 64) }, nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(b []byte, v parquet.Value) ([]byte, error) {
			b = append(b, '"')
			return append(base64.StdEncoding.AppendEncode(b, v.ByteArray()), '"'), nil
		}, nil
	}
	return nil, fmt.Errorf("is of type %s, which has no form in JSON: select others with columns", t)
}

func appendString(b []byte, v parquet.Value) ([]byte, error) {
	s := string(v.ByteArray())
	if !utf8.ValidString(s) {
		return b, errors.New("not UTF-8 text")
	}
	return appendText(b, s), nil
}

func appendJSON(b []byte, v parquet.Value) ([]byte, error) {
	if raw := v.ByteArray(); json.Valid(raw) {
		return append(b, raw...), nil
	}
	return b, errors.New("not JSON")
}

func appendUnsigned(b []byte, v parquet.Value) ([]byte, error) {
	if v.Kind() == parquet.Int32 {
		return strconv.AppendUint(b, uint64(v.Uint32()), 10), nil
	}
	return strconv.AppendUint(b, v.Uint64(), 10), nil
}

// appendFloat appends the shortest number that reads back as v. Not a number is
// how data frames say that there is none.
func appendFloat(b []byte, v float64, bits int) ([]byte, error) {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return append(b, "null"...), nil
	case math.IsInf(v, 0):
		return b, errors.New("infinite, which JSON cannot say")
	case a != 0 && (a < 1e-6 || a >= 1e21):
		return strconv.AppendFloat(b, v, 'e', -1, bits), nil
	case v == math.Trunc(v):
		return strconv.AppendFloat(b, v, 'f', 1, bits), nil // keeps it a float
	}
	return strconv.AppendFloat(b, v, 'f', -1, bits), nil
}

// appendFloat16 appends a half-precision number, which is stored little-endian.
func appendFloat16(b []byte, v parquet.Value) ([]byte, error) {
	raw := v.ByteArray()
	if len(raw) != 2 {
		return b, fmt.Errorf("a float16 of %d bytes", len(raw))
	}
	bits := binary.LittleEndian.Uint16(raw)
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(fraction, -24)
	case 0x1f:
		if f = math.Inf(1); fraction != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(fraction+1024, exponent-25)
	}
	if bits>>15 == 1 {
		f = -f
	}
	// The shortest digits of single precision are exact enough to read back as the same half.
	return appendFloat(b, f, 32)
}

func appendNull(b []byte, _ parquet.Value) ([]byte, error) { return append(b, "null"...), nil }

// appendDecimal appends a number with so many places.
func appendDecimal(scale int) appendValue {
	return func(b []byte, v parquet.Value) ([]byte, error) {
		unscaled := new(big.Int)
		switch v.Kind() {
		case parquet.Int32:
			unscaled.SetInt64(int64(v.Int32()))
		case parquet.Int64:
			unscaled.SetInt64(v.Int64())
		default: // big-endian two's complement
			raw := v.ByteArray()
			unscaled.SetBytes(raw)
			if len(raw) > 0 && raw[0]&0x80 != 0 {
				unscaled.Sub(unscaled, new(big.Int).Lsh(big.NewInt(1), uint(8*len(raw))))
			}
		}
		if unscaled.Sign() < 0 {
			b = append(b, '-')
		}
		digits := unscaled.Abs(unscaled).String()
		if pad := scale + 1 - len(digits); pad > 0 {
			digits = strings.Repeat("0", pad) + digits
		}
		if scale <= 0 {
			return append(b, digits...), nil
		}
		b = append(b, digits[:len(digits)-scale]...)
		b = append(b, '.')
		return append(b, digits[len(digits)-scale:]...), nil
	}
}
