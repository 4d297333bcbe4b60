package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

const compareLong = `Load two targets in turn, in many short slices whose order is drawn by lot, and
put them side by side. A is the baseline, B the candidate; each is a name, a
URL, or label=URL. A managed target of targets.yaml, or a command that starts a
server (in quotes, with a blank in it or as label=cmd:COMMAND), is started, and
ended whatever happens; its CPU time and memory are then compared, too (on
Linux). In a command {port} stands for a free port, which is also $PORT.

Both slices of a pair send the same requests at the same distances, so that what
differs is the target and not the traffic or the machine's mood. The verdict is
by pairs: regression (exit 3), ok (0), inconclusive (4) or invalid (5). What the
candidate must hold by itself, whatever it is compared with, is an --objective,
or one of the scenario's: exit 6 when it is missed, unless something weightier is
found. A candidate that crashes, or never answers, is a regression.

More than two targets are compared with the first, one comparison after another,
each with the whole --budget and a result file of its own: --output x.jsonl
gives x-1.jsonl, x-2.jsonl, in the order of the candidates. All targets are
checked before the first comparison starts. The exit code is that of the worst
finding: regression (3), which stands whatever else could not be measured, then
answers that differ (7), a missed objective (6), invalid (5), inconclusive (4).
--format json and --export json are then one array. An interrupt keeps what was
measured and starts no other.

Saved results are judged without any load. One FILE is a comparison, judged
again as it was, or with other limits. Two are single runs of A and of B; a
folder (written with a slash) or a pattern in quotes stands for several runs.
Nothing pairs them: with fewer than five a side they are inconclusive unless a
--calibration of the target says how much is luck. An argument is a FILE if it
exists and ends in .jsonl or begins as a result file does; for a target of such
a name write label=NAME.`

const compareExample = `  mlbench compare legacy modern
  mlbench compare old=http://127.0.0.1:5000 new=http://127.0.0.1:8000 --scenario concurrent
  mlbench compare legacy modern --budget 2m --rate 300/s --export markdown=report.md
  mlbench compare flask fastapi                               # started as targets.yaml says
  mlbench compare 'old=cmd:./old --port {port}' 'new=cmd:./new --port {port}' --ready /health
  mlbench compare legacy modern new=http://127.0.0.1:8001     # each against legacy
  mlbench compare mlbench-results/20260102T150405Z-mix-legacy-modern.jsonl --max-regression p50=3%
  mlbench compare 'base-*.jsonl' 'head-*.jsonl'               # saved runs`

type compareOptions struct {
	cli.Streams
	load     loadOptions
	out      outputOptions
	scenario string
	budget   time.Duration
	slice    time.Duration
	maximum  string // --max-regression
	strict   bool
	extend   bool
	a, b     string

	refs        []string // arguments of the command; the gate has flags instead
	calibration string

	objectives []string // --objective, of the candidate

	parity     parityOptions
	measured   *results.File       // by the last comparison
	judged     []results.Objective // those, and the scenario's
	limits     results.Limits
	calibrated *results.Calibration
}

func newCompareCmd(s cli.Streams) *cobra.Command {
	o := &compareOptions{Streams: s}
	cmd := &cobra.Command{
		Use:     "compare A B [C …] | FILE [FILE]",
		Short:   "Compare targets, or saved results, side by side",
		Long:    compareLong,
		Example: compareExample,

		ValidArgsFunction: targetWords,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.refs = args
			return o.out.failed(cmd.Context(), "compare", compare(cmd.Context(), o))
		},
	}
	o.load.register(cmd)
	o.out.register(cmd)
	o.register(cmd)
	o.load.registerReady(cmd.Flags())
	defer cli.Section(cmd.Flags(), "Comparison")()
	cmd.Flags().StringVar(&o.calibration, "calibration", "", "how much single runs of the target differ by luck, as `FILE` (saved runs only)")
	return cmd
}

// register adds the flags of a live comparison, which the gate has too.
func (o *compareOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	defer cli.Section(f, "Comparison")()
	f.StringVar(&o.scenario, "scenario", "mix", "shipped scenario `NAME|FILE`")
	f.DurationVar(&o.budget, "budget", 60*time.Second, "time for the whole comparison, warm-up included")
	f.DurationVar(&o.slice, "slice", 0, "measured time per slice (default 0.5s to 2s, by rate and latency)")
	f.StringVar(&o.maximum, "max-regression", "", "tolerated changes for the worse, as `LIMITS` (default "+results.DefaultLimits().String()+")")
	f.BoolVar(&o.strict, "strict", false, "call a regression only what is proven to exceed its limit, not what is proven worse and by estimate exceeds it")
	f.BoolVar(&o.extend, "extend", o.extend, "when inconclusive, measure on once, for as long again but at most a minute")
	f.StringArrayVar(&o.objectives, "objective", nil, "limit that the candidate must hold by itself, as `LIMIT` such as 'p99<50ms' or 'predict:errors<0.1%' (repeatable; added to the scenario's); exit 6 if missed")
	o.parity.register(f)
}

// validate checks flags before anything is contacted.
func (o *compareOptions) validate() (err error) {
	if err := o.out.validate(); err != nil {
		return err
	}
	if o.limits, err = results.ParseLimits(o.maximum); err != nil {
		return cli.Usagef("--max-regression: %w", err)
	}
	if err := o.parity.validate(); err != nil {
		return err
	}
	if o.judged, err = parseObjectives(o.objectives); err != nil {
		return err
	}
	return o.load.validate(o.In)
}

func compare(ctx context.Context, o *compareOptions) error {
	sides, err := o.saved()
	switch {
	case err != nil:
		return err
	case sides != nil:
		return o.compareSaved(ctx, sides)
	case len(o.refs) < 2:
		return cli.Usagef("compare: want at least 2 arguments, the baseline and a candidate, or a saved comparison; got %d (see 'mlbench compare --help')", len(o.refs))
	case o.calibration != "":
		return cli.Usagef("--calibration is for saved runs: targets are compared in pairs, which need none")
	}
	if err := o.validate(); err != nil {
		return err
	}
	sc, err := o.load.scenario(o.scenario)
	if err != nil {
		return err
	}
	if err := o.prepare(sc); err != nil {
		return err
	}
	outputs, err := o.outputs(len(o.refs) - 1)
	if err != nil {
		return err
	}
	defer o.load.stop(o.Err)
	if err := resolvable(o.refs...); err != nil {
		return err
	}
	for i, ref := range o.refs {
		if o.refs[i], err = o.load.start(ctx, o.Streams, o.out.quiet, "", ref); err != nil {
			return err
		}
	}
	candidates := o.refs[1:]
	if len(candidates) > 1 {
		if err := o.prepareMany(ctx, sc); err != nil {
			return err
		}
	}
	made, err := o.out.comparisons(ctx, o.Streams, len(candidates), func(i int) (*results.Comparison, bool, error) {
		o.a, o.b, o.load.output = o.refs[0], candidates[i], outputs[i]
		return o.compareTargets(ctx, sc)
	})
	if err != nil {
		return err
	}
	return cli.End(cli.Compared(made...))
}

// prepare finds what is wrong with what is to be measured, before anything is
// started, and adds the scenario's objectives.
func (o *compareOptions) prepare(sc *scenarios.Scenario) error {
	if _, err := o.experiment(sc); err != nil {
		return err
	}
	var err error
	o.judged, err = withObjectives(o.judged, sc)
	return err
}

// withObjectives adds the scenario's to those of flags, and checks that all are of
// classes that there are.
func withObjectives(judged []results.Objective, sc *scenarios.Scenario) ([]results.Objective, error) {
	for _, text := range sc.Objectives {
		obj, err := results.ParseObjective(text)
		if err != nil {
			return nil, cli.Usagef("scenario %s: %w", sc.Name, err)
		}
		judged = append(judged, obj)
	}
	for i := range judged {
		if err := judged[i].CheckClasses(sc.ClassNames()); err != nil {
			return nil, cli.Usagef("%w", err)
		}
	}
	return judged, nil
}

// experiment is what is measured, without the targets.
func (o *compareOptions) experiment(sc *scenarios.Scenario) (loadgen.Experiment, error) {
	l, err := sc.Overridden(o.load.overrides())
	if err != nil {
		return loadgen.Experiment{}, cli.Usagef("%w", err)
	}
	if err := comparable(sc, l); err != nil {
		return loadgen.Experiment{}, err
	}
	e := loadgen.Experiment{Budget: o.budget, Slice: o.slice, Warmup: o.load.warmupOf(sc), Seed: o.load.seed}
	if err := e.CheckBudget(); err != nil {
		return e, cli.Usagef("%w", err)
	}
	return e, nil
}

// comparable refuses loads of which slices of half a second would see nothing but
// the beginning, the same for every target.
func comparable(sc *scenarios.Scenario, l scenarios.LoadModel) error {
	const remedy = "compare at a constant rate, such as --rate 200/s"
	switch {
	case l.Shape.String() != "":
		return cli.Usagef("the load %s changes over time, and targets are compared in slices that would all be its first half second: %s", l.Shape, remedy)
	case !l.Think.Zero():
		return cli.Usagef("with a think time of %s clients decide how many requests there are, not the target: %s", l.Think, remedy)
	case l.Model == results.Closed && sc.StepsThink():
		return cli.Usagef("with think times in journeys clients decide how many requests there are, not the target: %s", remedy)
	case l.SpawnRate != 0:
		return cli.Usagef("clients that start one after the other are too few in a slice: %s", remedy)
	}
	return nil
}

// compareTargets measures both targets and judges them.
func (o *compareOptions) compareTargets(ctx context.Context, sc *scenarios.Scenario) (c *results.Comparison, interrupted bool, err error) {
	e, err := o.experiment(sc)
	if err != nil {
		return nil, false, err
	}
	var arms []*prepared
	for i, ref := range []string{o.a, o.b} {
		t, err := o.load.target(ref)
		if err != nil {
			return nil, false, err
		}
		p, err := o.load.prepare(ctx, sc, t, o.load.overrides())
		if err != nil {
			return nil, false, err
		}
		arms = append(arms, p)
		e.Plans[i], e.PIDs[i], e.Ended[i] = *p.plan, p.pid, o.load.ending(t)
	}
	err = around(ctx, o.Err, arms, func() (err error) {
		c, interrupted, err = o.compareArms(ctx, sc, e, arms)
		return err
	})
	return c, interrupted, err
}

// compareArms measures targets that are ready.
func (o *compareOptions) compareArms(ctx context.Context, sc *scenarios.Scenario, e loadgen.Experiment, arms []*prepared) (c *results.Comparison, interrupted bool, err error) {
	f := &results.File{Header: *o.header(sc, arms)}
	if o.extend {
		e.Extend = func() bool {
			return results.Compare(f, results.CompareOptions{}).Verdict == results.VerdictInconclusive
		}
	}
	sample, err := o.parity.sample(ctx, sc, &o.load, arms)
	if err != nil {
		return nil, false, err
	}
	rec, err := o.load.startRecording(o.Streams, &f.Header)
	if err != nil {
		return nil, false, err
	}
	pr := cli.NewProgress(o.Err, o.out.quiet)
	defer pr.Done()
	for _, n := range f.Header.Warnings {
		fmt.Fprintln(o.Err, "note:", n)
	}
	names := f.Header.Targets[0].Name + " and " + f.Header.Targets[1].Name
	warming := "warming up " + names
	if e.Warmup > 0 {
		warming += fmt.Sprintf(", %s each,", e.Warmup)
	}
	pr.Phase(warming, 2*e.Warmup)
	what := "comparing " + names + " with " + f.Header.Scenario.Label()
	e.Planned = func(pairs int, took time.Duration) {
		rec.planned(pairs)
		pr.Phase(fmt.Sprintf("%s, %s of slices", what, cli.Plural(pairs, "pair")), took.Round(time.Second))
		what = "inconclusive so far: measuring on"
	}
	err = e.Run(ctx, f.Header.Start, func(s *results.Slice) error {
		pr.Slice(s)
		f.Slices = append(f.Slices, *s)
		sample.After(ctx, s)
		return rec.w.Slice(s)
	})
	if werr := rec.w.Parity(sample.Result()); err == nil {
		err = werr
	}
	if gone := (*loadgen.Gone)(nil); errors.As(err, &gone) {
		f, err = rec.finishGone(o.targetEnd(gone, arms, f))
	} else {
		f, interrupted, err = rec.finish(err)
	}
	if err != nil {
		return nil, interrupted, err
	}
	o.measured = f
	return results.Compare(f, results.CompareOptions{Percentiles: o.out.quantiles, Strict: o.strict}), interrupted, nil
}

// header says how the comparison is measured and judged.
func (o *compareOptions) header(sc *scenarios.Scenario, arms []*prepared) *results.Header {
	h := o.load.header("compare", sc, arms...)
	h.BudgetS = o.budget.Seconds()
	h.Limits, h.Strict = o.limits.String(), o.strict
	for i := range o.judged {
		h.Objectives = append(h.Objectives, o.judged[i].Expr)
	}
	if o.extend {
		h.Looks = 2
	}
	switch a, b := arms[0].target, arms[1].target; {
	case a.Managed != nil && b.Managed != nil && a.Managed.String() == b.Managed.String() && a.Managed.Dir == b.Managed.Dir && slices.Equal(a.Managed.Env, b.Managed.Env):
		h.Warnings = append(h.Warnings, "both arms are started by the same command: what differs between them is chance, also that of a start")
	case a.URL.String() == b.URL.String() && a.Socket == b.Socket && a.Address == b.Address:
		h.Warnings = append(h.Warnings, "both arms are the same target, "+targets.ShownURL(a.URL)+": what differs between them is chance")
	}
	return h
}
