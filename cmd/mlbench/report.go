package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

type reportOptions struct {
	files      []string
	objectives []string
	schema     string
	output     outputOptions
}

const reportLong = `Render saved result files: a run as its summary, a comparison as two targets
side by side. Several files are rendered one after another; - is stdin.

With --objective the exit code says whether every run held every objective
(0 held, 6 missed, 5 the measurement is invalid, 1 it did not come to its end).`

const reportExample = `  mlbench report mlbench-results/20260102T150405Z-mix-modern.jsonl
  mlbench report run.jsonl --format markdown --export csv=run.csv
  mlbench report run.jsonl --percentiles 50,99,99.99 --objective 'p99<50ms' --objective 'errors<0.1%'
  mlbench report --schema run`

func newReportCmd(s streams) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:     "report FILE…",
		Short:   "Render saved result files",
		Long:    reportLong,
		Example: reportExample,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.schema == "" && len(args) == 0:
				return usageErrorf("report: name at least one result file, or - for stdin (see 'mlbench report --help')")
			case o.schema != "" && len(args) > 0:
				return usageErrorf("report: --schema prints a schema and takes no files")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			o.files = args
			return reportFiles(s, o)
		},
	}
	o.output.register(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.objectives, "objective", nil, "limit that every run must hold, for example 'p99<50ms' (repeatable)")
	f.StringVar(&o.schema, "schema", "", "print the JSON Schema of --format json instead: "+report.SchemaNames)
	return cmd
}

func reportFiles(s streams, o reportOptions) error {
	if o.schema != "" {
		schema, err := report.Schema(o.schema)
		if err != nil {
			return usageErrorf("--schema: %w", err)
		}
		_, err = s.out.Write(schema)
		return err
	}
	objectives, err := parseObjectives(o.objectives)
	if err != nil {
		return err
	}
	if err := o.output.validate(); err != nil {
		return err
	}
	// All are read before any is shown: a mistyped name must not leave half a
	// report behind.
	files, err := readResults(s, o.files)
	if err != nil {
		return err
	}
	held, valid := true, true
	for _, f := range files {
		fileHeld, fileValid, err := reportFile(s, f, objectives, &o.output)
		if err != nil {
			return err
		}
		held, valid = held && fileHeld, valid && fileValid
	}
	switch {
	case len(objectives) == 0:
		return nil
	case !valid:
		return &exitError{code: exitInvalid}
	case !held:
		return &exitError{code: exitObjective}
	}
	for _, f := range files {
		if err := ended(f); err != nil {
			return err
		}
	}
	return nil
}

// reportFile shows one file.
func reportFile(s streams, f *results.File, objectives []results.Objective, o *outputOptions) (held, valid bool, err error) {
	if slices.Contains(f.Arms(), results.ArmB) {
		if len(objectives) > 0 {
			return false, false, usageErrorf("%s is a comparison: --objective judges a single run", f.Path)
		}
		c := results.Compare(f, results.CompareOptions{Percentiles: o.quantiles})
		return true, c.Verdict != results.VerdictInvalid, o.comparison(s, c)
	}
	sum := results.Summarize(f, results.ArmA, o.quantiles)
	held, err = sum.JudgeAll(objectives)
	if err != nil {
		return false, false, usageErrorf("%s: %w", f.Path, err)
	}
	return held, sum.Valid, o.run(s, sum)
}

func parseObjectives(exprs []string) ([]results.Objective, error) {
	var out []results.Objective
	for _, e := range exprs {
		o, err := results.ParseObjective(e)
		if err != nil {
			return nil, usageErrorf("--objective: %w", err)
		}
		out = append(out, o)
	}
	return out, nil
}

// readResults reads every file; what is no result file is the caller's mistake.
func readResults(s streams, paths []string) ([]*results.File, error) {
	var out []*results.File
	stdin := false
	for _, p := range paths {
		if p == "-" && stdin {
			return nil, usageErrorf("report: - (stdin) is named twice")
		}
		stdin = stdin || p == "-"
		f, err := results.ReadFile(p, s.in)
		if errors.Is(err, results.ErrFormat) {
			return nil, usageErrorf("%w", err)
		}
		if err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
		out = append(out, f)
	}
	return out, nil
}
