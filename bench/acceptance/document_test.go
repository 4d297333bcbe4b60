package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mlbench/mlbench/results/verdict"
)

var update = flag.Bool("update", false, "write the golden file")

// A table of its own, so that the golden file outlives changes of the real one.
var fewConditions = []condition{
	{name: "aa", what: "A/A", subjects: ofReference, slow: 1, budget: 20e9, runs: 3, counts: verdict.Regression, goal: goal{most: 1}},
	{name: "slow", what: "B slower", subjects: ofReference, slow: 1.125, budget: 60e9, runs: 3, counts: verdict.Regression, goal: goal{least: 2, never: verdict.OK}},
	{name: "pair", what: "two programs", subjects: [2]string{"legacy", "modern"}, budget: 60e9, runs: 2, counts: verdict.Regression},
	{name: "script", what: "A/A", subjects: ofReference, slow: 1, vegeta: true, budget: 20e9, runs: 2, counts: verdict.Regression},
}

func TestRenderGolden(t *testing.T) {
	records, _, damaged, err := readJournal(filepath.Join("testdata", "journal.jsonl"))
	if err != nil || damaged != "" {
		t.Fatal(damaged, err)
	}
	got := render(fewConditions, records)
	golden := filepath.Join("testdata", "table.md")
	if *update {
		write(t, golden, got)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRenderNothing(t *testing.T) {
	if got := render(fewConditions, nil); got != "None of the 10 runs has been made yet.\n" {
		t.Errorf("%q", got)
	}
}

func TestBetween(t *testing.T) {
	block := markBegin + "\nnew\n" + markEnd
	for old, want := range map[string]string{
		"# Title\n": "# Title\n\n" + block + "\n",
		"before\n" + markBegin + "\nold\n" + markEnd + "\nafter\n": "before\n" + block + "\nafter\n",
	} {
		if got, err := between(old, "new\n"); err != nil || got != want {
			t.Errorf("%q, %v", got, err)
		}
	}
	for _, old := range []string{markBegin, markEnd, markEnd + markBegin} {
		if _, err := between(old, "new"); err == nil {
			t.Errorf("%q is accepted", old)
		}
	}
}

func TestGoals(t *testing.T) {
	const reg, ok, inv = verdict.Regression, verdict.OK, verdict.Invalid
	atMost1, found39, all15 := goal{most: 1}, goal{least: 39, never: ok}, goal{least: 15}
	for _, tc := range []struct {
		name     string
		goal     goal
		verdicts map[verdict.Verdict]int
		done, of int
		want     string
	}{
		{"no alarm", atMost1, map[verdict.Verdict]int{ok: 100}, 100, 100, "yes"},
		{"one alarm", atMost1, map[verdict.Verdict]int{reg: 1}, 100, 100, "yes"},
		{"two alarms are enough", atMost1, map[verdict.Verdict]int{reg: 2}, 7, 100, "no"},
		{"unfinished", atMost1, nil, 99, 100, "99 of 100 runs so far"},
		{"39 found", found39, map[verdict.Verdict]int{reg: 39, inv: 1}, 40, 40, "yes"},
		{"one passed as ok", found39, map[verdict.Verdict]int{reg: 39, ok: 1}, 40, 40, "no"},
		{"one passed early", found39, map[verdict.Verdict]int{ok: 1}, 1, 40, "no"},
		{"39 of 39 is not the end", found39, map[verdict.Verdict]int{reg: 39}, 39, 40, "39 of 40 runs so far"},
		{"out of reach", all15, map[verdict.Verdict]int{reg: 3, inv: 1}, 4, 15, "no"},
		{"not begun", all15, nil, 0, 15, "0 of 15 runs so far"},
		{"reported", goal{}, map[verdict.Verdict]int{reg: 5}, 5, 5, "–"},
		{"reported in part", goal{}, nil, 2, 5, "2 of 5 runs so far"},
	} {
		if got := tc.goal.held(tc.verdicts, reg, tc.done, tc.of); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestTallyCountsPlannedRunsOnce(t *testing.T) {
	c := fewConditions[0]
	run := func(m int, name string, repeat int, v verdict.Verdict) record {
		return record{Method: m, Condition: name, Repeat: repeat, Verdict: v}
	}
	got := tallyOf(c, []record{
		run(method, c.name, 1, verdict.OK),
		run(method, c.name, 1, verdict.Regression), // again
		run(method, c.name, c.runs+1, verdict.OK),
		run(method+1, c.name, 2, verdict.OK),
		run(method, "other", 3, verdict.OK),
	})
	if again := tallyOf(c, []record{
		run(method, c.name, 1, verdict.Invalid),
		run(method, c.name, 2, verdict.Invalid),
		run(method, c.name, 3, verdict.Invalid),
		run(method, c.name, 2, verdict.OK), // the second attempt is valid
		run(method, c.name, 3, verdict.Invalid),
		run(method, c.name, 3, verdict.Invalid), // none of three is
	}); again.done != 2 || again.invalid != 5 || again.verdicts[verdict.OK] != 1 || again.verdicts[verdict.Invalid] != 1 {
		t.Errorf("runs made again: %+v", again)
	}
	if got.done != 1 || got.verdicts[verdict.OK] != 1 || got.verdicts[verdict.Regression] != 0 {
		t.Errorf("%+v", got)
	}
}

// The real table keeps what its goals speak of.
func TestConditions(t *testing.T) {
	names := map[string]bool{}
	for _, c := range conditions {
		if names[c.name] || strings.ContainsAny(c.name, ", |/") {
			t.Errorf("name %q", c.name)
		}
		names[c.name] = true
		if c.runs < 1 || c.budget <= 0 || c.counts == "" || c.goal.least > c.runs || c.goal.most > c.runs {
			t.Errorf("%s: %+v", c.name, c)
		}
		if !c.vegeta && c.scenario == "" {
			t.Errorf("%s has no scenario", c.name)
		}
	}
}
