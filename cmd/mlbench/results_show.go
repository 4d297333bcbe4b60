package main

import (
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

func newResultsShowCmd(s cli.Streams) *cobra.Command {
	format := ""
	cmd := &cobra.Command{
		Use:   "show FILE…",
		Short: "Say shortly what result files came to",
		Args:  cli.CheckArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return resultsShow(s, args, format)
		},
		ValidArgsFunction: fileWords,
	}
	cli.Enum(cmd, &format, "format", "text", "text, markdown or json", "text", "markdown", "json")
	return cmd
}

func resultsShow(s cli.Streams, paths []string, format string) error {
	files, err := saved.Read(s.In, paths, func(path string, in io.Reader) (*results.File, error) {
		return results.ReadSummed(path, in) // of a comparison pairs stay apart
	})
	if err != nil {
		return err
	}
	var docs []report.Document
	var entries []history.Entry
	for _, f := range files {
		var doc report.Document
		var figures []results.Figure
		if slices.Contains(f.Arms(), results.ArmB) {
			doc.Comparison = verdict.Compare(f, verdict.Options{})
			if c := doc.Comparison; c.ArmA != nil && c.ArmB != nil {
				figures = append(c.ArmA.Figures(results.ArmA), c.ArmB.Figures(results.ArmB)...)
			}
		} else {
			doc.Run = summary.Of(f, summary.Select{}, nil)
			figures = doc.Run.Figures(results.ArmA)
		}
		e := history.Entries([]*results.File{f})[0]
		e.Figures = figures
		if doc.Comparison != nil {
			e.Verdict = string(doc.Comparison.Verdict)
		}
		docs, entries = append(docs, doc), append(entries, e)
	}
	if format == "json" {
		return report.Documents(s.Out, report.JSON, []report.Document{{Files: entries}}, report.Options{})
	}
	for i, doc := range docs {
		if err := doc.Short(s.Out, report.Format(format), report.Options{Color: s.Colored(), Continued: i > 0}); err != nil {
			return err
		}
	}
	return nil
}
