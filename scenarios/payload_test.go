package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets"
)

// bodies are the bodies of a request's pool, as they are prepared; size 0 is the
// request's own.
func bodies(t testing.TB, src string, seed uint64, size int) []string {
	t.Helper()
	sc, err := Parse([]byte(src), "testdata/rows/test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	at, err := targets.Parse("modern", nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Compile(sc, CompileOptions{Target: at, Seed: seed, PoolSize: size})
	if err != nil {
		t.Fatal(err)
	}
	return bodiesOf(plan.Classes[0])
}

func bodiesOf(c loadgen.Class) (out []string) {
	for _, p := range c.Pool {
		body := p.Body
		out = append(out, string(body))
	}
	return out
}

// request is a scenario with one request, of this body and further keys.
func request(body, keys string) string {
	return "requests: [{name: a, body: {json: " + body + "}" + keys + "}]"
}

func TestWeightedChoice(t *testing.T) {
	const n = 20_000
	seen := map[string]float64{}
	for _, b := range bodies(t, request("{$choice: {values: [a, {k: {$int: {max: 0}}}, never, b], weights: [1, 2.5, 0, 6.5]}}", ""), 5, n) {
		seen[b]++
	}
	want := map[string]float64{`"a"`: n * 0.1, `{"k":0}`: n * 0.25, `"b"`: n * 0.65}
	// Two degrees of freedom: more than 13.8 by chance once in a thousand seeds.
	if chi := chiSquare(seen, want); len(seen) != len(want) || chi > 13.8 {
		t.Errorf("chi-square %.1f: %v", chi, seen)
	}
}

func chiSquare(seen, want map[string]float64) (chi float64) {
	for k, w := range want {
		chi += (seen[k] - w) * (seen[k] - w) / w
	}
	return chi
}

// Parts of a text stand behind one another, whatever they hold, and what the
// engine makes unique stays unique.
func TestJoinedTexts(t *testing.T) {
	for body, want := range map[string]string{
		`{$join: [user-, {$sequence: }, "@é\"x", {$choice: ["\n"]}, [1, {a: "b"}], {$join: ["<", null]}]}`: `"user-1@é\"x\n[1,{\"a\":\"b\"}]<null"`,
		"{k: {$join: [{$row: {from: people, column: name}}, '-', {$row: {from: people, column: age}}]}}":   `{"k":"Ann-31"}`,
	} {
		src := "data: {people: {file: people.csv}}\n" + request(body, "")
		if !strings.Contains(body, "people") {
			src = request(body, "")
		}
		if got := bodies(t, src, 1, 1); got[0] != want {
			t.Errorf("%s: %s, want %s", body, got[0], want)
		}
	}
	if _, err := Parse([]byte(request(`{$join: ["${NONE}"]}`, "")), "x.yaml"); err == nil {
		t.Error("a variable that nothing declares is no mistake")
	}
	seen := map[string]bool{}
	for _, b := range bodies(t, request("{$join: [a-, {$uuid: }, {$choice: [x]}]}", ""), 1, 100) {
		if seen[b] || !strings.HasPrefix(b, `"a-`) || !strings.HasSuffix(b, `x"`) {
			t.Errorf("%s", b)
		}
		seen[b] = true
	}
}

func TestSequences(t *testing.T) {
	for body, want := range map[string]string{
		"{$sequence: }":                      "1 2 3 4 5 6 7",
		"{$sequence: {start: 10, step: -5}}": "10 5 0 -5 -10 -15 -20",
		// A pool is whole passes over its lists, so that they stay in order when it
		// begins again.
		"{$sequence: [a, [1], {$sequence: }]}": `"a" [1] 3 "a" [1] 6`,
		"[{$sequence: }, {$sequence: [x, y]}]": `[1,"x"] [2,"y"] [3,"x"] [4,"y"] [5,"x"] [6,"y"]`,
	} {
		if d := cmp.Diff(want, strings.Join(bodies(t, request(body, ""), 1, 7), " ")); d != "" {
			t.Errorf("%s: %s", body, d)
		}
	}
	if got := len(bodies(t, request("{$sequence: [a, b, c]}", ""), 1, 0)); got != 1998 {
		t.Errorf("pool of %d, want 1998", got)
	}
	if got := len(bodies(t, request("{$int: {max: 5}}", ", pool: 3k"), 1, 0)); got != 3000 {
		t.Errorf("pool of %d, want 3000", got)
	}
}

func TestTexts(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range words {
		if seen[w] || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("word %q", w)
		}
		seen[w] = true
	}
	if len(words) != 256 {
		t.Errorf("%d words", len(words))
	}
	lengths := map[int]bool{}
	for _, b := range bodies(t, request("{$text: {tokens: 2..5}}", ", fresh: false"), 1, 500) {
		tokens := strings.Fields(strings.Trim(b, `"`))
		lengths[len(tokens)] = true
		for _, w := range tokens {
			if !seen[w] {
				t.Fatalf("%q is none of the words", w)
			}
		}
	}
	if d := cmp.Diff(map[int]bool{2: true, 3: true, 4: true, 5: true}, lengths); d != "" {
		t.Error(d)
	}
	fresh := bodies(t, request("{$text: {tokens: 3}}", ""), 1, 1)[0]
	if f := strings.Fields(fresh); len(f) != 3 || strings.Trim(f[0], `"0123456789`) != "" || len(f[0]) != 1+send.FreshDigits {
		t.Errorf("a fresh text: %s", fresh)
	}
	if got := bodies(t, request("{$text: {tokens: 0}}", ""), 1, 1)[0]; got != `""` {
		t.Errorf("no tokens: %s", got)
	}
}

func TestBlobs(t *testing.T) {
	for size, fresh := range map[int]int{0: 0, 1: 0, 8: 0, 9: 1, 10: 1, 1000: 1} {
		sc := parse(t, request(fmt.Sprintf("{$blob: {bytes: %d}}", size), ""))
		for _, p := range compile(t, sc, CompileOptions{PoolSize: 3, Seed: 1}).Classes[0].Pool {
			for _, at := range p.Fresh {
				copy(p.Body[at:], "987654321098")
			}
			var text string
			body := p.Body
			if err := json.Unmarshal(body, &text); err != nil {
				t.Fatal(err)
			}
			raw, err := base64.StdEncoding.Strict().DecodeString(text)
			if err != nil || len(raw) != size || len(p.Fresh) != fresh {
				t.Errorf("%d bytes, want %d; %d fresh digits, want %d; %v", len(raw), size, len(p.Fresh), fresh, err)
			}
		}
	}
}

// The same seed gives the same bytes for every generator, whatever the other
// classes are and however large the pool.
func TestGeneratorsKeepTheirBytes(t *testing.T) {
	const class = `{name: a, body: {json: [{$choice: {values: [1, 2, 3], weights: [1, 1, 1]}}, {$sequence: }, {$text: {tokens: 1..9}}, {$blob: {bytes: 1..20}},
  {$zipf: {of: {$vector: {size: 2..3}}, distinct: 50, new: 0.3}}, {$zipf: {of: {$row: people}, distinct: 3}},
  {$row: {from: people, rows: 1..2}}, {$row: {from: notes, column: id}}, {$matrix: {rows: 1..3, cols: 2}}]}}`
	const data = "data: {people: {file: people.csv, order: shuffle}, notes: {file: notes.jsonl, order: random}}\n"
	alone := bodies(t, data+"requests: ["+class+"]", 3, 100)
	if d := cmp.Diff(alone, bodies(t, data+"requests: ["+class+"]", 3, 100)); d != "" {
		t.Errorf("same seed, other bytes: %s", d)
	}
	other := strings.Replace(class, "name: a", "name: b", 1)
	if d := cmp.Diff(alone, bodies(t, data+"requests: ["+class+", "+other+"]", 3, 100)); d != "" {
		t.Errorf("another class changed the bytes: %s", d)
	}
	if d := cmp.Diff(alone[:10], bodies(t, data+"requests: ["+class+"]", 3, 10)); d != "" {
		t.Errorf("a smaller pool is not the beginning: %s", d)
	}
	if cmp.Equal(alone, bodies(t, data+"requests: ["+class+"]", 4, 100)) {
		t.Error("other seed, same bytes")
	}
	if cmp.Equal(alone, bodies(t, data+"requests: ["+other+"]", 3, 100)) {
		t.Error("two classes share a stream")
	}
}

func TestPoolNotes(t *testing.T) {
	sc, err := Parse([]byte(`
data:
  people: {file: people.csv}
  mixed: {file: mixed.csv}
requests:
  - {name: few, pool: 2, body: {json: {$row: people}}}
  - {name: all, pool: 7, body: {json: {$row: people}}}
  - {name: batch, pool: 1, body: {json: {$row: {from: people, rows: 2}}}}
  - {name: large, pool: 1M, body: {json: {$blob: {bytes: 5000000}}}}
  - {name: mixed, body: {json: {$row: mixed}}}
`), "testdata/rows/x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	plan := compile(t, sc, CompileOptions{Note: func(s string) { notes = append(notes, s) }})
	want := []string{
		`mixed.csv: the column age is sent as text: line 3 has "many", others have numbers (columns: {age: number} makes that a mistake)`,
		"few sends 2 of the 3 rows of people.csv, then these again (pool: 3 in the request makes room for all, up to 32 MB)",
		"batch sends 2 of the 3 rows of people.csv, then these again (pool: 2 in the request makes room for all, up to 32 MB)",
		"large has a pool of 5 bodies, not 1000000: 32 MB is the limit",
	}
	if d := cmp.Diff(want, notes); d != "" {
		t.Error(d)
	}
	if got := len(plan.Classes[1].Pool); got != 6 {
		t.Errorf("a pool of 7 with 3 rows in order has %d bodies, want 6", got)
	}
}

// FuzzTemplate expands any body: it is refused with a position, or it is JSON,
// the same for the same seed, with fresh digits where there are digits.
func FuzzTemplate(f *testing.F) {
	for _, body := range []string{
		"{a: [1, null, x, {b: -0.0}], $$c: 1e400}", "[{$vector: {size: 5..20, dist: uniform}}, {$matrix: {rows: 0..3, cols: 2}}]",
		"{$zipf: {of: {$choice: {values: [{$int: {max: 2}}, x], weights: [1, 0]}}, distinct: 3, exponent: 0}}",
		"{$zipf: {of: {$vector: {size: 2}}, distinct: 1000000, exponent: 10, new: 0.999}}", "{$zipf: {of: {$row: people}, distinct: 3}}",
		"[{$row: {from: people, columns: [name, age], as: vector, rows: 0..9}}, {$row: {from: notes, column: id}}, {$row: notes}]",
		"{$sequence: [{$sequence: {step: -1}}, {$sequence: }]}", "{$text: {tokens: 0..3}}", "{$blob: {bytes: 0..30}}", "{$id: {prefix: \"\\u0000<\"}}", "{$uuid: }", "{$join: [a, {$uuid: }, [{$text: {tokens: 3}}]]}",
		"{$int: {min: -9223372036854775808, max: -1}}", "[{$zipf: {of: {$zipf: {of: 1, distinct: 1}}, distinct: 1}}]",
	} {
		f.Add(body, uint64(1))
	}
	at, err := targets.Parse("http://127.0.0.1:1/", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string, seed uint64) {
		src := "data:\n  people: {file: people.csv, order: random}\n  notes: {file: notes.jsonl}\n" +
			"requests:\n  - name: uses\n    body: {json: [{$row: people}, {$row: notes}]}\n  - name: a\n    body:\n      json: " + strings.ReplaceAll(body, "\n", "\n        ")
		sc, err := Parse([]byte(src), "testdata/rows/f.yaml")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "testdata/rows/f.yaml:") {
				t.Errorf("error without a position: %v", err)
			}
			return
		}
		o := CompileOptions{Target: at, PoolSize: 3, Seed: seed}
		one, err1 := Compile(sc, o)
		two, err2 := Compile(sc, o)
		if fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%v, then %v", err1, err2)
		}
		if err1 != nil {
			return
		}
		for i, c := range one.Classes {
			if d := cmp.Diff(c.Pool, two.Classes[i].Pool); d != "" {
				t.Fatalf("same seed, other bytes: %s", d)
			}
			for _, p := range c.Pool {
				for _, at := range p.Fresh {
					if digits := p.Body[at : at+send.FreshDigits]; len(bytes.Trim(digits, "0123456789")) > 0 {
						t.Fatalf("fresh digits are %q", digits)
					}
					copy(p.Body[at:], "098765432109")
				}
			}
			for j, b := range bodiesOf(c) {
				if r := requestOf(sc, c.Name); r.Body != nil && r.Body.JSON != nil && !json.Valid([]byte(b)) {
					t.Fatalf("body %d is not JSON: %q", j, b)
				}
			}
		}
	})
}

// near says whether a share is what theory says, within so many standard errors
// of n draws.
func near(got, want float64, n int) bool {
	return math.Abs(got-want) <= 4*math.Sqrt(want*(1-want)/float64(n))
}
