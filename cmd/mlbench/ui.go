package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/web"
)

func newUICmd(s cli.Streams) *cobra.Command {
	var o web.Options
	cmd := &cobra.Command{
		Use:   "ui",
		Short: "Measure, watch and compare in a browser",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return ui(cmd.Context(), s, cmd.Root(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Addr, "addr", "127.0.0.1:8089", "`HOST:PORT` to listen on; port 0 picks a free one; other machines need the token of $MLBENCH_UI_TOKEN")
	f.StringVar(&o.Results, "results", "mlbench-results", "folder `DIR` of result files")
	f.StringVar(&o.Scenarios, "scenarios", ".", "folder `DIR` whose scenario files (*.yaml) can be chosen")
	f.StringVar(&o.Targets, "targets", "", "target `FILE` (default $MLBENCH_TARGETS, else targets.yaml if there is one)")
	f.StringArrayVar(&o.Allow, "allow-target", nil, "load only targets of this `PATTERN`: a name such as 'staging-*', or 'http://127.0.0.1:*' (repeatable; default: all)")
	f.StringArrayVar(&o.Hosts, "allow-host", nil, "answer to this `NAME`, too, by which browsers reach the server (repeatable)")
	return cmd
}

func ui(ctx context.Context, s cli.Streams, root *cobra.Command, o web.Options) (err error) {
	if o.Token, err = uiToken(s); err != nil {
		return cli.Usagef("%w", err)
	}
	for i := range o.Hosts {
		o.Hosts[i] = strings.ToLower(o.Hosts[i])
	}
	if err := o.Validate(); err != nil {
		return cli.Usagef("%w", err)
	}
	if o.Program, err = os.Executable(); err != nil {
		return err
	}
	o.Argv0, o.Version, o.Env = os.Args[0], version(), s.Env
	o.Environ = s.ForChildren(root)
	if _, set := s.Env("PREDICTION_LOG"); !set {
		o.Environ = append(o.Environ, "PREDICTION_LOG=off") // of bundled servers that are started
	}
	if o.Targets != "" {
		file, err := filepath.Abs(o.Targets)
		if err != nil {
			return err
		}
		o.Environ = append(o.Environ, "MLBENCH_TARGETS="+file)
	}
	return web.Serve(ctx, o, func(url string) {
		fmt.Fprintf(s.Out, "listening on %s\n", url)
		fmt.Fprintf(s.Err, "results: %s; ctrl-C ends the page, and what it measures\n", o.Results)
	})
}

// uiToken is the token that browsers must give; "": none.
func uiToken(s cli.Streams) (string, error) {
	token, file := s.Getenv("MLBENCH_UI_TOKEN"), s.Getenv("MLBENCH_UI_TOKEN_FILE")
	switch {
	case token != "" && file != "":
		return "", fmt.Errorf("MLBENCH_UI_TOKEN and MLBENCH_UI_TOKEN_FILE are both set: unset one")
	case file == "":
		return token, nil
	}
	raw, err := cli.ReadFile(nil, file, 1<<20)
	if err != nil {
		return "", fmt.Errorf("MLBENCH_UI_TOKEN_FILE: %w", err)
	}
	if token = strings.TrimSpace(string(raw)); token == "" {
		return "", fmt.Errorf("MLBENCH_UI_TOKEN_FILE: %s is empty", file)
	}
	return token, nil
}
