package rows

import (
	"fmt"
	"strings"
	"testing"
)

// F12, F13, F18: a byte order mark before a quote, and columns without a name of
// their own that nobody selected, were mistakes.
func TestColumnsThatNobodySelectedDoNoHarm(t *testing.T) {
	const mark = "\ufeff"
	for _, tt := range []struct {
		format      Format
		columns     []Column
		in, want    string
		refusedWhen string // all columns are taken
	}{
		{CSV, nil, mark + "\"a\",\"b\"\n\"1\",\"2\"\n", "{\"a\":1,\"b\":2}\n", ""},
		{CSV, nil, mark + "\"a,x\"\n1\n", "{\"a,x\":1}\n", ""},
		{CSV, nil, mark + "a\n1\n", "{\"a\":1}\n", ""},
		{JSONL, nil, mark + "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n{\"a\":2}\n", ""},
		{CSV, []Column{{"b", ""}, {"a", Number}}, ",a,b\n0,1,2\n1,3,4\n", "{\"b\":2,\"a\":1}\n{\"b\":4,\"a\":3}\n", "f:1:1: no column name: want a header line, or select others with columns"},
		{CSV, []Column{{"b", ""}}, "a,b, \n0,1,2\n", "{\"b\":1}\n", "f:1:5: no column name: want a header line, or select others with columns"},
		{CSV, []Column{{"b", ""}}, "a,b,a\n0,1,2\n", "{\"b\":1}\n", `f:1:5: the column "a" is there twice: select others with columns`},
		{CSV, []Column{{"b", ""}}, "a,b,a,,a,\n0,1,2,3,4,5\n", "{\"b\":1}\n", `f:1:5: the column "a" is there twice: select others with columns`},
	} {
		s, err := sourceOf(tt.format, 0, tt.in)
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if got, err := all(s, tt.columns, nil); err != nil || got != tt.want {
			t.Errorf("%q: %s %v, want %s", tt.in, got, err, tt.want)
		}
		if tt.refusedWhen == "" {
			continue
		}
		if s, err = sourceOf(tt.format, 0, tt.in); err != nil {
			t.Fatal(err)
		}
		if _, err := all(s, nil, nil); fmt.Sprint(err) != tt.refusedWhen {
			t.Errorf("%q: %v, want %s", tt.in, err, tt.refusedWhen)
		}
	}
	// A doubled column is ambiguous only for whoever takes it.
	s, err := sourceOf(CSV, 0, "a,b,a\n0,1,2\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all(s, []Column{{"a", ""}}, nil); fmt.Sprint(err) != `f:1: the column "a" is there twice` {
		t.Error(err)
	}
	for _, format := range []Format{CSV, JSONL} {
		if _, err := sourceOf(format, 0, "\xff\xfea\x00\n\x00"); fmt.Sprint(err) != "f:1:1: UTF-16 text, want UTF-8: convert the file" {
			t.Error(err)
		}
	}
}

// M11: the columns were looked for one by one: 100,000 took over a minute for
// each of these, and would end the test by its time limit.
func TestAHundredThousandColumns(t *testing.T) {
	const n = 100_000
	var names []string
	var backwards []Column
	var object, head, cells strings.Builder
	for i := range n {
		names = append(names, fmt.Sprintf("c%d", i))
		backwards = append(backwards, Column{Name: fmt.Sprintf("c%d", n-1-i)})
		fmt.Fprintf(&head, ",c%d", i)
		fmt.Fprintf(&cells, ",%d", i)
		fmt.Fprintf(&object, ",\"c%d\":%d", i, i)
	}
	csv := head.String()[1:] + "\n" + strings.Repeat(cells.String()[1:]+"\n", 2)
	line := "{" + object.String()[1:] + "}\n"
	for format, text := range map[Format]string{CSV: csv, JSONL: line + line} {
		for _, columns := range [][]Column{nil, backwards} {
			s, err := sourceOf(format, 0, text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(s, columns, names)
			if err != nil || len(got) != 2*len(line) || columns == nil && got != line+line || columns != nil && !strings.HasPrefix(got, `{"c99999":99999,"c99998":99998`) {
				t.Errorf("%s: %d bytes, %v", format, len(got), err)
			}
			rows, err := s.Sample(Sequential, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			list, err := rows[0].AppendList(nil, names)
			if err != nil || len(list) != cells.Len()+1 {
				t.Errorf("%s: %d bytes, %v", format, len(list), err)
			}
		}
	}
	if s, err := sourceOf(JSONL, 0, strings.TrimSuffix(line, "}\n")+`,"c0":1}`); err == nil || !strings.Contains(err.Error(), `the key "c0" is there twice`) {
		t.Error(s, err)
	}
}
