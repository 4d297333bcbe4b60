package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/doctor"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/report"
)

type doctorOptions struct {
	cli.Streams
	format string
	quiet  bool
}

func newDoctorCmd(s cli.Streams) *cobra.Command {
	o := &doctorOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say how good this machine is for measuring",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return examine(cmd.Context(), o) },
	}
	f := cmd.Flags()
	cli.Enum(cmd, &o.format, "format", "text", "what goes to stdout: text or json", "text", "json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	return cmd
}

func examine(ctx context.Context, o *doctorOptions) error {
	self, err := probe.This()
	if err != nil {
		return err
	}
	rep, err := doctor.Examine(ctx, self, cli.NewProgress(o.Streams, o.quiet))
	if err != nil {
		return err
	}
	return rep.Write(o.Out, report.Format(o.format), report.Options{})
}
