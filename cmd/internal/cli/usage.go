package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/targets/strict"
)

// CheckArgs says of a failed check of positional arguments what the command wants.
func CheckArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case check(cmd, args) == nil:
			return nil
		case len(args) > 0 && cmd.HasSubCommands():
			return UnknownCommand(cmd, args[0])
		}
		return Usagef("%s: found %s, want %s (see '%s --help')", strings.TrimPrefix(cmd.CommandPath(), "mlbench "),
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

// UnknownCommand is what was typed for a command, with what was meant.
func UnknownCommand(parent *cobra.Command, name string) error {
	if parent.Root() == parent && IsURL(name) {
		return Usagef("unknown command %q: to send requests to it, 'mlbench run %s'", name, name)
	}
	var known []string
	for _, c := range parent.Commands() {
		known = append(known, c.Name())
	}
	return Usagef("unknown command %q%s (see '%s --help')",
		strings.TrimPrefix(parent.CommandPath()+" "+name, "mlbench "), DidYouMean(name, known), parent.CommandPath())
}

// IsURL tells a URL from a name or a path.
func IsURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// FlagError says of a flag that cannot be taken what was found and what is wanted.
func FlagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bad *pflag.InvalidValueError
	text := err.Error()
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		text = fmt.Sprintf("unknown flag: --%s", unknown.GetSpecifiedName())
		if s := DidYouMean(unknown.GetSpecifiedName(), known); s != "" {
			text += strings.Replace(s, `"`, `"--`, 1)
		}
	case errors.As(err, &bad):
		text = fmt.Sprintf("--%s: %s", bad.GetFlag().Name, BadValue(bad.GetFlag(), bad.GetValue(), bad.Unwrap()))
	}
	return Usagef("%s (see '%s --help')", text, cmd.CommandPath())
}

// BadValue says what is wrong with a value that a flag does not take.
func BadValue(f *pflag.Flag, value string, err error) string {
	want := map[string]string{
		"duration": "a duration such as 60s or 5m",
		"int":      "a whole number",
		"uint64":   "a whole number",
		"float64":  "a number",
		"bool":     "true or false",
	}[f.Value.Type()]
	if _, ok := f.Value.(positive); ok {
		want = cmp.Or(map[string]string{"duration": "a length of time above 0, such as 30s or 2m"}[f.Value.Type()], "a whole number of at least 1")
	}
	if want != "" {
		return fmt.Sprintf("found %q, want %s", value, want)
	}
	return err.Error()
}

// DidYouMean is what a mistyped word was to be, as the end of a sentence; "" if
// none of the known ones is near.
func DidYouMean(word string, known []string) string {
	if s := strict.Suggest(word, known); s != "" {
		return fmt.Sprintf(", did you mean %q?", s)
	}
	return ""
}

// Plural is so many of what the noun names.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
