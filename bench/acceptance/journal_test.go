package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

const twoLines = `{"method":1,"condition":"aa","repeat":1,"verdict":"ok"}
{"method":1,"condition":"aa","repeat":2,"verdict":"ok"}
`

func TestDamagedLastLineIsToldAndReplaced(t *testing.T) {
	for name, tail := range map[string]string{
		"cut":              `{"method":1,"condition":"aa-`,
		"cut at its end":   `{"method":1,"condition":"aa","repeat":3}`,
		"zeros and an end": "\x00\x00\x00\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j.jsonl")
			write(t, path, twoLines+tail)
			records, whole, damaged, err := readJournal(path)
			if err != nil || len(records) != 2 || !strings.Contains(damaged, "line 3") {
				t.Fatalf("%d records, %q, %v", len(records), damaged, err)
			}
			j, err := openJournal(path, whole)
			if err != nil {
				t.Fatal(err)
			}
			want := record{Method: 1, Condition: "slow5", Repeat: 7, Verdict: "regression", Metrics: map[string]estimate{"p50": {Pct: 5.25}}}
			if err := j.append(want); err != nil {
				t.Fatal(err)
			}
			if err := j.close(); err != nil {
				t.Fatal(err)
			}
			records, _, damaged, err = readJournal(path)
			if err != nil || damaged != "" || len(records) != 3 {
				t.Fatalf("then %d records, %q, %v", len(records), damaged, err)
			}
			if diff := cmp.Diff(want, records[2]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDamageElsewhereIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.jsonl")
	write(t, path, "{\n"+twoLines)
	if _, _, _, err := readJournal(path); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("got %v", err)
	}
}

func TestNoJournalYet(t *testing.T) {
	records, whole, damaged, err := readJournal(filepath.Join(t.TempDir(), "none"))
	if records != nil || whole != 0 || damaged != "" || err != nil {
		t.Errorf("%v, %d, %q, %v", records, whole, damaged, err)
	}
}
