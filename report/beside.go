package report

import (
	"fmt"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// besidePart has the classes, and spans, of a load beside the measured one.
func besidePart(s *summary.Run, i int) part {
	b := &s.Beside[i]
	qs := classPercentiles(s.Latency[results.ClockResponse])
	t := &Table{Head: Cells(Own, "class", "requests", "errors", "answers/s"), Left: 1}
	for _, q := range qs {
		t.Head = append(t.Head, Cell{summary.PercentileName(q), Own})
	}
	t.Head = append(t.Head, Cell{"max", Own})
	var missed []float64
	for k := range b.Classes {
		c := &b.Classes[k]
		l := c.Latency[results.ClockResponse]
		cells := append([]string{countText(c.Requests), countText(c.Errors.Total), rateText(c.Through)}, classLatency(l, qs)...)
		t.add(append([]Cell{{Text: c.Name + onlyFailures(c.NoneSucceeded())}}, Cells(Own, cells...)...)...)
		missed = append(missed, missedPercentiles(l, qs)...)
	}
	for k := range b.Spans {
		c := &b.Spans[k]
		cells := append([]string{countText(c.Requests), countText(c.Errors.Total), ""}, classLatency(c.Latency[results.ClockResponse], qs)...)
		t.add(append([]Cell{{Text: c.Name}}, Cells(Own, cells...)...)...)
	}
	when := ""
	if b.StartS > 0 || b.DurationS < s.DurationS {
		when = fmt.Sprintf(", from %s on, for %s", secondsText(b.StartS), secondsText(b.DurationS))
	}
	out := part{title: compose("load beside: {}, {}{}, in no figure above (response time in ms)", b.Name, b.Load, when), table: t}
	if note := tooFew(missed); note != "" {
		out.notes = append(out.notes, own(note))
	}
	return out
}
