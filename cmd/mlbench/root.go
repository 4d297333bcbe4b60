package main

import (
	"embed"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

func newRootCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:           "mlbench",
		Short:         "Load testing and honest comparison of HTTP prediction APIs",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		Args:          cli.CheckArgs(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: s.FromEnvironment,
	}
	cmd.SetIn(s.In)
	cmd.SetOut(s.Out)
	cmd.SetErr(s.Err)
	cmd.SetFlagErrorFunc(cli.FlagError)
	cmd.SetHelpFunc(func(c *cobra.Command, _ []string) { cli.PrintHelp(c.OutOrStdout(), c) })
	cmd.SetHelpCommand(newHelpCmd(s))
	cmd.AddCommand(
		newDemoCmd(s), newRunCmd(s), newCompareCmd(s), newGateCmd(s), newVerifyCmd(s), newCalibrateCmd(s), newReportCmd(s), newMergeCmd(s), newResultsCmd(s), newTrendCmd(s), newUICmd(s),
		newSelftestCmd(s), newDoctorCmd(s),
		newServeCmd(s), newScenariosCmd(s), newTargetsCmd(s), newModelCmd(s), newVersionCmd(s),
	)
	explain(cmd)
	cmd.InitDefaultCompletionCmd()
	if completion, _, err := cmd.Find([]string{"completion"}); err == nil {
		completion.Args = cli.CheckArgs(cobra.NoArgs) // else an unknown shell is answered with help, and exit 0
		completion.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	return cmd
}

// help is what 'mlbench COMMAND --help' says between usage and flags: examples, and
// after an empty line what the command does.
//
//go:embed help/*.txt
var help embed.FS

// explain gives commands their help; one without a file has its parent's.
func explain(cmd *cobra.Command) {
	name := strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), "mlbench "), " ", "-")
	if text, err := help.ReadFile("help/" + name + ".txt"); err == nil {
		examples, about, _ := strings.Cut(string(text), "\n\n")
		cmd.Example, cmd.Long = strings.TrimPrefix(examples, "Examples:\n"), about
	} else {
		cmd.Example, cmd.Long = cmd.Parent().Example, cmd.Parent().Long
	}
	for _, sub := range cmd.Commands() {
		explain(sub)
	}
}
