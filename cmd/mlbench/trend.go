package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results/trend"
	"github.com/mlbench/mlbench/results/verdict"
)

// trendFormats are the forms of a trend.
var trendFormats = []string{"text", "markdown", "csv", "json", "html", "svg"}

type trendOptions struct {
	cli.Streams
	filter      filterOptions
	class       string
	metric      string
	least       percent
	level       percent
	calibration string
	format      string
	exports     []string
}

func newTrendCmd(s cli.Streams) *cobra.Command {
	o := &trendOptions{Streams: s, least: 5, level: 1}
	cmd := &cobra.Command{
		Use:   "trend [FOLDER]",
		Short: "Show one scenario and target over time, and where it changed",
		Args:  cli.CheckArgs(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return showTrend(o, folderOf(args))
		},
		ValidArgsFunction: folderWords,
	}
	o.filter.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.class, "class", "", "request class, as `NAME` (default all requests together)")
	cli.Enum(cmd, &o.metric, "metric", "p50", "`METRIC` of the picture: "+strings.Join(trend.Metrics(), ", "), trend.Metrics()...)
	f.Var(&o.least, "min-change", "smallest change that is pointed out, as `SHARE`; of errors at least 0.5 points")
	f.Var(&o.level, "level", "share of series without a change in which one may be pointed out, as `SHARE`")
	f.StringVar(&o.calibration, "calibration", "", "how much launches differ, as `FILE` of 'mlbench calibrate' (default: what results of one revision say)")
	cli.Enum(cmd, &o.format, "format", "text", "what goes to stdout: "+strings.Join(trendFormats, ", "), trendFormats...)
	f.StringArrayVar(&o.exports, "export", nil, "also write it to a file, as `FORMAT=FILE` (repeatable)")
	return cmd
}

// export is one of --export.
type export struct {
	format report.Format
	path   string
}

func (o *trendOptions) parseExports() (out []export, err error) {
	for _, text := range o.exports {
		format, path, ok := strings.Cut(text, "=")
		switch {
		case !ok || path == "" || path == "-":
			return nil, cli.Usagef("--export %q: want FORMAT=FILE, for example csv=trend.csv", text)
		case !slices.Contains(trendFormats, format):
			return nil, cli.Usagef("--export %q: a trend has no form %q, want one of %s", text, format, strings.Join(trendFormats, ", "))
		}
		if err := output.CheckWritable(path); err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
		out = append(out, export{report.Format(format), path})
	}
	return out, nil
}

func showTrend(o *trendOptions, folder string) error {
	filter, err := o.filter.filter()
	if err != nil {
		return err
	}
	exports, err := o.parseExports()
	if err != nil {
		return err
	}
	opt := trend.Options{Filter: filter, Class: o.class, Level: float64(o.level) / 100, Least: float64(o.least) / 100}
	if o.calibration != "" {
		if opt.Calibration, err = verdict.ReadCalibration(o.calibration); err != nil {
			return cli.Usagef("--calibration: %w", err)
		}
	}
	t, err := trend.Of(folder, opt)
	if err != nil {
		return cli.Usagef("%w: name the folder that has the results", err)
	}
	if o.class != "" && len(t.Points) == 0 && len(t.Classes) > 0 && !slices.Contains(t.Classes, o.class) {
		return cli.Usagef("--class %s: the results have no such class, but %s", o.class, strings.Join(t.Classes, ", "))
	}
	docs := []report.Document{{Trend: t}}
	var wrong []error
	for _, e := range exports {
		var page bytes.Buffer
		err := report.Documents(&page, e.format, docs, report.Options{Metric: o.metric})
		if err == nil {
			err = output.WriteAtomically(e.path, page.Bytes())
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("export: %w", err))
		}
	}
	return errors.Join(append(wrong, report.Documents(o.Out, report.Format(o.format), docs, report.Options{Color: o.Colored(), Metric: o.metric}))...)
}

// percent is a flag's share: 5%.
type percent float64

func (p *percent) String() string {
	if p == nil {
		return ""
	}
	return strconv.FormatFloat(float64(*p), 'g', -1, 64) + "%"
}

func (*percent) Type() string { return "share" }

func (p *percent) Set(s string) error {
	digits, ok := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(v > 0 && v < 100) {
		return fmt.Errorf("found %q, want a share above 0%% and below 100%%, such as 5%%", s)
	}
	*p = percent(v)
	return nil
}
