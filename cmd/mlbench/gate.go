package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results/verdict"
)

type gateOptions struct {
	compareOptions
	base, head   string
	baselines    []string
	resultFiles  []string
	inconclusive string
	file         string
	schema       bool

	files map[string]string // see session.Launcher
	shown bool              // there was something to publish
}

func newGateCmd(s cli.Streams) *cobra.Command {
	o := &gateOptions{}
	o.Streams = s
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "Judge a change in CI, by exit code",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			err := gate(ctx, o)
			if o.schema || o.shown {
				return err
			}
			if serr := failedStepSummary(ctx, "gate", err); serr != nil && (err == nil || serr.Error() != err.Error()) {
				err = cli.AddErrors(err, serr)
			}
			return o.out.Failed(ctx, "gate", err)
		},
	}
	o.load.register(cmd)
	o.out.Register(cmd)
	o.compareOptions.register(cmd)
	f := cmd.Flags()
	end := cli.Section(f, "Target")
	f.StringVar(&o.base, "base", "", "the revision before: `URL|NAME|COMMAND`")
	f.StringVar(&o.head, "head", "", "the revision after: `URL|NAME|COMMAND`")
	end()
	registerReady(f, &o.load.spec.Reach)
	defer cli.Section(f, "Comparison")()
	defer cli.For(f, cli.Saved)()
	f.StringArrayVar(&o.baselines, "baseline", nil, "saved run of the revision before, as `FILE` (repeatable)")
	f.StringArrayVar(&o.resultFiles, "result", nil, "saved run of the revision after, as `FILE` (repeatable), or a saved comparison alone")
	f.Lookup("objective").Usage = "limit that the head, or --result, must hold by itself, as `LIMIT` such as 'p99<50ms' or 'predict:errors<0.1%' (repeatable; added to the scenario's)"
	f.StringVar(&o.inconclusive, "inconclusive", "exit4", "`WAY` to take an inconclusive verdict: fail (exit 3), pass (exit 0) or exit4")
	f.StringVar(&o.file, "file", gateFileName, "gate `FILE` of the repository; without the flag it need not exist, and --file= reads none")
	f.StringVar(&o.calibration, "calibration", "", "how much launches differ, as `FILE` of 'mlbench calibrate'")
	f.BoolVar(&o.schema, "schema", false, "print the JSON Schema of the gate file instead")
	for flag, others := range map[string][]string{"base": {"baseline", "result"}, "head": {"baseline", "result"}, "baseline": {"base", "head"}, "result": {"base", "head"}} {
		cli.Displaces(f, flag, others...)
	}
	return cmd
}

func gate(ctx context.Context, o *gateOptions) error {
	if o.schema {
		schema, err := gateSchema(o.load.flags)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(o.Streams.Out, string(schema))
		return err
	}
	if err := o.takeFile(); err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	if err := stepSummary(func(*os.File) error { return nil }); err != nil {
		return err // before a minute of measuring is lost to it
	}
	live, saved := o.base != "" || o.head != "", len(o.baselines)+len(o.resultFiles) > 0
	switch {
	case live && saved:
		return cli.Usagef("--base and --head measure, --baseline and --result read: give one kind")
	case live && (o.base == "" || o.head == ""):
		return cli.Usagef("a comparison needs both --base and --head")
	case live:
		return o.live(ctx)
	case len(o.resultFiles) == 0:
		return cli.Usagef("what is to be judged? give --base and --head, or --result, or keep them in %s of this folder", gateFileName)
	}
	return o.saved()
}

// validate checks flags before anything is contacted.
func (o *gateOptions) validate() (err error) {
	if err := o.compareOptions.validate(); err != nil {
		return err
	}
	if !slices.Contains(inconclusiveWays, o.inconclusive) {
		return cli.Usagef("--inconclusive %q: want fail, pass or exit4", o.inconclusive)
	}
	o.out.Inconclusive = o.inconclusive
	if o.calibration != "" {
		o.calibrated, err = openCalibration(o.calibration)
	}
	return err
}

// inconclusiveWays are the values of --inconclusive.
var inconclusiveWays = []string{"fail", "pass", "exit4"}

// live measures both revisions.
func (o *gateOptions) live(ctx context.Context) error {
	pair, err := o.open()
	if err != nil {
		return err
	}
	if _, err := o.outputs(1); err != nil {
		return err
	}
	if err := session.Resolvable(o.base, o.head); err != nil {
		return err
	}
	pair.Files = o.files
	defer pair.Stop()
	base, err := pair.Start(ctx, "base", o.base)
	if err != nil {
		return err
	}
	head, err := pair.Start(ctx, "head", o.head)
	if err != nil {
		return err
	}
	c, f, interrupted, err := pair.compare(ctx, base, head)
	if err != nil {
		return err
	}
	o.caution(c, f)
	if err := o.publish(c); err != nil {
		return err
	}
	if interrupted {
		return cli.End(cli.ExitInterrupted)
	}
	return cli.End(o.exit(c))
}

// publish shows the comparison on stdout, in exports, and to GitHub.
func (o *gateOptions) publish(c *verdict.Comparison) error {
	o.shown = true
	return errors.Join(o.out.Comparison(o.Streams, c), stepSummary(func(f *os.File) error {
		return report.Comparison(f, report.Markdown, c, report.Options{})
	}))
}

// stepSummary adds to the file that GitHub Actions shows with a job.
func stepSummary(write func(*os.File) error) error {
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("step summary: %w", err)
	}
	return errors.Join(write(f), f.Close())
}

// exit is the comparison's outcome, with what the caller wants of an inconclusive
// one.
func (o *gateOptions) exit(c *verdict.Comparison) cli.Outcome {
	found := cli.Compared(c)
	if c.Verdict == verdict.Inconclusive && found != cli.ExitParity {
		switch o.inconclusive {
		case "fail":
			return cli.ExitRegression
		case "pass":
			if c.LacksData() && !c.MissesObjective() {
				return cli.ExitOK
			}
		}
	}
	return found
}

// failedStepSummary says so to GitHub.
func failedStepSummary(ctx context.Context, command string, err error) error {
	f, failed := output.FailureOf(ctx, command, err)
	if !failed {
		return nil
	}
	return stepSummary(func(w *os.File) error { return report.Failed(io.Writer(w), report.Markdown, f, report.Options{}) })
}
