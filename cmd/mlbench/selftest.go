package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/cmd/internal/selftest"
	"github.com/mlbench/mlbench/report"
)

type selftestOptions struct {
	cli.Streams
	format string
	quiet  bool

	self selftest.Options
	run  func(context.Context, selftest.Options) (*report.Selftest, error)
}

func newSelftestCmd(s cli.Streams) *cobra.Command {
	o := &selftestOptions{Streams: s, run: selftest.Run}
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Prove the tool's own numbers on this machine",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return selfTest(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.Uint64Var(&o.self.Seed, "seed", 1, "seed of arrivals, classes and service times")
	f.BoolVar(&o.self.Thorough, "thorough", false, "longer stalls and more requests")
	cli.Enum(cmd, &o.format, "format", "text", "what goes to stdout: text or json", "text", "json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	return cmd
}

func selfTest(ctx context.Context, o *selftestOptions) (err error) {
	if o.self.Program, err = probe.This(); err != nil {
		return err
	}
	o.self.Progress = cli.NewProgress(o.Streams, o.quiet)
	if o.format == "text" {
		if err := report.SelftestHead(o.Out); err != nil {
			return err
		}
		o.self.Shown = func(c *report.Check) error { return c.Write(o.Out) }
	}
	rep, err := o.run(ctx, o.self)
	if err != nil {
		return err
	}
	if err := rep.End(o.Out, report.Format(o.format)); err != nil {
		return err
	}
	if !rep.Passed {
		return cli.End(cli.ExitInvalid)
	}
	return nil
}
