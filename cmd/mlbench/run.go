package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
)

const runLong = `Run a scenario against one target and report what its clients saw.

SCENARIO is a shipped one (see 'mlbench scenarios list') or a YAML file. With
a URL and no scenario, one ad-hoc request is repeated: at 100/s, at --rate, or by
-c workers that each send again when their answer has come.

A managed target of targets.yaml, or a --start 'COMMAND', is started, measured
when it is ready, and ended, whatever happens; its CPU time and memory are then
measured, too (on Linux). One that ends by itself ends the run, with exit code 1.

Rates and numbers of requests are for the whole run, never per worker.

With --once nothing is measured: the scenario's setup, one request of each kind
and the teardown are sent, one after the other, and shown with their answers, for
you to see whether scenario and target understand each other. No result file is
written. The exit code is 0 if all answers were as expected, else 1. Secrets show
as [redacted]; long bodies are cut.`

const runExample = `  mlbench run sequential -t modern
  mlbench run mix --target http://127.0.0.1:8000 --rate 500/s --duration 1m
  mlbench run concurrent -t modern -c 64 -n 100k --format json
  mlbench run http://127.0.0.1:8000/health -c 16 -d 10s
  mlbench run http://127.0.0.1:8000/predict -b @body.json -H 'Content-Type: application/json'
  mlbench run my.yaml -t http://127.0.0.1:8000 --once               # does it work at all?
  mlbench run mix -t modern --stage 30s:100 --stage 1m:500          # ramps
  mlbench run mix --start 'gunicorn --bind 127.0.0.1:{port} app:app' --ready /health
  mlbench run users -t modern -c 500 --spawn-rate 50/s
  mlbench run mix -t modern --objective 'p99<50ms' --objective 'errors<0.1%'`

var addressForm = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]+(/.*)?$`)

type runOptions struct {
	cli.Streams
	load       loadOptions
	out        outputOptions
	name       string // scenario
	address    string // a URL in its place
	target     string
	start      string
	url        string
	requests   scenarios.Count
	duration   time.Duration
	objectives []string
	raw        string
	once       bool

	judged []results.Objective
}

func newRunCmd(s cli.Streams) *cobra.Command {
	o := &runOptions{Streams: s}
	cmd := &cobra.Command{
		Use:     "run [SCENARIO|URL]",
		Short:   "Run a scenario against one target",
		Long:    runLong,
		Example: runExample,
		Args:    cli.CheckArgs(cobra.MaximumNArgs(1)),

		ValidArgsFunction: firstScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cli.IsURL(args[0]) {
				o.address = args[0]
			} else if len(args) > 0 {
				o.name = args[0]
			}
			return o.out.failed(cmd.Context(), "run", runScenario(cmd.Context(), o))
		},
	}
	o.load.register(cmd)
	o.out.register(cmd)
	o.out.registerDetails(cmd)
	f := cmd.Flags()
	end := cli.Section(f, "Target")
	f.StringVarP(&o.target, "target", "t", "", "`NAME|URL` of the target: a name of targets.yaml or a bundled server")
	f.StringVar(&o.url, "url", "", "the target's `URL`; without a scenario, the ad-hoc request's")
	f.StringVar(&o.start, "start", "", "`COMMAND` that starts the target, and is ended afterwards; {port} stands for a free port, which is also $PORT")
	o.load.registerReady(f)
	end()
	end = cli.Section(f, "Load")
	f.VarP(&o.requests, "requests", "n", "stop after this many requests, `N` such as 10000 or 10k")
	f.DurationVarP(&o.duration, "duration", "d", 0, "stop after this time (default: the scenario's)")
	end()
	defer cli.Section(f, "Output")()
	f.StringVar(&o.raw, "raw", "", "also write every measured request to `FILE`, as JSON lines that vegeta's report and plot read; - is stdout, and the report then goes to stderr")
	f.BoolVar(&o.once, "once", false, "measure nothing: send setup, each kind of request once, and teardown, and show them with their answers; exit 1 if one was not as expected")
	f.StringArrayVar(&o.objectives, "objective", nil, "`LIMIT` that must hold, such as 'p99<50ms' or 'errors<0.1%' (repeatable); exit 6 if missed")
	return cmd
}

// validate turns flags into what the run needs; its errors are the caller's.
func (o *runOptions) validate() error {
	if err := o.out.validate(); err != nil {
		return err
	}
	if err := o.load.validate(o.In); err != nil {
		return err
	}
	if o.address != "" {
		if o.target+o.url+o.start != "" {
			return cli.Usagef("%s and a flag (--target, --url or --start) both name the target: give one", o.address)
		}
		o.url = o.address
	}
	switch {
	case addressForm.MatchString(o.name):
		return cli.Usagef("which target? %q is no scenario; as the target it is 'mlbench run http://%s'", o.name, o.name)
	case o.target != "" && o.url != "":
		return cli.Usagef("--target and --url both name the target: give one")
	case o.target != "" && o.start != "":
		return cli.Usagef("--target and --start both name the target: give one")
	case o.target+o.url+o.start == "":
		return cli.Usagef("which target? give --target NAME|URL, for example --target modern, or only its URL for one ad-hoc request")
	case o.url == "" && o.name == "":
		return cli.Usagef("which scenario? give one of %s, a YAML file, or the URL alone (--url) for one ad-hoc request", strings.Join(scenarios.Names(), ", "))
	case o.once:
		return o.validateOnce()
	case o.raw != "" && o.raw == o.load.output:
		return cli.Usagef("--raw and --output both write %s: name two files", o.raw)
	case o.duration < 0:
		return cli.Usagef("--duration %s: want more than 0", o.duration)
	}
	for _, text := range o.objectives {
		obj, err := results.ParseObjective(text)
		if err != nil {
			return cli.Usagef("--%w", err)
		}
		o.judged = append(o.judged, obj)
	}
	return nil
}

// overrides of the scenario's load by flags.
func (o *runOptions) overrides() scenarios.Overrides {
	ov := o.load.overrides()
	ov.Duration, ov.Requests = o.duration, int64(o.requests)
	if o.name == "" && ov.Connections > 0 && ov.Rate == 0 && ov.Shape.String() == "" {
		// As hey, oha and wrk have it: -c alone is a closed model.
		ov.Model = results.Closed
	}
	return ov
}

func runScenario(ctx context.Context, o *runOptions) error {
	if err := o.validate(); err != nil {
		return err
	}
	sc, err := o.load.scenario(o.name)
	if err != nil {
		return err
	}
	if o.judged, err = withObjectives(o.judged, sc); err != nil {
		return err
	}
	if err := o.checkFiles(); err != nil {
		return err
	}
	defer o.load.stop(o.Err)
	t, err := o.startTarget(ctx)
	if err != nil {
		return err
	}
	o.load.unseen = o.once
	p, err := o.load.prepare(ctx, sc, t, o.overrides())
	if err != nil {
		return err
	}
	if o.once {
		return o.sendOnce(ctx, sc, p)
	}
	f, interrupted, err := o.measure(ctx, sc, p)
	if err != nil {
		return err
	}
	sum := results.Summarize(f, results.Select{Arm: results.ArmA}, o.out.quantiles)
	held, err := sum.JudgeAll(o.judged)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	shown := o.Streams
	if o.raw == "-" {
		shown.Out = shown.Err // stdout is for single requests
	}
	if err := o.out.run(shown, sum); err != nil {
		return err
	}
	if f.Footer != nil && f.Footer.Ended == results.Failed {
		return errors.New(f.Footer.Reason)
	}
	return cli.End(cli.Judged(interrupted, held, sum.Valid))
}

// measuredStream is that of a run's measured phase; its warm-up's is 0.
const measuredStream = 1

// checkFiles finds out, before anything is sent or started, whether a file to be
// written is there already.
func (o *runOptions) checkFiles() error {
	if err := o.load.checkOutput(o.load.output); err != nil {
		return err
	}
	if info, err := os.Stat(o.raw); err == nil && !o.load.force && (info.Mode().IsRegular() || info.IsDir()) {
		return fmt.Errorf("raw results: %s exists: name another file, or replace it with --force", o.raw)
	}
	return nil
}

// openRaw opens the file of single requests.
func (o *runOptions) openRaw() (io.WriteCloser, error) {
	if o.raw == "-" {
		// A reader that goes away, as head does, fails the next write; else it would
		// end this process before anything is saved.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
		return nopCloser{o.Streams.Out}, nil
	}
	f, err := os.OpenFile(o.raw, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // that it may be, is checked
	if err != nil {
		return nil, fmt.Errorf("raw results: %w", err)
	}
	return f, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// interval is the span of one slice of a run: a second, longer in runs of hours
// so that the result file stays small.
func interval(total time.Duration) time.Duration {
	const most = 600
	return max(time.Second, (total / most).Round(time.Second))
}
