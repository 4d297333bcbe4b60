package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes of mlbench. Scripts rely on them: they never change meaning.
// Failed requests alone never change the code: objectives do.
const (
	exitOK           = 0   // done, objectives held, verdict ok
	exitFailure      = 1   // could not do the job: target unreachable, I/O
	exitUsage        = 2   // usage, or an invalid input file
	exitRegression   = 3   // the candidate is proven worse than the limit
	exitInconclusive = 4   // not enough data to decide
	exitInvalid      = 5   // the generator or host decided the numbers
	exitObjective    = 6   // an objective was missed
	exitParity       = 7   // the answers of two targets differ
	exitInterrupted  = 130 // interrupted; what was measured is saved
)

// streams are the three standard streams. Results go to out, progress and
// warnings to err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// exitError ends the command with a code of its own. A nil err prints nothing:
// the command has said all there is to say.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageErrorf is a mistake of the caller's: exit 2.
func usageErrorf(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the only place that maps errors to exit codes and prints them.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signals = append(signals, syscall.SIGHUP) // the terminal is gone
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	// net/http writes there what targets send unasked. All else has a logger of its own.
	log.SetOutput(io.Discard)
	root := newRootCmd(streams{in: in, out: out, err: errOut})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var exit *exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			fmt.Fprintf(errOut, "mlbench: %v\n", exit.err)
		}
		return exit.code
	}
	// Whatever else failed once the signal had come, failed because of it.
	if errors.Is(err, context.Canceled) || ctx.Err() != nil {
		fmt.Fprintln(errOut, "mlbench: interrupted")
		return exitInterrupted
	}
	fmt.Fprintf(errOut, "mlbench: %v\n", err)
	return exitFailure
}

// checkArgs turns a failed check of positional arguments into a usage error.
func checkArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageErrorf("%s: %w (see '%s --help')", cmd.CommandPath(), err, cmd.CommandPath())
		}
		return nil
	}
}
