package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/gatefile"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets/strict"
)

type gateOptions struct {
	compareOptions
	base, head  string
	baselines   []string
	resultFiles []string
	file        string
	schema      bool

	settings *gatefile.File
	files    map[string]string // see session.Launcher
	shown    bool              // there was something to publish
}

func newGateCmd(s cli.Streams) *cobra.Command {
	o := &gateOptions{}
	o.Streams, o.sufficient = s, true
	return o.command()
}

func (o *gateOptions) command() *cobra.Command {
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
			if serr := o.failedStepSummary(ctx, err); serr != nil && (err == nil || serr.Error() != err.Error()) {
				err = cli.AddErrors(err, serr)
			}
			return o.out.Failed(ctx, "gate", err)
		},
	}
	o.load.register(cmd, o.Streams)
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
	cli.Enum(cmd, &o.out.Inconclusive, "inconclusive", "exit4", "`WAY` to take an inconclusive verdict: fail (exit 3), pass (exit 0) or exit4", "fail", "pass", "exit4")
	f.StringVar(&o.file, "file", gatefile.Name, "gate `FILE` of the repository; without the flag it need not exist, and --file= reads none")
	f.StringVar(&o.calibration, "calibration", "", "how much launches differ, as `FILE` of 'mlbench calibrate'")
	f.BoolVar(&o.schema, "schema", false, "print the JSON Schema of the gate file instead")
	for flag, others := range map[string][]string{"base": {"baseline", "result"}, "head": {"baseline", "result"}, "baseline": {"base", "head"}, "result": {"base", "head"}} {
		cli.Displaces(f, flag, others...)
	}
	return cmd
}

func gate(ctx context.Context, o *gateOptions) error {
	if o.schema {
		schema, err := gatefile.Schema(o.load.flags)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(o.Streams.Out, string(schema))
		return err
	}
	if err := o.takeFile(); err != nil {
		return err
	}
	if err := o.settings.Placed(o.validate()); err != nil {
		return err
	}
	if err := output.StepSummary(o.Streams, func(io.Writer) error { return nil }); err != nil {
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
		return cli.Usagef("what is to be judged? give --base and --head, or --result, or keep them in %s of this folder", gatefile.Name)
	}
	return o.saved()
}

// takeFile sets the flags that are not given from the gate file.
func (o *gateOptions) takeFile() error {
	if o.file == "" {
		return nil
	}
	src, err := strict.ReadFile(o.file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !o.load.flags.Changed("file"):
		return nil
	case err != nil:
		return cli.Usagef("gate file: %w", err)
	}
	if o.settings, err = parseGateFile(o.Streams, src, o.file); err != nil {
		return cli.Usagef("%w", err)
	}
	typed := map[string]bool{"base": o.load.flags.Changed("base"), "head": o.load.flags.Changed("head")}
	if err := o.settings.Apply(o.load.flags); err != nil {
		return err
	}
	o.files = map[string]string{}
	for flag, ref := range map[string]string{"base": o.base, "head": o.head} {
		if !typed[flag] {
			o.files[ref] = o.file // its commands are run, and nobody typed them
		}
	}
	if !o.out.Quiet {
		fmt.Fprintln(o.Err, "settings from", o.file)
	}
	return nil
}

// parseGateFile tries the file on a gate of its own.
func parseGateFile(s cli.Streams, src []byte, name string) (*gatefile.File, error) {
	trial := &gateOptions{}
	trial.Streams = s
	return gatefile.Parse(src, name, trial.command().Flags(), trial.mistakes)
}

// mistakes are those that flags have by themselves, a line each.
func (o *gateOptions) mistakes() error {
	_, err := o.load.filled(nil)
	wrong := []error{err, o.out.Check(), o.parity.check()}
	// A scenario's own mistakes have its name and lines, and are told when it is used.
	if _, err := scenarios.Load(o.load.spec.Scenario); errors.Is(err, scenarios.ErrUnknown) || errors.Is(err, fs.ErrNotExist) {
		wrong = append(wrong, errors.New("--scenario: "+strings.TrimPrefix(err.Error(), "scenario: ")))
	}
	for flag, ref := range map[string]string{"base": o.base, "head": o.head} {
		if ref == "" {
			continue
		}
		if err := o.load.spec.Resolvable(ref); err != nil {
			wrong = append(wrong, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	for flag, files := range map[string][]string{"baseline": o.baselines, "result": o.resultFiles} {
		if o.base+o.head != "" && len(files) > 0 {
			wrong = append(wrong, fmt.Errorf("--%s: this is for saved runs, but base and head are to be measured: leave one kind out", flag))
		}
	}
	return errors.Join(wrong...)
}

// validate checks flags before anything is contacted.
func (o *gateOptions) validate() error {
	if err := o.compareOptions.validate(); err != nil {
		return err
	}
	if o.calibration == "" {
		return nil
	}
	return o.openCalibration()
}

// live measures both revisions.
func (o *gateOptions) live(ctx context.Context) error {
	pair, err := o.open(ctx)
	if err != nil {
		return err
	}
	if _, err := o.outputs(1); err != nil {
		return err
	}
	if err := pair.Resolvable(o.base, o.head); err != nil {
		return err
	}
	pair.Files, pair.sufficient = o.files, o.sufficient
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
	return o.conclude(c, interrupted)
}

// conclude shows the comparison on stdout, in exports and to GitHub, and ends with
// what it came to.
func (o *gateOptions) conclude(c *verdict.Comparison, interrupted bool) error {
	o.shown = true
	err := errors.Join(o.out.Comparison(o.Streams, c), output.StepSummary(o.Streams, func(w io.Writer) error {
		return report.Comparison(w, report.Markdown, c, report.Options{})
	}))
	switch {
	case err != nil:
		return err
	case interrupted:
		return cli.End(cli.ExitInterrupted)
	}
	return cli.End(cli.Gated(c, o.out.Inconclusive))
}

// failedStepSummary says so to GitHub.
func (o *gateOptions) failedStepSummary(ctx context.Context, err error) error {
	f, failed := output.FailureOf(ctx, "gate", err)
	if !failed {
		return nil
	}
	return output.StepSummary(o.Streams, func(w io.Writer) error { return report.Failed(w, report.Markdown, f, report.Options{}) })
}
