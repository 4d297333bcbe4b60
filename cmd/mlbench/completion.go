package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer"
	"github.com/mlbench/mlbench/targets"
)

// commonWords are those of flags that mean the same wherever they are.
func commonWords(s cli.Streams) map[string]cobra.CompletionFunc {
	return map[string]cobra.CompletionFunc{
		"export":    exportWords,
		"scenario":  scenarioWords,
		"target":    targetWords(s),
		"base":      targetWords(s),
		"head":      targetWords(s),
		"arrivals":  cli.OneOf("poisson", "constant"),
		"transport": cli.OneOf("lean", "net/http", "h2"),
	}
}

// exportWords are the formats, each to be followed by a file.
func exportWords(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var words []cobra.Completion
	for _, format := range strings.Split(report.FormatNames, ", ") {
		words = append(words, format+"=")
	}
	return words, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// scenarioWords are the shipped scenarios, and files.
func scenarioWords(_ *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var words []cobra.Completion
	for _, name := range scenarios.Names() {
		if sc, err := scenarios.Load(name); err == nil {
			words = append(words, cobra.CompletionWithDesc(name, sc.Description))
		}
	}
	return words, cobra.ShellCompDirectiveDefault
}

// firstScenario is scenarioWords, for the first argument alone.
func firstScenario(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return scenarioWords(cmd, args, typed)
}

// targetWords are the targets of the target file, and the bundled servers.
func targetWords(s cli.Streams) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) (words []cobra.Completion, _ cobra.ShellCompDirective) {
		file, err := targets.LoadFile("", s.Env)
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		for _, t := range file.List() {
			words = append(words, cobra.CompletionWithDesc(t.Name, t.Source))
		}
		return words, cobra.ShellCompDirectiveDefault
	}
}

// presetWords are the presets, where the source of a new scenario is to be one.
func presetWords(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if from, _ := cmd.Flags().GetString("from"); from != "preset" || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return importer.Presets(), cobra.ShellCompDirectiveNoFileComp
}
