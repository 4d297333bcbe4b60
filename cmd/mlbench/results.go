package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

func newResultsCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "results",
		Short: "List saved result files",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newResultsListCmd(s))
	return cmd
}

func newResultsListCmd(s cli.Streams) *cobra.Command {
	format := ""
	cmd := &cobra.Command{
		Use:   "list [FOLDER]",
		Short: "List the result files of a folder, the newest first",
		Args:  cli.CheckArgs(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "mlbench-results"
			if len(args) > 0 {
				folder = args[0]
			}
			return resultsList(s, folder, format)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	cli.Enum(cmd, &format, "format", "text", "text or json", "text", "json")
	return cmd
}

// resultRow is a result file in a list.
type resultRow struct {
	File     string     `json:"file"`
	Start    *time.Time `json:"start"` // null, as all of the header, where it cannot be read
	Command  string     `json:"command,omitempty"`
	Scenario string     `json:"scenario,omitempty"`
	Targets  []string   `json:"targets,omitempty"` // names, A first
	Ended    string     `json:"ended,omitempty"`   // "": it was cut off
	Complete bool       `json:"complete"`
	Error    string     `json:"error,omitempty"`
}

func resultsList(s cli.Streams, folder, format string) error {
	files, err := results.List(folder)
	if err != nil {
		return cli.Usagef("%w: name the folder that has them", err)
	}
	rows := make([]resultRow, 0, len(files))
	for _, f := range files {
		h := &f.Header
		row := resultRow{File: f.Path, Command: h.Command, Scenario: h.Scenario.Label(), Complete: f.Complete(), Error: f.Damage}
		if !h.Start.IsZero() {
			row.Start = &h.Start
		}
		for _, t := range h.Targets {
			row.Targets = append(row.Targets, t.Name)
		}
		if f.Footer != nil {
			row.Ended = string(f.Footer.Ended)
		}
		rows = append(rows, row)
	}
	if format == "json" {
		enc := json.NewEncoder(s.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Schema string      `json:"schema"`
			Files  []resultRow `json:"files"`
		}{"mlbench.results/1", rows})
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintf(cli.Messages(s.Err), "no result files (*.jsonl) in %s\n", folder)
		return err
	}
	t := report.Table{Head: report.Cells(report.Own, "start (UTC)", "command", "scenario", "targets", "ended", "file"), Left: 6}
	for _, r := range rows {
		start := ""
		if r.Start != nil {
			start = r.Start.UTC().Format(time.DateTime)
		}
		t.Rows = append(t.Rows, report.Cells(report.Foreign,
			start, r.Command, r.Scenario, strings.Join(r.Targets, ", "), cmp.Or(r.Error, r.Ended, "cut off"), r.File))
	}
	return t.Write(s.Out, report.Text, report.Options{})
}
