package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results/verdict"
)

func names(tasks []task) (out []string) {
	for _, t := range tasks {
		out = append(out, fmt.Sprintf("%s/%d", t.condition.name, t.repeat))
	}
	return out
}

func TestEveryBeginningOfTheQueueHasItsShare(t *testing.T) {
	tasks := queue(conditions, nil)
	total := 0
	for _, c := range conditions {
		total += c.runs
	}
	if len(tasks) != total {
		t.Fatalf("%d tasks of %d", len(tasks), total)
	}
	done := map[string]int{}
	for _, task := range tasks {
		done[task.condition.name]++
		if done[task.condition.name] != task.repeat {
			t.Fatalf("%s: run %d comes as number %d", task.condition.name, task.repeat, done[task.condition.name])
		}
		for _, c := range conditions {
			// By position, run i of n falls into the i-th n-th part.
			if share := task.position * float64(c.runs); math.Abs(float64(done[c.name])-share) > 1 {
				t.Errorf("at %.3f of the series %d of %d runs of %s are done", task.position, done[c.name], c.runs, c.name)
			}
		}
	}
}

func TestQueueIsTheSameEveryTime(t *testing.T) {
	a, b := queue(conditions, nil), queue(conditions, nil)
	seeds := map[uint64]string{}
	bFirst := 0
	for i := range a {
		if a[i].seed != b[i].seed || a[i].workSeed != b[i].workSeed || a[i].bFirst != b[i].bFirst {
			t.Fatalf("%s is drawn differently", names(a[i:i+1]))
		}
		for _, s := range []uint64{a[i].seed, a[i].workSeed} {
			if other, taken := seeds[s]; taken {
				t.Errorf("%s has a seed of %s", names(a[i:i+1]), other)
			}
			seeds[s] = names(a[i : i+1])[0]
		}
		if a[i].bFirst {
			bFirst++
		}
	}
	if diff := cmp.Diff(names(a), names(b)); diff != "" {
		t.Error(diff)
	}
	if share := float64(bFirst) / float64(len(a)); share < 0.4 || share > 0.6 {
		t.Errorf("B is started first in %d of %d runs", bFirst, len(a))
	}
}

func TestRunsDoNotDependOnWhatElseIsQueued(t *testing.T) {
	o := options{runs: 3}
	all := map[string]task{}
	for _, x := range queue(conditions, nil) {
		all[names([]task{x})[0]] = x
	}
	for _, few := range queue(o.choose([]string{"slow10"}), nil) {
		full := all[names([]task{few})[0]]
		if few.seed != full.seed || few.workSeed != full.workSeed || few.bFirst != full.bFirst {
			t.Errorf("run %d is drawn differently", few.repeat)
		}
	}
}

func TestConditionsNamedFirstComeFirst(t *testing.T) {
	tasks := queue(conditions, []string{"luck-aa", "slow5"})
	for i, x := range tasks[:20] {
		if want := []string{"luck-aa", "slow5"}[i/10]; x.condition.name != want || x.repeat != i%10+1 {
			t.Errorf("%s is number %d", names(tasks[i:i+1]), i)
		}
	}
	rest := slices.DeleteFunc(queue(conditions, nil), func(x task) bool {
		return x.condition.name == "luck-aa" || x.condition.name == "slow5"
	})
	if diff := cmp.Diff(names(rest), names(tasks[20:])); diff != "" {
		t.Errorf("the others (-want +got):\n%s", diff)
	}
}

func TestPendingRepeatsNothing(t *testing.T) {
	tasks := queue(conditions, nil)
	var done []record
	for _, task := range tasks[:100] {
		done = append(done, record{Method: task.condition.method(), Condition: task.condition.name, Repeat: task.repeat})
	}
	if diff := cmp.Diff(names(tasks[100:]), names(pending(tasks, done))); diff != "" {
		t.Errorf("after 100 runs (-want +got):\n%s", diff)
	}
	// What was measured by another method has to be measured again.
	done[0].Method = method + 1
	if got := pending(tasks, done); len(got) != len(tasks)-99 {
		t.Errorf("%d tasks are left with a run of another method, not %d", len(got), len(tasks)-99)
	}
	// An invalid run is made again, but not for ever.
	first := record{Method: tasks[0].condition.method(), Condition: tasks[0].condition.name, Repeat: tasks[0].repeat, Verdict: verdict.Invalid}
	for n := range attempts + 1 {
		want := 1
		if n == attempts {
			want = 0
		}
		if got := pending(tasks[:1], slices.Repeat([]record{first}, n)); len(got) != want {
			t.Errorf("after %d invalid runs %d are left, not %d", n, len(got), want)
		}
	}
	if len(tasks) != len(queue(conditions, nil)) {
		t.Error("pending changed the queue")
	}
}

func TestParse(t *testing.T) {
	for _, bad := range []string{"-only aa,nonsense", "-first nonsense", "-runs -1", "-for -1s", "more", "-budget 20s"} {
		if _, err := parse(strings.Fields(bad), io.Discard); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
	o, err := parse(strings.Fields("-only slow20,aa -runs 12 -budget 20s -data other.jsonl -first aa"), io.Discard)
	if err != nil || len(o.conditions) != 2 || o.conditions[0].runs != 12 || o.conditions[1].runs != 10 || o.conditions[0].budget != 20e9 || o.first[0] != "aa" {
		t.Errorf("%+v, %v", o, err)
	}
	if conditions[0].runs != 60 || conditions[0].budget != budget {
		t.Error("flags changed the conditions themselves")
	}
}
