package rows

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
)

// F07: pages of LZ4_RAW were read as zeros where they compress badly.
func TestParquetLZ4IsRefusedRatherThanReadAsZeros(t *testing.T) {
	for _, name := range []string{"lz4_required_doubles", "lz4_optional_text"} {
		raw, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		s, err := sourceOf(Parquet, 0, string(raw))
		if err != nil {
			t.Fatal(err)
		}
		const want = "is compressed by LZ4_RAW, which is not readable here: write the file again with snappy or zstd"
		if got, err := all(s, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %.80s, %v", name, got, err)
		}
	}
}

// readableCodecs are those that newParquet takes.
var readableCodecs = []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd}

// F07: the library reads a page from the buffer that it gave to the codec, even
// if the codec took another. Each codec we take must fill the buffer given.
func TestParquetCodecsFillTheGivenBuffer(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, codec := range readableCodecs {
		for size := range 300 {
			page := make([]byte, 1+size*97)
			for i := range page {
				page[i] = byte(rng.IntN(1 + size%256)) // from well to not at all compressible
			}
			packed, err := codec.Encode(nil, page)
			if err != nil {
				t.Fatal(err)
			}
			given := make([]byte, len(page))
			if _, err := codec.Decode(given, packed); err != nil || !bytes.Equal(given, page) {
				t.Fatalf("%v: a page of %d bytes in %d: the buffer given is not the page (%v)", codec, len(page), len(packed), err)
			}
		}
	}
}

// F07: every codec, type, encoding, kind of page, required or optional: what was
// written is what is read.
func TestParquetCodecsAndEncodingsRoundTrip(t *testing.T) {
	const rows = 400
	rng := rand.New(rand.NewPCG(2, 2))
	numbers, texts := make([]int64, rows), make([]string, rows)
	for i := range numbers {
		numbers[i], texts[i] = rng.Int64()-rng.Int64(), fmt.Sprintf("%x", rng.Uint64())
	}
	plain, dict := &parquet.Plain, &parquet.RLEDictionary
	for _, kind := range []struct {
		name      string
		node      parquet.Node
		value     func(i int) (parquet.Value, string)
		encodings []encoding.Encoding
	}{
		{"bool", parquet.Leaf(parquet.BooleanType), func(i int) (parquet.Value, string) {
			return parquet.BooleanValue(numbers[i] < 0), fmt.Sprint(numbers[i] < 0)
		}, []encoding.Encoding{plain, &parquet.RLE}},
		{"int32", parquet.Int(32), func(i int) (parquet.Value, string) {
			return parquet.Int32Value(int32(numbers[i])), fmt.Sprint(int32(numbers[i]))
		}, []encoding.Encoding{plain, dict, &parquet.DeltaBinaryPacked}},
		{"int64", parquet.Int(64), func(i int) (parquet.Value, string) {
			return parquet.Int64Value(numbers[i]), fmt.Sprint(numbers[i])
		}, []encoding.Encoding{plain, dict, &parquet.DeltaBinaryPacked}},
		{"float", parquet.Leaf(parquet.FloatType), func(i int) (parquet.Value, string) {
			f := float32(numbers[i]%100_000) / 64
			return parquet.FloatValue(f), jsonFloat(float64(f), 32)
		}, []encoding.Encoding{plain, dict, &parquet.ByteStreamSplit}},
		{"double", parquet.Leaf(parquet.DoubleType), func(i int) (parquet.Value, string) {
			f := float64(numbers[i]%100_000_000) / 64
			return parquet.DoubleValue(f), jsonFloat(f, 64)
		}, []encoding.Encoding{plain, dict, &parquet.ByteStreamSplit}},
		{"text", parquet.String(), func(i int) (parquet.Value, string) {
			return parquet.ByteArrayValue([]byte(texts[i])), `"` + texts[i] + `"`
		}, []encoding.Encoding{plain, dict, &parquet.DeltaLengthByteArray, &parquet.DeltaByteArray}},
	} {
		for _, codec := range readableCodecs {
			for _, enc := range kind.encodings {
				for _, optional := range []bool{false, true} {
					for page := 1; page <= 2; page++ {
						name := fmt.Sprintf("%s, %v, %v, optional %v, page version %d", kind.name, codec, enc, optional, page)
						node := parquet.Compressed(parquet.Encoded(kind.node, enc), codec)
						if optional {
							node = parquet.Optional(node)
						}
						var want strings.Builder
						values := make([]parquet.Row, rows)
						for i := range values {
							v, text := kind.value(i)
							switch {
							case !optional:
								v = v.Level(0, 0, 0)
							case i%7 == 3:
								v, text = parquet.NullValue().Level(0, 0, 0), "null"
							default:
								v = v.Level(0, 1, 0)
							}
							values[i] = parquet.Row{v}
							fmt.Fprintf(&want, "{\"v\":%s}\n", text)
						}
						got, err := readBack(node, values, page)
						if d := cmp.Diff(want.String(), got); d != "" || err != nil {
							t.Errorf("%s: %v %.300s", name, err, d)
						}
					}
				}
			}
		}
	}
}

func jsonFloat(f float64, bits int) string {
	b, _ := appendFloat(nil, f, bits)
	return string(b)
}

// readBack writes the rows to a file of one column v, in small pages, and reads
// them.
func readBack(node parquet.Node, rows []parquet.Row, page int) (string, error) {
	var file bytes.Buffer
	w := parquet.NewWriter(&file, parquet.NewSchema("t", parquet.Group{"v": node}), parquet.DataPageVersion(page), parquet.PageBufferSize(700))
	if _, err := w.WriteRows(rows); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	s, err := sourceOf(Parquet, 0, file.String())
	if err != nil {
		return "", err
	}
	return all(s, nil, nil)
}
