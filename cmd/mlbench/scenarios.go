package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

const scenariosLong = `A scenario says what clients do: weighted requests, their payloads, a login and a
load model. Some are shipped; a YAML file of your own is used like them.`

func newScenariosCmd(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "List, show and check scenarios",
		Long:  scenariosLong,
		Example: `  mlbench scenarios list
  mlbench scenarios show mix > my.yaml           # a start for one of your own
  mlbench scenarios validate my.yaml
  mlbench run my.yaml --target http://127.0.0.1:8000`,
		Args: checkArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScenariosListCmd(s), newScenariosShowCmd(s), newScenariosValidateCmd(s), newScenariosSchemaCmd(s))
	return cmd
}

func newScenariosListCmd(s streams) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the shipped scenarios",
		Example: `  mlbench scenarios list`,
		Args:    checkArgs(cobra.NoArgs),
		RunE:    func(*cobra.Command, []string) error { return scenariosList(s.out) },
	}
}

func scenariosList(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, name := range scenarios.Names() {
		sc, err := scenarios.Load(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\n", sc.Name, sc.Description)
	}
	return w.Flush()
}

type scenariosShowOptions struct {
	streams
	scenario string
	dryRun   bool
	target   string
	headers  []string
	seed     uint64
}

func newScenariosShowCmd(s streams) *cobra.Command {
	o := scenariosShowOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "show SCENARIO",
		Short: "Print a scenario, or the requests that it makes",
		Long: `Print the YAML of a shipped scenario or a file. With --dry-run, print instead the
first request of each kind exactly as it would be sent, without contacting
anything. Tokens and other secrets show as [redacted]; line ends of the head, CR
LF when sent, show as plain ones.`,
		Example: `  mlbench scenarios show mix
  mlbench scenarios show mix --dry-run
  mlbench scenarios show my.yaml --dry-run --target https://staging.example.com/api`,
		Args: checkArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			o.scenario = args[0]
			return scenariosShow(o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "print requests, not the YAML")
	f.StringVarP(&o.target, "target", "t", "modern", "for --dry-run: `NAME|URL` that the requests are for")
	f.StringArrayVarP(&o.headers, "header", "H", nil, "for --dry-run: header of every request, as `'Name: value'` (repeatable)")
	f.Uint64Var(&o.seed, "seed", 1, "for --dry-run: seed of the payloads")
	return cmd
}

func scenariosShow(o scenariosShowOptions) error {
	sc, err := scenarios.Load(o.scenario)
	if err != nil {
		return usageErrorf("%w", err)
	}
	if !o.dryRun {
		_, err := io.WriteString(o.out, sc.Text())
		return err
	}
	opts := scenarios.CompileOptions{UserAgent: "mlbench/" + version(), Seed: o.seed, PoolSize: 1, Redact: true, Token: "redacted"}
	for _, h := range o.headers {
		field, err := targets.ParseField(h)
		if err != nil {
			return usageErrorf("--header: %w", err)
		}
		opts.Headers = append(opts.Headers, field)
	}
	if opts.Target, err = targets.Parse(o.target); err != nil {
		return usageErrorf("%w", err)
	}
	plan, err := scenarios.Compile(sc, opts)
	if err != nil {
		return usageErrorf("%w", err)
	}
	var sum float64
	for _, c := range plan.Classes {
		sum += c.Weight
	}
	for _, c := range plan.Classes {
		head, body, _ := bytes.Cut(c.Payloads[0].Wire, []byte("\r\n\r\n"))
		head = bytes.ReplaceAll(head, []byte("\r"), nil)
		if _, err := fmt.Fprintf(o.out, "--- %s (%.4g%%)\n%s\n\n%s\n", c.Name, 100*c.Weight/sum, head, body); err != nil {
			return err
		}
	}
	return nil
}

func newScenariosValidateCmd(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check scenario files, and list every mistake",
		Long: `Check scenario files; - is stdin. Every mistake is listed on stderr with file,
line and column; the exit code is 2 when there is one.`,
		Example: `  mlbench scenarios validate my.yaml
  mlbench scenarios validate scenarios/*.yaml`,
		Args: checkArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return scenariosValidate(cmd.Context(), s, args) },
	}
}

func scenariosValidate(ctx context.Context, s streams, files []string) error {
	mistakes := 0
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		src, err := readInput(s.in, file)
		if err != nil {
			return usageErrorf("%w", err)
		}
		sc, err := scenarios.Parse(src, file)
		var all targets.Mistakes
		switch {
		case errors.As(err, &all):
			mistakes += len(all)
			fmt.Fprintln(s.err, all.Error())
		case err != nil:
			return err
		default:
			fmt.Fprintf(s.out, "%s: ok (%s, %s)\n", file, plural(len(sc.Requests), "request"), sc.Load.Model)
		}
	}
	if mistakes > 0 {
		return usageErrorf("%s in %s", plural(mistakes, "mistake"), plural(len(files), "file"))
	}
	return nil
}

// readInput reads a file; - is stdin.
func readInput(in io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(file)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func newScenariosSchemaCmd(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenario files",
		Long: `Print the JSON Schema of scenario files, for editors that complete and check
YAML. Name it in a file's first line:

  # yaml-language-server: $schema=scenario.schema.json`,
		Example: `  mlbench scenarios schema > scenario.schema.json`,
		Args:    checkArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := s.out.Write(scenarios.Schema())
			return err
		},
	}
}
