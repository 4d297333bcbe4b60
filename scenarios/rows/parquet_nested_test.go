package rows

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"pgregory.net/rapid"
)

type address struct {
	City string  `parquet:"city" json:"city"`
	Zip  *string `parquet:"zip,optional" json:"zip"`
}

type person struct {
	Name  string    `parquet:"name" json:"name"`
	Tags  []string  `parquet:"tags,list" json:"tags"`
	Home  *address  `parquet:"home,optional" json:"home"`
	Marks []address `parquet:"marks" json:"marks"` // repeated, without a list around it
}

type deep struct {
	ID     int64              `parquet:"id" json:"id"`
	Matrix [][]int32          `parquet:"matrix,list" json:"matrix"`
	People []person           `parquet:"people,list" json:"people"`
	One    person             `parquet:"one" json:"one"`
	Attrs  map[string]address `parquet:"attrs" json:"attrs"`
	Counts map[int32]bool     `parquet:"counts" json:"counts"`
	Blobs  []*int64           `parquet:"blobs,list" json:"blobs"`
}

func drawn[T any](g *rapid.Generator[T]) func(*rapid.T, string) []T {
	return func(t *rapid.T, label string) []T {
		if out := rapid.SliceOfN(g, 0, 3).Draw(t, label); out != nil {
			return out
		}
		return []T{}
	}
}

// Whatever is nested in whatever, it is the JSON that encoding/json makes of the
// values that were written.
func TestNestedParquet(t *testing.T) {
	text := rapid.StringMatching(`[a-z"é]{0,3}`)
	home := rapid.Custom(func(t *rapid.T) address {
		a := address{City: text.Draw(t, "city")}
		if rapid.Bool().Draw(t, "has zip") {
			zip := text.Draw(t, "zip")
			a.Zip = &zip
		}
		return a
	})
	someone := rapid.Custom(func(t *rapid.T) person {
		p := person{Name: text.Draw(t, "name"), Tags: drawn(text)(t, "tags"), Marks: drawn(home)(t, "marks")}
		if rapid.Bool().Draw(t, "has home") {
			at := home.Draw(t, "home")
			p.Home = &at
		}
		return p
	})
	row := rapid.Custom(func(t *rapid.T) deep {
		d := deep{ID: rapid.Int64().Draw(t, "id"), People: drawn(someone)(t, "people"), One: someone.Draw(t, "one"), Matrix: [][]int32{}, Blobs: []*int64{}}
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			d.Matrix = append(d.Matrix, drawn(rapid.Int32())(t, "line"))
		}
		d.Attrs = rapid.MapOfN(text, home, 0, 3).Draw(t, "attrs")
		d.Counts = rapid.MapOfN(rapid.Int32(), rapid.Bool(), 0, 3).Draw(t, "counts")
		for range rapid.IntRange(0, 3).Draw(t, "numbers") {
			n := rapid.Int64().Draw(t, "number")
			d.Blobs = append(d.Blobs, &n)
		}
		return d
	})
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(row, 1, 7).Draw(rt, "rows")
		var file bytes.Buffer
		w := parquet.NewGenericWriter[deep](&file, parquet.MaxRowsPerRowGroup(3), parquet.PageBufferSize(64))
		if _, err := w.Write(rows); err != nil {
			rt.Fatal(err)
		}
		if err := w.Close(); err != nil {
			rt.Fatal(err)
		}
		s, err := sourceOf(Parquet, 0, file.String())
		if err != nil {
			rt.Fatal(err)
		}
		got, err := all(s, nil, nil)
		if err != nil {
			rt.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(got), "\n") {
			written, err := json.Marshal(rows[i])
			if err != nil {
				rt.Fatal(err)
			}
			if d := cmp.Diff(decoded(rt, written), decoded(rt, []byte(line))); d != "" {
				rt.Fatalf("row %d: %s", i+1, d)
			}
		}
	})
}

func decoded(t *rapid.T, text []byte) (value any) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// The forms of lists that older writers use, and lists that are null, or hold null.
func TestParquetListsOfAllWriters(t *testing.T) {
	value := func(v any, rep, def int) parquet.Value { return parquet.ValueOf(v).Level(rep, def, 0) }
	text := parquet.String()
	list := func(element parquet.Node) parquet.Node { return parquet.Optional(annotated{element}) }
	for name, tt := range map[string]struct {
		node parquet.Node
		rows []parquet.Row
		want string
	}{
		"three levels": {
			list(parquet.Repeated(parquet.Group{"element": parquet.Optional(text)})),
			[]parquet.Row{{value(nil, 0, 0)}, {value(nil, 0, 1)}, {value(nil, 0, 2)}, {value("a", 0, 3), value(nil, 1, 2), value("b", 1, 3)}},
			`[null,[],[null],["a",null,"b"]]`,
		},
		"two levels": {
			list(parquet.Repeated(text)),
			[]parquet.Row{{value(nil, 0, 0)}, {value(nil, 0, 1)}, {value("a", 0, 2), value("b", 1, 2)}},
			`[null,[],["a","b"]]`,
		},
		"an array of structs with one field": {
			list(parquet.Repeated(parquet.Group{"x": text})),
			[]parquet.Row{{value("a", 0, 2)}},
			`[["a"]]`,
		},
		"repeated": {
			parquet.Repeated(text),
			[]parquet.Row{{value(nil, 0, 0)}, {value("a", 0, 1), value("b", 1, 1)}},
			`[[],["a","b"]]`,
		},
	} {
		var file bytes.Buffer
		w := parquet.NewWriter(&file, parquet.NewSchema("t", parquet.Group{"v": tt.node}))
		if _, err := w.WriteRows(tt.rows); err != nil {
			t.Fatal(name, err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(name, err)
		}
		s, err := sourceOf(Parquet, 0, file.String())
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := all(s, nil, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		got = "[" + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(got, "}\n"), `{"v":`, ""), "}\n", ",") + "]"
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// annotated is a group that its writer calls a list.
type annotated struct{ repeated parquet.Node }

func (annotated) ID() int                     { return 0 }
func (annotated) String() string              { return "list" }
func (annotated) Type() parquet.Type          { return parquet.List(parquet.String()).Type() }
func (annotated) Optional() bool              { return false }
func (annotated) Repeated() bool              { return false }
func (annotated) Required() bool              { return true }
func (annotated) Leaf() bool                  { return false }
func (a annotated) Fields() []parquet.Field   { return parquet.Group{"list": a.repeated}.Fields() }
func (annotated) Encoding() encoding.Encoding { return nil }
func (annotated) Compression() compress.Codec { return nil }
func (a annotated) GoType() reflect.Type      { return a.repeated.GoType() }

// A page may claim to be of any size, in a file of a few bytes.
func TestParquetPagesAreBounded(t *testing.T) {
	for header, want := range map[*format.PageHeader]string{
		{UncompressedPageSize: 1 << 30}:                                                     "more than 64 MB",
		{CompressedPageSize: 1 << 30}:                                                       "more than 64 MB",
		{DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 1 << 30})}:             "more than 8388608 values",
		{DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{NumValues: 1 << 30})}:         "more than 8388608 values",
		{DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: 1 << 30})}: "more than 8388608 values",
		{UncompressedPageSize: 1 << 20, CompressedPageSize: 1 << 19}:                        "",
	} {
		if got := tooLarge(*header); got != want {
			t.Errorf("%+v: %s, want %s", header, got, want)
		}
	}
	// 16 MB of values in one page are as they should be, 80 MB are not.
	type wide struct {
		V []int64 `parquet:"v,list,plain,zstd"`
	}
	for n, want := range map[int]string{2 << 20: "", 10 << 20: "f: column v has a page of more than 64 MB: write the file again with smaller ones (1 MB is usual)"} {
		var file bytes.Buffer
		w := parquet.NewGenericWriter[wide](&file, parquet.PageBufferSize(1<<30))
		if _, err := w.Write([]wide{{make([]int64, n)}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := sourceOf(Parquet, 0, file.String())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Scan(nil); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%d values in %d bytes: %v, want %s", n, file.Len(), err, want)
		}
	}
}
