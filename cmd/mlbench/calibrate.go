package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

const leastLaunches = 3

type calibrateOptions struct {
	cli.Streams
	load        loadOptions
	start       string
	name        string
	launches    int
	resultFiles []string
	output      string
	percentiles string
	format      string
	quiet       bool
	noTUI       bool

	spec   session.Spec
	limits verdict.Limits // only which percentiles are in them matters
}

func newCalibrateCmd(s cli.Streams) *cobra.Command {
	o := &calibrateOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "calibrate [SCENARIO]",
		Short: "Measure how much launches of one target differ",
		Args:  cli.CheckArgs(cobra.MaximumNArgs(1)),

		ValidArgsFunction: firstScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.load.spec.Scenario = args[0]
			}
			return calibrate(cmd.Context(), o)
		},
	}
	o.load.register(cmd, o.Streams)
	f := cmd.Flags()
	f.StringVar(&o.start, "start", "", "`COMMAND` that starts the target; {port} stands for a free port, which is also $PORT")
	registerReady(f, &o.load.spec.Reach)
	f.StringVar(&o.name, "name", "", "the target's `NAME`, as in the saved runs to be judged (default: the command's program)")
	f.IntVar(&o.launches, "launches", report.AdvisedLaunches, "how often the target is started")
	f.DurationVarP(&o.load.spec.Load.Duration, "duration", "d", 10*time.Second, "measured time of each launch; saved runs to be judged must not be shorter")
	cli.Positive(f, "duration")
	f.StringArrayVar(&o.resultFiles, "result", nil, "saved run of a launch, as `FILE` (repeatable), instead of --start")
	f.StringVar(&o.percentiles, "percentiles", "50,90,99", "percentiles to calibrate")
	cli.Enum(cmd, &o.format, "format", "text", "what goes to stdout: text or json", "text", "json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	o.LiveFlag(f, &o.noTUI)
	// The launches' results go where they go by default: -o is the calibration.
	out := f.Lookup("output")
	out.Usage, out.DefValue = "the calibration's `FILE`, in place of an earlier one", "calibration.json"
	return cmd
}

// validate checks flags before anything is started.
func (o *calibrateOptions) validate() error {
	spec, err := o.load.take("run")
	if err != nil {
		return err
	}
	o.output, spec.Output.File = cmp.Or(spec.Output.File, "calibration.json"), ""
	switch {
	case o.start != "" && len(o.resultFiles) > 0:
		return cli.Usagef("--start measures, --result reads: give one kind")
	case o.start == "" && len(o.resultFiles) == 0:
		return cli.Usagef("what is to be calibrated? give --start 'COMMAND' that starts the target, or a --result for each launch")
	case spec.Scenario != "" && len(o.resultFiles) > 0:
		return cli.Usagef("the scenario %s is for --start; saved runs have had theirs", spec.Scenario)
	case strings.Contains(o.start, "://") && !strings.ContainsAny(o.start, " \t"):
		return cli.Usagef("--start %q: want a command, for the target is started anew for every launch; of a target that you start yourself, give saved runs with --result", o.start)
	case o.launchesWanted() < leastLaunches:
		what := fmt.Sprintf("--launches %d", o.launches)
		if len(o.resultFiles) > 0 {
			what = cli.Plural(len(o.resultFiles), "result file")
		}
		return cli.Usagef("%s: a spread takes at least %d launches, and %d are advised", what, leastLaunches, report.AdvisedLaunches)
	}
	quantiles, err := output.ParsePercentiles(o.percentiles)
	if err != nil {
		return cli.Usagef("--percentiles: %w", err)
	}
	if len(quantiles) == 0 {
		return cli.Usagef("--percentiles: want at least one, for example 50,90,99")
	}
	o.limits = verdict.DefaultLimits()
	o.limits.Percentiles = nil
	for _, q := range quantiles {
		o.limits.Percentiles = append(o.limits.Percentiles, verdict.PercentileLimit{Q: q})
	}
	if o.name == "" {
		o.name = session.ProgramOf(o.start)
	}
	spec.Scenario = cmp.Or(spec.Scenario, "mix")
	o.spec = spec
	return o.checkOutput()
}

// checkOutput finds out before the work whether the calibration can be kept; an
// earlier one gives way, nothing else does.
func (o *calibrateOptions) checkOutput() error {
	if _, err := verdict.ReadCalibration(o.output); err != nil && !errors.Is(err, fs.ErrNotExist) && !o.spec.Output.Replace {
		return cli.Usagef("--output %s is there and no calibration: name another file, or replace it with --force", o.output)
	}
	return output.CheckWritable(o.output)
}

func calibrate(ctx context.Context, o *calibrateOptions) error {
	if err := o.validate(); err != nil {
		return err
	}
	runs, interrupted, err := o.runs(ctx)
	if err != nil {
		return err
	}
	sound, unsound := verdict.Sound(runs)
	left := report.Sentences(unsound)
	for _, why := range left {
		fmt.Fprintln(o.Err, "note:", why)
	}
	if len(sound) < leastLaunches {
		return &cli.ExitError{Outcome: cli.Judged(interrupted, true, true, false), Err: fmt.Errorf("%d of %d launches can be used, and a spread takes at least %d: nothing was stored", len(sound), o.launchesWanted(), leastLaunches)}
	}
	c, err := verdict.Calibrate(sound, o.limits)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	file, err := c.Encode()
	if err != nil {
		return err
	}
	if err := output.WriteAtomically(o.output, file); err != nil {
		return err
	}
	if err := report.Calibration(o.Out, report.Format(o.format), c, sound, left, o.output); err != nil {
		return err
	}
	return cli.End(cli.Judged(interrupted, true, true, true))
}

// launchesWanted is how many launches were asked for.
func (o *calibrateOptions) launchesWanted() int {
	if len(o.resultFiles) > 0 {
		return len(o.resultFiles)
	}
	return o.launches
}

// runs are one of each launch: saved, or made now.
func (o *calibrateOptions) runs(ctx context.Context) (runs []*results.File, interrupted bool, err error) {
	if len(o.resultFiles) > 0 {
		runs, err = saved.Read(o.In, o.resultFiles, results.ReadSummed)
		return runs, false, err
	}
	progress := cli.NewProgress(o.Streams, o.quiet).Live(ctx, !o.noTUI)
	defer progress.Done()
	r := session.Repeat{Spec: o.spec, Name: o.name, Command: o.start, Times: o.launches, Quiet: o.quiet}
	if runs, interrupted, err = r.Run(ctx, progress); err != nil && len(runs) > 0 {
		err = fmt.Errorf("%w (the others are saved: calibrate with --result and their files)", err)
	}
	return runs, interrupted, err
}
