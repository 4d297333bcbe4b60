package main

import (
	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

const rootLong = `mlbench load-tests HTTP prediction APIs and compares two of them honestly:
is the new one faster, by how much, and can you prove it?

Every flag has a variable, for whoever leaves it out: --max-regression has
MLBENCH_MAX_REGRESSION. Of a flag that can be given more than once each line of
the variable is a value.`

const rootExample = `  mlbench demo                                   # both bundled servers, side by side, in a minute
  mlbench run mix --target http://127.0.0.1:8000
  mlbench compare old=http://127.0.0.1:5000 new=http://127.0.0.1:8000`

func newRootCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:           "mlbench",
		Short:         "Load testing and honest comparison of HTTP prediction APIs",
		Long:          rootLong,
		Example:       rootExample,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		Args:          cli.CheckArgs(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: cli.FromEnvironment,
	}
	cmd.SetIn(s.In)
	cmd.SetOut(s.Out)
	cmd.SetErr(s.Err)
	cmd.SetFlagErrorFunc(cli.FlagError)
	cmd.SetHelpFunc(func(c *cobra.Command, _ []string) { cli.PrintHelp(c.OutOrStdout(), c) })
	cmd.SetHelpCommand(newHelpCmd())
	cmd.AddCommand(
		newDemoCmd(s), newRunCmd(s), newCompareCmd(s), newGateCmd(s), newVerifyCmd(s), newCalibrateCmd(s), newReportCmd(s), newMergeCmd(s),
		newSelftestCmd(s), newDoctorCmd(s),
		newServeCmd(s), newScenariosCmd(s), newTargetsCmd(s), newModelCmd(s), newVersionCmd(s),
	)
	cmd.InitDefaultCompletionCmd()
	if completion, _, err := cmd.Find([]string{"completion"}); err == nil {
		completion.Args = cli.CheckArgs(cobra.NoArgs) // else an unknown shell is answered with help, and exit 0
		completion.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	return cmd
}

// newHelpCmd is cobra's, but for what it says of a command that does not exist.
func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Help for any command",
		Example: "  mlbench help compare",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 && found.HasSubCommands() {
				return cli.UnknownCommand(found, rest[0])
			}
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			if found, _, err := cmd.Root().Find(args); err == nil {
				for _, c := range found.Commands() {
					if c.IsAvailableCommand() {
						names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}
