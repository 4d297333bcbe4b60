package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/cmd/internal/verify"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

type verifyOptions struct {
	cli.Streams
	session.Reach
	out        output.Options
	refs       []string
	scenario   string
	allowFiles []string
	ownHeaders []string // to send
	expected   string
	schema     bool

	spec verify.Spec
}

func newVerifyCmd(s cli.Streams) *cobra.Command {
	// Some clocks of answers tick in seconds.
	return (&verifyOptions{Streams: s, spec: verify.Spec{Requests: 200, Later: 1100 * time.Millisecond}}).command()
}

func (o *verifyOptions) command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify A B",
		Short: "Check that two targets answer the same",

		ValidArgsFunction: targetWords(o.Streams),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.refs = args
			if o.schema {
				_, err := o.Streams.Out.Write(report.ParitySchema())
				return err
			}
			return o.out.Failed(cmd.Context(), "verify", verifyTargets(cmd.Context(), o, cmd.Flags().Changed("scenario")))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.scenario, "scenario", "mix", "shipped scenario `NAME|FILE`")
	allowFilesFlag(f, &o.allowFiles)
	f.StringVar(&o.spec.OpenAPI, "openapi", "", "OpenAPI document, as `URL|FILE`, whose operations are asked")
	f.VarP(&o.spec.Requests, "requests", "n", "ordinary requests per class")
	f.IntVarP(&o.spec.Connections, "connections", "c", 4, "requests under way at once")
	f.Uint64Var(&o.spec.Seed, "seed", 0, "seed of the payloads (default: random, and reported)")
	f.DurationVar(&o.spec.Timeout, "timeout", 10*time.Second, "per request")
	f.BoolVar(&o.spec.Edges, "edge-cases", true, "send edge cases as well")
	f.BoolVar(&o.spec.OnceRows, "once-rows", false, "also send rows of files that are to be sent once, each of them several times")
	usual := verify.Usual()
	f.Float64Var(&o.spec.Rules.Absolute, "tolerance", usual.Absolute, "numbers this close are the same (two whole numbers must be equal)")
	f.Float64Var(&o.spec.Rules.Relative, "relative", usual.Relative, "so are numbers that differ by this share")
	f.StringArrayVar(&o.spec.Ignored, "ignore", nil, "leave out of the comparison what this JSON `PATH` selects, or 'header NAME' (repeatable)")
	f.StringSliceVar(&o.spec.Rules.Headers, "headers", nil, "compare these headers by value, too, as `NAME,NAME`")
	f.StringArrayVarP(&o.ownHeaders, "header", "H", nil, "header of every request, as `'Name: value'` (repeatable)")
	f.StringVar(&o.expected, "expected", "", "`FILE` of differences that are meant to be, with reasons")
	f.BoolVar(&o.schema, "schema", false, "print the JSON Schema of --format json")
	registerReach(f, &o.Reach)
	registerReady(f, &o.Reach)
	f.StringVar(&o.out.Format, "format", string(report.Text), "what goes to stdout: "+report.ParityFormats)
	f.StringArrayVar(&o.out.Exports, "export", nil, "also write the report to a file, as `FORMAT=FILE` (repeatable)")
	f.BoolVarP(&o.out.Quiet, "quiet", "q", false, "no progress on stderr")
	return cmd
}

// validate finds every mistake before a target is contacted.
func (o *verifyOptions) validate(scenarioGiven bool) (err error) {
	if len(o.refs) != 2 {
		return cli.Usagef("verify: want 2 arguments, the baseline and the candidate; got %d (see 'mlbench verify --help')", len(o.refs))
	}
	if err := o.spec.Validate(); err != nil {
		return err
	}
	if o.spec.Seed == 0 {
		o.spec.Seed = randomSeed() // payloads of its own: caches may still know the last run's
	}
	if err := o.validateOutput(); err != nil {
		return err
	}
	for _, h := range o.ownHeaders {
		f, err := targets.ParseField(h)
		if err != nil {
			return cli.Usagef("--header: %w", err)
		}
		o.Headers = append(o.Headers, f)
	}
	o.Timeout, o.Reach.Env = o.spec.Timeout, o.Streams.Env
	if err := o.Reach.Validate(); err != nil {
		return err
	}
	o.spec.Headers = o.Fields()
	if o.expected != "" {
		if o.spec.Expected, err = verify.LoadExpected(o.expected); err != nil {
			return err
		}
	}
	sc, err := scenarios.Load(o.scenario, o.allowFiles...)
	if err == nil {
		sc.Env = o.Streams.Env
		err = sc.CheckVariables()
	}
	if err != nil {
		return cli.Usagef("%w", err)
	}
	if scenarioGiven || o.spec.OpenAPI == "" {
		o.spec.Scenario = sc
	}
	o.spec.UserAgent, o.spec.Credentials = "mlbench/"+version(), targets.CredentialsFrom(o.Getenv)
	return nil
}

func (o *verifyOptions) validateOutput() error {
	if err := o.out.Validate(); err != nil {
		return err
	}
	known := strings.Split(report.ParityFormats, ", ")
	if !slices.Contains(known, o.out.Format) {
		return cli.Usagef("--format %s: want one of %s", o.out.Format, report.ParityFormats)
	}
	for _, export := range o.out.Exports {
		if format, _, _ := strings.Cut(export, "="); !slices.Contains(known, format) {
			return cli.Usagef("--export %s: want one of %s", format, report.ParityFormats)
		}
	}
	return nil
}

func verifyTargets(ctx context.Context, o *verifyOptions, scenarioGiven bool) error {
	if err := o.validate(scenarioGiven); err != nil {
		return err
	}
	progress := cli.NewProgress(o.Streams, o.out.Quiet)
	l := session.Launcher{Reach: o.Reach, Observer: progress, Quiet: o.out.Quiet}
	defer l.Stop()
	var started [2]targets.Target
	for i, ref := range o.refs {
		var err error
		if started[i], err = l.Start(ctx, "", ref); err != nil {
			return err
		}
	}
	// Not before the start: an OpenAPI document may be a target's own.
	q, err := verify.Prepare(ctx, o.spec)
	if err != nil {
		return err
	}
	var arms [2]*session.Prepared
	var sides [2]verify.Party
	for i, t := range started {
		if err = l.FirstLook(ctx, t); err != nil {
			return err
		}
		if sides[i], arms[i], err = o.side(ctx, q, t); err != nil {
			return err
		}
	}
	v, err := q.Between(sides[0], sides[1])
	if err != nil {
		return err
	}
	defer v.Close()
	setUp := false
	err = session.Around(ctx, progress, arms[:], func() error {
		setUp = true
		return v.Run(ctx, progress)
	})
	if !setUp { // a setup failed
		return err
	}
	p := v.Parity(err)
	if rerr := o.out.Render(o.Streams, func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Parity(w, f, p, opt)
	}); rerr != nil {
		return rerr
	}
	switch {
	case errors.Is(err, context.Canceled):
		return cli.End(cli.ExitInterrupted)
	case err != nil:
		return err
	case len(p.Differences) > 0:
		return cli.End(cli.ExitParity)
	case !p.Same:
		return cli.End(cli.ExitInconclusive)
	}
	return nil
}

// side is one of the two targets, ready to be asked.
func (o *verifyOptions) side(ctx context.Context, q *verify.Questions, t targets.Target) (verify.Party, *session.Prepared, error) {
	side, note, err := q.LogIn(ctx, t)
	if err != nil {
		return side, nil, err
	}
	if note != "" && !o.out.Quiet {
		fmt.Fprintln(o.Err, "note:", note)
	}
	calls, err := q.Calls(side)
	return side, &session.Prepared{Target: t, Plan: &loadgen.Plan{Timeout: o.spec.Timeout}, Calls: calls}, err
}
