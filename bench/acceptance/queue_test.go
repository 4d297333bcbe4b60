package main

import (
	"fmt"
	"math"
	"slices"
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
	tasks := queue(conditions)
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
	a, b := queue(conditions), queue(conditions)
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
	chosen, err := choose("slow10-60s", 3)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]task{}
	for _, x := range queue(conditions) {
		all[names([]task{x})[0]] = x
	}
	for _, few := range queue(chosen) {
		full := all[names([]task{few})[0]]
		if few.seed != full.seed || few.workSeed != full.workSeed || few.bFirst != full.bFirst {
			t.Errorf("run %d is drawn differently", few.repeat)
		}
	}
}

func TestPendingRepeatsNothing(t *testing.T) {
	tasks := queue(conditions)
	var done []record
	for _, task := range tasks[:100] {
		done = append(done, record{Method: method, Condition: task.condition.name, Repeat: task.repeat})
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
	first := record{Method: method, Condition: tasks[0].condition.name, Repeat: tasks[0].repeat, Verdict: verdict.Invalid}
	for n := range attempts + 1 {
		want := 1
		if n == attempts {
			want = 0
		}
		if got := pending(tasks[:1], slices.Repeat([]record{first}, n)); len(got) != want {
			t.Errorf("after %d invalid runs %d are left, not %d", n, len(got), want)
		}
	}
	if len(tasks) != len(queue(conditions)) {
		t.Error("pending changed the queue")
	}
}

func TestChoose(t *testing.T) {
	if _, err := choose("aa-20s,nonsense", 0); err == nil {
		t.Error("an unknown condition is accepted")
	}
	got, err := choose("slow20-60s,aa-20s", 20)
	if err != nil || len(got) != 2 || got[0].runs != 15 || got[1].runs != 20 {
		t.Errorf("%+v, %v", got, err)
	}
	if conditions[0].runs != 100 {
		t.Error("-runs changed the conditions themselves")
	}
}
