package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/doctor"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/report"
)

const doctorLong = `Say how good this machine is for measuring: cores and limits, clock, how
punctually it wakes up, how steadily it works, what mlbench itself takes of a
latency, how many requests it can send, and what to change. It takes about ten
seconds, in which the machine should do what it does while you measure.`

const doctorExample = `  mlbench doctor
  mlbench doctor --format json > doctor.json`

type doctorOptions struct {
	cli.Streams
	format string
	quiet  bool
}

func newDoctorCmd(s cli.Streams) *cobra.Command {
	o := &doctorOptions{Streams: s}
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Say how good this machine is for measuring",
		Long:    doctorLong,
		Example: doctorExample,
		Args:    cli.CheckArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return examine(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "what goes to stdout: text or json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(
		[]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func examine(ctx context.Context, o *doctorOptions) error {
	if o.format != "text" && o.format != "json" {
		return cli.Usagef("--format %q: use text or json", o.format)
	}
	self, err := probe.This()
	if err != nil {
		return err
	}
	rep, err := doctor.Examine(ctx, self, cli.NewProgress(o.Err, o.quiet))
	if err != nil {
		return err
	}
	return rep.Write(o.Out, report.Format(o.format), report.Options{})
}
