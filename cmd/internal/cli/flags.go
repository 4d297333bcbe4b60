package cli

import (
	"slices"

	"github.com/spf13/pflag"
)

// Annotations of flags.
const (
	sectionKey   = "mlbench_section"
	untypedKey   = "mlbench_untyped"
	useKey       = "mlbench_use"
	displacedKey = "mlbench_displaced"
)

// added calls do for every flag that is defined between its call and its result's.
func added(f *pflag.FlagSet, do func(*pflag.Flag)) (end func()) {
	before := map[string]bool{}
	f.VisitAll(func(flag *pflag.Flag) { before[flag.Name] = true })
	return func() {
		f.VisitAll(func(flag *pflag.Flag) {
			if !before[flag.Name] {
				do(flag)
			}
		})
	}
}

func annotate(flag *pflag.Flag, key string, values ...string) {
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	flag.Annotations[key] = append(flag.Annotations[key], values...)
}

// Section puts the flags that are defined between its call and its result's under
// a title of the help.
func Section(f *pflag.FlagSet, title string) (end func()) {
	return added(f, func(flag *pflag.Flag) {
		if flag.Annotations[sectionKey] == nil {
			annotate(flag, sectionKey, title)
		}
	})
}

// Use is what a flag means something for, besides measuring.
type Use string

// Uses of flags.
const (
	Saved Use = "saved" // judging and showing what is saved
	Once  Use = "once"  // sending each request once
)

// For marks the flags that are defined between its call and its result's as of use
// for this, too.
func For(f *pflag.FlagSet, use Use) (end func()) {
	return added(f, func(flag *pflag.Flag) { annotate(flag, useKey, string(use)) })
}

// Useless are the flags of the command line, as --name, that mean nothing for this
// use. Variables and files speak of every command: they are no mistake.
func Useless(f *pflag.FlagSet, use Use) (names []string) {
	f.Visit(func(flag *pflag.Flag) {
		if Typed(flag) && !slices.Contains(flag.Annotations[useKey], string(use)) {
			names = append(names, "--"+flag.Name)
		}
	})
	return names
}

// SetUntyped sets a flag by what is not the command line: a variable, or a file.
func SetUntyped(f *pflag.FlagSet, name, value string) error {
	if err := f.Set(name, value); err != nil {
		return err
	}
	annotate(f.Lookup(name), untypedKey)
	return nil
}

// Typed says whether the flag is on the command line, whose author is there to be
// asked.
func Typed(flag *pflag.Flag) bool {
	_, untyped := flag.Annotations[untypedKey]
	return flag.Changed && !untyped
}

// Displaces says that the flag leaves no room for others: where it is given, what
// variables and files have for those is not taken.
func Displaces(f *pflag.FlagSet, flag string, others ...string) {
	annotate(f.Lookup(flag), displacedKey, others...)
}

// Exclude says that each of the flags leaves no room for the others.
func Exclude(f *pflag.FlagSet, flags ...string) {
	for i, flag := range flags {
		Displaces(f, flag, slices.Concat(flags[:i], flags[i+1:])...)
	}
}

// Displaced are the flags for which those that are given leave no room.
func Displaced(f *pflag.FlagSet) map[string]bool {
	out := map[string]bool{}
	f.Visit(func(flag *pflag.Flag) {
		for _, other := range flag.Annotations[displacedKey] {
			out[other] = true
		}
	})
	return out
}
