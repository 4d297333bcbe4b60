package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen"
)

// onceAt compiles a scenario whose source d is sent once.
func onceAt(t *testing.T, rows int, src string, o CompileOptions) (*loadgen.Plan, []string, error) {
	t.Helper()
	dir := t.TempDir()
	writeNumbers(t, dir, rows)
	path := filepath.Join(dir, "s.yaml")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	sc, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	o.Note, o.Target = func(n string) { notes = append(notes, n) }, target(t, "modern")
	plan, err := Compile(sc, o)
	return plan, notes, err
}

func TestRowsThatAreSentOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		source, requests string
		rows             int
		want             map[string]string // bodies by class
		again            bool
		note             string
	}{
		"one class": {
			"", "[{name: a, body: {json: {$row: d.n}}}]", 5,
			map[string]string{"a": "0 1 2 3 4"},
			false, "",
		},
		"by weight": {
			"", "[{name: a, weight: 2, body: {json: {$row: d.n}}}, {name: b, path: '/{n}', params: {n: {$row: d.n}}, body: {json: {$row: d.n}}}]", 9,
			map[string]string{"a": "0 1 3 4 6 7", "b": "2 5 8"},
			false, "",
		},
		"batches, the last of what is left": {
			"", "[{name: a, body: {json: {$row: {from: d, columns: [n], as: vector, rows: 2}}}}]", 5,
			map[string]string{"a": "[[0],[1]] [[2],[3]] [[4]]"},
			false, "",
		},
		"a journey has one row": {
			"", "[{name: a, body: {json: {$row: d.n}}, steps: [{name: s, body: {json: {$row: {from: d, columns: [n], as: vector, rows: 2}}}}, {name: t}]}]", 6,
			map[string]string{"a": "0 2 4", "a.s": "[[0],[1]] [[2],[3]] [[4],[5]]", "a.t": ""},
			false, "",
		},
		"again": {
			", then: repeat", "[{name: a, body: {json: {$row: d.n}}}]", 3,
			map[string]string{"a": "0 1 2"},
			true, "",
		},
		"a pool": {
			"", "[{name: a, pool: 2, body: {json: {$row: d.n}}}]", 3,
			map[string]string{"a": "0 1"},
			false, "a sends 2 of the 3 rows of d.csv, each once, and the load ends: its pool is 2",
		},
	} {
		plan, notes, err := onceAt(t, tt.rows, "data: {d: {file: d.csv, once: true"+tt.source+"}}\nrequests: "+tt.requests, CompileOptions{Seed: 1})
		if err != nil {
			t.Fatal(name, err)
		}
		got := map[string]string{}
		for _, c := range plan.Classes {
			got[c.Name] = strings.Join(bodiesOf(c), " ")
			if c.Again != tt.again || c.Once != (got[c.Name] != "") {
				t.Errorf("%s: %s is once %v, again %v", name, c.Name, c.Once, c.Again)
			}
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got): %s", name, d)
		}
		if text := strings.Join(notes, "; "); text != tt.note {
			t.Errorf("%s: notes %q, want %q", name, text, tt.note)
		}
	}
	if _, _, err := onceAt(t, 1, "data: {d: {file: d.csv, once: true}}\nrequests: [{name: a, body: {json: {$row: d}}}, {name: b, body: {json: {$row: d}}}]", CompileOptions{Seed: 1}); err == nil ||
		!strings.Contains(err.Error(), "d.csv has too few rows for all the requests that take them") {
		t.Error(err)
	}
}

// Whatever the weights and the order: no row is dealt twice, none is left out, and
// all are used up in the same deck.
func TestDealsAreWholeAndFair(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 4).Draw(rt, "weights")
		total := rapid.IntRange(40, 200).Draw(rt, "rows")
		order := rapid.SampledFrom([]string{"sequential", "shuffle"}).Draw(rt, "order")
		src := "data: {d: {file: d.csv, once: true, order: " + order + "}}\nrequests:\n"
		sum := 0
		for i, w := range weights {
			src += fmt.Sprintf("  - {name: r%d, weight: %d, body: {json: {$row: d.n}}}\n", i, w)
			sum += w
		}
		plan, _, err := onceAt(t, total, src, CompileOptions{Seed: rapid.Uint64().Draw(rt, "seed")})
		if err != nil {
			rt.Fatal(err)
		}
		var all []string
		for i, c := range plan.Classes {
			all = append(all, bodiesOf(c)...)
			if got, want := len(c.Pool), float64(total*weights[i])/float64(sum); float64(got) < want-2 || float64(got) > want+2 {
				rt.Errorf("%d rows of %d by weight %d of %d", got, total, weights[i], sum)
			}
		}
		slices.Sort(all)
		if n := len(slices.Compact(all)); n != total {
			rt.Errorf("%d different rows of %d", n, total)
		}
	})
}

// A warm-up would use rows up: there is one only if it is asked for.
func TestNoWarmupOfRowsThatAreSentOnce(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 3)
	for src, want := range map[string]string{
		"data: {d: {file: d.csv, once: true}}\n":                         "0s",
		"data: {d: {file: d.csv}}\n":                                     "3s",
		"data: {d: {file: d.csv, once: true}}\nload: {warmup: 2s}\n":     "2s",
		"data: {d: {file: d.csv, once: true}}\nload: {connections: 2}\n": "0s",
	} {
		sc, err := Parse([]byte(src+"requests: [{name: a, body: {json: {$row: d}}}]"), filepath.Join(dir, "s.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if got := sc.Load.Warmup.String(); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

// What is only looked at needs a row of each, whatever the weights.
func TestFewRowsOfEachToLookAt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "u.csv"), []byte("id\n1\n2\n3\n4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sc, err := Parse([]byte(`data: {u: {file: u.csv, once: true}}
requests:
  - {name: r, path: "/{i}", params: {i: {$row: u.id}}, weight: 3}
  - {name: s, path: "/{i}", params: {i: {$row: u.id}}}
`), filepath.Join(dir, "x.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Compile(sc, CompileOptions{Target: target(t, "http://127.0.0.1:1"), PoolSize: 1, ForShow: true})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Safe() != nil {
		t.Error("a row that is sent once is sent to look at the target, too")
	}
}

// Loads side by side are dealt the rows of a source as the requests of one are; what the
// judged load says of a warm-up holds.
func TestLoadsShareRowsThatAreSentOnce(t *testing.T) {
	const src = `
data: {d: {file: d.csv, once: true}}
loads:
  main: {rate: 10/s, duration: 1h, classes: [a, c]%s}
  other: {connections: 2, classes: [b]}
requests:
  - {name: a, weight: 2, body: {json: {$row: d.n}}}
  - {name: b, body: {json: {$row: d.n}}}
  - {name: c}
`
	for warmup, want := range map[string]time.Duration{"": 0, ", warmup: 5s": 5 * time.Second} {
		dir := t.TempDir()
		writeNumbers(t, dir, 9)
		sc, err := Parse(fmt.Appendf(nil, src, warmup), filepath.Join(dir, "s.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		plan := compile(t, sc, CompileOptions{})
		got := ""
		for _, c := range plan.AllClasses() {
			for _, r := range c.Pool {
				got += c.Name + string(r.Body) + " "
			}
		}
		if got != "a0 a1 a3 a4 a6 a7 c b2 b5 b8 " {
			t.Errorf("sent %s", got)
		}
		if got := time.Duration(sc.Load.Warmup); got != want {
			t.Errorf("%q: a warm-up of %s, want %s", warmup, got, want)
		}
	}
}
