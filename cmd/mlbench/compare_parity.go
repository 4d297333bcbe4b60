package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/verify"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
)

// parityOptions have both targets asked some of the requests of a comparison
// again, between its slices, to see whether they still answer the same.
type parityOptions struct {
	share    string // --parity
	expected string

	asked float64 // of the measured requests
	meant []answers.Expected
}

func (o *parityOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.share, "parity", "", "also check that both answer the same, on so many requests as this `SHARE` of those measured, such as 1%: between slices, in no figure; exit 7 if they do not")
	f.StringVar(&o.expected, "expected", "", "`FILE` of differences of answers that are meant to be, as of verify (with --parity)")
}

func (o *parityOptions) validate() (err error) {
	if o.share == "" {
		if o.expected != "" {
			return cli.Usagef("--expected is for --parity: give both")
		}
		return nil
	}
	digits, ok := strings.CutSuffix(o.share, "%")
	percent, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(percent > 0 && percent <= 100) {
		return cli.Usagef("--parity %q: want a share of the requests, above 0%% and at most 100%%, such as 1%%", o.share)
	}
	o.asked = percent / 100
	if o.expected != "" {
		o.meant, err = verify.LoadExpected(o.expected)
	}
	return err
}

// sample prepares what is to be asked of two targets; nil: nothing.
func (o *parityOptions) sample(ctx context.Context, sc *scenarios.Scenario, load *loadOptions, arms []*prepared) (*verify.Sample, error) {
	if o.asked == 0 {
		return nil, nil
	}
	q, err := verify.Prepare(ctx, verify.Spec{
		Scenario: sc, Requests: verify.SamplePool, Headers: load.fields, UserAgent: "mlbench/" + version(),
		Seed:    load.seed + 1, // other payloads than those measured, or a target's cache would know them
		Timeout: arms[0].plan.Timeout, Connections: 1,
		Rules: verify.Usual(), Expected: o.meant,
	})
	if err != nil {
		return nil, cli.Usagef("--parity: %w", err)
	}
	return q.Sample(o.asked, arms[0].party(), arms[1].party())
}

func (p *prepared) party() verify.Party {
	return verify.Party{Target: p.target, Token: p.options.Token}
}
