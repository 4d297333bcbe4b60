package output

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
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// Options say what of a measurement goes to stdout and to files. Every
// command that shows results shares them: Register, then Validate before any
// load is sent, then Run or Comparison once per document, or Comparisons.
type Options struct {
	Format      string
	Exports     []string // FORMAT=FILE
	Percentiles string   // "50,90,99.9"
	Quiet       bool     // no progress on stderr; results are printed all the same

	// Set by Validate.
	Quantiles []float64 // 0…1, ascending; nil: summary.DefaultPercentiles
	stdout    report.Format
	files     []*exportFile
	shown     int // documents so far

	Details      bool   // of a run: see results.Details
	Wide         bool   // of CSV: see report.Options
	Inconclusive string // what a gate makes of that verdict; "" for other commands
}

// exportFile collects the documents of one --export.
type exportFile struct {
	format report.Format
	path   string
	buf    bytes.Buffer
}

// Register adds the flags.
func (o *Options) Register(cmd *cobra.Command) {
	f := cmd.Flags()
	defer cli.Section(f, "Output")()
	defer cli.For(f, cli.Saved)()
	f.StringVar(&o.Format, "format", string(report.Text), "`FORMAT` of what goes to stdout: "+report.FormatNames)
	f.StringArrayVar(&o.Exports, "export", nil, "also write the report to a file, as `FORMAT=FILE` (repeatable)")
	f.StringVar(&o.Percentiles, "percentiles", "", "`PERCENTILES` to show, for example 50,90,99.9")
	end := cli.For(f, cli.Once)
	f.BoolVarP(&o.Quiet, "quiet", "q", false, "no progress on stderr")
	end()
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(
		strings.Split(report.FormatNames, ", "), cobra.ShellCompDirectiveNoFileComp))
}

// Check finds all that is wrong with the flags by themselves.
func (o *Options) Check() error {
	var wrong []error
	mistake := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	var err error
	if o.stdout, err = report.ParseFormat(o.Format); err != nil {
		mistake("--format: %w", err)
	}
	if o.Quantiles, err = ParsePercentiles(o.Percentiles); err != nil {
		mistake("--percentiles: %w", err)
	}
	o.files = nil
	for _, e := range o.Exports {
		name, path, ok := strings.Cut(e, "=")
		format, err := report.ParseFormat(name)
		switch {
		case !ok || path == "":
			mistake("--export %q: want FORMAT=FILE, for example json=result.json", e)
		case err != nil:
			mistake("--export %q: %w", e, err)
		case path == "-":
			mistake("--export %q: an export is a file; use --format %s for stdout", e, format)
		case slices.ContainsFunc(o.files, func(f *exportFile) bool { return filepath.Clean(f.path) == filepath.Clean(path) }):
			mistake("--export %q: %s is named twice", e, path)
		default:
			o.files = append(o.files, &exportFile{format: format, path: path})
		}
	}
	if len(wrong) > 0 {
		return cli.Usagef("%w", errors.Join(wrong...))
	}
	return nil
}

// Validate is Check, and that every export can be written: a minute of measuring must
// not be lost to a mistyped folder.
func (o *Options) Validate() error {
	if err := o.Check(); err != nil {
		return err
	}
	for _, f := range o.files {
		if err := CheckWritable(f.path); err != nil {
			o.files = nil // nor is the failure to be written there
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// ParsePercentiles reads "50,90,99.9" as quantiles, ascending.
func ParsePercentiles(s string) ([]float64, error) {
	if s == "" {
		return nil, nil
	}
	var out []float64
	seen := map[string]bool{}
	for field := range strings.SplitSeq(s, ",") {
		field = strings.TrimPrefix(strings.TrimSpace(field), "p")
		q, ok := summary.ParsePercentile("p" + field)
		if !ok || q > 0.999999 {
			return nil, fmt.Errorf("%q is no percentile between 0 and 99.9999; want for example 50,90,99.9", field)
		}
		if name := summary.PercentileName(q); !seen[name] {
			seen[name] = true
			out = append(out, q)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Run shows the summary of a run on stdout and in every export.
func (o *Options) Run(s cli.Streams, sum *summary.Run) error {
	o.Detail(sum)
	return o.Render(s, func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Run(w, f, sum, opt)
	})
}

// Comparison shows two arms side by side on stdout and in every export.
func (o *Options) Comparison(s cli.Streams, c *verdict.Comparison) error {
	return o.Render(s, showComparison(c))
}

// Detail adds to a summary what --details asks for.
func (o *Options) Detail(sum *summary.Run) {
	if o.Details {
		sum.Details = sum.Detail()
	}
}

// RegisterDetails is for commands that show runs.
func (o *Options) RegisterDetails(cmd *cobra.Command) {
	f := cmd.Flags()
	defer cli.Section(f, "Output")()
	f.BoolVar(&o.Details, "details", false, "also the distribution of response times, bytes, first byte and connecting (text, markdown, json)")
}

// Documents shows what several files came to, as one document.
func (o *Options) Documents(s cli.Streams, docs []report.Document) error {
	return o.Render(s, func(w io.Writer, f report.Format, opt report.Options) error {
		return report.Documents(w, f, docs, opt)
	})
}

// Shows says whether a format goes anywhere.
func (o *Options) Shows(f report.Format) bool {
	return o.stdout == f || slices.ContainsFunc(o.files, func(e *exportFile) bool { return e.format == f })
}

// Render shows one document everywhere. An export that fails does not keep the
// others, or stdout, from being written.
func (o *Options) Render(s cli.Streams, show Show) error {
	opt := report.Options{Continued: o.shown > 0, Inconclusive: o.Inconclusive, Wide: o.Wide}
	o.shown++
	return errors.Join(o.export(s, show, opt), o.print(s, show, opt))
}

// Show renders a document in a format.
type Show func(io.Writer, report.Format, report.Options) error

// export adds a document to every export.
func (o *Options) export(s cli.Streams, show Show, opt report.Options) error {
	var errs []error
	for _, f := range o.files {
		err := show(&f.buf, f.format, opt)
		if err == nil {
			folder := missingFolder(f.path)
			// All documents so far: the file is whole after each of them.
			err = WriteAtomically(f.path, f.buf.Bytes())
			if folder != "" && err == nil { // as for result files: its name may be mistyped
				fmt.Fprintln(s.Err, "note: made the folder", folder)
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("export: %w", err))
		}
	}
	return errors.Join(errs...)
}

// print writes a document to stdout, all of it or nothing.
func (o *Options) print(s cli.Streams, show Show, opt report.Options) error {
	opt.Color, opt.ASCII, opt.Columns = s.Colored(), s.Plain(), s.Columns()
	var page bytes.Buffer
	if err := show(&page, o.stdout, opt); err != nil {
		return err
	}
	if _, err := s.Out.Write(page.Bytes()); err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	return nil
}
