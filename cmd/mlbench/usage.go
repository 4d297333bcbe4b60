package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageErrorf is a mistake of the caller's: exit 2.
func usageErrorf(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// checkArgs says of a failed check of positional arguments what the command wants.
func checkArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case check(cmd, args) == nil:
			return nil
		case len(args) > 0 && cmd.HasSubCommands():
			return unknownCommand(cmd, args[0])
		}
		return usageErrorf("%s: found %s, want %s (see '%s --help')", strings.TrimPrefix(cmd.CommandPath(), "mlbench "),
			countArgs(args), cmd.UseLine(), cmd.CommandPath())
	}
}

func countArgs(args []string) string {
	switch len(args) {
	case 0:
		return "no argument"
	case 1:
		return fmt.Sprintf("the argument %q", args[0])
	}
	return fmt.Sprintf("%d arguments", len(args))
}

// unknownCommand is what was typed for a command, with what was meant.
func unknownCommand(parent *cobra.Command, name string) error {
	if parent.Root() == parent && isURL(name) {
		return usageErrorf("unknown command %q: to send requests to it, 'mlbench run %s'", name, name)
	}
	var known []string
	for _, c := range parent.Commands() {
		known = append(known, c.Name())
	}
	return usageErrorf("unknown command %q%s (see '%s --help')",
		strings.TrimPrefix(parent.CommandPath()+" "+name, "mlbench "), didYouMean(name, known), parent.CommandPath())
}

// isURL tells a URL from a name or a path.
func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

var addressForm = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]+(/.*)?$`)

// isAddress tells a URL that lacks its scheme.
func isAddress(s string) bool { return addressForm.MatchString(s) }

// flagError says of a flag that cannot be taken what was found and what is wanted.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bad *pflag.InvalidValueError
	text := err.Error()
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		text = fmt.Sprintf("unknown flag: --%s", unknown.GetSpecifiedName())
		if s := didYouMean(unknown.GetSpecifiedName(), known); s != "" {
			text += strings.Replace(s, `"`, `"--`, 1)
		}
	case errors.As(err, &bad):
		text = fmt.Sprintf("--%s: %s", bad.GetFlag().Name, badValue(bad.GetFlag(), bad.GetValue(), bad.Unwrap()))
	}
	return usageErrorf("%s (see '%s --help')", text, cmd.CommandPath())
}

// badValue says what is wrong with a value that a flag does not take.
func badValue(f *pflag.Flag, value string, err error) string {
	want := map[string]string{
		"duration": "a duration such as 60s or 5m",
		"int":      "a whole number",
		"uint64":   "a whole number",
		"float64":  "a number",
		"bool":     "true or false",
	}[f.Value.Type()]
	if want != "" {
		return fmt.Sprintf("found %q, want %s", value, want)
	}
	return err.Error()
}

// sections are the titles under which help shows flags, in this order.
var sections = []string{"Target", "Load", "Comparison", "Limits", "Output", "Connection"}

const sectionKey = "mlbench_section"

// section puts the flags that are defined between its call and its result's under
// a title of the help.
func section(f *pflag.FlagSet, title string) (end func()) {
	before := map[string]bool{}
	f.VisitAll(func(flag *pflag.Flag) { before[flag.Name] = true })
	return func() {
		f.VisitAll(func(flag *pflag.Flag) {
			if !before[flag.Name] && flag.Annotations[sectionKey] == nil {
				_ = f.SetAnnotation(flag.Name, sectionKey, []string{title}) // the flag exists
			}
		})
	}
}

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

// printHelp is the help of a command: how it is called before what it is about,
// and the flags last, where a terminal shows them.
func printHelp(w io.Writer, cmd *cobra.Command) {
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
