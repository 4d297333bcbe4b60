package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// saved reads each argument as a side of result files; nil says that all of them
// are targets.
func (o *compareOptions) saved() ([][]string, error) {
	var sides [][]string
	var file, target string
	for _, arg := range o.refs {
		paths, err := savedFiles(arg)
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

// savedFiles are the result files that an argument names: a file, a folder
// (written with a slash, as targets have names like folders) or a pattern; nil
// if it names a target.
func savedFiles(arg string) ([]string, error) {
	if arg == "-" {
		return []string{arg}, nil
	}
	named := strings.HasSuffix(arg, resultSuffix)
	if info, err := os.Stat(arg); err == nil {
		switch {
		case info.IsDir() && strings.ContainsAny(arg, `/`+string(filepath.Separator)):
			return filesOf(arg, filepath.Join(arg, "*"+resultSuffix))
		case info.Mode().IsRegular() && (named || output.IsResultFile(arg)):
			return []string{arg}, nil
		}
		return nil, nil
	}
	switch {
	case strings.Contains(arg, "://") || strings.Contains(arg, "="):
		return nil, nil
	case strings.ContainsAny(arg, "*?["):
		if paths, err := filesOf(arg, arg); err == nil || named && !session.IsCommand(arg) {
			return paths, err
		}
	case session.IsCommand(arg):
	case named:
		return nil, fmt.Errorf("the result file %s does not exist; if it is a target, write label=%s", arg, arg)
	}
	return nil, nil
}

const resultSuffix = ".jsonl"

// filesOf finds the files of a pattern, in the order of their names.
func filesOf(arg, pattern string) ([]string, error) {
	paths, err := filepath.Glob(pattern)
	if err == nil && len(paths) == 0 {
		err = errors.New("no such file")
	}
	if err != nil {
		if pattern != arg {
			arg += " (" + pattern + ")"
		}
		return nil, cli.Usagef("no result files in %s: %w", arg, err)
	}
	return paths, nil
}

// matching are the paths, with those of files in the place of a pattern that is no
// file itself: in a file of settings, or in quotes, no shell has read it.
func matching(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil || !strings.ContainsAny(p, "*?[") {
			out = append(out, p)
			continue
		}
		found, err := filesOf(p, p)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
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
