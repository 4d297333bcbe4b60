package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

const verifyLong = `Ask two targets the same and say in what their answers differ: the faster one
must still give the right ones. A is the baseline, B the candidate; each is a
name, a URL, label=URL, or a command that starts a server. The exit code is 7
when there is a difference that nothing explains, and 4 when there is none but A
did no ordinary request of some class: two refusals alike show nothing.

Sent are the requests of a scenario, from one seed, and edge cases made of them:
limits of the generators and values just past them, values of a wrong type,
fields missing, added and doubled, huge and odd numbers, odd texts, broken JSON,
empty bodies, deep nesting, other content types, no token and bad ones, unknown
paths and methods. With --openapi the requests and edge cases of a document's
operations are sent instead, or as well if --scenario is given; it leaves out
PUT, PATCH and DELETE, which may do harm. Values are those that 'mlbench
scenarios new' makes, within all that a schema says; what cannot be met is left
out, and named. There is no login but that of the document, if its operations
ask for a token, or the scenario's.

Compared are status, headers (by value Content-Type, Content-Encoding, Location,
WWW-Authenticate and those of --headers; of others, whether they are there),
the shape of JSON and its values, and texts. Every request is asked of A twice:
what differs between A's own answers, such as times and ids, is noise and not
held against B.

Differences that are meant to be are kept in a file, each with its reason:

  expected:
    - reason: the new framework times every answer
      difference: header          # kind: see the report
      where: X-Process-Time       # a header, or a place in JSON and all below it
    - reason: invalid input is 422 now
      difference: status
      a_status: 400               # also: class, case
      b_status: 422

An expected difference that did not occur is told, too.`

const verifyExample = `  mlbench verify legacy modern --expected examples/verify/legacy-modern.yaml
  mlbench verify old=http://127.0.0.1:5000 new=http://127.0.0.1:8000 --scenario my.yaml
  mlbench verify old=cmd:'python3 app.py --port {port}' new=cmd:'./server --port {port}' --ready /health
  mlbench verify legacy modern --ignore '$.timestamp' --headers Cache-Control
  mlbench verify v1=http://127.0.0.1:5000 v2=http://127.0.0.1:8000 --openapi http://127.0.0.1:8000/openapi.json
  mlbench verify legacy modern --export json=parity.json --export markdown=parity.md`

type verifyOptions struct {
	cli.Streams
	launcher
	out         outputOptions
	refs        []string
	scenario    string
	allowFiles  []string
	openapi     string
	requests    scenarios.Count
	connections int
	seed        uint64
	timeout     time.Duration
	edges       bool
	absolute    float64
	relative    float64
	ignore      []string
	headers     []string // to compare by value
	ownHeaders  []string // to send
	expected    string
	schema      bool

	sc   *scenarios.Scenario
	name string // of what is asked
	// scenarioAsked says that the requests are, at least in part, the scenario's:
	// so its setup and teardown are due.
	scenarioAsked bool
	documented    documentedLogin

	fields []targets.Field
	rules  answers.Rules
	meant  []answers.Expected
	later  time.Duration // until doubtful requests are asked once more
}

// How far apart two numbers that are no whole ones may be.
const (
	defaultTolerance = 1e-9
	defaultRelative  = 1e-6
)

func newVerifyCmd(s cli.Streams) *cobra.Command {
	// Some clocks of answers tick in seconds.
	o := &verifyOptions{Streams: s, requests: 200, later: 1100 * time.Millisecond}
	return o.command()
}

func (o *verifyOptions) command() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "verify A B",
		Short:   "Check that two targets answer the same",
		Long:    verifyLong,
		Example: verifyExample,

		ValidArgsFunction: targetWords,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.refs = args
			if o.schema {
				_, err := o.Streams.Out.Write(report.ParitySchema())
				return err
			}
			return o.out.failed(cmd.Context(), "verify", verify(cmd.Context(), o, cmd.Flags().Changed("scenario")))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.scenario, "scenario", "mix", "shipped scenario `NAME|FILE`")
	allowFilesFlag(f, &o.allowFiles)
	f.StringVar(&o.openapi, "openapi", "", "OpenAPI document, as `URL|FILE`, whose operations are asked")
	f.VarP(&o.requests, "requests", "n", "ordinary requests per class")
	f.IntVarP(&o.connections, "connections", "c", 4, "requests under way at once")
	f.Uint64Var(&o.seed, "seed", 0, "seed of the payloads (default: random, and reported)")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "per request")
	f.BoolVar(&o.edges, "edge-cases", true, "send edge cases as well")
	f.Float64Var(&o.absolute, "tolerance", defaultTolerance, "numbers this close are the same (two whole numbers must be equal)")
	f.Float64Var(&o.relative, "relative", defaultRelative, "so are numbers that differ by this share")
	f.StringArrayVar(&o.ignore, "ignore", nil, "leave out of the comparison what this JSON `PATH` selects, or 'header NAME' (repeatable)")
	f.StringSliceVar(&o.headers, "headers", nil, "compare these headers by value, too, as `NAME,NAME`")
	f.StringArrayVarP(&o.ownHeaders, "header", "H", nil, "header of every request, as `'Name: value'` (repeatable)")
	f.StringVar(&o.expected, "expected", "", "`FILE` of differences that are meant to be, with reasons")
	f.BoolVar(&o.schema, "schema", false, "print the JSON Schema of --format json")
	o.connect.registerTarget(f)
	o.registerReady(f)
	f.StringVar(&o.out.format, "format", string(report.Text), "what goes to stdout: "+report.ParityFormats)
	f.StringArrayVar(&o.out.exports, "export", nil, "also write the report to a file, as `FORMAT=FILE` (repeatable)")
	f.BoolVarP(&o.out.quiet, "quiet", "q", false, "no progress on stderr")
	return cmd
}

// validate finds every mistake before a target is contacted.
func (o *verifyOptions) validate() (err error) {
	if len(o.refs) != 2 {
		return cli.Usagef("verify: want 2 arguments, the baseline and the candidate; got %d (see 'mlbench verify --help')", len(o.refs))
	}
	switch {
	case o.connections < 1 || o.connections > 100:
		return cli.Usagef("--connections %d: want 1 to 100", o.connections)
	case o.requests < 1 || o.requests > 100_000:
		return cli.Usagef("--requests %s: want 1 to 100000", o.requests)
	case o.timeout <= 0:
		return cli.Usagef("--timeout %s: want more than 0", o.timeout)
	case !(o.absolute >= 0):
		return cli.Usagef("--tolerance %v: want 0 or more", o.absolute)
	case !(o.relative >= 0 && o.relative < 1):
		return cli.Usagef("--relative %v: want 0 or more, and less than 1", o.relative)
	}
	if o.seed == 0 {
		o.seed = randomSeed() // payloads of its own: caches may still know the last run's
	}
	if err := o.validateOutput(); err != nil {
		return err
	}
	for _, h := range o.ownHeaders {
		f, err := targets.ParseField(h)
		if err != nil {
			return cli.Usagef("--header: %w", err)
		}
		o.fields = append(o.fields, f)
	}
	if err := o.launcher.validate(); err != nil {
		return err
	}
	host, err := o.connect.validate()
	if err != nil {
		return err
	}
	o.fields = append(o.fields, host...)
	o.connect.fields, o.connect.timeout = o.fields, o.timeout
	if err := o.validateRules(); err != nil {
		return err
	}
	if o.expected != "" {
		if o.meant, err = loadExpected(o.expected); err != nil {
			return err
		}
	}
	if o.sc, err = scenarios.Load(o.scenario, o.allowFiles...); err == nil {
		err = o.sc.CheckVariables()
	}
	if err != nil {
		return cli.Usagef("%w", err)
	}
	return nil
}

func (o *verifyOptions) validateOutput() error {
	if err := o.out.validate(); err != nil {
		return err
	}
	known := strings.Split(report.ParityFormats, ", ")
	if !slices.Contains(known, string(o.out.stdout)) {
		return cli.Usagef("--format %s: want one of %s", o.out.stdout, report.ParityFormats)
	}
	for _, f := range o.out.files {
		if !slices.Contains(known, string(f.format)) {
			return cli.Usagef("--export %s: want one of %s", f.format, report.ParityFormats)
		}
	}
	return nil
}

func (o *verifyOptions) validateRules() error {
	o.rules = answers.Rules{Absolute: o.absolute, Relative: o.relative, Headers: o.headers}
	for _, text := range o.ignore {
		if name, ok := strings.CutPrefix(text, "header "); ok && targets.Token(name) {
			o.rules.IgnoreHeaders = append(o.rules.IgnoreHeaders, name)
			continue
		}
		p, err := answers.ParsePath(text)
		if err != nil {
			return cli.Usagef("--ignore: %w", err)
		}
		o.rules.Ignore = append(o.rules.Ignore, p)
	}
	for _, name := range o.headers {
		if !targets.Token(name) {
			return cli.Usagef("--headers %q: want names of headers", name)
		}
	}
	return nil
}

func verify(ctx context.Context, o *verifyOptions, scenarioGiven bool) error {
	if err := o.validate(); err != nil {
		return err
	}
	defer o.stop(o.Err)
	for i, ref := range o.refs {
		var err error
		if o.refs[i], err = o.start(ctx, o.Streams, o.out.quiet, "", ref); err != nil {
			return err
		}
	}
	// Not before the start: an OpenAPI document may be a target's own.
	asked, err := o.cases(ctx, scenarioGiven)
	if err != nil {
		return err
	}
	o.rules.Hide = asked.Hide
	v := &verification{o: o, asked: asked, cases: asked.Cases, found: answers.NewCollector(o.rules)}
	var arms [2]*prepared
	for i, into := range []**asker{&v.a, &v.b} {
		if *into, arms[i], err = o.side(ctx, o.refs[i]); err != nil {
			return err
		}
		defer (*into).transport.CloseIdleConnections()
	}
	started := false
	err = around(ctx, o.Err, arms[:], func() error {
		started = true
		return v.run(ctx)
	})
	if !started { // a setup failed
		return err
	}
	p := v.parity(err)
	if rerr := o.out.render(o.Streams, func(w io.Writer, f report.Format, opt report.Options) error {
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
