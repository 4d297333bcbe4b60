package rows

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever the file: rows are JSON, as many as the scan counted, or an error
// names the file.
func FuzzRows(f *testing.F) {
	for _, text := range []string{
		"a,b\n1,2\n", "a\n\"x\ny\"\n", "\ufeffa;b\n+5;.5\n", "a,b\n1\n", "a\n\"", "a,a\n", "a\n\xff\n", "a\n1e5\n-.\n", "n\nNA\n\n\"\"\n", "a\r\n1\r\r\n",
		"{\"a\":1}\n{\"a\":[1,{\"b\":null}]}", "{}\n", "{\"a\":1}}\n", "{\"\":1,\"b\":NaN}", "[", "\n\n{\"a\":\"\\u0000\"}\r\n", "{\"a\":1,\"a\":2}",
		"[{\"a\":1},{\"a\":[\"]\",{}]}]", "[1,\"x\",null]", "[{\"a\":01}]", "[1,{}]", "[[1},2]", " [ ] x",
		"PAR1\x00\x00\x00\x00PAR1",
	} {
		for i := range uint8(4) {
			f.Add([]byte(text), i)
		}
	}
	f.Add([]byte(parquetOf(f, deep{
		Matrix: [][]int32{{1, 2}, {}}, People: []person{{Name: "a", Tags: []string{"x"}, Home: &address{City: "b"}}}, Attrs: map[string]address{"k": {}},
	}, deep{})), uint8(2))
	f.Fuzz(func(t *testing.T, text []byte, kind uint8) {
		format := []Format{CSV, JSONL, Parquet, JSON}[kind%4]
		s, err := sourceOf(format, 0, string(text))
		if err == nil {
			err = s.Scan(nil)
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f") {
				t.Errorf("error without the file: %v", err)
			}
			return
		}
		rows, err := s.Sample(Sequential, int(min(s.Rows, 1000)), nil)
		if err != nil {
			t.Fatalf("scanned, but %v", err)
		}
		for _, r := range rows {
			object, err := r.AppendObject(nil, nil)
			if err != nil || !json.Valid(object) {
				t.Fatalf("%q: %v", object, err)
			}
			list, err := r.AppendList(nil, r.names)
			if err != nil || !json.Valid(list) {
				t.Fatalf("%q: %v", list, err)
			}
		}
	})
}
