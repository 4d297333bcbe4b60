package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// longestBar is the bar of the fullest bin, in characters.
const longestBar = 40

// detailParts show what a run's report has on demand.
func detailParts(s *summary.Run) []part {
	d := s.Details
	wire := part{title: own("on the wire"), facts: []fact{
		{"sent", own(bytesText(d.BytesOut, d.BytesOutPerS))},
		{"received", own(bytesText(d.BytesIn, d.BytesInPerS))},
		{"connections", own(countText(d.Opened) + " opened while measuring")},
	}}
	t := &Table{Head: latencyHead("ms", d.FirstByte), Left: 1}
	for i := range results.Clocks {
		if c := &results.Clocks[i]; !clockShown(s, c) && !c.Always && s.Latency[c.Name].Count > 0 {
			t.add(latencyCells(clockTitle(c), s.Latency[c.Name])...)
		}
	}
	if t.Rows != nil {
		wire.table = t
	}
	parts := []part{wire}
	if len(d.Histogram) > 0 {
		parts = append(parts, histogramPart(s))
	}
	return parts
}

func histogramPart(s *summary.Run) part {
	bins := s.Details.Histogram
	var most, all int64
	for _, b := range bins {
		most, all = max(most, b.Requests), all+b.Requests
	}
	t := &Table{Head: Cells(Own, "response time, ms", "requests", "share", ""), Left: 1, LeftLast: true}
	for _, b := range bins {
		bar := int(math.Ceil(longestBar * float64(b.Requests) / float64(most)))
		t.add(append(Cells(Own, fmt.Sprintf("%.4g to %.4g", b.FromMS, b.ToMS), countText(b.Requests),
			shareText(100*float64(b.Requests)/float64(all))+"%"), Cell{strings.Repeat("█", bar), Literal})...)
	}
	return part{title: own("distribution"), table: t}
}

// bytesText is an amount of data, and a rate.
func bytesText(n int64, perSecond float64) string {
	return fmt.Sprintf("%s (%s/s)", sizeText(float64(n)), sizeText(perSecond))
}

// sizeText is a number of bytes in decimal units.
func sizeText(v float64) string {
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if v < 999.5 {
			if unit == "B" {
				return fixed(v, 0) + " B"
			}
			return fmt.Sprintf("%.3g %s", v, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.3g TB", v)
}

// stagePart is a row for each stage of a load in stages.
func stagePart(run *summary.Run) part {
	stages := run.Stages
	head := []string{"stage", "from, s", "for, s", "asked, 1/s", "achieved, 1/s", "in flight"}
	for _, p := range stages[0].Response.Percentiles {
		head = append(head, summary.PercentileName(p.Q))
	}
	t := &Table{Head: Cells(Own, append(head, "dropped", "errors")...)}
	var missed []float64
	for i := range stages {
		s := &stages[i]
		cells := []string{ordinal(s.Stage), fixed(s.StartS, 1), fixed(s.DurationS, 1), rateText(s.AskedRPS), rateText(s.AchievedRPS), countText(s.InFlightMax)}
		for _, p := range s.Response.Percentiles {
			cells = append(cells, percentileText(s.Response, p.Q))
		}
		t.add(Cells(Own, append(cells, countText(s.Dropped), countText(s.Errors.Total))...)...)
		missed = append(missed, missedPercentiles(s.Response, nil)...)
	}
	out := part{title: own("by stage (response time in ms)"), table: t}
	if note := tooFew(missed); note != "" {
		out.notes = append(out.notes, own(note))
	}
	out.notes = append(out.notes, own("how it went within stages: 'mlbench report --timeline'"))
	return out
}
