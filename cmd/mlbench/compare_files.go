package main

import (
	"context"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/results/verdict"
)

// compareSaved judges result files: the comparisons of one side again, or the
// single runs of two sides.
func (o *compareOptions) compareSaved(ctx context.Context, sides [][]string) error {
	if err := o.validateSaved(sides); err != nil {
		return err
	}
	files, err := saved.ReadSides(o.In, sides)
	if err != nil {
		return err
	}
	n := 1
	if len(sides) == 1 {
		n = len(files[0])
	}
	made, err := o.out.Comparisons(ctx, o.Streams, n, func(i int) (*verdict.Comparison, bool, error) {
		base := files[0]
		if len(sides) == 1 {
			base = base[i:]
		}
		c, err := saved.Judge(base, files[1], o.options())
		return c, false, err
	})
	if err != nil {
		return err
	}
	return cli.End(cli.Compared(made...))
}

// validateSaved checks flags before any file is read.
func (o *compareOptions) validateSaved(sides [][]string) error {
	if live := cli.Useless(o.load.flags, cli.Saved); len(live) > 0 {
		return cli.Usagef("%s: only for measuring, and %s is saved: leave that out, or name targets", strings.Join(live, " and "), o.refs[0])
	}
	if err := o.validate(); err != nil {
		return err
	}
	if o.calibration == "" {
		return nil
	}
	if len(sides) == 1 {
		return cli.Usagef("--calibration is for single runs: the pairs of a comparison say by themselves how much is luck")
	}
	return o.openCalibration()
}
