package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
)

// fileList has a line for each file of a folder.
type fileList []history.Entry

func (l fileList) write(w io.Writer, format Format, o Options) error {
	switch format {
	case JSON, JSONL:
		return writeJSON(w, format, struct {
			Schema string          `json:"schema"`
			Files  []history.Entry `json:"files"`
		}{history.Schema, l})
	case CSV:
		return l.csv(w, o)
	case Text, Markdown:
		return l.table().Write(w, format, o)
	}
	return fmt.Errorf("render %s: a list of results has no such form; want text, markdown, csv or json", format)
}

func (l fileList) table() *Table {
	t := &Table{Head: Cells(Own, "start (UTC)", "command", "scenario", "targets", "ended", "file", "came to", "commit", "labels"), Left: 9}
	for i := range l {
		e := &l[i]
		start := ""
		if e.Start != nil {
			start = e.Start.UTC().Format(time.DateTime)
		}
		t.Rows = append(t.Rows, Cells(Foreign,
			start, e.Command, e.Scenario, strings.Join(e.Targets, ", "), cmp.Or(e.Error, e.Ended, "cut off"), e.File,
			cameTo(e), e.Source.String(), strings.Join(tagTexts(e.Labels), ", ")))
	}
	return t
}

// cameTo is the outcome of a measurement in a few words; "" where its file does not say it.
func cameTo(e *history.Entry) string {
	if e.Verdict != "" {
		return e.Verdict
	}
	for i := range e.Figures {
		f := &e.Figures[i]
		if f.Class != results.TotalClass || f.Arm != results.ArmA {
			continue
		}
		text := rateText(f.ThroughputRPS) + "/s"
		for _, p := range []struct {
			name string
			ms   float64
		}{{"p50", f.P50MS}, {"p99", f.P99MS}} {
			if p.ms > 0 {
				text += ", " + p.name + " " + msText(p.ms) + " ms"
			}
		}
		if f.Failed > 0 {
			text += fmt.Sprintf(", %d of %d failed", f.Failed, f.Requests)
		}
		if f.Invalid {
			text += ", invalid"
		}
		return text
	}
	return ""
}

// listHead are the columns of a list as CSV: a row for each file and arm.
var listHead = []string{
	"file", "start", "kind", "command", "scenario", "targets", "ended", "complete", "verdict", "commit", "branch", "ci_run", "labels", "error",
	"arm", "invalid", "requests", "failed", "throughput_rps", "p50_ms", "p90_ms", "p99_ms",
}

func (l fileList) csv(w io.Writer, o Options) error {
	var lines [][]string
	if !o.Continued {
		lines = append(lines, listHead)
	}
	for i := range l {
		e := &l[i]
		start, source := "", results.Source{}
		if e.Start != nil {
			start = e.Start.UTC().Format(time.RFC3339)
		}
		if e.Source != nil {
			source = *e.Source
		}
		common := []string{
			cell(e.File), start, e.Kind, cell(e.Command), cell(e.Scenario), cell(strings.Join(e.Targets, ", ")), cell(e.Ended), fmt.Sprint(e.Complete), cell(e.Verdict),
			cell(source.Commit), cell(source.Branch), cell(source.Run), cell(strings.Join(tagTexts(e.Labels), ", ")), cell(e.Error),
		}
		said := false
		for j := range e.Figures {
			if f := &e.Figures[j]; f.Class == results.TotalClass {
				lines = append(lines, append(common[:len(common):len(common)], cell(f.Arm), fmt.Sprint(f.Invalid), countText(f.Requests), countText(f.Failed),
					csvNumber(f.ThroughputRPS), csvFigure(f.P50MS), csvFigure(f.P90MS), csvFigure(f.P99MS)))
				said = true
			}
		}
		if !said {
			lines = append(lines, append(common, make([]string, len(listHead)-len(common))...))
		}
	}
	return writeLines(w, lines)
}

// csvFigure is a percentile, which there may be none of.
func csvFigure(ms float64) string {
	if ms == 0 {
		return ""
	}
	return csvNumber(ms)
}
