package main

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

type scenariosShowOptions struct {
	cli.Streams
	scenario   string
	dryRun     bool
	allowFiles []string
	requests   int
	target     string
	headers    []string
	seed       uint64
}

func newScenariosShowCmd(s cli.Streams) *cobra.Command {
	o := scenariosShowOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "show SCENARIO",
		Short: "Print a scenario, or the requests that it makes",
		Args:  cli.CheckArgs(cobra.ExactArgs(1)),

		ValidArgsFunction: firstScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.scenario = args[0]
			if cmd.Flags().Changed("requests") && o.requests < 1 {
				return cli.Usagef("--requests %d: want at least 1", o.requests)
			}
			return scenariosShow(o)
		},
	}
	f := cmd.Flags()
	allowFilesFlag(f, &o.allowFiles)
	f.BoolVar(&o.dryRun, "dry-run", false, "print requests, not the YAML")
	f.IntVarP(&o.requests, "requests", "n", 0, "for --dry-run: the first `N` requests (default: the first of each kind)")
	f.StringVarP(&o.target, "target", "t", "modern", "for --dry-run: `NAME|URL` that the requests are for")
	f.StringArrayVarP(&o.headers, "header", "H", nil, "for --dry-run: header of every request, as `'Name: value'` (repeatable)")
	f.Uint64Var(&o.seed, "seed", 1, "for --dry-run: seed of the payloads")
	return cmd
}

func scenariosShow(o scenariosShowOptions) error {
	sc, err := scenarios.Load(o.scenario, o.allowFiles...)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	if !o.dryRun {
		_, err := io.WriteString(o.Out, sc.Text())
		return err
	}
	sc.Env = o.Env
	opts := scenarios.CompileOptions{UserAgent: "mlbench/" + version(), Seed: o.seed, ForShow: true, Token: "redacted"}
	for _, h := range o.headers {
		field, err := targets.ParseField(h)
		if err != nil {
			return cli.Usagef("--header: %w", err)
		}
		opts.Headers = append(opts.Headers, field)
	}
	if opts.Target, err = targets.Parse(o.target, o.Env); err != nil {
		return cli.Usagef("%w", err)
	}
	plan, err := scenarios.Compile(sc, opts)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	calls, err := scenarios.Calls(sc, opts)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	var page bytes.Buffer
	for i := range calls.Setup {
		dryRequest(&page, "setup "+calls.Setup[i].Name, calls.Setup[i].Shown())
	}
	loads := plan.Loads()
	for i := range loads {
		of := ""
		if len(loads) > 1 && i > 0 {
			of = " of " + loads[i].Load.Name
		}
		dryRequests(&page, &loads[i], of, o.requests)
	}
	for i := range calls.Teardown {
		dryRequest(&page, "teardown "+calls.Teardown[i].Name, calls.Teardown[i].Shown())
	}
	_, err = o.Out.Write(page.Bytes())
	return err
}

// previewed bounds the search for the first request of each kind: the rarest that
// is allowed is one in 10,000.
const previewed = 20_000

// dryRequests prints the first requests of the measurement, or if n is 0 the first
// of each kind. of says of which load, if that is beside the judged one.
func dryRequests(page *bytes.Buffer, plan *loadgen.Plan, of string, n int) {
	at, seen := 0, map[int]bool{}
	shares := plan.Shares()
	for p := range plan.Requests(loadgen.Phase{Kind: results.Measure, Stream: session.MeasuredStream}) {
		if n > 0 && at == n || n == 0 && (len(seen) == len(plan.Classes) || at == previewed) {
			break
		}
		at++
		if n == 0 && seen[p.Class] {
			continue
		}
		seen[p.Class] = true
		when := "when the answer before has come"
		if p.At >= 0 {
			when = "at " + (plan.Load.Start + p.At).Round(time.Microsecond).String()
		}
		if step := plan.Classes[p.Class].Step; step != nil && step.AtMost > 1 {
			when += fmt.Sprintf(", at most %d times", step.AtMost)
		}
		dryRequest(page, fmt.Sprintf("%s (%.4g%%), request %d%s, %s", shares[p.Class].Name, 100*shares[p.Class].Share, at, of, when), p.Request.Shown())
	}
}

func dryRequest(page *bytes.Buffer, title string, wire []byte) {
	head, body, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	fmt.Fprintf(page, "--- %s\n%s\n\n%s\n", title, bytes.ReplaceAll(head, []byte("\r"), nil), body)
}
