package main

import (
	"context"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// saved reads each argument as a side of result files; nil says that all of them
// are targets.
func (o *compareOptions) saved() ([][]string, error) {
	var sides [][]string
	var file, target string
	for _, arg := range o.refs {
		paths, err := saved.Named(arg)
		switch {
		case err != nil:
			return nil, err
		case paths == nil:
			target = arg
		default:
			file = arg
			sides = append(sides, paths)
		}
	}
	if sides != nil && target != "" {
		return nil, cli.Usagef("%s is saved, %s is a target: compare two of a kind. Either save a run of the target, too ('mlbench run --output FILE'), or name two targets (one called like a file as label=NAME)", file, target)
	}
	return sides, nil
}

// compareSaved judges result files: the comparisons of one side again, or the
// single runs of two sides.
func (o *compareOptions) compareSaved(ctx context.Context, sides [][]string) error {
	if err := o.validateSaved(sides); err != nil {
		return err
	}
	var files [2][]*results.File
	for i, paths := range sides {
		var err error
		if files[i], err = o.readSide(paths, len(sides)); err != nil {
			return err
		}
	}
	n := 1
	if len(sides) == 1 {
		n = len(files[0])
	}
	made, err := o.out.Comparisons(ctx, o.Streams, n, func(i int) (*verdict.Comparison, bool, error) {
		opt := o.options()
		if err := files[0][i].Header.CheckObjectives(o.judged); err != nil {
			return nil, false, cli.Usagef("%w", err)
		}
		if len(sides) == 1 {
			return verdict.Compare(files[0][i], opt), false, nil
		}
		c, err := verdict.CompareRuns(files[0], files[1], opt)
		if err != nil {
			err = cli.Usagef("%w", err)
		}
		return c, false, err
	})
	if err != nil {
		return err
	}
	return cli.End(cli.Compared(made...))
}

// validateSaved checks flags and the number of sides before any file is read.
func (o *compareOptions) validateSaved(sides [][]string) error {
	if len(sides) > 2 {
		return cli.Usagef("%d result files: want two sides. Several runs of one side are a folder, or a pattern in quotes: mlbench compare 'base-*.jsonl' 'head-*.jsonl'", len(sides))
	}
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
	var err error
	o.calibrated, err = openCalibration(o.calibration)
	return err
}

// readSide reads the files of a side: comparisons if it is the only one, else
// single runs.
func (o *compareOptions) readSide(paths []string, sides int) ([]*results.File, error) {
	var out []*results.File
	for _, p := range paths {
		f, err := results.ReadFile(p, o.In)
		if err != nil {
			return nil, cli.Usagef("%w", err)
		}
		compared := slices.Contains(f.Arms(), results.ArmB)
		switch {
		case sides == 1 && !compared:
			return nil, cli.Usagef("%s is a single run: name another one to compare it with, or judge it alone by 'mlbench gate --result %s --objective …'", p, p)
		case sides == 2 && compared:
			return nil, cli.Usagef("%s is a comparison, which is judged alone ('mlbench compare %s'); two sides are single runs", p, p)
		}
		out = append(out, f)
	}
	return out, nil
}
