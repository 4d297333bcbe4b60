package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// saved judges result files.
func (o *gateOptions) saved() error {
	if o.parity.share != "" {
		return cli.Usagef("--parity asks live targets: give --base and --head")
	}
	if live := cli.Useless(o.load.flags, cli.Saved); len(live) > 0 {
		return cli.Usagef("%s: only for measuring, and --result is saved: leave that out, or give --base and --head", strings.Join(live, " and "))
	}
	head, err := saved.Read(o.In, o.resultFiles, results.ReadSummed)
	if err != nil {
		return err
	}
	if len(o.baselines) == 0 {
		return o.single(head)
	}
	base, err := saved.Read(o.In, o.baselines, results.ReadSummed)
	if err != nil {
		return err
	}
	opt := o.options()
	opt.Limits = &o.limits
	c, err := saved.Judge(base, head, opt)
	if err != nil {
		return err
	}
	return o.conclude(c, false)
}

// single judges one file: a comparison by its verdict, a run by objectives.
func (o *gateOptions) single(files []*results.File) error {
	if len(files) != 1 {
		return cli.Usagef("%d result files and no --baseline: want one file, or runs to compare it with", len(files))
	}
	f := files[0]
	if len(f.Arms()) == 2 {
		opt := o.options()
		opt.Calibration = nil // of launches, which the pairs of a comparison share
		c, err := saved.Judge(files, nil, opt)
		if err != nil {
			return err
		}
		o.caution(c, f)
		return o.conclude(c, false)
	}
	if o.calibrated != nil {
		return cli.Usagef("--calibration is for comparisons; %s is a single run", f.Path)
	}
	if len(o.judged) == 0 {
		return cli.Usagef("nothing to judge %s by: give --objective, or --baseline", f.Path)
	}
	sum := summary.Of(f, summary.Select{Arm: results.ArmA}, o.out.Quantiles)
	for i := range o.judged {
		o.judged[i].Sufficient = o.sufficient
	}
	held, err := sum.JudgeAll(o.judged)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	o.shown = true
	if err := errors.Join(o.out.Run(o.Streams, sum), output.StepSummary(o.Streams, func(w io.Writer) error {
		return report.Run(w, report.Markdown, sum, report.Options{})
	})); err != nil {
		return err
	}
	found := cli.Judged(false, held, !sum.Undecided(), sum.Valid)
	switch {
	case found == cli.ExitInconclusive && o.out.Inconclusive == "fail":
		found = cli.ExitRegression
	case found == cli.ExitInconclusive && o.out.Inconclusive == "pass":
		found = cli.ExitOK
	}
	if err := cli.End(found); err != nil {
		return err
	}
	return saved.Ended(f)
}

// caution adds to the reasons, and says on stderr, where limits are tighter
// than the luck of a launch.
func (o *gateOptions) caution(c *verdict.Comparison, f *results.File) {
	if o.calibrated == nil {
		return
	}
	limits := o.limits
	if o.spec.Limits == "" {
		if own, err := verdict.ParseLimits(f.Header.Limits); err == nil {
			limits = own
		}
	}
	if note := o.calibrated.Caution(f, limits); note != nil {
		c.Note(*note)
		fmt.Fprintln(o.Err, "note:", report.Sentence(*note))
	}
}

// openCalibration reads a calibration. A file that is not there, or none, is the
// caller's mistake.
func (o *compareOptions) openCalibration() (err error) {
	if o.calibrated, err = verdict.ReadCalibration(o.calibration); err != nil {
		return cli.Usagef("--calibration: %w", err)
	}
	return nil
}
