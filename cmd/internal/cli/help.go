package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// sections are the titles under which help shows flags, in this order.
var sections = []string{"Target", "Load", "Comparison", "Limits", "Output", "Connection"}

// helpWidth is that of help texts, in columns.
const helpWidth = 100

// flagHelp is the flags by section; those without one come last.
func flagHelp(cmd *cobra.Command) string {
	const rest = ""
	by := map[string]*pflag.FlagSet{}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		title := rest
		if s := f.Annotations[sectionKey]; s != nil {
			title = s[0]
		}
		if by[title] == nil {
			by[title] = pflag.NewFlagSet(title, pflag.ContinueOnError)
		}
		by[title].AddFlag(f)
	})
	var b strings.Builder
	for _, title := range slices.Concat(sections, []string{rest}) {
		if by[title] == nil || !by[title].HasAvailableFlags() {
			continue
		}
		switch {
		case title != rest:
			fmt.Fprintf(&b, "\n%s:\n", title)
		case len(by) > 1:
			b.WriteString("\nOther flags:\n")
		default:
			b.WriteString("\nFlags:\n")
		}
		b.WriteString(by[title].FlagUsagesWrapped(helpWidth))
	}
	return b.String()
}

// PrintHelp is the help of a command: how it is called before what it is about,
// and the flags last, where a terminal shows them.
func PrintHelp(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, "%s\n\nUsage:\n  %s\n", cmd.Short, cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", strings.Trim(cmd.Example, "\n"))
	}
	if about := strings.TrimSpace(cmd.Long); about != "" {
		fmt.Fprintf(w, "\n%s\n", about)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintln(w, "\nCommands:")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-*s  %s\n", cmd.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	fmt.Fprint(w, flagHelp(cmd))
}
