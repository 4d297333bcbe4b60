package rows

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// named is a source with a name of its own.
func named(t testing.TB, name string, format Format, text string) *Source {
	t.Helper()
	s := &Source{name: name, format: format, size: int64(len(text))}
	s.open = func() (input, error) { return memory{bytes.NewReader([]byte(text))}, nil }
	if err := s.header(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestJoin(t *testing.T) {
	type profile struct {
		ID  float64  `parquet:"id"`
		Vec []int32  `parquet:"vec,list"`
		Sex *float64 `parquet:"sex,optional"`
	}
	users := "user_id,name\n7,Ada\n3,Bo\n7,Cy\n"
	profiles := parquetOf(t, profile{ID: 3, Vec: []int32{3}}, profile{ID: 5}, profile{ID: 7, Vec: []int32{7, 8}})
	for _, tt := range []struct {
		columns []Column
		want    string
	}{
		{nil, `{"user_id":7,"name":"Ada","vec":[7,8],"sex":null,"city":"X"} {"user_id":3,"name":"Bo","vec":[3],"sex":null,"city":"Y"} {"user_id":7,"name":"Cy","vec":[7,8],"sex":null,"city":"X"}`},
		{[]Column{{Name: "vec"}, {Name: "name"}}, `{"vec":[7,8],"name":"Ada"} {"vec":[3],"name":"Bo"} {"vec":[7,8],"name":"Cy"}`},
		{[]Column{{"city", Text}}, `{"city":"X"} {"city":"Y"} {"city":"X"}`},
		{[]Column{{"name", ""}}, `{"name":"Ada"} {"name":"Bo"} {"name":"Cy"}`},
	} {
		s := named(t, "users.csv", CSV, users)
		if err := s.Join(named(t, "p.parquet", Parquet, profiles), "user_id", "id"); err != nil {
			t.Fatal(err)
		}
		if err := s.Join(named(t, "c.json", JSON, `[{"who":"Cy","city":"X"},{"who":"Ada","city":"X"},{"who":"Bo","city":"Y"}]`), "name", "who"); err != nil {
			t.Fatal(err)
		}
		if err := s.Join(named(t, "c.json", JSON, `[{"x":1}]`), "city", "x"); err == nil || err.Error() != `"city" is no column of users.csv itself, whose rows are those that are sent` {
			t.Error(err)
		}
		if d := cmp.Diff([]string{"user_id", "name", "vec", "sex", "city"}, s.Columns); d != "" {
			t.Error(d)
		}
		got, err := all(s, tt.columns, nil)
		if got = strings.TrimSpace(strings.ReplaceAll(got, "\n", " ")); err != nil || got != tt.want {
			t.Errorf("%v: %s, want %s (%v)", tt.columns, got, tt.want, err)
		}
	}
}

func TestMistakesOfJoins(t *testing.T) {
	for _, tt := range []struct {
		left, right string // the files
		columns     []Column
		want        string
	}{
		{"id,a\n1,x\n2,y\n", "id,b\n1,p\n", nil, `l:3:1: r has no row whose id is "2"`},
		{"id,a\n1,x\n2,y\n", "id,b\n1,p\n", []Column{{Name: "a"}}, "x y"}, // what is not taken is not looked at
		{"id,a\n1,x\n,y\n", "id,b\n1,p\n", nil, `l:3:1: no id to find a row of r by`},
		{"id,a\n1,x\n", "id,b\n1,p\n\n1.0,q\n", nil, `r:4:1: the id "1" is there twice: a join takes the one row of a key`},
		{"id,a\n1,x\n", "id,a\n1,p\n", nil, `both l and r have a column "a": choose others with columns`},
		{"id,a\n1,x\n", "no,b\n1,p\n", nil, `r has no column "id"`},
		{"no,a\n1,x\n", "id,b\n1,p\n", nil, `l has no column "id"`},
		{"id,a\n1,x\n", "id,b\n1,p\n2\n", nil, "r:3:1: found 1 cells, want 2, as in the header"},
		{"id,a\n1,x\n", "id,b\n", nil, "r has no rows"},
	} {
		s := named(t, "l", CSV, tt.left)
		err := s.Join(named(t, "r", CSV, tt.right), "id", "id")
		got := ""
		if err == nil {
			got, err = all(s, tt.columns, nil)
		}
		if err != nil {
			got = err.Error()
		} else {
			got = strings.Trim(strings.NewReplacer(`{"a":`, "", "}", "", `"`, "", "\n", " ").Replace(got), " ")
		}
		if got != tt.want {
			t.Errorf("%q, %q: %s, want %s", tt.left, tt.right, got, tt.want)
		}
	}
}

// A file too large for all its keys to be looked at in a scan: they are when rows
// are taken.
func TestJoinOfALargeFile(t *testing.T) {
	var large strings.Builder
	large.WriteString("id,b\n")
	const most = 1000
	for i := range most + 10 {
		fmt.Fprintf(&large, "%d,x\n", i)
	}
	for _, tt := range []struct{ left, more, want string }{
		{"id\n1001\n3\n", "", ""},
		{"id\n1001\n-3\n", "", `l:3: r has no row whose id is "-3"`},
		{"id\n1001\n3\n", "3,y\n", `r:1012: the id "3" is there twice: a join takes the one row of a key`},
	} {
		s := named(t, "l", CSV, tt.left)
		if err := s.Join(named(t, "r", CSV, large.String()+tt.more), "id", "id"); err != nil {
			t.Fatal(err)
		}
		s.joins[0].most = most
		if err := s.Scan(nil); err != nil {
			t.Fatal(err)
		}
		_, err := s.Sample(Sequential, 2, nil)
		if got := strings.TrimPrefix(fmt.Sprint(err), "<nil>"); got != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// In whichever order the rows are taken, and however the files are sorted, each
// has the other file's row of its key.
func TestJoinsKeepRowsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "rows")
		seed := rapid.Uint64().Draw(t, "seed")
		rng := rand.New(rand.NewPCG(seed, 0))
		left, right := "k,a\n", "b,k\n"
		for range n {
			k := rng.IntN(n)
			left += fmt.Sprintf("%d,a%d\n", k, k)
		}
		for _, k := range rng.Perm(n) {
			right += fmt.Sprintf("b%d,%d\n", k, k)
		}
		l, err := sourceOf(CSV, 0, left)
		if err != nil {
			t.Fatal(err)
		}
		r, err := sourceOf(CSV, 0, right)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Join(r, "k", "k"); err != nil {
			t.Fatal(err)
		}
		if err := l.Scan(nil); err != nil {
			t.Fatal(err)
		}
		order := rapid.SampledFrom([]Order{Sequential, Random, Shuffle}).Draw(t, "order")
		rows, err := l.Sample(order, n, rng)
		if err != nil || len(rows) != n {
			t.Fatal(len(rows), err)
		}
		for _, row := range rows {
			k, _ := row.Cell("k")
			a, _ := row.Cell("a")
			b, _ := row.Cell("b")
			if string(a) != fmt.Sprintf(`"a%s"`, k) || string(b) != fmt.Sprintf(`"b%s"`, k) {
				t.Fatalf("%s %s %s", k, a, b)
			}
		}
	})
}

// The digest is that of all the files that are read.
func TestDigestOfJoins(t *testing.T) {
	var digests []string
	for _, files := range [][2]string{{"id\n1\n", "id,b\n1,x\n"}, {"id\n1\n", "id,b\n1,y\n"}, {"id\n1\n", "id,b\n1,x\n2,x\n"}, {"id\n1 \n", "id,b\n1,x\n"}} {
		s := named(t, "l", CSV, files[0])
		if err := s.Join(named(t, "r", CSV, files[1]), "id", "id"); err != nil {
			t.Fatal(err)
		}
		if err := s.Scan(nil); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(digests, s.Digest) {
			t.Errorf("%q: the digest of other files", files)
		}
		digests = append(digests, s.Digest)
	}
}
