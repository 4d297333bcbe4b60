package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// environmentPrefix begins the names of our variables. Credentials have theirs,
// too (see package targets); no flag takes any.
const environmentPrefix = "MLBENCH_"

// fromEnvironment gives flags that are not on the command line the value of
// their variable: --max-regression that of MLBENCH_MAX_REGRESSION. An empty
// variable is none.
func fromEnvironment(cmd *cobra.Command, _ []string) error {
	var wrong []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variableOf(f)
		value := os.Getenv(name)
		if f.Changed || value == "" || f.Name == "help" || f.Name == "version" {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			wrong = append(wrong, fmt.Errorf("%s=%q, for --%s: %w", name, value, f.Name, errors.Unwrap(err)))
			return
		}
		_ = cmd.Flags().SetAnnotation(f.Name, environmentPrefix, nil) // the flag exists
	})
	if len(wrong) > 0 {
		return usageErrorf("%w", errors.Join(wrong...))
	}
	return nil
}

func variableOf(f *pflag.Flag) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// isFromEnvironment tells a flag that a variable has set from one of the command
// line, whose author is there to be asked.
func isFromEnvironment(f *pflag.Flag) bool {
	_, ok := f.Annotations[environmentPrefix]
	return ok
}
