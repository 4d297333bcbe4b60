package output

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results/verdict"
)

// Comparisons makes n comparisons, one after another, and shows them: pages and
// CSV on stdout as soon as they are made, all in one document in the other
// formats and in exports. After an interrupt or a failure it starts no other and
// shows what was made until then.
func (o *Options) Comparisons(ctx context.Context, s cli.Streams, n int, next func(i int) (c *verdict.Comparison, interrupted bool, err error)) ([]*verdict.Comparison, error) {
	var made []*verdict.Comparison
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
		shown = o.Comparison(s, made[0])
	default:
		shown = o.allOf(s, made)
	}
	if silent := (*cli.ExitError)(nil); shown != nil && errors.As(ended, &silent) && silent.Err == nil {
		return made, shown // which has something to say
	}
	return made, errors.Join(ended, shown)
}

// asMade says whether stdout takes a comparison when the next is still to come.
func (o *Options) asMade() bool {
	return slices.Contains([]report.Format{report.Text, report.Markdown, report.CSV, report.JSONL}, o.stdout)
}

// allOf shows what is shown when all comparisons are made: of those that stdout has
// already, what they came to in all.
func (o *Options) allOf(s cli.Streams, made []*verdict.Comparison) error {
	show := func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Comparisons(w, f, made, opt)
	}
	opt := report.Options{}
	if o.asMade() {
		opt.Continued, opt.Closing = true, true
	}
	return errors.Join(o.export(s, show, report.Options{}), o.print(s, show, opt))
}

func showComparison(c *verdict.Comparison) Show {
	return func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Comparison(w, f, c, opt)
	}
}
