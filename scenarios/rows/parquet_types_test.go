package rows

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// declared is a file whose column v is of another logical type than the library
// can write.
func declared(t *testing.T, file string, logical format.LogicalTypeValue) string {
	t.Helper()
	const tail = 8 // length of the footer, PAR1
	length := int(binary.LittleEndian.Uint32([]byte(file[len(file)-tail:])))
	start := len(file) - tail - length
	var meta format.FileMetaData
	var protocol thrift.CompactProtocol
	if err := thrift.Unmarshal(&protocol, []byte(file[start:start+length]), &meta); err != nil {
		t.Fatal(err)
	}
	meta.Schema[1].LogicalType.Value = logical
	meta.Schema[1].ConvertedType = thrift.Null[deprecated.ConvertedType]{}
	footer, err := thrift.Marshal(&protocol, meta)
	if err != nil {
		t.Fatal(err)
	}
	out := append([]byte(file[:start]), footer...)
	return string(binary.LittleEndian.AppendUint32(out, uint32(len(footer)))) + "PAR1"
}

func fileOf(t *testing.T, node parquet.Node, values ...parquet.Value) string {
	t.Helper()
	var file bytes.Buffer
	w := parquet.NewWriter(&file, parquet.NewSchema("t", parquet.Group{"v": node}))
	for _, v := range values {
		if _, err := w.WriteRows([]parquet.Row{{v}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

// F26: half-precision numbers, intervals, columns without a value, INT96
// timestamps and times of day were refused, or sent as base64.
func TestParquetLogicalTypesHaveTheirForm(t *testing.T) {
	half := func(bits uint16) parquet.Value {
		return parquet.FixedLenByteArrayValue(binary.LittleEndian.AppendUint16(nil, bits))
	}
	null := parquet.NullValue().Level(0, 0, 0)
	for _, tt := range []struct{ name, file, want string }{
		{
			"float16", declared(t, fileOf(t, parquet.Leaf(parquet.FixedLenByteArrayType(2)),
				half(0x3c00), half(0xc000), half(0x3555), half(0x7bff), half(0x0001), half(0x8000), half(0x7e00)), new(format.Float16Type)),
			"{\"v\":1.0}\n{\"v\":-2.0}\n{\"v\":0.33325195}\n{\"v\":65504.0}\n{\"v\":5.9604645e-08}\n{\"v\":-0.0}\n{\"v\":null}\n",
		},
		{
			"interval", fileOf(t, parquet.IntervalNode(),
				parquet.FixedLenByteArrayValue([]byte{1, 0, 0, 0, 2, 0, 0, 0, 0xac, 0x0d, 0, 0}), parquet.FixedLenByteArrayValue(make([]byte, 12))),
			"{\"v\":\"P1M2DT3.5S\"}\n{\"v\":\"P0M0DT0S\"}\n",
		},
		{
			"nothing but null", declared(t, fileOf(t, parquet.Optional(parquet.Leaf(parquet.Int32Type)), null, null), new(format.NullType)),
			"{\"v\":null}\n{\"v\":null}\n",
		},
		{
			// 2440588 is 1970-01-01; the second is a day and a nanosecond before it.
			"int96", fileOf(t, parquet.Leaf(parquet.Int96Type),
				parquet.Int96Value(deprecated.Int96{0x3b9aca00, 0, 2440588}), parquet.Int96Value(deprecated.Int96{1, 0, 2440587})),
			"{\"v\":\"1970-01-01T00:00:01\"}\n{\"v\":\"1969-12-31T00:00:00.000000001\"}\n",
		},
		{
			"time of day", fileOf(t, parquet.Time(parquet.Millisecond), parquet.Int32Value(45_296_007)),
			"{\"v\":\"12:34:56.007Z\"}\n",
		},
	} {
		s, err := sourceOf(Parquet, 0, tt.file)
		if err != nil {
			t.Fatal(tt.name, err)
		}
		got, err := all(s, nil, nil)
		if d := cmp.Diff(tt.want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", tt.name, err, d)
		}
	}
}
