package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/revision"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/servers"
	"github.com/mlbench/mlbench/targets"
)

type demoOptions struct {
	cli.Streams
	out    output.Options
	noTUI  bool
	budget time.Duration
	seed   uint64
	labels []string
}

func newDemoCmd(s cli.Streams) *cobra.Command {
	o := &demoOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Compare the two bundled servers, nothing to configure",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.out.Failed(cmd.Context(), "demo", demo(cmd.Context(), o))
		},
	}
	o.out.Register(cmd)
	o.LiveFlag(cmd.Flags(), &o.noTUI)
	cmd.Flags().DurationVar(&o.budget, "budget", 85*time.Second, "most time for all three comparisons, warm-up included")
	cmd.Flags().Uint64Var(&o.seed, "seed", 0, "seed of arrivals, classes and payloads (default: random, and reported)")
	end := cli.Section(cmd.Flags(), "Output")
	cmd.Flags().StringArrayVar(&o.labels, "label", nil, "label to find the results again, as `NAME=VALUE`, such as team=search (repeatable)")
	end()
	return cmd
}

var demoScenarios = []string{"sequential", "concurrent", "mix"}

func demo(ctx context.Context, o *demoOptions) error {
	if err := o.out.Validate(); err != nil {
		return err
	}
	warmup := time.Second
	if o.budget < time.Duration(len(demoScenarios))*16*time.Second {
		return cli.Usagef("--budget %s is too short for three comparisons: give at least 48s", o.budget)
	}
	if o.seed == 0 {
		o.seed = randomSeed()
	}
	labels := map[string]string{}
	for _, text := range o.labels {
		name, value, err := scenarios.ParseTag(text)
		if err != nil {
			return cli.Usagef("--label: %w", err)
		}
		labels[name] = value
	}
	logs, err := os.MkdirTemp("", "mlbench-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(logs)
	if !o.out.Quiet {
		fmt.Fprintln(o.Err, "starting both servers (training the model takes a moment)")
	}
	var urls []string
	for _, subject := range []string{servers.Legacy, servers.Modern} {
		p, err := startSubject(ctx, subject, filepath.Join(logs, subject+".jsonl"))
		if err != nil {
			return fmt.Errorf("start %s: %w", subject, err)
		}
		defer p.Stop()
		urls = append(urls, subject+"="+p.URL().String())
	}
	// Open files do without their folder, where the system lets it go: a demo that is
	// killed leaves nothing.
	_ = os.RemoveAll(logs)
	end := time.Now().Add(o.budget)
	_, err = o.out.Comparisons(ctx, o.Streams, len(demoScenarios), func(i int) (*verdict.Comparison, bool, error) {
		// What a comparison that is soon decided does not need, the others have.
		budget := max(time.Until(end)/time.Duration(len(demoScenarios)-i), 15*time.Second).Truncate(time.Second)
		// The demo's servers are its own: credentials for others would only fail.
		pair, err := openComparing(session.Spec{
			Command: "compare", Argv: []string{"mlbench", "demo"}, Tool: version(), Source: revision.Current(o.Getenv),
			Scenario: demoScenarios[i], Warmup: &warmup, Seed: o.seed, Tags: labels, Comparison: session.Comparison{Budget: budget},
		}, cli.NewProgress(o.Streams, o.out.Quiet).Live(ctx, !o.noTUI), &o.out, &parityOptions{})
		if err != nil {
			return nil, false, err
		}
		var arms [2]targets.Target
		for j, url := range urls {
			if arms[j], err = pair.Start(ctx, "", url); err != nil {
				return nil, false, err
			}
		}
		c, _, interrupted, err := pair.compare(ctx, arms[0], arms[1])
		return c, interrupted, err
	})
	return err
}

// startSubject starts a bundled server on a free port in a process of its own,
// with its prediction log on: writing it is part of what the two do differently.
func startSubject(ctx context.Context, subject, predictionLog string) (*targets.Process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	return targets.Start(ctx, targets.Command{
		Args:  []string{exe, "serve", subject, "--addr", "127.0.0.1:0"},
		Argv0: os.Args[0],
		Env:   []string{"PREDICTION_LOG=" + predictionLog},
	})
}
