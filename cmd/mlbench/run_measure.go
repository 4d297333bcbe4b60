package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
)

// measure runs the load, with setup and teardown around it, and returns what was
// saved of it.
func (o *runOptions) measure(ctx context.Context, sc *scenarios.Scenario, p *prepared) (f *results.File, interrupted bool, err error) {
	err = around(ctx, o.Err, []*prepared{p}, func() (err error) {
		f, interrupted, err = o.measureLoad(ctx, sc, p)
		return err
	})
	return f, interrupted, err
}

func (o *runOptions) measureLoad(ctx context.Context, sc *scenarios.Scenario, p *prepared) (f *results.File, interrupted bool, err error) {
	h := o.load.header("run", sc, p)
	g, err := loadgen.New(*p.plan, h.Start)
	if err != nil {
		return nil, false, cli.Usagef("%w", err)
	}
	defer g.Close()
	if p.pid != 0 {
		g.WatchProcess(p.pid)
	}
	rec, err := o.load.startRecording(o.Streams, h)
	if err != nil {
		return nil, false, err
	}
	if o.raw != "" {
		raw, err := o.openRaw()
		if err != nil {
			_, _, err = rec.finish(err)
			return nil, false, err
		}
		defer raw.Close()
		g.WriteRaw(raw)
	}
	for _, n := range p.notes {
		fmt.Fprintln(o.Err, "note:", n)
	}
	pr := cli.NewProgress(o.Err, o.out.quiet)
	defer pr.Done()
	emit := func(s *results.Slice) error {
		s.Arm = results.ArmA
		pr.Slice(s)
		return rec.w.Slice(s)
	}
	ended := o.load.ending(p.target)
	ctx, unwatch := untilEnded(ctx, ended)
	defer unwatch()
	if warmup := o.load.warmupOf(sc); warmup > 0 {
		pr.Phase("warming up "+p.target.Name, warmup)
		err = g.Run(ctx, loadgen.Phase{Kind: results.Warmup, Duration: warmup}, emit)
	}
	if err == nil {
		load := p.plan.Load
		pr.Phase(fmt.Sprintf("measuring %s with %s", p.target.Name, h.Scenario.Label()), load.Duration)
		err = g.Run(ctx, loadgen.Phase{Kind: results.Measure, Stream: measuredStream, Interval: interval(load.Duration)}, emit)
	}
	pr.Done()
	if errors.Is(context.Cause(ctx), errEnded) {
		f, err = rec.finishEnded(o.load.howEnded(p.target, time.Since(h.Start)))
		return f, false, err
	}
	return rec.finish(err)
}
