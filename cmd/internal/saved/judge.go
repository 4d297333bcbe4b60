package saved

import (
	"fmt"
	"io"
	"slices"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// Sides reads each argument as a side of result files; nil says that all of them are
// targets.
func Sides(args []string) (sides [][]string, err error) {
	var file, target string
	for _, arg := range args {
		paths, err := named(arg)
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
	switch {
	case sides != nil && target != "":
		return nil, cli.Usagef("%s is saved, %s is a target: compare two of a kind. Either save a run of the target, too ('mlbench run --output FILE'), or name two targets (one called like a file as label=NAME)", file, target)
	case len(sides) > 2:
		return nil, cli.Usagef("%d result files: want two sides. Several runs of one side are a folder, or a pattern in quotes: mlbench compare 'base-*.jsonl' 'head-*.jsonl'", len(sides))
	}
	return sides, nil
}

// ReadSides reads what Sides found: comparisons if there is one side, else the single
// runs of both.
func ReadSides(in io.Reader, sides [][]string) (files [2][]*results.File, err error) {
	for i, paths := range sides {
		if files[i], err = Read(in, paths, results.ReadFile); err != nil {
			return files, err
		}
		for _, f := range files[i] {
			switch compared := isComparison(f); {
			case len(sides) == 1 && !compared:
				return files, cli.Usagef("%s is a single run: name another one to compare it with, or judge it alone by 'mlbench gate --result %s --objective …'", f.Path, f.Path)
			case len(sides) == 2 && compared:
				return files, cli.Usagef("%s is a comparison, which is judged alone ('mlbench compare %s'); two sides are single runs", f.Path, f.Path)
			}
		}
	}
	return files, nil
}

func isComparison(f *results.File) bool { return slices.Contains(f.Arms(), results.ArmB) }

// Judge compares single runs of two sides; without head, base is a comparison that is
// judged again. What they cannot be judged by is the caller's mistake.
func Judge(base, head []*results.File, opt verdict.Options) (*verdict.Comparison, error) {
	if err := summary.CheckObjectives(&base[0].Header, opt.Objectives); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	if len(head) == 0 {
		return verdict.Compare(base[0], opt), nil
	}
	c, err := verdict.CompareRuns(base, head, opt)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return c, nil
}

// Ended refuses to let the part of a measurement pass.
func Ended(files ...*results.File) error {
	for _, f := range files {
		if !f.Complete() {
			return &cli.ExitError{Outcome: cli.ExitFailure, Err: fmt.Errorf("%s is of a measurement that did not come to its end: no pass", f.Path)}
		}
	}
	return nil
}
