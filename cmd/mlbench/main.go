package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is what main does, with streams of the caller's.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	// net/http writes there what targets send unasked. All else has a logger of its own.
	log.SetOutput(io.Discard)
	s := cli.Streams{In: in, Out: out, Err: cli.Messages(errOut), Env: os.LookupEnv, Environ: os.Environ()}
	return cli.UntilInterrupted(reopensLog(args), func(ctx context.Context) int { return execute(ctx, args, s) }, func() {
		s.Restore()
		fmt.Fprintln(s.Err, "mlbench: interrupted")
	})
}

// execute is the only place that prints errors; it returns the exit code.
func execute(ctx context.Context, args []string, s cli.Streams) int {
	defer s.Restore()
	root := newRootCmd(s)
	cli.CompleteFlags(root, commonWords(s), len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd))
	root.SetArgs(args)
	outcome, message := cli.OutcomeOf(ctx, root.ExecuteContext(ctx))
	if message != "" {
		fmt.Fprintf(s.Err, "mlbench: %s\n", message)
	}
	return int(outcome)
}
