package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the only place that prints errors; it returns the exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) && !reopensLog(args) { // as under nohup
		signals = append(signals, syscall.SIGHUP) // the terminal is gone
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends this process at once
	// net/http writes there what targets send unasked. All else has a logger of its own.
	log.SetOutput(io.Discard)
	errOut = cli.Messages(errOut)
	root := newRootCmd(cli.Streams{In: in, Out: out, Err: errOut})
	cli.CompleteFlags(root, commonWords, len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd))
	root.SetArgs(args)
	outcome, message := cli.OutcomeOf(ctx, root.ExecuteContext(ctx))
	if message != "" {
		fmt.Fprintf(errOut, "mlbench: %s\n", message)
	}
	return int(outcome)
}
