package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/targets"
)

const targetsLong = `A target is a service under test. Commands take a URL, label=URL, the name of a
bundled server at its default address (legacy, modern, reference), or a name of
the target file: targets.yaml in the working directory, or $MLBENCH_TARGETS.

  targets:
    staging:
      url: https://staging.example.com/api
      headers: {X-Api-Key: "${STAGING_KEY}"}   # from the environment
      ca: internal-ca.pem                      # or insecure: true
      ready: /health                           # answers 200 to 399 when ready`

func newTargetsCmd(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "targets",
		Short: "List targets, and check that they answer",
		Long:  targetsLong,
		Example: `  mlbench targets list
  mlbench targets check staging http://127.0.0.1:8000`,
		Args: checkArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTargetsListCmd(s), newTargetsCheckCmd(s))
	return cmd
}

func newTargetsListCmd(s streams) *cobra.Command {
	file := ""
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the targets that have names",
		Example: `  mlbench targets list`,
		Args:    checkArgs(cobra.NoArgs),
		RunE:    func(*cobra.Command, []string) error { return targetsList(s, file) },
	}
	registerTargetFile(cmd, &file)
	return cmd
}

func registerTargetFile(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "file", "f", "", "target `FILE` (default $MLBENCH_TARGETS, else targets.yaml if there is one)")
}

func targetsList(s streams, path string) error {
	file, err := loadTargets(path)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	for _, k := range file.List() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", k.Name, k.URL, k.Source)
	}
	return w.Flush()
}

func loadTargets(path string) (*targets.File, error) {
	file, err := targets.LoadFile(path)
	var mistakes targets.Mistakes
	if errors.As(err, &mistakes) {
		return nil, usageErrorf("%w", err)
	}
	return file, err
}

type targetsCheckOptions struct {
	streams
	file string
	refs []string
}

func newTargetsCheckCmd(s streams) *cobra.Command {
	o := targetsCheckOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "check [NAME|URL...]",
		Short: "Check that targets answer",
		Long: `Send one GET to each target, by default to all of the target file, or to the
bundled servers when there is none. With the key ready the answer must be 200 to
399; without it any answer will do. The exit code is 1 when a target fails.`,
		Example: `  mlbench targets check
  mlbench targets check modern staging
  mlbench targets check http://127.0.0.1:8000`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.refs = args
			return targetsCheck(cmd.Context(), o)
		},
	}
	registerTargetFile(cmd, &o.file)
	return cmd
}

func targetsCheck(ctx context.Context, o targetsCheckOptions) error {
	file, err := loadTargets(o.file)
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
	var checks []targets.Target
	for _, ref := range o.refs {
		t, err := file.Parse(ref)
		if err != nil {
			return usageErrorf("%w", err)
		}
		checks = append(checks, t)
	}
	failed := 0
	for _, t := range checks {
		begin := time.Now()
		status, err := t.Check(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed++
			fmt.Fprintf(o.err, "mlbench: %v\n", err)
		default:
			fmt.Fprintf(o.out, "%s: ok, %s%s answered %d in %s\n", t.Name, t.URL.Redacted(), t.Ready, status, time.Since(begin).Round(100*time.Microsecond))
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, plural(len(checks), "target"))
	}
	return nil
}
