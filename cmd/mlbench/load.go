package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/revision"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// loadOptions are the flags that say what to send; all commands that measure what
// their flags say share them. Most fill the Spec as they are.
type loadOptions struct {
	streams cli.Streams
	spec    session.Spec
	stages  []string
	warmup  time.Duration
	headers []string
	method  string
	body    string
	labels  []string
	tags    []string // the same, under an earlier name
	flags   *pflag.FlagSet
}

func (o *loadOptions) register(cmd *cobra.Command, s cli.Streams) {
	f, load := cmd.Flags(), &o.spec.Load
	o.streams, o.spec.Env, o.flags = s, s.Env, f
	end := cli.Section(f, "Load")
	f.VarP(&load.Connections, "connections", "c", "closed model: workers, a number or 'stages(30s:50, 1m:50, 30s:0)'; open model: most requests in flight")
	f.VarP((*scenarios.Rate)(&load.Rate), "rate", "r", "open model at this rate for the whole run, as `200/s` or 12000/m")
	f.StringArrayVar(&o.stages, "stage", nil, "open model: ramp to a rate, as `30s:50` (repeatable: one stage after the other)")
	f.Var(&load.Shape, "shape", "open model: a rate over time, as a `SHAPE`: 'steps(30s:50, 1m:200)', 'sine(200/s, 100/s, 1m)' or 'spike(50/s, 500/s, 30s, 5s)'")
	f.Var(&load.Think, "think", "closed model: wait between answer and next request, a `TIME`: 1s, 'uniform(1s, 3s)' or 'exponential(2s)'")
	f.Var(&load.Pacing, "pacing", "closed model: each worker sends so often at most, as a `RATE` 2/s, or every 5s")
	f.Var((*scenarios.Rate)(&load.SpawnRate), "spawn-rate", "closed model: workers started per second, as `10/s` (default all at once)")
	f.StringVar((*string)(&load.Arrivals), "arrivals", "", "`GAPS` of an open model: poisson or constant")
	f.DurationVar(&o.warmup, "warmup", 0, "load before measuring, in no figure (default: the scenario's)")
	endOnce := cli.For(f, cli.Once)
	f.DurationVar(&o.spec.Timeout, "timeout", 0, "per request; later answers count as this (default: the scenario's)")
	f.Uint64Var(&o.spec.Seed, "seed", 0, "seed of arrivals, classes and payloads (default: random, and reported)")
	allowFilesFlag(f, &o.spec.AllowFiles)
	f.StringArrayVarP(&o.headers, "header", "H", nil, "header of every request, as `FIELD` 'Name: value' (repeatable)")
	f.StringVarP(&o.method, "method", "m", "", "method of an ad-hoc request (default GET, POST with a body)")
	f.StringVarP(&o.body, "body", "b", "", "body of an ad-hoc request; `@FILE` reads it, @- from stdin")
	endOnce()
	end()
	cli.Positive(f, "timeout")
	cli.Exclude(f, "rate", "stage", "shape")
	end = cli.Section(f, "Output")
	f.StringVarP(&o.spec.Output.File, "output", "o", "", "result `FILE` (default mlbench-results/<utc>-<scenario>-<target>.jsonl)")
	f.BoolVar(&o.spec.Output.Replace, "force", false, "replace an existing --output")
	f.BoolVar(&o.spec.Output.None, "no-output", false, "keep no result file")
	f.StringArrayVar(&o.labels, "label", nil, "label to find the result again, as `NAME=VALUE`, such as team=search (repeatable; added to the scenario's tags)")
	f.StringArrayVar(&o.tags, "tag", nil, "the same as --label, its earlier name: `NAME=VALUE`")
	_ = f.MarkHidden("tag")
	end()
	cli.Exclude(f, "output", "no-output")
	cli.Displaces(f, "no-output", "force")
	registerConnection(f, &o.spec.Reach)
}

// take makes the Spec of what the command measures. Its error is of all mistakes, and
// nothing is contacted yet.
func (o *loadOptions) take(command string) (session.Spec, error) {
	request, bad := o.request()
	if bad != nil {
		bad = fmt.Errorf("--body: %w", bad)
	}
	spec, err := o.filled(request)
	if err = errors.Join(bad, err); err != nil {
		return spec, cli.Usagef("%w", err)
	}
	spec.Command, spec.Argv, spec.Tool = command, o.argv(), version()
	spec.Source, spec.Credentials = revision.Current(o.streams.Getenv), targets.CredentialsFrom(o.streams.Getenv)
	if spec.Seed == 0 {
		spec.Seed = randomSeed()
	}
	return spec, nil
}

// filled is the Spec as far as flags by themselves say it, and all that is wrong with
// them.
func (o *loadOptions) filled(request *session.Request) (session.Spec, error) {
	spec := o.spec
	spec.Request, spec.Tags = request, map[string]string{}
	var wrong []error
	mistake := func(flag string, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	for _, h := range o.headers {
		f, err := targets.ParseField(h)
		mistake("header", err)
		spec.Headers = append(spec.Headers, f)
	}
	if o.flags.Changed("warmup") {
		spec.Warmup = &o.warmup
	}
	if len(o.stages) > 0 {
		if spec.Load.Shape.String() != "" {
			wrong = append(wrong, errors.New("--stage and --shape both give a rate over time: leave one out"))
		}
		mistake("stage", spec.Load.Shape.Set("stages("+strings.Join(o.stages, ",")+")"))
	}
	labelled := func(flag string, texts []string) {
		for _, text := range texts {
			key, value, err := scenarios.ParseTag(text)
			mistake(flag, err)
			spec.Tags[key] = value
		}
	}
	labelled("tag", o.tags)
	labelled("label", o.labels)
	return spec, errors.Join(append(wrong, spec.Validate())...)
}

// request is the ad-hoc request that flags shape; nil: none do.
func (o *loadOptions) request() (*session.Request, error) {
	if o.method == "" && o.body == "" {
		return nil, nil
	}
	r := &session.Request{Method: o.method}
	file, named := strings.CutPrefix(o.body, "@")
	if !named { // text, whatever it ends with
		r.Body = []byte(o.body)
		return r, nil
	}
	var err error
	r.File = file
	r.Body, err = cli.ReadFile(o.streams.In, file, session.MaxBody)
	return r, err
}

// randomSeed survives JSON readers that know only doubles.
func randomSeed() uint64 { return 1 + rand.Uint64N(1<<53-1) }
