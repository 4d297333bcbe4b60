package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer"
	"github.com/mlbench/mlbench/targets"
)

type scenariosNewOptions struct {
	cli.Streams
	from, source string
	output       string
	force        bool
	insecure     bool
	params       []string
	shape        importer.Options
}

func newScenariosNewCmd(s cli.Streams) *cobra.Command {
	o := scenariosNewOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "new [--from KIND SOURCE]",
		Short: "Write a scenario to begin with, made of what you have",
		Args:  cli.CheckArgs(cobra.MaximumNArgs(1)),

		ValidArgsFunction: presetWords,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.source = args[0]
			}
			return scenariosNew(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	cli.Enum(cmd, &o.from, "from", "", "what the source is: `KIND` openapi, curl, har, vegeta, locust, k6, jmeter, postman or preset", importer.Kinds...)
	f.StringVarP(&o.output, "output", "o", "-", "`FILE` to write; - is stdout")
	f.BoolVar(&o.force, "force", false, "overwrite the file if it is there")
	f.BoolVarP(&o.insecure, "insecure", "k", false, "accept any certificate of the document's URL")
	f.StringArrayVar(&o.params, "param", nil, "of OpenAPI: a parameter's value, `NAME=VALUE`; several of one name are drawn from")
	f.StringVar(&o.shape.Model, "model", "model", "of presets: the model's `NAME`")
	f.IntVar(&o.shape.Features, "features", 10, "length of feature vectors, where the source does not say")
	return cmd
}

func scenariosNew(ctx context.Context, o scenariosNewOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	o.shape.Source = o.source
	if o.source == "-" {
		o.shape.Source = "stdin"
	}
	if o.output != "-" {
		o.shape.File = o.output
	}
	for _, p := range o.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return cli.Usagef("--param %s: want NAME=VALUE, such as house_id=17", clipped(p))
		}
		if o.shape.Params == nil {
			o.shape.Params = map[string][]string{}
		}
		o.shape.Params[name] = append(o.shape.Params[name], value)
	}
	read := ""
	o.shape.Note = func(summary string) { read = summary + ", " }
	text, err := o.make(ctx)
	if err != nil {
		return err
	}
	if o.output == "-" {
		_, err := o.Out.Write(text)
		return err
	}
	if err := output.WriteAtomically(o.output, text); err != nil {
		return err
	}
	sc, err := scenarios.Parse(text, o.output, "/")
	if err != nil {
		return cli.Usagef("%s is written, but cannot be used under this name: %w", o.output, err)
	}
	fmt.Fprintf(o.Err, "%s: %s%s, see its comments\n", o.output, read, cli.Plural(len(sc.Requests), "request"))
	return nil
}

func (o *scenariosNewOptions) check() error {
	switch {
	case o.from == "" && o.source != "":
		return cli.Usagef("what is %s? say so with --from %s", clipped(o.source), strings.Join(importer.Kinds, ", "))
	case o.from == "preset" && o.source == "":
		return cli.Usagef("which preset? one of %s", strings.Join(importer.Presets(), ", "))
	case o.from != "" && o.source == "":
		return cli.Usagef("--from %s: of what? give its source (see 'mlbench scenarios new --help')", o.from)
	case o.shape.Features < 1 || o.shape.Features > 10_000:
		return cli.Usagef("--features %d: want 1 to 10000", o.shape.Features)
	case len(o.params) > 0 && o.from != "openapi":
		return cli.Usagef("--param: goes with --from openapi")
	case o.output == "":
		return cli.Usagef("--output: want a file, or - for stdout")
	case o.output == "-" || o.force:
		return nil
	}
	if _, err := os.Lstat(o.output); err == nil {
		return cli.Usagef("%s is there already: name another file, or --force", o.output)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot write %s: %w", o.output, output.Reason(err))
	}
	return nil
}

// clipped keeps what was pasted by mistake, which may hold secrets, off the
// screen.
func clipped(s string) string {
	const most = 20
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// make makes the scenario. What is wrong with the source is the caller's
// mistake; what is wrong with the way to it is not.
func (o *scenariosNewOptions) make(ctx context.Context) ([]byte, error) {
	source, err := o.read(ctx)
	if err != nil {
		return nil, err
	}
	text, err := importer.From(o.from, source, o.shape)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return text, nil
}

// read gets the source: an argument, a file, stdin, or the URL of an OpenAPI document.
func (o *scenariosNewOptions) read(ctx context.Context) ([]byte, error) {
	switch {
	case o.from == "" || o.from == "preset" || o.from == "curl" && o.source != "-":
		return []byte(o.source), nil
	case o.from == "openapi" && cli.IsURL(o.source):
		t, err := targets.Parse(o.source, o.Env)
		if err != nil {
			return nil, cli.Usagef("%w", err)
		}
		t.Insecure = o.insecure
		return importer.Fetch(ctx, t, &o.shape)
	case o.source != "-":
		o.shape.Source, o.shape.Folder = filepath.Base(o.source), filepath.Dir(o.source)
	}
	raw, err := cli.ReadFile(o.In, o.source, maxInput)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return raw, nil
}
