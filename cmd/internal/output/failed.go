package output

import (
	"context"
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
)

// Failed writes into every export why there is no result, unless there is one:
// an earlier one's must not stand for it. The error that it returns is err, and
// what else went wrong.
func (o *Options) Failed(ctx context.Context, command string, err error) error {
	f, failed := FailureOf(ctx, command, err)
	if !failed {
		return err
	}
	var errs []error
	for _, file := range o.files {
		if file.buf.Len() > 0 {
			continue
		}
		werr := report.Failed(&file.buf, file.format, f, report.Options{})
		if werr == nil {
			werr = WriteAtomically(file.path, file.buf.Bytes())
		}
		if werr != nil {
			errs = append(errs, fmt.Errorf("export: %w", werr))
		}
	}
	return cli.AddErrors(err, errs...)
}

// FailureOf describes an error that says why there is no result; exit codes that
// tell of one are none.
func FailureOf(ctx context.Context, command string, err error) (f report.Failure, failed bool) {
	outcome, message := cli.OutcomeOf(ctx, err)
	return report.Failure{Command: command, Error: strings.Join(strings.Fields(message), " "), ExitCode: int(outcome)}, message != ""
}
