package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

func newScenariosCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "List, show and check scenarios",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScenariosListCmd(s), newScenariosShowCmd(s), newScenariosValidateCmd(s), newScenariosSchemaCmd(s), newScenariosNewCmd(s))
	return cmd
}

func newScenariosListCmd(s cli.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the shipped scenarios",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return scenariosList(s.Out) },
	}
}

func scenariosList(out io.Writer) error {
	t := report.Table{Left: 2}
	for _, name := range scenarios.Names() {
		sc, err := scenarios.Load(name)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, report.Cells(report.Foreign, sc.Name, sc.Description))
	}
	return t.Write(out, report.Text, report.Options{})
}

func newScenariosValidateCmd(s cli.Streams) *cobra.Command {
	var allowFiles []string
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check scenario files, and list every mistake",
		Args:  cli.CheckArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return scenariosValidate(cmd.Context(), s, args, allowFiles)
		},
	}
	allowFilesFlag(cmd.Flags(), &allowFiles)
	return cmd
}

// allowFilesFlag names further folders of which scenarios may read files.
func allowFilesFlag(f *pflag.FlagSet, dirs *[]string) {
	f.StringArrayVar(dirs, "allow-files", nil, "let the scenario read files of this `DIR`, too, and not only of its own folder (repeatable)")
}

func scenariosValidate(ctx context.Context, s cli.Streams, files, allowFiles []string) error {
	mistakes := 0
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		sc, err := validScenario(s.In, file, allowFiles)
		var all strict.Mistakes
		switch {
		case errors.As(err, &all):
			mistakes += len(all)
			fmt.Fprintln(s.Err, err)
		case err != nil:
			mistakes++
			fmt.Fprintln(s.Err, err)
		default:
			fmt.Fprintf(s.Out, "%s: ok (%s, %s)\n", file, cli.Plural(len(sc.Requests), "request"), sc.Load.Model)
		}
	}
	if mistakes > 0 {
		return cli.Usagef("%s in %s", cli.Plural(mistakes, "mistake"), cli.Plural(len(files), "file"))
	}
	return nil
}

// validScenario reads a file and compiles it for a target of no consequence:
// some mistakes show only then. Variables need not be set here.
func validScenario(in io.Reader, file string, allowFiles []string) (*scenarios.Scenario, error) {
	src, err := cli.ReadFile(in, file, maxInput)
	if err != nil {
		return nil, err
	}
	sc, err := scenarios.Parse(src, file, allowFiles...)
	if err != nil {
		return nil, err
	}
	o := scenarios.CompileOptions{PoolSize: 1, ForShow: true, Token: "redacted"}
	if o.Target, err = (&targets.File{}).Parse("http://127.0.0.1"); err != nil {
		return nil, err
	}
	if _, err := scenarios.Once(sc, o); err != nil {
		if found := (strict.Mistakes)(nil); errors.As(err, &found) { // they name it
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return sc, nil
}

// maxInput bounds what scenarios are made of and checked: recordings are large,
// devices have no end.
const maxInput = 256 << 20

func newScenariosSchemaCmd(s cli.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenario files",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := s.Out.Write(scenarios.Schema())
			return err
		},
	}
}
