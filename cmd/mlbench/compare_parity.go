package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
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

// check finds what is wrong with the flags by themselves.
func (o *parityOptions) check() error {
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
	return nil
}

func (o *parityOptions) validate() (err error) {
	if err = o.check(); err == nil && o.expected != "" {
		o.meant, err = verify.LoadExpected(o.expected)
	}
	return err
}

// between makes what asks between slices; nil: nothing is to be asked.
func (o *parityOptions) between(ctx context.Context, sc *scenarios.Scenario) func(arms []*session.Prepared) (session.Check, error) {
	if o.asked == 0 {
		return nil
	}
	return func(arms []*session.Prepared) (session.Check, error) {
		opt := arms[0].Options
		q, err := verify.Prepare(ctx, verify.Spec{
			Scenario: sc, Requests: verify.SamplePool, Headers: opt.Headers, UserAgent: opt.UserAgent,
			Seed:    opt.Seed + 1, // other payloads than those measured, or a target's cache would know them
			Timeout: arms[0].Plan.Timeout, Connections: 1,
			Rules: verify.Usual(), Expected: o.meant,
		})
		if err != nil {
			return nil, cli.Usagef("--parity: %w", err)
		}
		for _, left := range q.LeftOut() {
			arms[0].Notes = append(arms[0].Notes, "--parity: "+left)
		}
		var sides [2]verify.Party
		for i, p := range arms {
			sides[i] = verify.Party{Target: p.Target, Token: p.Options.Token}
		}
		return q.Sample(o.asked, sides[0], sides[1])
	}
}
