package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes of mlbench. Scripts rely on them: they never change meaning.
// Failed requests alone never change the code, unless all failed (objective
// errors<100%, the default): objectives do.
const (
	exitOK           = 0   // done, objectives held, verdict ok
	exitFailure      = 1   // could not do the job: target unreachable, I/O
	exitUsage        = 2   // usage, or an input file that is not there, not readable or not valid
	exitRegression   = 3   // the candidate is proven worse than the limit
	exitInconclusive = 4   // not enough data to decide, or nothing was shown
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

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the only place that maps errors to exit codes and prints them.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) && !reopensLog(args) { // as under nohup
		signals = append(signals, syscall.SIGHUP) // the terminal is gone
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	// net/http writes there what targets send unasked. All else has a logger of its own.
	log.SetOutput(io.Discard)
	errOut = messages{errOut}
	root := newRootCmd(streams{in: in, out: out, err: errOut})
	completeAll(root, len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd))
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
