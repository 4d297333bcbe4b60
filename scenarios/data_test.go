package scenarios

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRowsInBodies(t *testing.T) {
	const data = "data: {people: {file: people.csv}, notes: {file: notes.jsonl}, some: {file: people.csv, columns: {active: bool, age: text}}}\n" +
		"requests:\n  - name: a\n    body: {json: %s}\n  - {name: all, body: {json: [{$row: people}, {$row: notes}, {$row: some}]}}"
	for body, want := range map[string][]string{
		"{$row: people}": {
			`{"age":31,"income":1200.50,"name":"Ann","active":true}`,
			`{"age":47,"income":900,"name":"Bo \"B\"","active":false}`,
			`{"age":null,"income":1e3,"name":"Çelik","active":true}`,
		},
		"{$row: notes}": {`{"id":1,"tags":["a", "b"],"score":0.10}`, `{"id":2,"tags":[],"score":null,"extra":true}`},
		"{$row: some}":  {`{"active":true,"age":"31"}`, `{"active":false,"age":"47"}`, `{"active":true,"age":null}`},
		"{x: {$row: {from: people, column: income}}, y: 1}":          {`{"x":1200.50,"y":1}`, `{"x":900,"y":1}`, `{"x":1e3,"y":1}`},
		"{$row: {from: people, columns: [income, age], as: vector}}": {`[1200.50,31]`, `[900,47]`, `[1e3,null]`},
		"{$row: {from: people, columns: [active]}}":                  {`{"active":true}`, `{"active":false}`, `{"active":true}`},
		// One body, one row.
		"[{$row: {from: people, column: age}}, {$row: {from: people, column: name}}, {$row: {from: notes, column: id}}]": {
			`[31,"Ann",1]`, `[47,"Bo \"B\"",2]`, `[null,"Çelik",1]`, `[31,"Ann",2]`,
		},
		// Batches go on where the last one ended.
		"{$row: {from: people, columns: [income], as: vector, rows: 2}}": {`[[1200.50],[900]]`, `[[1e3],[1200.50]]`, `[[900],[1e3]]`, `[[1200.50],[900]]`},
	} {
		got := bodies(t, fmt.Sprintf(data, body), 1, 1000)
		if d := cmp.Diff(want, got[:len(want)]); d != "" {
			t.Errorf("%s: %s", body, d)
		}
		// After the pool comes the pool: the order of the rows must go on.
		if again := len(got) % 3; !strings.Contains(body, "notes") && again != 0 {
			t.Errorf("%s: a pool of %d bodies is no whole number of passes", body, len(got))
		}
	}
}

// Batches of different sizes leave no row out.
func TestBatchesAreInOrder(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 1000)
	src := "data: {d: {file: d.csv}}\nrequests: [{name: a, body: {json: {$row: {from: d, columns: [n], as: vector, rows: 0..7}}}}]"
	var all []string
	for _, b := range poolAt(t, dir, src, 1, 200) {
		all = append(all, strings.FieldsFunc(b, func(r rune) bool { return strings.ContainsRune("[],", r) })...)
	}
	for i, n := range all {
		if n != fmt.Sprint(i) {
			t.Fatalf("row %d is %s", i, n)
		}
	}
	if len(all) < 500 {
		t.Errorf("%d rows in 200 batches of 0 to 7", len(all))
	}
}

func writeNumbers(t *testing.T, dir string, n int) {
	t.Helper()
	var text strings.Builder
	text.WriteString("n\n")
	for i := range n {
		fmt.Fprintln(&text, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "d.csv"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func poolAt(t *testing.T, dir, src string, seed uint64, size int) []string {
	t.Helper()
	path := filepath.Join(dir, "s.yaml")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	sc, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return bodiesOf(compile(t, sc, CompileOptions{Seed: seed, PoolSize: size}).Classes[0])
}

func TestOrdersOfRows(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 500)
	for _, order := range []string{"sequential", "shuffle", "random"} {
		src := "data: {d: {file: " + filepath.Join(dir, "d.csv") + ", order: " + order + "}}\nrequests: [{name: a, body: {json: {$row: {from: d, column: n}}}}]"
		got := poolAt(t, dir, src, 1, 500)
		different := len(slices.Compact(slices.Sorted(slices.Values(got))))
		if inOrder, once := got[7] == "7" && got[300] == "300", different == 500; inOrder != (order == "sequential") || once != (order != "random") {
			t.Errorf("%s: %d different rows, %v …", order, different, got[:10])
		}
	}
}

// The digest is that of load: text and files.
func TestDigestCoversDataFiles(t *testing.T) {
	dir := t.TempDir()
	src := []byte("data: {d: {file: d.csv}}\nrequests: [{name: a, body: {json: {$row: d}}}]")
	digest := func() string {
		sc, err := Parse(src, filepath.Join(dir, "s.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return sc.Identity().Digest
	}
	writeNumbers(t, dir, 5)
	five := digest()
	if five != digest() {
		t.Error("the digest changes by itself")
	}
	writeNumbers(t, dir, 6)
	if five == digest() {
		t.Error("another file, the same digest")
	}
}

// A file that is larger than what is kept in memory: rows of all its parts.
func TestSampleOfALargeFile(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("n,x\n")
	rng := rand.New(rand.NewPCG(1, 1))
	const total = 40_000
	for i := range total {
		fmt.Fprintf(&text, "%d,%v\n", i, rng.Float64())
	}
	if err := os.WriteFile(filepath.Join(dir, "d.csv"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	src := "data: {d: {file: d.csv, order: shuffle}}\nrequests: [{name: a, body: {json: {$row: {from: d, column: n}}}}]"
	quarters := map[string]float64{}
	pool := poolAt(t, dir, src, 1, 2000)
	for _, b := range pool {
		var n int
		if _, err := fmt.Sscan(b, &n); err != nil {
			t.Fatal(err)
		}
		quarters[fmt.Sprint(n*4/total)]++
	}
	want := map[string]float64{"0": 500, "1": 500, "2": 500, "3": 500}
	if chi := chiSquare(quarters, want); chi > 16.3 || len(pool) != 2000 { // 3 degrees of freedom, once in a thousand
		t.Errorf("chi-square %.1f: %v", chi, quarters)
	}
}

// F13: what no body takes of a file is no mistake.
func TestColumnsThatNoBodyTakesDoNoHarm(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "d.csv"), []byte(",a,b,a\n0,1,2,3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		"{$row: {from: d, column: b}}":                  "2",
		"{$row: {from: d, columns: [b]}}":               `{"b":2}`,
		"[{$row: {from: d, columns: [b], as: vector}}]": "[[2]]",
		"{$row: d}": "d.csv:1:1: no column name",
		"[{$row: {from: d, column: b}}, {$row: d}]":      "d.csv:1:1: no column name",
		"{$row: {from: d, columns: [b, a], as: vector}}": `d.csv:1: the column "a" is there twice`,
	} {
		src := "data: {d: {file: d.csv}}\nrequests: [{name: a, body: {json: " + body + "}}]"
		got := ""
		if sc, err := Parse([]byte(src), filepath.Join(dir, "s.yaml")); err != nil {
			got = err.Error()
		} else {
			got = bodiesOf(compile(t, sc, CompileOptions{Seed: 1, PoolSize: 1}).Classes[0])[0]
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// Columns of joined files are like those of the file; the digest covers all.
func TestJoinedRowsInBodies(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("users.csv", "id,name\n1,Ada\n2,Bo\n")
	write("cities.json", `[{"uid":"2","city":"B"},{"uid":"1","city":"A"}]`)
	src := "data: {u: {file: users.csv, columns: %s, join: [{file: cities.json, on: {left: id, right: uid}}]}}\n" +
		"requests: [{name: a, body: {json: %s}}]"
	digests := map[string]bool{}
	for _, tt := range []struct{ columns, body, want string }{
		{"[name, city]", "{$row: u}", `{"name":"Ada","city":"A"} {"name":"Bo","city":"B"}`},
		{"{city: text, id: number}", "{$row: u}", `{"city":"A","id":1} {"city":"B","id":2}`},
		{"[id, name, city]", "{x: {$row: {from: u, column: city}}}", `{"x":"A"} {"x":"B"}`},
		{"[id, name, city]", "{$row: {from: u, columns: [city, name], as: vector}}", `["A","Ada"] ["B","Bo"]`},
	} {
		got := poolAt(t, dir, fmt.Sprintf(src, tt.columns, tt.body), 1, 2)
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s, %s: %s, want %s", tt.columns, tt.body, text, tt.want)
		}
		for _, cities := range []string{`[{"uid":"2","city":"B"},{"uid":"1","city":"A"}]`, `[{"uid":"2","city":"C"},{"uid":"1","city":"A"}]`} {
			write("cities.json", cities)
			sc, err := Load(filepath.Join(dir, "s.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			digests[sc.Digest()] = true
		}
		write("cities.json", `[{"uid":"2","city":"B"},{"uid":"1","city":"A"}]`)
	}
	if len(digests) != 8 {
		t.Errorf("%d digests of 4 scenarios with 2 files each", len(digests))
	}
}
