package main

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// loadOptions are the flags that say what to send; run and compare share them.
type loadOptions struct {
	launcher
	connections int
	rate        scenarios.Rate
	shape       scenarios.Shape
	stages      []string
	think       scenarios.Think
	spawnRate   scenarios.Rate
	arrivals    string
	warmup      time.Duration
	timeout     time.Duration
	seed        uint64
	headers     []string
	allowFiles  []string // folders of which scenarios may read files
	method      string
	body        string
	output      string
	force       bool
	noOutput    bool
	tags        []string

	unseen   bool // the load is not looked at before: its first request is shown itself
	tagged   scenarios.Tags
	flags    *pflag.FlagSet
	fields   []targets.Field
	bodyText []byte
}

func (o *loadOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	o.flags = f
	end := cli.Section(f, "Load")
	f.IntVarP(&o.connections, "connections", "c", 0, "closed model: workers; open model: most requests in flight")
	f.VarP(&o.rate, "rate", "r", "open model at this rate for the whole run, as `200/s` or 12000/m")
	f.StringArrayVar(&o.stages, "stage", nil, "open model: ramp to a rate, as `30s:50` (repeatable: one stage after the other)")
	f.Var(&o.shape, "shape", "open model: a rate over time, as a `SHAPE`: 'steps(30s:50, 1m:200)', 'sine(200/s, 100/s, 1m)' or 'spike(50/s, 500/s, 30s, 5s)'")
	f.Var(&o.think, "think", "closed model: wait between answer and next request, a `TIME`: 1s, 'uniform(1s, 3s)' or 'exponential(2s)'")
	f.Var(&o.spawnRate, "spawn-rate", "closed model: workers started per second, as `10/s` (default all at once)")
	f.StringVar(&o.arrivals, "arrivals", "", "`GAPS` of an open model: poisson or constant")
	f.DurationVar(&o.warmup, "warmup", -1, "load before measuring, in no figure (default: the scenario's)")
	f.Lookup("warmup").DefValue = "0s" // not shown
	f.DurationVar(&o.timeout, "timeout", 0, "per request; later answers count as this (default: the scenario's)")
	f.Uint64Var(&o.seed, "seed", 0, "seed of arrivals, classes and payloads (default: random, and reported)")
	allowFilesFlag(f, &o.allowFiles)
	f.StringArrayVarP(&o.headers, "header", "H", nil, "header of every request, as `FIELD` 'Name: value' (repeatable)")
	f.StringVarP(&o.method, "method", "m", "", "method of an ad-hoc request (default GET, POST with a body)")
	f.StringVarP(&o.body, "body", "b", "", "body of an ad-hoc request; `@FILE` reads it, @- from stdin")
	end()
	end = cli.Section(f, "Output")
	f.StringVarP(&o.output, "output", "o", "", "result `FILE` (default mlbench-results/<utc>-<scenario>-<target>.jsonl)")
	f.BoolVar(&o.force, "force", false, "replace an existing --output")
	f.BoolVar(&o.noOutput, "no-output", false, "keep no result file")
	f.StringArrayVar(&o.tags, "tag", nil, "word to find the result again, as `NAME=VALUE`, such as team=search (repeatable; added to the scenario's tags)")
	end()
	o.connect.register(cmd)
}

// validate reads what flags name, before anything is contacted.
func (o *loadOptions) validate(in io.Reader) error {
	if err := o.launcher.validate(); err != nil {
		return err
	}
	for _, h := range o.headers {
		f, err := targets.ParseField(h)
		if err != nil {
			return cli.Usagef("--header: %w", err)
		}
		o.fields = append(o.fields, f)
	}
	host, err := o.connect.validate()
	if err != nil {
		return err
	}
	o.fields = append(o.fields, host...)
	o.connect.fields, o.connect.timeout = o.fields, o.timeout
	switch {
	case o.connections < 0:
		return cli.Usagef("--connections %d: want at least 1", o.connections)
	case o.timeout < 0:
		return cli.Usagef("--timeout %s: want more than 0", o.timeout)
	case o.noOutput && o.flags.Changed("output"):
		return cli.Usagef("--output and --no-output exclude each other: leave one out")
	case o.output == "-":
		return cli.Usagef("--output -: the result is a file; --format json prints the summary, --raw - every request")
	}
	for _, name := range []string{"connections", "requests", "duration", "timeout"} {
		if f := o.flags.Lookup(name); f != nil && f.Changed && (f.Value.String() == "0" || f.Value.String() == "0s") {
			least := "more than 0"
			if name == "connections" || name == "requests" {
				least = "at least 1"
			}
			return cli.Usagef("--%s 0: want %s", name, least)
		}
	}
	if o.flags.Changed("warmup") && o.warmup < 0 {
		return cli.Usagef("--warmup %s: want 0 or more", o.warmup)
	}
	if len(o.stages) > 0 {
		if o.shape.String() != "" {
			return cli.Usagef("--stage and --shape both give a rate over time: leave one out")
		}
		if o.shape, err = scenarios.StagesOf(o.stages); err != nil {
			return cli.Usagef("--stage: %w", err)
		}
	}
	if o.rate != 0 && o.shape.String() != "" {
		return cli.Usagef("--rate and a rate over time (--stage, --shape) exclude each other: leave one out")
	}
	if o.tagged, err = parseTags(o.tags); err != nil {
		return err
	}
	switch loadgen.Arrivals(o.arrivals) {
	case "", loadgen.Poisson, loadgen.Constant:
	default:
		return cli.Usagef("--arrivals %q: want poisson or constant", o.arrivals)
	}
	if o.seed == 0 {
		o.seed = randomSeed()
	}
	switch {
	case o.body == "@-":
		o.bodyText, err = io.ReadAll(io.LimitReader(in, maxBody+1))
	case strings.HasPrefix(o.body, "@"):
		o.bodyText, err = readBounded(o.body[1:], maxBody)
	case o.body != "":
		o.bodyText = []byte(o.body)
	}
	if err != nil {
		return cli.Usagef("--body: %w", err)
	}
	if len(o.bodyText) > maxBody {
		return cli.Usagef("--body: more than %d MB", maxBody>>20)
	}
	return nil
}

const maxBody = 8 << 20 // of ad-hoc requests, which result files hold

// readBounded reads a file or pipe, and little more than the most that it may
// hold: devices have no end.
func readBounded(file string, most int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

// randomSeed survives JSON readers that know only doubles.
func randomSeed() uint64 { return 1 + rand.Uint64N(1<<53-1) }

// adHoc says whether flags shape a request of their own.
func (o *loadOptions) adHoc() bool { return o.method != "" || o.body != "" }

// scenario loads the named scenario; "" is the ad-hoc request.
func (o *loadOptions) scenario(name string) (*scenarios.Scenario, error) {
	if name == "" || name == adHocName {
		method := o.method
		if method == "" && len(o.bodyText) > 0 {
			method = "POST"
		}
		file, named := strings.CutPrefix(o.body, "@")
		if !named {
			file = "" // text, whatever it ends with
		}
		sc, err := scenarios.AdHoc(method, nil, o.bodyText, file)
		if err != nil {
			return nil, cli.Usagef("%w", err)
		}
		if os.Getenv("MLBENCH_TOKEN")+os.Getenv("MLBENCH_TOKEN_FILE") != "" {
			sc.Requests[0].Auth = scenarios.Bearer
		}
		return sc, nil
	}
	if o.adHoc() {
		return nil, cli.Usagef("--method and --body shape the ad-hoc request of --url, not the scenario %s: leave one out", name)
	}
	sc, err := scenarios.Load(name, o.allowFiles...)
	if err == nil {
		err = sc.CheckVariables()
	}
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return sc, nil
}

const adHocName = "ping"

// warmupOf is the flag's warm-up, or the scenario's.
func (o *loadOptions) warmupOf(sc *scenarios.Scenario) time.Duration {
	if o.warmup >= 0 {
		return o.warmup
	}
	return time.Duration(sc.Load.Warmup)
}

// overrides are the load flags for Compile.
func (o *loadOptions) overrides() scenarios.Overrides {
	return scenarios.Overrides{
		Connections: o.connections,
		Rate:        float64(o.rate),
		Shape:       o.shape,
		Think:       o.think,
		SpawnRate:   float64(o.spawnRate),
		Arrivals:    loadgen.Arrivals(o.arrivals),
		Timeout:     o.timeout,
	}
}

// header describes the measurement to come.
func (o *loadOptions) header(command string, sc *scenarios.Scenario, arms ...*prepared) *results.Header {
	plan := arms[0].plan
	h := &results.Header{
		Tool:     version(),
		Command:  command,
		Argv:     o.argv(command),
		Scenario: sc.Identity(),
		Tags:     sc.TagsWith(o.tagged),
		Model:    plan.Load.Model,
		TimeoutS: plan.Timeout.Seconds(),
		Seed:     o.seed,
		Source:   source(context.Background()),
		Start:    time.Now(),
		Host:     machine.Host(),
	}
	h.Scenario.Title = requestTitle(sc, arms[0])
	h.WarmupS = o.warmupOf(sc).Seconds()
	h.Connections = plan.Load.Connections
	h.Transport = string(plan.Connect.Transport)
	describeClosed(h, sc, arms[0])
	if plan.Load.Model == results.Open {
		h.Arrivals = string(plan.Load.Arrivals)
		if h.Shape = o.shape.String(); h.Shape == "" && o.rate == 0 {
			h.Shape = sc.Load.Shape.String()
		}
		h.RateRPS = plan.Load.MeanRate()
	}
	var sum float64
	for _, c := range plan.Classes {
		sum += c.Weight
	}
	for _, c := range plan.Classes {
		h.Classes = append(h.Classes, results.Class{Name: c.Name, Share: c.Weight / sum})
	}
	for i, p := range arms {
		h.Targets = append(h.Targets, results.Target{
			Arm: []string{results.ArmA, results.ArmB}[i], Name: p.target.Name, URL: targets.ShownURL(p.target.URL), Command: startedBy(p.target),
		})
		for _, note := range p.notes {
			if !slices.Contains(h.Warnings, note) { // as of the other arm
				h.Warnings = append(h.Warnings, note)
			}
		}
	}
	return h
}
