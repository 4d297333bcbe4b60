package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mlbench/mlbench/report"
)

// failed writes into every export why there is no result, unless there is one:
// an earlier one's must not stand for it. The error that it returns is err, and
// what else went wrong.
func (o *outputOptions) failed(ctx context.Context, command string, err error) error {
	f, failed := failureOf(ctx, command, err)
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
			werr = writeAtomically(file.path, file.buf.Bytes())
		}
		if werr != nil {
			errs = append(errs, fmt.Errorf("export: %w", werr))
		}
	}
	return withErrors(err, errs...)
}

// failureOf describes an error that says why there is no result; exit codes that
// tell of one are none.
func failureOf(ctx context.Context, command string, err error) (f report.Failure, failed bool) {
	if err == nil {
		return f, false
	}
	f = report.Failure{Command: command, Error: strings.Join(strings.Fields(err.Error()), " "), ExitCode: exitFailure}
	var exit *exitError
	switch {
	case errors.As(err, &exit) && exit.err == nil:
		return f, false
	case exit != nil:
		f.ExitCode = exit.code
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		f.Error, f.ExitCode = "interrupted", exitInterrupted
	}
	return f, true
}

// withErrors adds errors to one that keeps its exit code.
func withErrors(err error, more ...error) error {
	joined := errors.Join(append([]error{err}, more...)...)
	var exit *exitError
	if errors.As(err, &exit) && len(more) > 0 {
		return &exitError{code: exit.code, err: joined}
	}
	if len(more) == 0 {
		return err
	}
	return joined
}

// failedStepSummary says so to GitHub.
func failedStepSummary(ctx context.Context, command string, err error) error {
	f, failed := failureOf(ctx, command, err)
	if !failed {
		return nil
	}
	return stepSummary(func(w *os.File) error { return report.Failed(io.Writer(w), report.Markdown, f, report.Options{}) })
}
