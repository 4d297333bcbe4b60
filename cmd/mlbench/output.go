package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// outputOptions say what of a measurement goes to stdout and to files. Every
// command that shows results shares them: register, then validate before any
// load is sent, then run or comparison once per document, or comparisons.
type outputOptions struct {
	format      string
	exports     []string // FORMAT=FILE
	percentiles string   // "50,90,99.9"
	quiet       bool     // no progress on stderr; results are printed all the same

	// Set by validate.
	quantiles []float64 // 0…1, ascending; nil: results.DefaultPercentiles
	stdout    report.Format
	files     []*exportFile
	shown     int // documents so far

	details      bool   // of a run: see results.Details
	wide         bool   // of CSV: see report.Options
	inconclusive string // what a gate makes of that verdict; "" for other commands
}

// exportFile collects the documents of one --export.
type exportFile struct {
	format report.Format
	path   string
	buf    bytes.Buffer
}

func (o *outputOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	defer cli.Section(f, "Output")()
	defer cli.For(f, cli.Saved)()
	f.StringVar(&o.format, "format", string(report.Text), "`FORMAT` of what goes to stdout: "+report.FormatNames)
	f.StringArrayVar(&o.exports, "export", nil, "also write the report to a file, as `FORMAT=FILE` (repeatable)")
	f.StringVar(&o.percentiles, "percentiles", "", "`PERCENTILES` to show, for example 50,90,99.9")
	end := cli.For(f, cli.Once)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	end()
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(
		strings.Split(report.FormatNames, ", "), cobra.ShellCompDirectiveNoFileComp))
}

// validate checks the flags, and that every export can be written: a minute of
// measuring must not be lost to a mistyped folder.
func (o *outputOptions) validate() error {
	var err error
	if o.stdout, err = report.ParseFormat(o.format); err != nil {
		return cli.Usagef("--format: %w", err)
	}
	if o.quantiles, err = parsePercentiles(o.percentiles); err != nil {
		return cli.Usagef("--percentiles: %w", err)
	}
	o.files = nil
	for _, e := range o.exports {
		name, path, ok := strings.Cut(e, "=")
		if !ok || path == "" {
			return cli.Usagef("--export %q: want FORMAT=FILE, for example json=result.json", e)
		}
		format, err := report.ParseFormat(name)
		if err != nil {
			return cli.Usagef("--export %q: %w", e, err)
		}
		if path == "-" {
			return cli.Usagef("--export %q: an export is a file; use --format %s for stdout", e, format)
		}
		if slices.ContainsFunc(o.files, func(f *exportFile) bool { return filepath.Clean(f.path) == filepath.Clean(path) }) {
			return cli.Usagef("--export %q: %s is named twice", e, path)
		}
		o.files = append(o.files, &exportFile{format: format, path: path})
	}
	for _, f := range o.files {
		if err := checkWritable(f.path); err != nil {
			o.files = nil // nor is the failure to be written there
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// parsePercentiles reads "50,90,99.9" as quantiles, ascending.
func parsePercentiles(s string) ([]float64, error) {
	if s == "" {
		return nil, nil
	}
	var out []float64
	seen := map[string]bool{}
	for field := range strings.SplitSeq(s, ",") {
		field = strings.TrimPrefix(strings.TrimSpace(field), "p")
		q, ok := results.ParsePercentile("p" + field)
		if !ok || q > 0.999999 {
			return nil, fmt.Errorf("%q is no percentile between 0 and 99.9999; want for example 50,90,99.9", field)
		}
		if name := results.PercentileName(q); !seen[name] {
			seen[name] = true
			out = append(out, q)
		}
	}
	slices.Sort(out)
	return out, nil
}

// run shows the summary of a run on stdout and in every export.
func (o *outputOptions) run(s cli.Streams, sum *results.Summary) error {
	o.detail(sum)
	return o.render(s, func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Run(w, f, sum, opt)
	})
}

// comparison shows two arms side by side on stdout and in every export.
func (o *outputOptions) comparison(s cli.Streams, c *results.Comparison) error {
	return o.render(s, showComparison(c))
}

// detail adds to a summary what --details asks for.
func (o *outputOptions) detail(sum *results.Summary) {
	if o.details {
		sum.Details = sum.Detail()
	}
}

// registerDetails is for commands that show runs.
func (o *outputOptions) registerDetails(cmd *cobra.Command) {
	f := cmd.Flags()
	defer cli.Section(f, "Output")()
	f.BoolVar(&o.details, "details", false, "also the distribution of response times, bytes, first byte and connecting (text, markdown, json)")
}

// documents shows what several files came to, as one document.
func (o *outputOptions) documents(s cli.Streams, docs []report.Document) error {
	return o.render(s, func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Documents(w, f, docs, opt)
	})
}

// shows says whether a format goes anywhere.
func (o *outputOptions) shows(f report.Format) bool {
	return o.stdout == f || slices.ContainsFunc(o.files, func(e *exportFile) bool { return e.format == f })
}

// render shows one document everywhere. An export that fails does not keep the
// others, or stdout, from being written.
func (o *outputOptions) render(s cli.Streams, show showFunc) error {
	opt := report.Options{Continued: o.shown > 0, Inconclusive: o.inconclusive, Wide: o.wide}
	o.shown++
	return errors.Join(o.export(show, opt), o.print(s, show, opt))
}

// showFunc renders a document.
type showFunc func(io.Writer, report.Format, report.Options) error

// export adds a document to every export.
func (o *outputOptions) export(show showFunc, opt report.Options) error {
	var errs []error
	for _, f := range o.files {
		err := show(&f.buf, f.format, opt)
		if err == nil {
			// All documents so far: the file is whole after each of them.
			err = writeAtomically(f.path, f.buf.Bytes())
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("export: %w", err))
		}
	}
	return errors.Join(errs...)
}

// print writes a document to stdout, all of it or nothing.
func (o *outputOptions) print(s cli.Streams, show showFunc, opt report.Options) error {
	opt.Color = cli.UseColor(s.Out)
	var page bytes.Buffer
	if err := show(&page, o.stdout, opt); err != nil {
		return err
	}
	if _, err := s.Out.Write(page.Bytes()); err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	return nil
}
