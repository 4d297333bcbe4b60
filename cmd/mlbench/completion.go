package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer"
	"github.com/mlbench/mlbench/targets"
)

// completeAll teaches shells the words of flags and arguments. Descriptions of
// flags lose the quotes that mark their values in help texts.
func completeAll(cmd *cobra.Command, isCompleting bool) {
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if isCompleting {
			f.Usage = strings.ReplaceAll(f.Usage, "`", "")
		}
		if _, has := cmd.GetFlagCompletionFunc(f.Name); !has && commonWords[f.Name] != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, commonWords[f.Name]) // once per flag
		}
	})
	for _, c := range cmd.Commands() {
		completeAll(c, isCompleting)
	}
}

// oneOf are words and nothing else.
func oneOf(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// commonWords are those of flags that mean the same wherever they are.
var commonWords = map[string]cobra.CompletionFunc{
	"scenario":     scenarioWords,
	"target":       targetWords,
	"base":         targetWords,
	"head":         targetWords,
	"arrivals":     oneOf("poisson", "constant"),
	"transport":    oneOf("lean", "net/http", "h2"),
	"inconclusive": oneOf(inconclusiveWays...),
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
func targetWords(_ *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var words []cobra.Completion
	file, err := targets.LoadFile(os.Getenv("MLBENCH_TARGETS"))
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	for _, t := range file.List() {
		words = append(words, cobra.CompletionWithDesc(t.Name, t.Source))
	}
	return words, cobra.ShellCompDirectiveDefault
}

// presetWords are the presets, where the source of a new scenario is to be one.
func presetWords(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if from, _ := cmd.Flags().GetString("from"); from != "preset" || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return importer.Presets(), cobra.ShellCompDirectiveNoFileComp
}
