package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// Check asks both targets more between the slices of a comparison.
type Check interface {
	// After is called when a slice has ended, and with it its pair.
	After(ctx context.Context, s *results.Slice, pairEnded bool)
	// Result is what was found, when all is measured.
	Result() *results.Parity
}

// experiment is what is measured, without the targets.
func (s *Session) experiment() (loadgen.Experiment, error) {
	l, err := s.Scenario.Overridden(s.Spec.overrides())
	if err != nil {
		return loadgen.Experiment{}, cli.Usagef("%w", err)
	}
	if err := comparable(s.Scenario, l); err != nil {
		return loadgen.Experiment{}, err
	}
	limits, _ := verdict.ParseLimits(s.Spec.Limits) // Validate has found its mistakes
	if err := limits.CheckClasses(s.Scenario.ClassNames()); err != nil {
		return loadgen.Experiment{}, cli.Usagef("--max-regression: %w", err)
	}
	e := loadgen.Experiment{Budget: s.Spec.Budget, Slice: s.Spec.Slice, Settle: s.Spec.Settle, Control: s.Spec.Control, Warmup: s.Warmup(), Seed: s.Spec.Seed}
	if err := e.CheckBudget(); err != nil {
		return e, cli.Usagef("%w", err)
	}
	return e, nil
}

// comparable refuses loads of which slices of half a second would see nothing but
// the beginning, the same for every target.
func comparable(sc *scenarios.Scenario, l scenarios.LoadModel) error {
	const remedy = "compare at a constant rate, such as --rate 200/s"
	for _, beside := range sc.Beside() {
		if beside.Shape.String() != "" || beside.Connections.Change() || beside.SpawnRate != 0 {
			return cli.Usagef("the load %s changes over time, and would in each slice of a comparison be at its beginning: give it a constant rate, or a number of connections, for comparisons", beside.Name)
		}
	}
	switch {
	case l.Shape.String() != "":
		return cli.Usagef("the load %s changes over time, and targets are compared in slices that would all be its first half second: %s", l.Shape, remedy)
	case l.Connections.Change():
		return cli.Usagef("the clients change over time, as %s says, and targets are compared in slices that would all be its first half second: compare with a constant number, such as --connections %d", l.Connections, l.Connections.Most)
	case l.Pacing.String() != "":
		return cli.Usagef("with a pacing of %s clients decide how many requests there are, not the target: %s", l.Pacing, remedy)
	case !l.Think.Zero():
		return cli.Usagef("with a think time of %s clients decide how many requests there are, not the target: %s", l.Think, remedy)
	case l.Model == results.Closed && sc.StepsThink():
		return cli.Usagef("with think times in journeys clients decide how many requests there are, not the target: %s", remedy)
	case l.Model == results.Closed && sc.StepsRepeat():
		return cli.Usagef("with steps that repeat, a slow target is asked more often, and more requests are no better: %s", remedy)
	case l.SpawnRate != 0:
		return cli.Usagef("clients that start one after the other are too few in a slice: %s", remedy)
	}
	return nil
}

// Compare measures two targets, a the baseline, and returns what was saved; after an
// interrupt, what there was until then. check, if not nil, makes what is to be done
// between slices.
func (s *Session) Compare(ctx context.Context, a, b targets.Target, check func(arms []*Prepared) (Check, error)) (f *results.File, interrupted bool, err error) {
	if s.Spec.Launches != "" && check != nil {
		return nil, false, cli.Usagef("--launches and --parity exclude each other: answers are compared between the slices of one start")
	}
	if s.Spec.Launches != "" {
		return s.compareLaunches(ctx, a, b)
	}
	e, err := s.experiment()
	if err != nil {
		return nil, false, err
	}
	var arms []*Prepared
	for i, t := range []targets.Target{a, b} {
		p, err := s.Prepare(ctx, t)
		if err != nil {
			return nil, false, err
		}
		arms = append(arms, p)
		e.Plans[i], e.PIDs[i], e.Ended[i] = *p.Plan, p.pid, s.ending(t)
	}
	err = Around(ctx, s, arms, func() (err error) {
		var c Check
		if check != nil {
			if c, err = check(arms); err != nil {
				return err
			}
		}
		f, interrupted, err = s.compareArms(ctx, e, arms, c)
		return err
	})
	return f, interrupted, err
}

// compareArms measures targets that are ready.
func (s *Session) compareArms(ctx context.Context, e loadgen.Experiment, arms []*Prepared, check Check) (*results.File, bool, error) {
	f := &results.File{Header: *s.compareHeader(arms)}
	defer loadgen.Tune(arms[0].Plan.Models()...)()
	f.Header.Looks = stats.PlanLooks(e.MostPairs())
	look := &looking{o: s, f: f}
	e.Looks, e.Look = f.Header.Looks, look.next
	rec, err := s.record(s.Spec.Output, &f.Header)
	if err != nil {
		return nil, false, err
	}
	s.Begin(&f.Header)
	for _, n := range f.Header.Warnings {
		note(s, "note: %s", n)
	}
	if len(s.rules) > 0 {
		note(s, "note: abort rules are of runs: a comparison ends when it is decided, or a target answers no more")
	}
	names := f.Header.Targets[0].Name + " and " + f.Header.Targets[1].Name
	warming := "warming up " + names
	if e.Warmup > 0 {
		warming += fmt.Sprintf(", %s each,", e.Warmup)
	}
	s.Phase(warming, 2*e.Warmup)
	what := "comparing " + names + " with " + f.Header.Scenario.Label()
	e.Planned = func(pairs int, slice, took time.Duration) {
		rec.planned(pairs)
		look.pairs, look.pair = pairs, took/time.Duration(max(pairs, 1))
		s.Phase(fmt.Sprintf("%s, at most %s of slices", what, cli.Plural(pairs, "pair")), took.Round(time.Second))
		if rare := verdict.TooRare(&f.Header, time.Duration(pairs)*slice); len(rare) > 0 {
			note(s, "note: the budget holds too few requests to judge %s", strings.Join(rare, ", "))
		}
	}
	slots := 2
	if e.Control {
		slots = 3
	}
	err = e.Run(ctx, f.Header.Start, func(slice *results.Slice) error {
		s.Slice(slice)
		f.Slices = append(f.Slices, *slice)
		if check != nil {
			check.After(ctx, slice, slice.Position == slots)
		}
		return rec.w.Slice(slice)
	})
	if e.UsedUp() {
		rec.w.UsedUp()
		note(s, "note: the rows that are sent once are used up, which ended the comparison")
	}
	if check != nil {
		if perr := rec.w.Parity(check.Result()); err == nil {
			err = perr
		}
	}
	if gone := (*loadgen.Gone)(nil); errors.As(err, &gone) {
		f, err = rec.finishGone(s.targetEnd(gone, arms, f))
		return f, false, err
	}
	return rec.finish(err)
}

// compareHeader says how the comparison is measured and judged.
func (s *Session) compareHeader(arms []*Prepared) *results.Header {
	h := s.header(arms...)
	h.BudgetS, h.Control = s.Spec.Budget.Seconds(), s.Spec.Control
	limits, _ := verdict.ParseLimits(s.Spec.Limits) // Validate has found none of its mistakes
	h.Limits, h.Strict = limits.String(), s.Spec.Strict
	h.ObjectiveConfidence = s.Spec.ObjectiveConfidence
	for i := range s.Judged {
		h.Objectives = append(h.Objectives, s.Judged[i].Expr)
	}
	switch a, b := arms[0].Target, arms[1].Target; {
	case a.Managed != nil && b.Managed != nil && a.Managed.String() == b.Managed.String() && a.Managed.Dir == b.Managed.Dir && slices.Equal(a.Managed.Env, b.Managed.Env):
		h.Warnings = append(h.Warnings, "both arms are started by the same command: what differs between them is chance, also that of a start")
	case a.URL.String() == b.URL.String() && a.Socket == b.Socket && a.Address == b.Address:
		h.Warnings = append(h.Warnings, "both arms are the same target, "+targets.ShownURL(a.URL)+": what differs between them is chance")
	}
	return h
}
