package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// CompleteFlags teaches shells the words of flags, which mean the same wherever they
// are. Descriptions of flags lose the quotes that mark their values in help texts.
func CompleteFlags(cmd *cobra.Command, words map[string]cobra.CompletionFunc, isCompleting bool) {
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if isCompleting {
			f.Usage = strings.ReplaceAll(f.Usage, "`", "")
		}
		if _, has := cmd.GetFlagCompletionFunc(f.Name); !has && words[f.Name] != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, words[f.Name]) // once per flag
		}
	})
	for _, c := range cmd.Commands() {
		CompleteFlags(c, words, isCompleting)
	}
}

// OneOf are words and nothing else.
func OneOf(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}
