package loadgen

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// anyJourney has steps and choices at random.
func anyJourney(t *rapid.T) []Class {
	classes := []Class{{Name: "first", Weight: 1, Pool: []send.Request{get("/")}}}
	for choice := range rapid.IntRange(1, 4).Draw(t, "choices") {
		from := 0.0
		for k := range rapid.IntRange(1, 3).Draw(t, "branches") {
			to := from + rapid.Float64Range(0.01, 0.33).Draw(t, "share")
			classes = append(classes, Class{
				Name: fmt.Sprint(choice, k), Weight: 1 * (to - from), Pool: []send.Request{get("/")}, Step: &Step{Choice: choice + 1, From: from, To: to},
			})
			from = to
		}
		if rapid.Bool().Draw(t, "step") {
			classes = append(classes, Class{Name: fmt.Sprint("step", choice), Weight: 1, Pool: []send.Request{get("/")}, Step: &Step{}})
		}
	}
	return classes
}

// Whatever the choices: journeys go forward, take every step that all take, and at
// most one branch of a choice; numbers tell of the place alone, and no two requests
// have the same; the same seed sends the same.
func TestJourneysTakeAnyBranches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := Plan{Classes: anyJourney(t), Seed: rapid.Uint64().Draw(t, "seed"), Load: closedLoad(1, 30)}
		type sent struct {
			class  int
			number uint64
		}
		requests := func() (out []sent) {
			g := &Generator{plan: plan, longest: plan.longest(), lane: plan.numbered()}
			for n := range uint64(30) {
				r := &run{g: g, phase: Phase{Kind: results.Measure, Stream: 3}, classes: newSequence([]float64{1}, newRand(plan.Seed, streamClasses, 3))}
				req := r.request(n, 0)
				for more := true; more; {
					out = append(out, sent{req.class, req.number})
					var class int
					if class, more = plan.next(req.class, req.journey.number); more {
						req.step(&plan, class)
					}
				}
			}
			return out
		}
		all := requests()
		if !slices.Equal(all, requests()) {
			t.Fatal("the same seed sends something else")
		}
		numbers, taken, first := map[uint64]bool{}, map[int]bool{}, uint64(0)
		ended := func() {
			for class := range plan.Classes {
				if s := plan.Classes[class].Step; s != nil && s.Choice == 0 && !taken[class] {
					t.Fatalf("the step %s was left out", plan.Classes[class].Name)
				}
			}
		}
		choices, last := map[int]bool{}, 0
		for i, s := range all {
			step := plan.Classes[s.class].Step
			if step == nil {
				if i > 0 {
					ended()
				}
				taken, choices, first, last = map[int]bool{}, map[int]bool{}, s.number, 0
			}
			if step != nil && (s.class <= last || choices[step.Choice] || s.number != first+uint64(s.class)) {
				t.Fatalf("%s behind %s, number %d of the journey %d", plan.Classes[s.class].Name, plan.Classes[last].Name, s.number, first)
			}
			if numbers[s.number] {
				t.Fatalf("the number %d is there twice", s.number)
			}
			numbers[s.number], taken[s.class], last = true, true, s.class
			if step != nil && step.Choice != 0 {
				choices[step.Choice] = true
			}
		}
		ended()
	})
}
