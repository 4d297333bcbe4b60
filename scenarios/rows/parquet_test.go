package rows

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

type sampleRow struct {
	Age     int32     `parquet:"age"`
	Big     uint64    `parquet:"big"`
	Income  float64   `parquet:"income,snappy"`
	Small   float32   `parquet:"small,zstd"`
	Name    string    `parquet:"name,dict"`
	Active  bool      `parquet:"active"`
	Score   *float64  `parquet:"score,optional"`
	Vector  []float32 `parquet:"vector,list"`
	Tags    []string  `parquet:"tags"`
	Raw     []byte    `parquet:"raw"`
	At      time.Time `parquet:"at,timestamp(microsecond)"`
	Day     int32     `parquet:"day,date"`
	Price   int64     `parquet:"price,decimal(2:18)"`
	Session [16]byte  `parquet:"session,uuid"`
}

// parquetOf is a Parquet file of the rows, in groups of two.
func parquetOf[T any](t testing.TB, rows ...T) string {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf, parquet.MaxRowsPerRowGroup(2))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestParquetRoundTrip(t *testing.T) {
	score := 0.25
	at := time.Date(2024, 2, 29, 12, 30, 0, 5000, time.UTC)
	file := parquetOf(t,
		sampleRow{
			Age: -5, Big: math.MaxUint64, Income: 1e-9, Small: 0.1, Name: "Ä \"q\"", Active: true, Score: &score, Vector: []float32{1, 2.5},
			Tags: []string{"a", "b"}, Raw: []byte{0, 255}, At: at, Day: 19782, Price: -5, Session: [16]byte{0x12, 15: 0xff},
		},
		sampleRow{Income: math.NaN(), At: at.Add(-5 * time.Microsecond), Price: 12345, Vector: []float32{3}},
		sampleRow{Income: 3, At: time.Unix(-1, 0)},
	)
	s, err := sourceOf(Parquet, 0, file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"age", "big", "income", "small", "name", "active", "score", "vector", "tags", "raw", "at", "day", "price", "session"}, s.Columns); d != "" {
		t.Error(d)
	}
	got, err := all(s, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	const zero = `"00000000-0000-0000-0000-000000000000"`
	want := strings.Join([]string{
		`{"age":-5,"big":18446744073709551615,"income":1e-09,"small":0.1,"name":"Ä \"q\"","active":true,"score":0.25,"vector":[1.0,2.5],"tags":["a","b"],"raw":"AP8=","at":"2024-02-29T12:30:00.000005Z","day":"2024-02-29","price":-0.05,"session":"12000000-0000-0000-0000-0000000000ff"}`,
		`{"age":0,"big":0,"income":null,"small":0.0,"name":"","active":false,"score":null,"vector":[3.0],"tags":[],"raw":"","at":"2024-02-29T12:30:00Z","day":"1970-01-01","price":123.45,"session":` + zero + `}`,
		`{"age":0,"big":0,"income":3.0,"small":0.0,"name":"","active":false,"score":null,"vector":[],"tags":[],"raw":"","at":"1969-12-31T23:59:59Z","day":"1970-01-01","price":0.00,"session":` + zero + `}`,
		"",
	}, "\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}

	// Some columns, in another order, with types; some rows, of several groups.
	if s, err = sourceOf(Parquet, 0, file); err != nil {
		t.Fatal(err)
	}
	if got, err = all(s, []Column{{"name", Text}, {"age", Number}}, nil); err != nil || !strings.HasPrefix(got, `{"name":"Ä \"q\"","age":-5}`+"\n") {
		t.Errorf("%s %v", got, err)
	}
	rows, err := s.Sample(Shuffle, 3, rand.New(rand.NewPCG(1, 1)))
	if err != nil || len(rows) != 3 {
		t.Fatal(err)
	}
	if s, err = sourceOf(Parquet, 0, file); err != nil {
		t.Fatal(err)
	}
	if _, err = all(s, []Column{{"age", Text}}, nil); err == nil || err.Error() != `f: row 1, column age: found "-5", want text` {
		t.Error(err)
	}
}

func TestParquetThatJSONCannotSay(t *testing.T) {
	type floats struct {
		V float64 `parquet:"v"`
	}
	s, err := sourceOf(Parquet, 0, parquetOf(t, floats{1}, floats{2}, floats{math.Inf(1)}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all(s, nil, nil); err == nil || err.Error() != "f: row 3, column v: infinite, which JSON cannot say" {
		t.Error(err)
	}
}
