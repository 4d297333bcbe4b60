package report

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// Timelines renders the course of measurements over time, an interval a row: in
// a run a second or some, in a comparison the slices of both targets. Several
// are one document as those of Documents are.
func Timelines(w io.Writer, format Format, files []*results.File, o Options) error {
	if len(files) == 0 {
		return errors.New("there is no document to render")
	}
	if format == JSON && len(files) > 1 {
		var all []timelineJSON
		for _, f := range files {
			all = append(all, newTimelineJSON(f))
		}
		return writeJSON(w, JSON, all)
	}
	var b bytes.Buffer
	for i, f := range files {
		next := o
		next.Continued = o.Continued || i > 0
		if err := timeline(&b, format, f, next); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func timeline(w io.Writer, format Format, f *results.File, o Options) error {
	switch format {
	case JSON, JSONL:
		return writeJSON(w, format, newTimelineJSON(f))
	case CSV:
		return timelineCSV(w, f, f.Series(), o)
	case Text, Markdown:
		return writePage(w, format, timelinePage(f, f.Series()), o)
	}
	return fmt.Errorf("render %s: a timeline has no such form; want text, markdown, csv, json or jsonl", format)
}

// timelineSchema names the JSON form of a timeline.
const timelineSchema = "mlbench.timeline/1"

type timelineJSON struct {
	Schema     string          `json:"schema"`
	Scenario   string          `json:"scenario"`
	Points     []results.Point `json:"points"`
	ResultFile string          `json:"result_file"`
}

func newTimelineJSON(f *results.File) timelineJSON {
	return timelineJSON{Schema: timelineSchema, Scenario: f.Header.Scenario.Name, Points: f.Series(), ResultFile: f.Path}
}

// timelineHead are the columns of the timeline as CSV.
var timelineHead = []string{
	"file", "target", "phase", "pair", "stage", "t_s", "duration_s", "asked_rps", "achieved_rps",
	"in_flight_max", "requests", "dropped", "errors", "p50_ms", "p99_ms", "excluded",
}

func timelineCSV(w io.Writer, f *results.File, points []results.Point, o Options) error {
	var lines [][]string
	if !o.Continued {
		lines = append(lines, timelineHead)
	}
	number := func(v *float64) string { return csvNumber(orNaN(v)) }
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	for i := range points {
		p := &points[i]
		lines = append(lines, []string{
			cell(f.Path), cell(armName(f, p.Arm)), cell(string(p.Phase)), ordinal(p.Pair), ordinal(p.Stage), csvNumber(p.StartS), csvNumber(p.DurationS),
			number(p.AskedRPS), number(p.AchievedRPS), count(p.InFlightMax), count(p.Requests), count(p.Dropped), count(p.Errors.Total),
			number(p.P50), number(p.P99), cell(p.Excluded),
		})
	}
	return writeLines(w, lines)
}

// armName is the target of an arm.
func armName(f *results.File, arm string) string { return cmp.Or(f.Header.Target(arm).Name, arm) }

// ordinal is a number from 1; "" is none.
func ordinal(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// timelineColumn is a column of the table, left out where it has nothing to say.
type timelineColumn struct {
	name  string
	left  bool
	shown bool
	role  Role
	cell  func(*results.Point) string
}

func timelinePage(f *results.File, points []results.Point) *page {
	var some struct{ pairs, stages, asked, dropped, few bool }
	for i := range points {
		p := &points[i]
		some.pairs = some.pairs || p.Pair > 0
		some.stages = some.stages || p.Stage > 0
		some.asked = some.asked || p.AskedRPS != nil
		some.dropped = some.dropped || p.Dropped > 0
		some.few = some.few || p.P99 != nil && !summary.Enough(p.Requests, 0.99)
	}
	columns := []timelineColumn{
		{"phase", true, true, Foreign, func(p *results.Point) string { return phaseText(p) }},
		{"target", true, len(f.Header.Targets) > 1, Foreign, func(p *results.Point) string { return armName(f, p.Arm) }},
		{"t, s", false, true, Own, func(p *results.Point) string { return fixed(p.StartS, 1) }},
		{"pair", false, some.pairs, Own, func(p *results.Point) string { return ordinal(p.Pair) }},
		{"stage", false, some.stages, Own, func(p *results.Point) string { return ordinal(p.Stage) }},
		{"asked, 1/s", false, some.asked, Own, func(p *results.Point) string { return rateText(orNaN(p.AskedRPS)) }},
		{"achieved, 1/s", false, true, Own, func(p *results.Point) string { return rateText(orNaN(p.AchievedRPS)) }},
		{"in flight", false, true, Own, func(p *results.Point) string { return countText(p.InFlightMax) }},
		{"p50, ms", false, true, Own, func(p *results.Point) string { return msText(orNaN(p.P50)) }},
		{"p99, ms", false, true, Own, func(p *results.Point) string { return msText(orNaN(p.P99)) }},
		{"dropped", false, some.dropped, Own, func(p *results.Point) string { return countText(p.Dropped) }},
		{"errors", false, true, Foreign, timelineErrors},
	}
	t := &Table{}
	for _, c := range columns {
		if c.shown {
			t.Head = append(t.Head, Cell{c.name, Own})
			if c.left {
				t.Left++
			}
		}
	}
	for i := range points {
		if p := &points[i]; p.DurationS == 0 && p.P50 == nil && p.Requests+p.Errors.Total == 0 {
			continue // nothing was awaited
		}
		var cells []Cell
		for _, c := range columns {
			if c.shown {
				cells = append(cells, Cell{c.cell(&points[i]), c.role})
			}
		}
		t.add(cells...)
	}
	out := part{table: t, notes: []inline{own("t: seconds from the start; in flight: the most at once; a request is in the interval in which it ended")}}
	if some.few {
		out.notes = append(out.notes, own("p99 of an interval with fewer than 100 requests is that of its slowest one"))
	}
	names := ""
	for i, target := range f.Header.Targets {
		if i > 0 {
			names += " and "
		}
		names += target.Name
	}
	return &page{
		title: compose("{} on {} over time", f.Header.Scenario.Label(), names),
		parts: []part{out},
		file:  f.Path,
	}
}

// phaseText is what an interval's load was for, and whether it counts.
func phaseText(p *results.Point) string {
	text := string(p.Phase)
	if p.Phase == results.Warmup {
		text = "warm-up"
	}
	switch {
	case p.Excluded != "":
		text += ", left out: " + p.Excluded
	case p.DurationS == 0:
		text += ", last answers"
	}
	return text
}

func timelineErrors(p *results.Point) string {
	if p.Errors.Total == 0 {
		return "0"
	}
	return errorText(p.Errors, 0)
}
