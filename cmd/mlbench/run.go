package main

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

var addressForm = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]+(/.*)?$`)

type runOptions struct {
	cli.Streams
	load    loadOptions
	noTUI   bool
	out     output.Options
	address string // a URL in place of a scenario
	target  string
	start   string
	url     string
}

func newRunCmd(s cli.Streams) *cobra.Command {
	o := &runOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "run [SCENARIO|URL]",
		Short: "Run a scenario against one target",
		Args:  cli.CheckArgs(cobra.MaximumNArgs(1)),

		ValidArgsFunction: firstScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cli.IsURL(args[0]) {
				o.address = args[0]
			} else if len(args) > 0 {
				o.load.spec.Scenario = args[0]
			}
			return o.out.Failed(cmd.Context(), "run", runScenario(cmd.Context(), o))
		},
	}
	o.load.register(cmd, o.Streams)
	o.out.Register(cmd)
	o.out.RegisterDetails(cmd)
	o.LiveFlag(cmd.Flags(), &o.noTUI)
	f := cmd.Flags()
	end := cli.Section(f, "Target")
	endOnce := cli.For(f, cli.Once)
	f.StringVarP(&o.target, "target", "t", "", "`NAME|URL` of the target: a name of targets.yaml or a bundled server")
	f.StringVar(&o.url, "url", "", "the target's `URL`; without a scenario, the ad-hoc request's")
	f.StringVar(&o.start, "start", "", "`COMMAND` that starts the target, and is ended afterwards; {port} stands for a free port, which is also $PORT")
	cli.Displaces(f, "target", "url", "start")
	cli.Displaces(f, "url", "target")
	cli.Displaces(f, "start", "target")
	endOnce()
	registerReady(f, &o.load.spec.Reach)
	end()
	end = cli.Section(f, "Load")
	f.VarP((*scenarios.Count)(&o.load.spec.Load.Requests), "requests", "n", "stop after this many requests, `N` such as 10000 or 10k")
	f.DurationVarP(&o.load.spec.Load.Duration, "duration", "d", 0, "stop after this time (default: the scenario's)")
	f.StringArrayVar(&o.load.spec.Abort, "abort", nil, "`RULE` that ends the run, such as 'errors>5% for 10s' or 'p99>2s for 5s after 30s' (repeatable); exit 6 with what was measured")
	cli.Positive(f, "requests", "duration")
	end()
	defer cli.Section(f, "Output")()
	f.StringVar(&o.load.spec.Raw, "raw", "", "also write every measured request to `FILE`, as JSON lines that vegeta's report and plot read; - is stdout, and the report then goes to stderr")
	f.StringArrayVar(&o.load.spec.Objectives, "objective", nil, "`LIMIT` that must hold, such as 'p99<50ms' or 'errors<0.1%' (repeatable); exit 6 if missed")
	registerConfidence(f, &o.load.spec.ObjectiveConfidence)
	defer cli.For(f, cli.Once)()
	f.BoolVar(&o.load.spec.Once, "once", false, "measure nothing: send setup, each kind of request once, and teardown, and show them with their answers; exit 1 if one was not as expected")
	return cmd
}

// named chooses what names the target, and finds what is wrong with that.
func (o *runOptions) named() error {
	if o.address != "" {
		for into, flag := range map[*string]string{&o.target: "target", &o.url: "url", &o.start: "start"} {
			if cli.Typed(o.load.flags.Lookup(flag)) {
				return cli.Usagef("%s and a flag (--target, --url or --start) both name the target: give one", o.address)
			}
			*into = "" // a variable's
		}
		o.url = o.address
	}
	scenario := o.load.spec.Scenario
	switch {
	case addressForm.MatchString(scenario):
		return cli.Usagef("which target? %q is no scenario; as the target it is 'mlbench run http://%s'", scenario, scenario)
	case o.target != "" && o.url != "":
		return cli.Usagef("--target and --url both name the target: give one")
	case o.target != "" && o.start != "":
		return cli.Usagef("--target and --start both name the target: give one")
	case o.target+o.url+o.start == "":
		return cli.Usagef("which target? give --target NAME|URL, for example --target modern, or only its URL for one ad-hoc request")
	case o.url == "" && scenario == "":
		return cli.Usagef("which scenario? give one of %s, a YAML file, or the URL alone (--url) for one ad-hoc request", strings.Join(scenarios.Names(), ", "))
	}
	if useless := cli.Useless(o.load.flags, cli.Once); o.load.spec.Once && len(useless) > 0 {
		return cli.Usagef("--once measures nothing, so %s has no meaning: leave one of them out", useless[0])
	}
	return nil
}

func runScenario(ctx context.Context, o *runOptions) error {
	if err := o.out.Validate(); err != nil {
		return err
	}
	spec, err := o.load.take("run")
	if err != nil {
		return err
	}
	if err := o.named(); err != nil {
		return err
	}
	// Lines of --raw may go to the same terminal.
	progress := cli.NewProgress(o.Streams, o.out.Quiet).Live(ctx, !o.noTUI && spec.Raw != "-")
	s, err := session.Open(spec, progress)
	if err != nil {
		return err
	}
	if err := spec.CheckFiles(); err != nil {
		return err
	}
	s.Quiet, s.Stdout = o.out.Quiet, o.Streams.Out
	defer s.Stop()
	var t targets.Target
	if o.start != "" {
		t, err = s.StartCommand(ctx, "", o.start, o.url)
	} else {
		t, err = s.Start(ctx, "", o.target+o.url)
	}
	if err != nil {
		return err
	}
	p, err := s.Prepare(ctx, t)
	if err != nil {
		return err
	}
	if spec.Once {
		return o.sendOnce(ctx, s.Scenario, p)
	}
	f, interrupted, err := s.Run(ctx, p)
	progress.Done()
	if err != nil {
		return err
	}
	sum := summary.Of(f, summary.Select{Arm: results.ArmA}, o.out.Quantiles)
	held, err := sum.JudgeAll(s.Judged)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	shown := o.Streams
	if spec.Raw == "-" {
		shown.Out = shown.Err // stdout is for single requests
	}
	if err := o.out.Run(shown, sum); err != nil {
		return err
	}
	if f.Footer != nil && f.Footer.Ended == results.Failed {
		return errors.New(f.Footer.Reason)
	}
	return cli.End(cli.Judged(interrupted, held, !sum.Undecided(), sum.Valid))
}
