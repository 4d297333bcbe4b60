package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
)

const compareLong = `Load two targets in turn, in many short slices whose order is drawn by lot, and
put them side by side. A is the baseline, B the candidate; each is a name, a
URL, or label=URL.

Both slices of a pair send the same requests at the same distances, so that what
differs is the target and not the traffic or the machine's mood.`

const compareExample = `  mlbench compare legacy modern
  mlbench compare old=http://127.0.0.1:5000 new=http://127.0.0.1:8000 --scenario concurrent
  mlbench compare legacy modern --budget 2m --rate 300/s --export markdown=report.md`

type compareOptions struct {
	streams
	load     loadOptions
	out      outputOptions
	scenario string
	budget   time.Duration
	a, b     string
}

func newCompareCmd(s streams) *cobra.Command {
	o := &compareOptions{streams: s}
	cmd := &cobra.Command{
		Use:     "compare A B",
		Short:   "Compare two targets side by side",
		Long:    compareLong,
		Example: compareExample,
		Args:    checkArgs(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.a, o.b = args[0], args[1]
			return compare(cmd.Context(), o)
		},
	}
	o.load.register(cmd)
	o.out.register(cmd)
	cmd.Flags().StringVar(&o.scenario, "scenario", "mix", "shipped scenario `NAME|FILE`")
	cmd.Flags().DurationVar(&o.budget, "budget", 60*time.Second, "time for the whole comparison, warm-up included")
	return cmd
}

func compare(ctx context.Context, o *compareOptions) error {
	if err := o.out.validate(); err != nil {
		return err
	}
	if err := o.load.validate(o.in); err != nil {
		return err
	}
	sc, err := o.load.scenario(o.scenario)
	if err != nil {
		return err
	}
	c, interrupted, err := o.compareTargets(ctx, sc)
	if err != nil {
		return err
	}
	if err := o.out.comparison(o.streams, c); err != nil {
		return err
	}
	switch {
	case interrupted:
		return &exitError{code: exitInterrupted}
	case c.Verdict == results.VerdictInvalid:
		return &exitError{code: exitInvalid}
	}
	return nil
}

// compareTargets measures both targets and sets them side by side.
func (o *compareOptions) compareTargets(ctx context.Context, sc *scenarios.Scenario) (c *results.Comparison, interrupted bool, err error) {
	e := loadgen.Experiment{Seed: o.load.seed, Warmup: o.load.warmupOf(sc)}
	if err := e.FitBudget(o.budget); err != nil {
		return nil, false, usageErrorf("%w", err)
	}
	var arms []*prepared
	for i, ref := range []string{o.a, o.b} {
		t, err := o.load.target(ref)
		if err != nil {
			return nil, false, err
		}
		p, err := o.load.prepare(ctx, sc, t, o.load.overrides())
		if err != nil {
			return nil, false, err
		}
		arms = append(arms, p)
		e.Plans[i] = *p.plan
	}
	h := o.load.header("compare", sc, arms...)
	rec, err := startRecording(o.load.output, h)
	if err != nil {
		return nil, false, err
	}
	for _, n := range h.Warnings {
		fmt.Fprintln(o.err, "note:", n)
	}
	pr := newProgress(o.err, o.out.quiet)
	defer pr.done()
	pr.phase(fmt.Sprintf("comparing %s and %s with %s, %d pairs of slices", h.Targets[0].Name, h.Targets[1].Name, sc.Name, e.Pairs), o.budget)
	f, interrupted, err := rec.finish(e.Run(ctx, h.Start, func(s *results.Slice) error {
		pr.slice(s)
		return rec.w.Slice(s)
	}))
	if err != nil {
		return nil, interrupted, err
	}
	return results.Compare(f, o.out.quantiles), interrupted, nil
}
