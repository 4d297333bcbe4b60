package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/mlbench/mlbench/targets"
)

type compareOptions struct {
	cli.Streams
	load        loadOptions
	out         output.Options
	noTUI       bool
	parity      parityOptions
	refs        []string // arguments of the command; the gate has flags instead
	calibration string
	extend      bool
	sufficient  bool // see summary.Objective: a gate

	// Set by validate.
	spec       session.Spec
	limits     verdict.Limits
	judged     []summary.Objective // of flags alone
	calibrated *verdict.Calibration
}

func newCompareCmd(s cli.Streams) *cobra.Command {
	o := &compareOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "compare A B [C …] | FILE [FILE]",
		Short: "Compare targets, or saved results, side by side",

		ValidArgsFunction: targetWords(s),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.refs = args
			return o.out.Failed(cmd.Context(), "compare", compare(cmd.Context(), o))
		},
	}
	o.load.register(cmd, o.Streams)
	o.out.Register(cmd)
	o.register(cmd)
	registerReady(cmd.Flags(), &o.load.spec.Reach)
	defer cli.Section(cmd.Flags(), "Comparison")()
	defer cli.For(cmd.Flags(), cli.Saved)()
	cmd.Flags().StringVar(&o.calibration, "calibration", "", "how much single runs of the target differ by luck, as `FILE` (saved runs only)")
	return cmd
}

// register adds the flags of a live comparison, which the gate has too.
func (o *compareOptions) register(cmd *cobra.Command) {
	f, c := cmd.Flags(), &o.load.spec.Comparison
	defer cli.Section(f, "Comparison")()
	f.StringVar(&o.load.spec.Scenario, "scenario", "mix", "shipped scenario `NAME|FILE`")
	f.DurationVar(&c.Budget, "budget", 2*time.Minute, "most time for the whole comparison, warm-up included: it ends when it is decided")
	f.DurationVar(&c.Slice, "slice", 0, "measured time per slice (default 0.25s to 2s, by rate and latency)")
	f.DurationVar(&c.Settle, "settle", 0, "load before each slice, in no figure (default 60ms to 0.5s, by latency)")
	cli.Positive(f, "budget", "slice")
	f.BoolVar(&c.Control, "control", false, "measure the baseline twice in each pair: what that differs by is chance")
	f.StringVar(&c.Launches, "launches", "", "start both targets (commands) anew `K|auto` times, for a few pairs each: what is judged is the builds, not one start of each (budget 3m)")
	f.BoolVar(&o.extend, "extend", false, "deprecated, without effect: a comparison goes on until it is decided, for at most --budget")
	o.parity.register(f)
	o.LiveFlag(f, &o.noTUI)
	defer cli.For(f, cli.Saved)()
	f.StringVar(&c.Limits, "max-regression", "", "tolerated changes for the worse, as `LIMITS` (default "+verdict.DefaultLimits().String()+")")
	f.BoolVar(&c.Strict, "strict", false, "call a regression only what is proven to exceed its limit, not what is proven worse and by estimate exceeds it")
	f.StringArrayVar(&o.load.spec.Objectives, "objective", nil, "limit that the candidate must hold by itself, as `LIMIT` such as 'p99<50ms' or 'predict:errors<0.1%' (repeatable; added to the scenario's); exit 6 if missed")
	registerConfidence(f, &o.load.spec.ObjectiveConfidence)
}

// validate checks flags before anything is contacted.
func (o *compareOptions) validate() (err error) {
	if err := o.out.Validate(); err != nil {
		return err
	}
	if err := o.parity.validate(); err != nil {
		return err
	}
	if o.spec, err = o.load.take("compare"); err != nil {
		return err
	}
	if o.limits, err = verdict.ParseLimits(o.spec.Limits); err != nil {
		return err
	}
	if o.spec.Launches != "" && !o.load.flags.Changed("budget") {
		o.spec.Budget = 3 * time.Minute
	}
	if o.extend {
		fmt.Fprintln(o.Err, "note: --extend has no effect any more: a comparison goes on until it is decided, for at most --budget")
	}
	o.judged, err = parseObjectives(o.spec.Objectives, o.spec.ObjectiveConfidence)
	return err
}

// options are those of judging what is saved, with limits of flags if there are any.
func (o *compareOptions) options() verdict.Options {
	opt := verdict.Options{Percentiles: o.out.Quantiles, Strict: o.spec.Strict, Calibration: o.calibrated, Objectives: o.judged, ObjectiveConfidence: o.spec.ObjectiveConfidence, Sufficient: o.sufficient}
	if o.spec.Limits != "" {
		opt.Limits = &o.limits
	}
	return opt
}

func compare(ctx context.Context, o *compareOptions) error {
	sides, err := saved.Sides(o.refs)
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
	pair, err := o.open(ctx)
	if err != nil {
		return err
	}
	outputs, err := o.outputs(len(o.refs) - 1)
	if err != nil {
		return err
	}
	if err := pair.Resolvable(o.refs...); err != nil {
		return err
	}
	defer pair.Stop()
	arms := make([]targets.Target, len(o.refs))
	for i, ref := range o.refs {
		if arms[i], err = pair.Start(ctx, "", ref); err != nil {
			return err
		}
	}
	if len(arms) > 2 {
		if err := o.prepareMany(ctx, pair.Session, arms); err != nil {
			return err
		}
	}
	made, err := o.out.Comparisons(ctx, o.Streams, len(outputs), func(i int) (*verdict.Comparison, bool, error) {
		pair.Spec.Output.File = outputs[i]
		c, _, interrupted, err := pair.compare(ctx, arms[0], arms[i+1])
		return c, interrupted, err
	})
	if err != nil {
		return err
	}
	return cli.End(cli.Compared(made...))
}

// comparing is a session that compares, and shows how it gets on.
type comparing struct {
	*session.Session
	progress *cli.Progress
	out      *output.Options
	parity   *parityOptions

	sufficient bool // see summary.Objective
}

// open finds what is wrong with what is to be measured, before anything is started.
func (o *compareOptions) open(ctx context.Context) (*comparing, error) {
	return openComparing(o.spec, cli.NewProgress(o.Streams, o.out.Quiet).Live(ctx, !o.noTUI), &o.out, &o.parity)
}

func openComparing(spec session.Spec, progress *cli.Progress, out *output.Options, parity *parityOptions) (*comparing, error) {
	opened, err := session.Open(spec, progress)
	if err != nil {
		return nil, err
	}
	opened.Quiet = out.Quiet
	return &comparing{Session: opened, progress: progress, out: out, parity: parity}, nil
}

// compare measures both targets and judges them.
func (c *comparing) compare(ctx context.Context, a, b targets.Target) (*verdict.Comparison, *results.File, bool, error) {
	f, interrupted, err := c.Session.Compare(ctx, a, b, c.parity.between(ctx, c.Scenario))
	c.progress.Done()
	if err != nil {
		return nil, nil, interrupted, err
	}
	return verdict.Compare(f, verdict.Options{Percentiles: c.out.Quantiles, Strict: c.Spec.Strict, Sufficient: c.sufficient}), f, interrupted, nil
}

// outputs are the names of the result files of n comparisons; "" is the default.
// That one is there already is found before anything is started.
func (o *compareOptions) outputs(n int) ([]string, error) {
	outputs := make([]string, n)
	for i := range outputs {
		switch {
		case n == 1:
			outputs[i] = o.spec.Output.File
		case o.spec.Output.File != "":
			ext := filepath.Ext(o.spec.Output.File)
			outputs[i] = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(o.spec.Output.File, ext), i+1, ext)
		}
		out := o.spec.Output
		out.File = outputs[i]
		if err := out.Check(); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}

// prepareMany checks all that several comparisons need before the first of them
// starts.
func (o *compareOptions) prepareMany(ctx context.Context, s *session.Session, arms []targets.Target) error {
	for _, t := range arms {
		// Made anew for each comparison: by the last one a token may be too old.
		if _, err := s.Prepare(ctx, t); err != nil {
			return err
		}
	}
	if !o.out.Quiet {
		fmt.Fprintf(o.Err, "%d comparisons of %ss each\n", len(o.refs)-1, strconv.FormatFloat(o.spec.Budget.Seconds(), 'f', -1, 64))
	}
	return nil
}
