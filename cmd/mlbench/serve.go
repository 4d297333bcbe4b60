package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/servers"
	"github.com/mlbench/mlbench/servers/reference"
)

func newServeCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve legacy|modern|reference",
		Short: "Run a bundled server",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.Usagef("unknown server %q: use legacy, modern or reference", args[0])
			}
			return cli.Usagef("which server? use legacy, modern or reference (see 'mlbench serve --help')")
		},
		RunE: func(*cobra.Command, []string) error { return nil }, // Args refuses everything
	}
	cmd.AddCommand(newServeSubjectCmd(s, servers.Legacy), newServeSubjectCmd(s, servers.Modern), newServeReferenceCmd(s))
	return cmd
}

type serveOptions struct {
	cli.Streams
	subject string
	addr    string
	model   string
}

func newServeSubjectCmd(s cli.Streams, subject string) *cobra.Command {
	o := serveOptions{Streams: s, subject: subject}
	cmd := &cobra.Command{
		Use:   subject,
		Short: "Run the " + subject + " prediction API",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), o) },
	}
	addAddrFlag(cmd, subject, &o.addr)
	cmd.Flags().StringVar(&o.model, "model", "", "model `FILE`, trained and saved there if missing (default $MODEL_PATH, else trained and kept in memory)")
	return cmd
}

func serve(ctx context.Context, o serveOptions) error {
	options := servers.Options{
		Subject:   o.subject,
		Addr:      o.addr,
		ModelPath: o.model,
		Stdout:    o.Out,
		Stderr:    o.Err,
		Getenv:    o.Getenv,
	}
	if !onTerminal() {
		reopen := make(chan os.Signal, 1)
		signal.Notify(reopen, syscall.SIGHUP)
		defer signal.Stop(reopen)
		options.Reopen = reopen
	}
	return serveError(servers.Serve(ctx, options))
}

// reopensLog says whether SIGHUP means what it means to a daemon: go on in a new
// log file. To a server on a terminal it means that the terminal is gone.
func reopensLog(args []string) bool {
	return len(args) > 1 && args[0] == "serve" && (args[1] == servers.Legacy || args[1] == servers.Modern) && !onTerminal()
}

func onTerminal() bool {
	return slices.ContainsFunc([]*os.File{os.Stdin, os.Stdout, os.Stderr}, func(f *os.File) bool {
		return term.IsTerminal(int(f.Fd()))
	})
}

type serveReferenceOptions struct {
	cli.Streams
	reference.Options
	addr                   string
	bimodal, stall, errors string
	luck                   string
}

func newServeReferenceCmd(s cli.Streams) *cobra.Command {
	o := serveReferenceOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   servers.Reference,
		Short: "Run a server of known behaviour",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return serveReference(cmd.Context(), o) },
	}
	addAddrFlag(cmd, servers.Reference, &o.addr)
	f := cmd.Flags()
	f.DurationVar(&o.Service, "service", reference.DefaultService, "mean service time")
	f.Float64Var(&o.Sigma, "sigma", 0, "spread of the service time, lognormal; 0 is fixed")
	f.StringVar(&o.bimodal, "bimodal", "", "a share of slower requests, as `SHARE:TIME`")
	f.Float64Var(&o.Slow, "slow", 1, "factor on all work")
	f.BoolVar(&o.Burn, "burn", false, "spin the CPU while serving instead of sleeping")
	f.StringVar(&o.stall, "stall", "", "no progress for a time once every period, as `LENGTH/PERIOD`")
	f.IntVar(&o.Workers, "workers", 0, "serve one queue with so many workers; 0 is unlimited")
	f.StringVar(&o.errors, "errors", "", "`SHARE` of requests answered with status 500, as 1% or 0.01")
	f.StringVar(&o.luck, "luck", "", "starts differ by this `SHARE`, in the standard deviation of a factor on all work, as 2%")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of every draw but that of --luck")
	f.Uint64Var(&o.LuckSeed, "luck-seed", 0, "seed of --luck (default: each start has a luck of its own)")
	return cmd
}

func serveReference(ctx context.Context, o serveReferenceOptions) error {
	var err error
	if o.bimodal != "" {
		if o.SecondShare, o.SecondService, err = reference.ParseBimodal(o.bimodal); err != nil {
			return cli.Usagef("--bimodal: %w", err)
		}
	}
	if o.stall != "" {
		if o.Stall, o.StallEvery, err = reference.ParseStall(o.stall); err != nil {
			return cli.Usagef("--stall: %w", err)
		}
	}
	if o.luck != "" {
		if o.Luck, err = reference.ParseShare(o.luck); err != nil {
			return cli.Usagef("--luck: %w", err)
		}
	}
	if o.errors != "" {
		if o.Errors, err = reference.ParseShare(o.errors); err != nil {
			return cli.Usagef("--errors: %w", err)
		}
	}
	if err := o.Validate(); err != nil {
		return cli.Usagef("%w", err)
	}
	if o.addr == "" {
		if o.addr, err = servers.DefaultAddr(servers.Reference, o.Getenv); err != nil {
			return serveError(err)
		}
	}
	return serveError(reference.Serve(ctx, o.addr, o.Options, o.Out, o.Err))
}

func addAddrFlag(cmd *cobra.Command, server string, addr *string) {
	usual, _ := servers.DefaultAddr(server, func(string) string { return "" })
	cmd.Flags().StringVar(addr, "addr", "", "`HOST:PORT` to listen on; port 0 picks a free one (default "+usual+", or $PORT on 127.0.0.1)")
}

// serveError tells what the operator set wrongly from what went wrong. A server
// is meant to end by a signal: what fails after it failed on its own account,
// and is not called an interruption.
func serveError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, servers.ErrConfig):
		return &cli.ExitError{Outcome: cli.ExitUsage, Err: err}
	}
	return &cli.ExitError{Outcome: cli.ExitFailure, Err: err}
}
