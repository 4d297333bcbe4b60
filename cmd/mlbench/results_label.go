package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

func newResultsLabelCmd(s cli.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "label FILE… NAME=VALUE… NAME-…",
		Short: "Change the labels of result files",
		Args:  cli.CheckArgs(cobra.MinimumNArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			return resultsLabel(s, args)
		},
		ValidArgsFunction: fileWords,
	}
}

func resultsLabel(s cli.Streams, args []string) error {
	var paths, changes []string
	for _, arg := range args {
		_, err := os.Stat(arg)
		if err != nil && (strings.Contains(arg, "=") || strings.HasSuffix(arg, "-")) {
			changes = append(changes, arg)
		} else {
			paths = append(paths, arg)
		}
	}
	switch {
	case len(changes) == 0:
		return cli.Usagef("results label: which labels? give NAME=VALUE to set one, NAME- to take it away")
	case len(paths) == 0:
		return cli.Usagef("results label: which files? name them before the labels")
	}
	if err := new(results.Header).Relabel(changes...); err != nil {
		return cli.Usagef("results label: %w", err)
	}
	// All are looked at before one is changed.
	var files []*results.File
	for _, path := range paths {
		f, err := inList(path)
		if err != nil {
			return cli.Usagef("%w", err)
		}
		files = append(files, f)
	}
	for _, f := range files {
		if err := f.Relabel(changes...); err != nil {
			return err
		}
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(f.Header.Tags)) {
			parts = append(parts, name+"="+f.Header.Tags[name])
		}
		labels := cmp.Or(strings.Join(parts, ", "), "no labels")
		if _, err := fmt.Fprintf(s.Out, "%s: %s\n", report.OneLine(f.Path), report.OneLine(labels)); err != nil {
			return err
		}
	}
	return nil
}

// inList is a result file as lists have it, with its header and its footer.
func inList(path string) (*results.File, error) {
	files, err := results.List(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(files, func(f *results.File) bool { return filepath.Base(f.Path) == filepath.Base(path) })
	if i < 0 {
		return nil, fmt.Errorf("%s: there is no such result file (*.jsonl)", path)
	}
	if f := files[i]; f.Header.Schema == "" {
		return nil, fmt.Errorf("%s: %s", path, f.Damage)
	}
	files[i].Path = path
	return files[i], nil
}
