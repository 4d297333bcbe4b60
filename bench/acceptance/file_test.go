package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

const launched = `{"type":"header","schema":"s","looks":[4,8],"launches":8,"seed":9007199254740993,"sum":"1"}
{"type":"slice","arm":"A","phase":"warmup","launch":1,"sum":"2"}
{"type":"slice","arm":"A","pair":1,"phase":"measure","launch":1,"sum":"3"}
{"type":"slice","arm":"B","pair":1,"phase":"measure","launch":1,"sum":"4"}
{"type":"slice","arm":"B","pair":2,"phase":"measure","launch":2,"sum":"5"}
{"type":"slice","arm":"A","pair":3,"phase":"measure","launch":2,"sum":"6"}
{"type":"footer","ended":"completed","sum":"7"}
`

func TestSplitByLaunches(t *testing.T) {
	want := []string{
		`{"schema":"s","seed":9007199254740993,"type":"header"}
{"arm":"A","phase":"warmup","type":"slice"}
{"arm":"A","pair":1,"phase":"measure","type":"slice"}
{"arm":"B","pair":1,"phase":"measure","type":"slice"}
{"ended":"completed","type":"footer"}
`, `{"schema":"s","seed":9007199254740993,"type":"header"}
{"arm":"B","pair":1,"phase":"measure","type":"slice"}
{"arm":"A","pair":2,"phase":"measure","type":"slice"}
{"ended":"completed","type":"footer"}
`,
	}
	files, err := split([]byte(launched))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, string(f))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := split([]byte(strings.Replace(launched, `,"launch":2`, "", 1))); err == nil || !strings.Contains(err.Error(), "line 5") {
		t.Errorf("a slice of no launch: %v", err)
	}
}

// What is split off is a result file that mlbench reads.
func TestSplitFilesAreResultFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "results", "testdata", "v1.1.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte(`{"type":"slice",`), []byte(`{"type":"slice","launch":1,`))
	files, err := split(text)
	if err != nil || len(files) != 1 {
		t.Fatal(len(files), err)
	}
	path := filepath.Join(t.TempDir(), "single.jsonl")
	write(t, path, string(files[0]))
	f, err := results.ReadFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Damage != "" || f.Header.Command != "compare" || len(f.Slices) == 0 {
		t.Errorf("%q, %+v, %d slices", f.Damage, f.Header, len(f.Slices))
	}
}

func TestLooksUsed(t *testing.T) {
	file := func(looks string, pairs, launches int) []byte {
		var b strings.Builder
		fmt.Fprintf(&b, `{"type":"header","looks":%s}`+"\n", looks)
		for i := range pairs {
			launch := 0
			if launches > 0 {
				launch = 1 + i*launches/pairs
			}
			fmt.Fprintf(&b, `{"type":"slice","phase":"measure","pair":%d,"launch":%d}`+"\n", i+1, launch)
		}
		return []byte(b.String())
	}
	for _, tc := range []struct {
		looks                 string
		pairs, kept, launches int
		want                  record
	}{
		{"[24,48,96]", 25, 24, 0, record{Pairs: 24, LeftOut: 1, Looks: []int{24, 48, 96}, Used: 1}},
		{"[24,48,96]", 96, 96, 0, record{Pairs: 96, Looks: []int{24, 48, 96}, Used: 3}},
		{"[24,48,96]", 90, 80, 0, record{Pairs: 80, LeftOut: 10, Looks: []int{24, 48, 96}, Used: 3}}, // the budget's end
		{"[4,8]", 40, 40, 4, record{Pairs: 40, Looks: []int{4, 8}, Used: 1}},
		{"2", 48, 48, 0, record{Pairs: 48}},
		{"null", 48, 48, 0, record{Pairs: 48}},
	} {
		got := record{Pairs: tc.kept}
		if err := got.readFile(file(tc.looks, tc.pairs, tc.launches)); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s, %d pairs: %s", tc.looks, tc.pairs, diff)
		}
	}
}
