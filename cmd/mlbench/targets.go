package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/check"
	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/targets"
)

func newTargetsCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "targets",
		Short: "List targets, and check that they answer",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTargetsListCmd(s), newTargetsCheckCmd(s))
	return cmd
}

func newTargetsListCmd(s cli.Streams) *cobra.Command {
	file := ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the targets that have names",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return targetsList(s, file) },
	}
	registerTargetFile(cmd, &file)
	return cmd
}

func registerTargetFile(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "file", "f", "", "target `FILE` (default $MLBENCH_TARGETS, else targets.yaml if there is one)")
}

func targetsList(s cli.Streams, path string) error {
	file, err := loadTargets(s, path)
	if err != nil {
		return err
	}
	t := report.Table{Left: 3}
	for _, k := range file.List() {
		where := k.URL
		if k.Command != "" {
			where = strings.TrimSpace(where + " managed: " + targets.ShownCommand(k.Command))
		}
		t.Rows = append(t.Rows, report.Cells(report.Foreign, k.Name, where, k.Source))
	}
	return t.Write(s.Out, report.Text, report.Options{})
}

func loadTargets(s cli.Streams, path string) (*targets.File, error) {
	file, err := targets.LoadFile(path, s.Env)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return file, nil
}

type targetsCheckOptions struct {
	cli.Streams
	file string
	refs []string
}

func newTargetsCheckCmd(s cli.Streams) *cobra.Command {
	o := &targetsCheckOptions{Streams: s}
	cmd := &cobra.Command{
		Use:               "check [NAME|URL...]",
		Short:             "Check that targets answer",
		ValidArgsFunction: targetWords(s),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.refs = args
			return targetsCheck(cmd.Context(), o)
		},
	}
	registerTargetFile(cmd, &o.file)
	return cmd
}

func targetsCheck(ctx context.Context, o *targetsCheckOptions) error {
	file, err := loadTargets(o.Streams, o.file)
	if err != nil {
		return err
	}
	if len(o.refs) == 0 {
		for _, k := range file.List() {
			if file.Path == "" || k.Source == file.Path {
				o.refs = append(o.refs, k.Name)
			}
		}
	}
	failed := 0
	for _, ref := range o.refs {
		// What is misspelt is a mistake of the caller's, found before any check.
		if _, err := file.Parse(ref); err != nil && !errors.Is(err, targets.ErrNotSet) {
			return cli.Usagef("%w", err)
		}
	}
	for _, ref := range o.refs {
		said, err := o.check(ctx, file, ref)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed++
			fmt.Fprintf(o.Err, "mlbench: %v\n", err)
		default:
			fmt.Fprintln(cli.Messages(o.Out), said)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, cli.Plural(len(o.refs), "target"))
	}
	return nil
}

// check is one target's check, and what it found.
func (o *targetsCheckOptions) check(ctx context.Context, file *targets.File, ref string) (string, error) {
	begin := time.Now()
	l := session.Launcher{Reach: session.Reach{Env: o.Env}, Observer: cli.NewProgress(o.Streams, false)}
	defer l.Stop()
	t, err := l.StartNamed(ctx, file, ref)
	if err != nil {
		return "", err
	}
	said := t.Name + ": ok, "
	if t.Managed != nil {
		said += fmt.Sprintf("started in %s, ", time.Since(begin).Round(time.Millisecond))
	}
	found, err := check.Target(ctx, t, targets.CredentialsFrom(o.Getenv))
	return said + found, err
}
