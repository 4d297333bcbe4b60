package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// saved judges result files.
func (o *gateOptions) saved() error {
	if o.parity.share != "" {
		return usageErrorf("--parity asks live targets: give --base and --head")
	}
	head, err := readResults(o.streams, o.resultFiles)
	if err != nil {
		return err
	}
	if len(o.baselines) == 0 {
		return o.single(head)
	}
	base, err := readResults(o.streams, o.baselines)
	if err != nil {
		return err
	}
	if err := base[0].Header.CheckObjectives(o.judged); err != nil {
		return usageErrorf("%w", err)
	}
	c, err := results.CompareFiles(base, head, results.CompareOptions{
		Percentiles: o.out.quantiles, Limits: &o.limits, Strict: o.strict, Calibration: o.calibrated, Objectives: o.judged,
	})
	if err != nil {
		return usageErrorf("%w", err)
	}
	if err := o.publish(c); err != nil {
		return err
	}
	return o.exit(c)
}

// single judges one file: a comparison by its verdict, a run by objectives.
func (o *gateOptions) single(files []*results.File) error {
	if len(files) != 1 {
		return usageErrorf("%d result files and no --baseline: want one file, or runs to compare it with", len(files))
	}
	f := files[0]
	if len(f.Arms()) == 2 {
		if err := f.Header.CheckObjectives(o.judged); err != nil {
			return usageErrorf("%w", err)
		}
		opt := results.CompareOptions{Percentiles: o.out.quantiles, Strict: o.strict, Objectives: o.judged}
		if o.maximum != "" {
			opt.Limits = &o.limits
		}
		c := results.Compare(f, opt)
		o.caution(c, f)
		if err := o.publish(c); err != nil {
			return err
		}
		return o.exit(c)
	}
	if o.calibrated != nil {
		return usageErrorf("--calibration is for comparisons; %s is a single run", f.Path)
	}
	if len(o.judged) == 0 {
		return usageErrorf("nothing to judge %s by: give --objective, or --baseline", f.Path)
	}
	sum := results.Summarize(f, results.ArmA, o.out.quantiles)
	held, err := sum.JudgeAll(o.judged)
	if err != nil {
		return usageErrorf("%w", err)
	}
	o.shown = true
	if err := errors.Join(o.out.run(o.streams, sum), stepSummary(func(f *os.File) error {
		return report.Run(f, report.Markdown, sum, report.Options{})
	})); err != nil {
		return err
	}
	switch {
	case !held:
		return &exitError{code: exitObjective}
	case !sum.Valid:
		return &exitError{code: exitInvalid}
	}
	return ended(f)
}

// ended refuses to let the part of a measurement pass.
func ended(f *results.File) error {
	if f.Complete() {
		return nil
	}
	return &exitError{code: exitFailure, err: fmt.Errorf("%s is of a measurement that did not come to its end: no pass", f.Path)}
}

// caution adds to the reasons, and says on stderr, where limits are tighter
// than the luck of a launch.
func (o *gateOptions) caution(c *results.Comparison, f *results.File) {
	if o.calibrated == nil {
		return
	}
	limits := o.limits
	if o.maximum == "" {
		if own, err := results.ParseLimits(f.Header.Limits); err == nil {
			limits = own
		}
	}
	if note := o.calibrated.Caution(&f.Header, limits); note != "" {
		c.Note(note)
		fmt.Fprintln(o.err, "note:", note)
	}
}

// openCalibration reads a calibration. A file that is not there, or none, is the
// caller's mistake.
func openCalibration(path string) (*results.Calibration, error) {
	c, err := results.ReadCalibration(path)
	if err != nil {
		return nil, usageErrorf("--calibration: %w", err)
	}
	return c, nil
}
