package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/gatefile"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
)

func newResultsRmCmd(s cli.Streams) *cobra.Command {
	var folder string
	var dry bool
	cmd := &cobra.Command{
		Use:   "rm FILE…",
		Short: "Remove result files of the results folder",
		Args:  cli.CheckArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			paths, err := history.Remove(folder, args, dry)
			sayRemoved(s.Out, paths, dry)
			if err != nil && len(paths) == 0 {
				return cli.Usagef("%w", err)
			}
			return err
		},
		ValidArgsFunction: fileWords,
	}
	cmd.Flags().StringVar(&folder, "folder", resultsFolder, "the `FOLDER` that the files are in: none of another is removed")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be removed, and leave it")
	return cmd
}

// sayRemoved has a line for each file.
func sayRemoved(w io.Writer, paths []string, dry bool) {
	word := "removed"
	if dry {
		word = "would remove"
	}
	for _, path := range paths {
		fmt.Fprintln(w, word, report.OneLine(path))
	}
}

type pruneOptions struct {
	cli.Streams
	filter    filterOptions
	keep      int
	olderThan string
	dry       bool
}

func newResultsPruneCmd(s cli.Streams) *cobra.Command {
	o := &pruneOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "prune [FOLDER]",
		Short: "Remove old result files",
		Args:  cli.CheckArgs(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return resultsPrune(o, folderOf(args))
		},
		ValidArgsFunction: folderWords,
	}
	o.filter.register(cmd)
	f := cmd.Flags()
	f.IntVar(&o.keep, "keep", 0, "leave the `N` newest")
	f.StringVar(&o.olderThan, "older-than", "", "leave what is not older than `AGE`, such as 30d, 2w or 12h")
	f.BoolVar(&o.dry, "dry-run", false, "say what would be removed, and leave it")
	cli.Positive(f, "keep")
	return cmd
}

func resultsPrune(o *pruneOptions, folder string) error {
	p := history.Prune{Keep: o.keep, Now: time.Now()}
	filter, err := o.filter.filter()
	if err != nil {
		return err
	}
	if o.olderThan != "" {
		if p.OlderThan, err = history.ParseAge(o.olderThan); err != nil {
			return cli.Usagef("--older-than: %w", err)
		}
	}
	if p.Keep == 0 && p.OlderThan == 0 {
		return cli.Usagef("results prune: what is to stay? give --keep N, --older-than AGE or both")
	}
	if p.Spared, err = baselinesOfGate(o.Streams); err != nil {
		return err
	}
	files, unreadable, err := history.List(folder, filter)
	if err != nil {
		return cli.Usagef("%w: name the folder that has them", err)
	}
	gone, kept := p.Of(files)
	messages := cli.Messages(o.Err)
	for _, f := range kept {
		fmt.Fprintf(messages, "kept %s: it is a baseline, or labelled keep\n", f.Path)
	}
	if n := len(unreadable); n > 0 {
		fmt.Fprintf(messages, "note: %s could not be read and stays: 'mlbench results list %s' says why\n", cli.Plural(n, "file"), folder)
	}
	names := make([]string, 0, len(gone))
	for _, f := range gone {
		if removable(f) {
			names = append(names, f.Path)
		} else {
			fmt.Fprintf(messages, "kept %s: it is no file of its own\n", f.Path)
		}
	}
	paths, err := history.Remove(folder, names, o.dry)
	sayRemoved(o.Out, paths, o.dry)
	if err == nil && len(paths) == 0 {
		fmt.Fprintf(messages, "nothing to remove in %s\n", folder)
	}
	return err
}

// removable says that a listed file is no link.
func removable(f *results.File) bool {
	info, err := os.Lstat(f.Path)
	return err == nil && info.Mode().IsRegular()
}

// baselinesOfGate are the files that the gate file of this folder, if there is one, names
// as what later results are judged against.
func baselinesOfGate(s cli.Streams) ([]string, error) {
	const most = 4 << 20
	src, err := cli.ReadFile(nil, gatefile.Name, most)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	file, err := parseGateFile(s, src, gatefile.Name)
	if err != nil {
		return nil, cli.Usagef("which baselines are to stay cannot be read: %w", err)
	}
	var paths []string
	for _, pattern := range file.Values("baseline") {
		paths = append(paths, pattern)
		found, _ := filepath.Glob(pattern) // what is no pattern finds nothing
		paths = append(paths, found...)
	}
	return paths, nil
}
