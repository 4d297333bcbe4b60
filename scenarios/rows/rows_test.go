package rows

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// memory is an input from memory.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// sourceOf is a source of the text, opened.
func sourceOf(format Format, delimiter rune, text string) (*Source, error) {
	s := &Source{name: "f", format: format, delimiter: delimiter, size: int64(len(text))}
	s.open = func() (input, error) { return memory{bytes.NewReader([]byte(text))}, nil }
	return s, s.header()
}

// all reads every row as an object, after a scan.
func all(s *Source, columns []Column, need []string) (string, error) {
	if err := s.Select(columns); err != nil {
		return "", err
	}
	if err := s.Scan(need); err != nil {
		return "", err
	}
	rows, err := s.Sample(Sequential, int(s.Rows), nil)
	if err != nil {
		return "", err
	}
	var b []byte
	for _, r := range rows {
		if b, err = r.AppendObject(b, nil); err != nil {
			return "", err
		}
		b = append(b, '\n')
	}
	return string(b), nil
}

func TestCells(t *testing.T) {
	for _, tt := range []struct {
		name      string
		format    Format
		delimiter rune
		columns   []Column
		in, want  string
	}{
		{
			"typed by what all cells of a column are", CSV, 0, nil,
			"a,b,c,d\n1,true,x,1\n-2.50,FALSE,\"y \"\"z\"\"\",x\n,,,\n",
			"{\"a\":1,\"b\":true,\"c\":\"x\",\"d\":\"1\"}\n{\"a\":-2.50,\"b\":false,\"c\":\"y \\\"z\\\"\",\"d\":\"x\"}\n{\"a\":null,\"b\":null,\"c\":null,\"d\":null}\n",
		},
		{
			"numbers exactly as written", CSV, 0, nil,
			"a\n1e5\n0.10\n123456789012345678901234567890\n-0\n1E-400\n",
			"{\"a\":1e5}\n{\"a\":0.10}\n{\"a\":123456789012345678901234567890}\n{\"a\":-0}\n{\"a\":1E-400}\n",
		},
		{"forms that JSON lacks", CSV, 0, nil, "a\n+5\n.5\n-.5e2\n 7. \nNaN\nNA\n", "{\"a\":5}\n{\"a\":0.5}\n{\"a\":-0.5e2}\n{\"a\":7}\n{\"a\":null}\n{\"a\":null}\n"},
		{"postcodes and dates are text", CSV, 0, nil, "a,b,c\n01234,2024-01-02,0x1F\n", "{\"a\":\"01234\",\"b\":\"2024-01-02\",\"c\":\"0x1F\"}\n"},
		{"NA is text among texts", CSV, 0, nil, "country\nNA\nDE\n", "{\"country\":\"NA\"}\n{\"country\":\"DE\"}\n"},
		{"declared text", CSV, 0, []Column{{"b", Text}, {"a", Number}}, "a,b,c\n1,2,3\n", "{\"b\":\"2\",\"a\":1}\n"},
		{"other delimiter, line ends, byte order mark", CSV, ';', nil, "\ufeffa; b\r\n1;2\r\n\r\n3;\"4\n5\"\r\n", "{\"a\":1,\"b\":\"2\"}\n{\"a\":3,\"b\":\"4\\n5\"}\n"},
		{"control characters", CSV, 0, nil, "a\nx\\\t\x01é\n", "{\"a\":\"x\\\\\\t\\u0001é\"}\n"},

		{
			"lines as they are", JSONL, 0, nil, "{\"a\": 1.50, \"b\": [1, {\"c\": null}]}\n\n{\"b\":\"<é>\",\"z\":true}",
			"{\"a\":1.50,\"b\":[1, {\"c\": null}]}\n{\"b\":\"<é>\",\"z\":true}\n",
		},
		{"chosen keys", JSONL, 0, []Column{{"b", Text}, {"a", ""}}, "{\"a\":1,\"b\":\"x\",\"c\":2}\r\n{\"c\":0,\"b\":null,\"a\":[]}\r\n", "{\"b\":\"x\",\"a\":1}\n{\"b\":null,\"a\":[]}\n"},
		{
			"an array of objects", JSON, 0, nil, " [\n{\"a\": 1.50, \"b\": \"],}\\\"\"} ,{\"b\":[[{}]],\n\"z\":true}\n]\n",
			"{\"a\":1.50,\"b\":\"],}\\\"\"}\n{\"b\":[[{}]],\"z\":true}\n",
		},
		{"an array of values", JSON, 0, nil, "[1e3,null,\"é,]\", [1, {}] ]", "{\"value\":1e3}\n{\"value\":null}\n{\"value\":\"é,]\"}\n{\"value\":[1, {}]}\n"},
		{"chosen keys of an array", JSON, 0, []Column{{"b", Text}}, "[{\"a\":1,\"b\":\"x\"}]", "{\"b\":\"x\"}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := sourceOf(tt.format, tt.delimiter, tt.in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(s, tt.columns, nil)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	long := strings.Repeat("x", maxRow)
	for _, tt := range []struct {
		format   Format
		columns  []Column
		need     []string
		in, want string
	}{
		{CSV, nil, nil, "", "f is empty, want a header line"},
		{CSV, nil, nil, "a,b\n", "f has no rows"},
		{CSV, nil, nil, "a,,b\n1,2,3\n", "f:1:3: no column name: want a header line, or select others with columns"},
		{CSV, nil, nil, "a,b,a\n", `f:1:5: the column "a" is there twice: select others with columns`},
		{CSV, nil, nil, "a,b\n1,2\n3\n", "f:3:1: found 1 cells, want 2, as in the header"},
		{CSV, nil, nil, "a,b\n1,x\"y\n", `f:2:4: a stray or unclosed quote: write "" for a quote within quotes`},
		{CSV, nil, nil, "a,b\n1,\"y\n\n", `f:3:2: a stray or unclosed quote: write "" for a quote within quotes (the row begins at line 2)`},
		{CSV, nil, nil, "a,b\n1,\"" + long, "f, after 4 bytes: a row of more than 8 MB: is a quote not closed, or is it the wrong format?"},
		{CSV, nil, nil, "a,b\n1,2\n3,\xff\n", "f:3:3: not UTF-8 text: convert the file"},
		{CSV, []Column{{"c", ""}}, nil, "a,b\n", `f has no column "c"`},
		{CSV, []Column{{"b", Number}}, nil, "a,b\n1,2\n3,many\n", `f:3:3: column b: found "many", want a number`},
		{CSV, []Column{{"b", Bool}}, nil, "a,b\n1,yes\n", `f:2:3: column b: found "yes", want true or false`},

		{JSONL, nil, nil, "\n \n", "f has no rows"},
		{JSONL, nil, nil, "[1]\n", "f:1:1: want an object on every line"},
		{JSONL, nil, nil, "{\"a\":1}\n{\"a\":}\n", "f:2:6: not JSON: invalid character '}' looking for beginning of value"},
		{JSONL, nil, nil, "{\"a\":1}\n{\"a\":NaN}\n", "f:2:6: not JSON: invalid character 'N' looking for beginning of value"},
		{JSONL, nil, nil, "{\"a\":\n1}\n", "f:1:6: the object does not end on this line"},
		{JSONL, nil, nil, "{\"a\":1} {}\n", "f:1:10: want one object on every line"},
		{JSONL, nil, nil, "{\"a\":1,\"a\":2}\n", `f:1:13: the key "a" is there twice`},
		{JSONL, nil, nil, "{\"a\":\"\xff\"}\n", "f:1: not UTF-8 text: convert the file"},
		{JSONL, nil, nil, "{\"a\":\"" + long + "\"}\n", "f:1: a row of more than 8 MB: is a quote not closed, or is it the wrong format?"},
		{JSONL, []Column{{"a", Number}}, nil, "{\"a\":1}\n{\"a\":\"1\"}\n", `f:2: a: found "\"1\"", want a number`},
		{JSONL, []Column{{"a", ""}}, nil, "{\"a\":1}\n{\"b\":1}\n", `f:2: no "a"`},
		{JSONL, nil, []string{"a"}, "{\"a\":1}\n\n{\"b\":1}\n", `f:3: no "a"`},

		{JSON, nil, nil, " \n", "f is empty, want an array"},
		{JSON, nil, nil, "[ ]", "f has no rows"},
		{JSON, nil, nil, "{\"a\":1}\n", "f:1:1: found an object, want an array: [{…}, {…}] (with an object on each line, the format is jsonl)"},
		{JSON, nil, nil, "1", "f:1:1: found '1', want an array: [{…}, {…}]"},
		{JSON, nil, nil, "[{\"a\":1}\n {\"a\":1}]", "f:2:2: found '{', want a comma, or ] at the array's end"},
		{JSON, nil, nil, "[1,]", "f:1:4: found ']', want an element behind the comma"},
		{JSON, nil, nil, "[1,,2]", "f:1:4: found ',', want an element"},
		{JSON, nil, nil, "[1}", "f:1:3: found '}', want a comma, or ] at the array's end"},
		{JSON, nil, nil, "[1] [2]", "f:1:5: want nothing behind the array"},
		{JSON, nil, nil, "[1,\n2", "f:2:2: the array does not end: want ]"},
		{JSON, nil, nil, "[{\"a\":1},\n{\"b\":\n1", "f:3:2: the array does not end: want ]"},
		{JSON, nil, nil, "[{\"a\":1},\n7]", `f:2:1: found "7", want an object, as the first one is`},
		{JSON, nil, nil, "[7, {\"a\":1}]", `f:1:5: found "{\"a\":1}", want a plain value, as the first one is`},
		{JSON, nil, nil, "[{\"a\":1},\n {\"a\":\n  01}]", "f:3:4: not JSON: invalid character '1' after object key:value pair"},
		{JSON, nil, nil, "[{\"a\":[1}}]", "f:1:9: not JSON: invalid character '}' after array element"},
		{JSON, nil, nil, "[tru]", "f:1:4: not JSON: invalid character ' ' in literal true (expecting 'e')"},
		{JSON, nil, nil, "[{\"a\":1,\n\"a\":2}]", `f:2:6: the key "a" is there twice`},
		{JSON, nil, nil, "[\"\xff\"]", "f:1: not UTF-8 text: convert the file"},
		{JSON, nil, nil, "[\"" + long + "\"]", "f:1:2: a row of more than 8 MB: is a quote not closed, or is it the wrong format?"},
		{JSON, []Column{{"a", Number}}, nil, "[{\"a\":1},\n{\"a\":\"1\"}]", `f:2: a: found "\"1\"", want a number`},
		{JSON, nil, []string{"a"}, "[{\"a\":1},\n{\"b\":1}]", `f:2: no "a"`},

		{CSV, nil, nil, "\x1f\x8b\x08\x00", "f:1:1: compressed, which its name does not say: want a name that ends in .gz"},
		{JSON, nil, nil, "\x28\xb5\x2f\xfd", "f:1:1: compressed, which its name does not say: want a name that ends in .zst"},

		{Parquet, nil, nil, "PAR1 but not really PAR1", "f: not readable as Parquet: "},
		{Parquet, nil, nil, "", "f: not readable as Parquet: "},
	} {
		s, err := sourceOf(tt.format, 0, tt.in)
		if err == nil {
			_, err = all(s, tt.columns, tt.need)
		}
		got := fmt.Sprint(err)
		if tt.format == Parquet {
			got = got[:min(len(got), len(tt.want))] // the rest is the library's
		}
		if got != tt.want {
			t.Errorf("%.40q: %s, want %s", tt.in, got, tt.want)
		}
	}
}

// A number means the same as before, and is JSON.
func TestNumbersKeepTheirValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-+]?[0-9]{0,3}\.?[0-9]{0,3}([eE][-+]?[0-9]{0,2})?`).Draw(t, "number")
		got, ok := jsonNumber(text)
		want, err := strconv.ParseFloat(text, 64)
		if !ok {
			if leading := regexp.MustCompile(`^[-+]?0[0-9]`).MatchString(text); err == nil && !leading {
				t.Fatalf("%q is a number", text)
			}
			return
		}
		var value float64
		if e := json.Unmarshal([]byte(got), &value); e != nil || err != nil || value != want {
			t.Fatalf("%q became %q: %v, %v", text, got, e, err)
		}
	})
}

func TestNoteOfMixedColumns(t *testing.T) {
	s, err := sourceOf(CSV, 0, "age,name\n1,x\n2,1\nn/a,y\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all(s, nil, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`f: the column age is sent as text: line 4 has "n/a", others have numbers (columns: {age: number} makes that a mistake)`,
		`f: the column name is sent as text: line 2 has "x", others have numbers (columns: {name: number} makes that a mistake)`,
	}
	if d := cmp.Diff(want, s.Notes); d != "" {
		t.Error(d)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.TSV")
	if err := os.WriteFile(file, []byte("a\tb\n1\t2,5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(file, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := all(s, nil, nil); err != nil || got != "{\"a\":1,\"b\":\"2,5\"}\n" {
		t.Errorf("%s %v", got, err)
	}
	if want := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("a\tb\n1\t2,5\n"))); s.Digest != want {
		t.Errorf("digest %s, want %s", s.Digest, want)
	}
	if _, err := Open(dir, CSV, 0); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(dir, "none.csv"), "", 0); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte("a\tb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sample(Sequential, 1, nil); err == nil || err.Error() != "x.TSV has changed since it was read: it has only 0 rows" {
		t.Error(err)
	}
}
