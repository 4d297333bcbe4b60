package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/targets/strict"
)

// environmentPrefix begins the names of our variables. Credentials have theirs,
// too (see package targets); no flag takes any.
const environmentPrefix = "MLBENCH_"

// FromEnvironment gives flags that are not on the command line the value of
// their variable: --max-regression that of MLBENCH_MAX_REGRESSION. An empty
// variable is none, and so is one for which the command line leaves no room.
func (s Streams) FromEnvironment(cmd *cobra.Command, _ []string) error {
	var wrong []error
	displaced := Displaced(cmd.Flags())
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variableOf(f)
		value := s.Getenv(name)
		if f.Changed || value == "" || f.Name == "help" || f.Name == "version" || displaced[f.Name] {
			return
		}
		for _, v := range valuesOf(f, value) {
			if err := SetUntyped(cmd.Flags(), f.Name, v); err != nil {
				wrong = append(wrong, fmt.Errorf("%s=%q, for --%s: %s", name, v, f.Name, BadValue(f, v, errors.Unwrap(err))))
				return
			}
		}
	})
	if len(wrong) > 0 {
		return Usagef("%w", errors.Join(wrong...))
	}
	s.noteUnknown(cmd)
	return nil
}

// valuesOf are those of a flag that can be given more than once: a line each.
func valuesOf(f *pflag.Flag, value string) []string {
	if _, repeatable := f.Value.(pflag.SliceValue); !repeatable {
		return []string{value}
	}
	lines := strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' })
	return slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
}

// otherVariables are ours, too, and stand for no flag.
var otherVariables = []string{
	"MLBENCH_USERNAME", "MLBENCH_USERNAME_FILE", "MLBENCH_PASSWORD", "MLBENCH_PASSWORD_FILE",
	"MLBENCH_TOKEN", "MLBENCH_TOKEN_FILE", "MLBENCH_TARGETS", "MLBENCH_UI_TOKEN", "MLBENCH_UI_TOKEN_FILE",
}

// noteUnknown tells of variables that look like ours and are not, most likely
// mistyped; a scenario may have named one, so it is no mistake.
func (s Streams) noteUnknown(cmd *cobra.Command) {
	known := slices.Concat(otherVariables, flagVariables(cmd.Root()))
	for _, v := range s.Environ {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, environmentPrefix) || slices.Contains(known, name) {
			continue
		}
		fmt.Fprintf(s.Err, "note: the variable %s stands for no flag of mlbench%s\n", name, DidYouMean(name, near(name, known)))
	}
}

// flagVariables are those of the flags of a command and of all below it.
func flagVariables(c *cobra.Command) (names []string) {
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, variableOf(f)) })
	for _, sub := range c.Commands() {
		names = append(names, flagVariables(sub)...)
	}
	return names
}

// ForChildren is the environment of commands of ours that are started with all their
// flags: without what stands for others, and without the token of a page.
func (s Streams) ForChildren(root *cobra.Command) []string {
	ours := append(flagVariables(root), "MLBENCH_UI_TOKEN", "MLBENCH_UI_TOKEN_FILE")
	return slices.DeleteFunc(slices.Clone(s.Environ), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name != "MLBENCH_TARGETS" && slices.Contains(ours, name)
	})
}

// near are the known variables that differ after the prefix, which all share, by a
// slip of the fingers only.
func near(name string, known []string) []string {
	rest := strings.TrimPrefix(name, environmentPrefix)
	return slices.DeleteFunc(slices.Clone(known), func(k string) bool {
		return strict.Suggest(rest, []string{strings.TrimPrefix(k, environmentPrefix)}) == ""
	})
}

func variableOf(f *pflag.Flag) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}
