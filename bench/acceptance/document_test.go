package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results/verdict"
)

var update = flag.Bool("update", false, "write the golden file")

// A table of its own, so that the golden file outlives changes of the real one.
var fewConditions = []condition{
	{
		name: "aa", what: "A/A", service: reference, slow: 1, budget: 120e9, runs: 3,
		goal: goal{bounds: []bound{atMost(1, verdict.Regression), atLeast(1, verdict.OK)}, mean: 55 * time.Second},
	},
	{
		name: "slow", what: "B slower", service: reference, slow: 1.125, budget: 120e9, runs: 3,
		goal: goal{bounds: []bound{atLeast(2, verdict.Regression), atMost(0, verdict.OK)}},
	},
	{
		name: "luck", what: "A/A with luck", service: reference, slow: 1, luck: "4%", launches: 2, budget: 180e9, runs: 2,
		goal: goal{bounds: []bound{atMost(1, verdict.Regression)}},
	},
	{name: "fastapi", what: "A/A of FastAPI", service: fastapi, slow: 1, budget: 120e9, runs: 1, goal: goal{bounds: []bound{atLeast(1, verdict.OK)}}},
	{name: "demo", what: "the demo", runs: 2, goal: goal{bounds: []bound{atLeast(1, answered)}}},
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
	if got := render(fewConditions, nil); got != "None of the 11 runs has been made yet.\n" {
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
	quiet := goal{bounds: []bound{atMost(1, reg), atLeast(55, ok)}, mean: 55 * time.Second}
	found19 := goal{bounds: []bound{atLeast(19, reg), atMost(0, ok)}}
	type counts map[verdict.Verdict]int
	for _, tc := range []struct {
		name     string
		goal     goal
		verdicts counts
		took     float64 // each
		of       int
		want     string
	}{
		{"just so", quiet, counts{reg: 1, ok: 55, inv: 4}, 55, 60, "yes"},
		{"two alarms are enough", quiet, counts{reg: 2}, 50, 60, "no"},
		{"too few can still pass", quiet, counts{"inconclusive": 6}, 50, 60, "no"},
		{"five may be anything", quiet, counts{ok: 1, "failed": 5}, 50, 60, "so far 6 of 60"},
		{"too slow", quiet, counts{ok: 60}, 55.1, 60, "no"},
		{"too slow already", quiet, counts{ok: 30}, 120, 60, "no"},
		{"slow so far", quiet, counts{ok: 20}, 120, 60, "so far 20 of 60"},
		{"19 found", found19, counts{reg: 19, inv: 1}, 300, 20, "yes"},
		{"one passed as ok", found19, counts{reg: 19, ok: 1}, 300, 20, "no"},
		{"19 of 19 is not the end", found19, counts{reg: 19}, 300, 20, "so far 19 of 20"},
		{"not begun", found19, nil, 0, 20, "so far 0 of 20"},
	} {
		var runs tally
		runs.verdicts = tc.verdicts
		for _, n := range tc.verdicts {
			runs.records = append(runs.records, slices.Repeat([]record{{Took: tc.took}}, n)...)
		}
		if got := tc.goal.held(runs, tc.of); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	if got := quiet.words() + "; " + found19.words(); got != "at most 1 regression, at least 55 ok, 55 s in the mean; at least 19 regression, no ok" {
		t.Error(got)
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
	}); again.done() != 2 || again.invalid != 5 || again.verdicts[verdict.OK] != 1 || again.verdicts[verdict.Invalid] != 1 {
		t.Errorf("runs made again: %+v", again)
	}
	if got.done() != 1 || got.verdicts[verdict.OK] != 1 || got.verdicts[verdict.Regression] != 0 {
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
		if c.runs < 1 || c.expected <= 0 || (c.budget > 0) != (c.service != "") || len(c.goal.bounds) == 0 {
			t.Errorf("%s: %+v", c.name, c)
		}
		for _, b := range c.goal.bounds {
			if b.n > c.runs {
				t.Errorf("%s: goal %+v of %d runs", c.name, b, c.runs)
			}
		}
	}
}
