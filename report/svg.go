package report

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/report/chart"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// writeSVG draws what decides, for where a page does not go: percentiles and pairs; of
// several documents the percentiles of each.
func writeSVG(w io.Writer, ds []Document, o Options) error {
	if o.Continued {
		return errors.New("render svg: a picture does not follow another one")
	}
	sheet := ""
	if len(ds) == 1 {
		sheet = sheetOf(ds[0])
	} else {
		sheet = sheetOfAll(ds)
	}
	_, err := io.WriteString(w, sheet)
	return err
}

// sheetOfAll has a line and the percentiles of each document.
func sheetOfAll(ds []Document) string {
	var lines []string
	var charts []*chart.Chart
	for _, d := range ds {
		if d.Comparison == nil {
			lines = append(lines, pictureLines(inText.inline(runPage(d.Run, 0).title))...)
			charts = append(charts, percentileChart(d.Run.Title+": latency by percentile", []arm{{d.Run.Target.Name, chart.A, d.Run.Data(results.TotalClass)}}, nil, nil))
			continue
		}
		v := verdictOf(d.Comparison)
		lines = append(lines, pictureLines(v.heading+": "+v.reasons[0])...)
		if d.Comparison.ArmA != nil {
			charts = append(charts, comparedPercentiles(d.Comparison, d.Comparison.ArmA.Title+": latency by percentile, all requests", results.TotalClass))
		}
	}
	return chart.Sheet(count(len(ds), "measurement"), lines, charts)
}

// sheetOf is a document's picture.
func sheetOf(d Document) string {
	if d.Comparison == nil {
		s := d.Run
		p := runPage(s, 0)
		arms := []arm{{s.Target.Name, chart.A, s.Data(results.TotalClass)}}
		distribution, _ := distributionChart("Distribution", arms)
		lines := pictureLines(p.alarm)
		for _, f := range p.parts[0].facts[:3] {
			lines = append(lines, pictureLines(f.label+": "+inText.inline(f.value))...)
		}
		return chart.Sheet(inText.inline(p.title), lines, []*chart.Chart{percentileChart("Latency by percentile", arms, nil, nil), distribution})
	}
	c := d.Comparison
	v := verdictOf(c)
	lines := pictureLines(v.reasons[0])
	for _, r := range v.reasons[1:] {
		if more := pictureLines(r); len(lines)+len(more) <= mostPictureLines {
			lines = append(lines, more...)
		}
	}
	if c.ArmA == nil {
		return chart.Sheet(inText.name(v.heading), lines, nil)
	}
	charts := []*chart.Chart{comparedPercentiles(c, "Latency by percentile, all requests", results.TotalClass)}
	for _, row := range pairedRows(c, results.TotalClass) {
		if slices.Contains([]string{"throughput", "p50", summary.PercentileName(0.99)}, row.Metric) {
			charts = append(charts, pairChart(c, row))
		}
	}
	return chart.Sheet(inText.name(v.heading), lines, charts)
}

const (
	mostPictureLines = 6
	pictureColumns   = 124
)

// pictureLines are sentences in lines that fit a picture.
func pictureLines(sentences ...string) (out []string) {
	p := &page{width: pictureColumns}
	for _, s := range sentences {
		if s != "" {
			out = append(out, strings.Split(p.wrapped(inText.name(s), ""), "\n")...)
		}
	}
	return out
}
