package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

// outputs are the names of the result files of n comparisons; "" is the default.
// That one is there already is found before anything is started.
func (o *compareOptions) outputs(n int) ([]string, error) {
	outputs := make([]string, n)
	for i := range outputs {
		switch {
		case n == 1:
			outputs[i] = o.spec.Output.File
		case o.spec.Output.File != "":
			ext := filepath.Ext(o.spec.Output.File)
			outputs[i] = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(o.spec.Output.File, ext), i+1, ext)
		}
		out := o.spec.Output
		out.File = outputs[i]
		if err := out.Check(); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}

// prepareMany checks all that several comparisons need before the first of them
// starts.
func (o *compareOptions) prepareMany(ctx context.Context, s *session.Session, arms []targets.Target) error {
	for _, t := range arms {
		// Made anew for each comparison: by the last one a token may be too old.
		if _, err := s.Prepare(ctx, t); err != nil {
			return err
		}
	}
	if !o.out.quiet {
		fmt.Fprintf(o.Err, "%d comparisons of %ss each\n", len(o.refs)-1, strconv.FormatFloat(o.spec.Budget.Seconds(), 'f', -1, 64))
	}
	return nil
}

// comparisons makes n comparisons, one after another, and shows them: pages and
// CSV on stdout as soon as they are made, all in one document in the other
// formats and in exports. After an interrupt or a failure it starts no other and
// shows what was made until then.
func (o *outputOptions) comparisons(ctx context.Context, s cli.Streams, n int, next func(i int) (c *results.Comparison, interrupted bool, err error)) ([]*results.Comparison, error) {
	var made []*results.Comparison
	ended := func() error {
		for i := range n {
			if i > 0 && ctx.Err() != nil {
				return cli.End(cli.ExitInterrupted)
			}
			c, interrupted, err := next(i)
			if err != nil {
				return err
			}
			made = append(made, c)
			if n > 1 && o.asMade() {
				if err := o.print(s, showComparison(c), report.Options{Continued: i > 0}); err != nil {
					return err
				}
			}
			if interrupted {
				return cli.End(cli.ExitInterrupted)
			}
		}
		return nil
	}()
	var shown error
	switch {
	case len(made) == 0:
	case n == 1:
		shown = o.comparison(s, made[0])
	default:
		shown = o.allOf(s, made)
	}
	if silent := (*cli.ExitError)(nil); shown != nil && errors.As(ended, &silent) && silent.Err == nil {
		return made, shown // which has something to say
	}
	return made, errors.Join(ended, shown)
}

// asMade says whether stdout takes a comparison when the next is still to come.
func (o *outputOptions) asMade() bool {
	return slices.Contains([]report.Format{report.Text, report.Markdown, report.CSV, report.JSONL}, o.stdout)
}

// allOf shows what is shown when all comparisons are made.
func (o *outputOptions) allOf(s cli.Streams, made []*results.Comparison) error {
	show := func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Comparisons(w, f, made, opt)
	}
	err := o.export(show, report.Options{})
	if !o.asMade() {
		err = errors.Join(err, o.print(s, show, report.Options{}))
	}
	return err
}

func showComparison(c *results.Comparison) showFunc {
	return func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Comparison(w, f, c, opt)
	}
}
