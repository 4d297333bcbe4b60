package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
)

func newMergeCmd(s cli.Streams) *cobra.Command {
	var output string
	var force bool
	cmd := &cobra.Command{
		Use:   "merge FILE…",
		Short: "Join runs that several machines made at the same time",
		Args:  cli.CheckArgs(cobra.MinimumNArgs(2)),
		RunE: func(_ *cobra.Command, files []string) error {
			if output == "" {
				return cli.Usagef("merge: name the joined file with -o")
			}
			return mergeFiles(s, files, output, force)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&output, "output", "o", "", "joined result `FILE`")
	f.BoolVar(&force, "force", false, "replace FILE if it exists")
	return cmd
}

func mergeFiles(s cli.Streams, paths []string, output string, force bool) error {
	files, err := saved.Read(s.In, paths, results.ReadFile)
	if err != nil {
		return err
	}
	merged, err := files[0].Merge(files[1:]...)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	w, err := results.Output{File: output, Replace: force}.Create(&merged.Header)
	if err != nil {
		return err
	}
	for i := range merged.Slices {
		err = errors.Join(err, w.Slice(&merged.Slices[i]))
	}
	for i := range merged.Nodes {
		err = errors.Join(err, w.Node(&merged.Nodes[i]))
	}
	footer := w.Footer(results.Completed, "")
	footer.Figures, _ = history.Outcome(merged)
	if err = errors.Join(err, w.End(footer)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "result file: %s (%d machines)\n", w.Path(), len(merged.Nodes))
	return err
}
