package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
)

const mergeLong = `Join runs that several machines made at the same time into one result file, as if
one machine had sent it all: counts and histograms of the same interval add up,
exactly, so that percentiles are those of all requests. What is judged of a
generator, its lag and its host, is judged of each machine by itself.

The runs must be of one scenario, target, load model and --duration, and begin
within half a second or a twentieth of it. Give each machine a --seed of its own,
or all send at the same instants. Machines are called by their files.`

const mergeExample = `  mlbench merge node1.jsonl node2.jsonl -o all.jsonl
  mlbench merge node*.jsonl -o all.jsonl && mlbench report all.jsonl --objective 'p99<50ms'`

func newMergeCmd(s cli.Streams) *cobra.Command {
	var output string
	var force bool
	cmd := &cobra.Command{
		Use:     "merge FILE…",
		Short:   "Join runs that several machines made at the same time",
		Long:    mergeLong,
		Example: mergeExample,
		Args:    cli.CheckArgs(cobra.MinimumNArgs(2)),
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
	files, err := readFiles(s, paths, results.ReadFile)
	if err != nil {
		return err
	}
	merged, err := results.Merge(files...)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	create := results.Create
	if force {
		create = results.CreateOver
	}
	w, err := create(output, &merged.Header)
	if err != nil {
		return err
	}
	for i := range merged.Slices {
		err = errors.Join(err, w.Slice(&merged.Slices[i]))
	}
	for i := range merged.Nodes {
		err = errors.Join(err, w.Node(&merged.Nodes[i]))
	}
	if err = errors.Join(err, w.Close(results.Completed, "")); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "result file: %s (%d machines)\n", w.Path(), len(merged.Nodes))
	return err
}
