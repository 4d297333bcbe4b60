package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Enum adds a flag that takes one of the words and nothing else.
func Enum(cmd *cobra.Command, into *string, name, usual, usage string, words ...string) {
	*into = usual
	cmd.Flags().Var(enum{into, words}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, OneOf(words...))
}

type enum struct {
	into  *string
	words []string
}

func (e enum) String() string {
	if e.into == nil { // pflag asks the zero value
		return ""
	}
	return *e.into
}

func (enum) Type() string { return "string" }

func (e enum) Set(s string) error {
	if !slices.Contains(e.words, s) {
		last := len(e.words) - 1
		return fmt.Errorf("found %q, want %s or %s%s", s, strings.Join(e.words[:last], ", "), e.words[last], DidYouMean(s, e.words))
	}
	*e.into = s
	return nil
}

// Positive has flags take nothing but what is above 0, which is theirs where they are
// not given.
func Positive(f *pflag.FlagSet, names ...string) {
	for _, name := range names {
		flag := f.Lookup(name)
		flag.Value = positive{flag.Value}
		flag.DefValue = flag.Value.String()
	}
}

type positive struct{ pflag.Value }

// String is empty for 0, so that help shows no default.
func (p positive) String() string {
	if s := p.Value.String(); s != "0" && s != "0s" {
		return s
	}
	return ""
}

func (p positive) Set(s string) error {
	before := p.Value.String()
	err := p.Value.Set(s)
	if now := p.String(); err == nil && (now == "" || now[0] == '-') {
		err = fmt.Errorf("found %q", s)
		_ = p.Value.Set(before)
	}
	return err
}
