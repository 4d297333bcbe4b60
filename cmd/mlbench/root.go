package main

import (
	"github.com/spf13/cobra"
)

const rootLong = `mlbench load-tests HTTP prediction APIs and compares two of them honestly:
is the new one faster, by how much, and can you prove it?

Every flag has a variable, for whoever leaves it out: --max-regression has
MLBENCH_MAX_REGRESSION.`

const rootExample = `  mlbench demo                                   # both bundled servers, side by side, in a minute
  mlbench run mix --target http://127.0.0.1:8000
  mlbench compare old=http://127.0.0.1:5000 new=http://127.0.0.1:8000`

func newRootCmd(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:           "mlbench",
		Short:         "Load testing and honest comparison of HTTP prediction APIs",
		Long:          rootLong,
		Example:       rootExample,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		Args:          checkArgs(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: fromEnvironment,
	}
	cmd.SetIn(s.in)
	cmd.SetOut(s.out)
	cmd.SetErr(s.err)
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageErrorf("%w (see '%s --help')", err, c.CommandPath())
	})
	cmd.AddCommand(
		newDemoCmd(s), newRunCmd(s), newCompareCmd(s), newGateCmd(s), newVerifyCmd(s), newCalibrateCmd(s), newReportCmd(s),
		newSelftestCmd(s), newDoctorCmd(s),
		newServeCmd(s), newScenariosCmd(s), newTargetsCmd(s), newModelCmd(s),
	)
	return cmd
}
