package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
)

// resultsFolder is where results go by themselves.
const resultsFolder = "mlbench-results"

func newResultsCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "results",
		Short: "List, show, label and remove saved result files",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newResultsListCmd(s), newResultsShowCmd(s), newResultsLabelCmd(s), newResultsRmCmd(s), newResultsPruneCmd(s))
	return cmd
}

// filterOptions are the flags that say which results of a folder are asked for.
type filterOptions struct {
	scenario, target, since, kind string
	labels                        []string
}

func (o *filterOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.scenario, "scenario", "", "only those of the scenario `NAME`")
	f.StringVar(&o.target, "target", "", "only those of the target `NAME`")
	f.StringArrayVar(&o.labels, "label", nil, "only those with this label, as `NAME=VALUE`, or NAME for any value (repeatable: with all of them)")
	f.StringVar(&o.since, "since", "", "only those measured since `WHEN`: a day such as 2026-11-28, or an age such as 30d, 2w or 12h")
	cli.Enum(cmd, &o.kind, "kind", "", "only single runs (run), or comparisons (comparison)", history.Run, history.Comparison)
}

// filter reads them, and reports all mistakes at once.
func (o *filterOptions) filter() (history.Filter, error) {
	out := history.Filter{Scenario: o.scenario, Target: o.target, Kind: o.kind, Labels: map[string]string{}}
	for _, text := range o.labels {
		name, value, _ := strings.Cut(text, "=")
		if err := new(results.Header).Relabel(name + "=" + value); err != nil {
			return out, cli.Usagef("--label: %w", err)
		}
		out.Labels[name] = value
	}
	if o.since != "" {
		var err error
		if out.Since, err = history.ParseSince(o.since, time.Now()); err != nil {
			return out, cli.Usagef("--since: %w", err)
		}
	}
	return out, nil
}

// folderOf is the only argument, or the usual folder.
func folderOf(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return resultsFolder
}

// folderWords completes a folder.
func folderWords(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// fileWords completes result files.
func fileWords(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"jsonl"}, cobra.ShellCompDirectiveFilterFileExt
}

func newResultsListCmd(s cli.Streams) *cobra.Command {
	var filter filterOptions
	format := ""
	cmd := &cobra.Command{
		Use:   "list [FOLDER]",
		Short: "List the result files of a folder, the newest first",
		Args:  cli.CheckArgs(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return resultsList(s, folderOf(args), &filter, format)
		},
		ValidArgsFunction: folderWords,
	}
	filter.register(cmd)
	cli.Enum(cmd, &format, "format", "text", "text, markdown, csv or json", "text", "markdown", "csv", "json")
	return cmd
}

func resultsList(s cli.Streams, folder string, o *filterOptions, format string) error {
	filter, err := o.filter()
	if err != nil {
		return err
	}
	files, unreadable, err := history.List(folder, filter)
	if err != nil {
		return cli.Usagef("%w: name the folder that has them", err)
	}
	if filter.Any() {
		files = append(files, unreadable...)
	} else if len(unreadable) > 0 {
		fmt.Fprintf(cli.Messages(s.Err), "note: %s could not be read, and %s left out: 'mlbench results list %s' says why\n",
			cli.Plural(len(unreadable), "file"), map[bool]string{true: "is", false: "are"}[len(unreadable) == 1], folder)
	}
	entries := history.Entries(files)
	if len(entries) == 0 && format == "text" {
		what := "no result files (*.jsonl)"
		if !filter.Any() {
			what += " like these"
		}
		_, err := fmt.Fprintf(cli.Messages(s.Err), "%s in %s\n", what, folder)
		return err
	}
	return report.Documents(s.Out, report.Format(format), []report.Document{{Files: entries}}, report.Options{})
}
