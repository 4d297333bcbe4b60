package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

// task is one run to be made.
type task struct {
	condition condition
	repeat    int // from 1
	seed      uint64
	workSeed  uint64 // of the reference servers
	bFirst    bool   // B is started before A
	position  float64
}

// queue is all runs in their order. Run i of n falls by lot into the i-th n-th
// part of the series: random, yet every beginning of the queue has its share of
// every condition, to one run. Conditions that are named first come before the
// others, one after another.
func queue(list []condition, first []string) []task {
	var tasks []task
	for _, c := range list {
		for i := range c.runs {
			tasks = append(tasks, newTask(c, i+1))
		}
	}
	rank := func(t task) int {
		if i := slices.Index(first, t.condition.name); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(tasks, func(a, b task) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.position, b.position))
	})
	return tasks
}

// newTask draws from a stream of its own, so that no run depends on what else
// is in the queue.
func newTask(c condition, repeat int) task {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", c.name, repeat)
	rng := rand.New(rand.NewPCG(seed, h.Sum64()))
	// Seeds survive JSON readers that know only doubles.
	draw := func() uint64 { return 1 + rng.Uint64N(1<<53-1) }
	return task{
		condition: c, repeat: repeat, seed: draw(), workSeed: draw(), bFirst: rng.Uint64N(2) == 1,
		position: (float64(repeat-1) + rng.Float64()) / float64(c.runs),
	}
}

// pending leaves out what the journal has a valid run of, or attempts runs.
func pending(tasks []task, records []record) []task {
	valid, made := map[runID]bool{}, map[runID]int{}
	for _, r := range records {
		made[r.id()]++
		valid[r.id()] = valid[r.id()] || r.Verdict != verdict.Invalid
	}
	return slices.DeleteFunc(slices.Clone(tasks), func(t task) bool {
		id := runID{t.condition.method(), t.condition.name, t.repeat}
		return valid[id] || made[id] >= attempts
	})
}

// length is how long runs will take, by those of their conditions that were made.
func length(tasks []task, records []record) time.Duration {
	total := 0.0
	for _, t := range tasks {
		each := t.condition.expected.Seconds()
		if made := tallyOf(t.condition, records).wall(); len(made) > 0 {
			each = sum(made) / float64(len(made))
		}
		total += each
	}
	return time.Duration(total * float64(time.Second)).Round(time.Minute)
}
