package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/saved"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

type reportOptions struct {
	files      []string
	objectives []string
	confidence float64 // of objectives
	schema     string
	timeline   bool
	output     output.Options
}

func newReportCmd(s cli.Streams) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report FILE…",
		Short: "Render saved result files",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.schema == "" && len(args) == 0:
				return cli.Usagef("report: name at least one result file, or - for stdin (see 'mlbench report --help')")
			case o.schema != "" && len(args) > 0:
				return cli.Usagef("report: --schema prints a schema and takes no files")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			o.files = args
			return reportFiles(s, o)
		},
	}
	o.output.Register(cmd)
	o.output.RegisterDetails(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.objectives, "objective", nil, "`LIMIT` that every run must hold, for example 'p99<50ms' (repeatable)")
	registerConfidence(f, &o.confidence)
	end := cli.Section(f, "Output")
	f.BoolVar(&o.output.Wide, "wide", false, "CSV of one row per run, with a column for every metric")
	f.BoolVar(&o.timeline, "timeline", false, "the course over time instead of the sums")
	end()
	f.StringVar(&o.schema, "schema", "", "print the JSON Schema of --format json instead, of `WHAT`: "+report.SchemaNames)
	_ = cmd.RegisterFlagCompletionFunc("schema", cli.OneOf(strings.Split(report.SchemaNames, ", ")...))
	return cmd
}

// validate refuses flags that would not do anything, or exclude each other.
func (o *reportOptions) validate() error {
	switch {
	case o.output.Wide && !o.output.Shows(report.CSV):
		return cli.Usagef("--wide shapes CSV: give --format csv or --export csv=FILE")
	case o.timeline && o.output.Wide:
		return cli.Usagef("--timeline is a row per interval, --wide a row per run: leave one out")
	case o.timeline && len(o.objectives) > 0:
		return cli.Usagef("--timeline shows the course, --objective judges the whole: leave one out")
	case o.timeline && o.output.Shows(report.JUnit):
		return cli.Usagef("--timeline has no test cases: want text, markdown, csv, json or jsonl")
	case o.timeline && o.output.Details:
		return cli.Usagef("--timeline shows the course, --details the whole: leave one out")
	case o.timeline && o.output.Percentiles != "":
		return cli.Usagef("--timeline shows p50 and p99: leave --percentiles out")
	}
	return nil
}

func reportFiles(s cli.Streams, o reportOptions) error {
	if o.schema != "" {
		schema, err := report.Schema(o.schema)
		if err != nil {
			return cli.Usagef("--schema: %w", err)
		}
		_, err = s.Out.Write(schema)
		return err
	}
	objectives, err := parseObjectives(o.objectives, o.confidence)
	if err != nil {
		return err
	}
	if err := o.output.Validate(); err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	// All are read before any is shown: a mistyped name must not leave half a
	// report behind.
	files, err := saved.Read(s.In, o.files, results.ReadSummed)
	if err != nil {
		return err
	}
	if o.timeline {
		return reportTimelines(s, files, &o.output)
	}
	held, decided, valid := true, true, true
	var docs []report.Document
	for _, f := range files {
		doc, fileHeld, err := reportFile(f, objectives, &o.output)
		if err != nil {
			return err
		}
		docs = append(docs, doc)
		held, decided, valid = held && fileHeld, decided && !undecided(doc), valid && doc.Valid()
	}
	if err := o.output.Documents(s, docs); err != nil {
		return err
	}
	if len(objectives) == 0 {
		return nil
	}
	if err := cli.End(cli.Judged(false, held, decided, valid)); err != nil {
		return err
	}
	return saved.Ended(files...)
}

// reportFile is what one file came to.
func reportFile(f *results.File, objectives []summary.Objective, o *output.Options) (doc report.Document, held bool, err error) {
	if err := summary.CheckObjectives(&f.Header, objectives); err != nil {
		return doc, false, cli.Usagef("%s: %w", f.Path, err)
	}
	if slices.Contains(f.Arms(), results.ArmB) {
		if o.Details {
			return doc, false, cli.Usagef("%s is a comparison: --details is of single runs", f.Path)
		}
		c := verdict.Compare(f, verdict.Options{Percentiles: o.Quantiles, Objectives: objectives})
		return report.Document{Comparison: c}, !c.MissesObjective(), nil
	}
	sum := summary.Of(f, summary.Select{Arm: results.ArmA}, o.Quantiles)
	if held, err = sum.JudgeAll(objectives); err != nil {
		return doc, false, cli.Usagef("%s: %w", f.Path, err)
	}
	o.Detail(sum)
	return report.Document{Run: sum}, held, nil
}

// reportTimelines shows the course of each file over time.
func reportTimelines(s cli.Streams, files []*results.File, o *output.Options) error {
	return o.Render(s, func(w io.Writer, format report.Format, opt report.Options) error {
		return report.Timelines(w, format, files, opt)
	})
}

func undecided(doc report.Document) bool {
	if doc.Comparison != nil {
		return doc.Comparison.Undecided()
	}
	return doc.Run.Undecided()
}

func parseObjectives(exprs []string, confidence float64) ([]summary.Objective, error) {
	var out []summary.Objective
	for _, e := range exprs {
		o, err := summary.ParseObjective(e)
		if err != nil {
			return nil, cli.Usagef("--objective: %w", err)
		}
		o.Confidence = confidence
		out = append(out, o)
	}
	return out, nil
}

func registerConfidence(f *pflag.FlagSet, into *float64) {
	f.Var((*confidence)(into), "objective-confidence", "hold percentiles and shares of errors by a bound of so much `CONFIDENCE`, such as 95%, and not by what was measured; too few requests are exit 4")
}

// confidence is a flag's; 0: none.
type confidence float64

func (c *confidence) String() string {
	if c == nil || *c == 0 {
		return ""
	}
	return strconv.FormatFloat(100*float64(*c), 'g', 8, 64) + "%"
}

func (*confidence) Type() string { return "confidence" }

func (c *confidence) Set(s string) error {
	digits, share := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if !share || err != nil || !(v > 50 && v < 100) {
		return fmt.Errorf("found %q, want a share above 50%% and below 100%%, such as 95%%", s)
	}
	*c = confidence(v / 100)
	return nil
}
