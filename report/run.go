package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

const (
	invalidAlarm = "INVALID MEASUREMENT: do not use these numbers; the warnings below say why"
	closedNote   = "closed model: a slow answer delays the next request, so waiting of users who would have arrived meanwhile is not in these numbers"
)

// runPage is the content of a run's report, whose tables leave out what needs more
// columns than there are.
func runPage(s *summary.Run, columns int) *page {
	p := &page{
		answer: answerOf(s),
		title:  compose("{} on {}: {}, {}, seed {}", s.Title, targetText(s.Target), s.Planned.Text, secondsText(s.DurationS), s.Seed),
		file:   s.ResultFile,
	}
	if !s.Valid {
		p.alarm = invalidAlarm
	}
	p.parts = append(p.parts, part{facts: runFacts(s)})
	failures, warnings := failuresPart(s)
	if failures.facts != nil {
		p.parts = append(p.parts, failures)
	}
	p.parts = append(p.parts, latencyPart(s, columns))
	if len(s.Classes) > 1 {
		p.parts = append(p.parts, classPart(s, columns))
	}
	if len(s.Spans) > 0 {
		p.parts = append(p.parts, spanPart(s))
	}
	for i := range s.Beside {
		p.parts = append(p.parts, besidePart(s, i))
	}
	if rows := runChecks(s); rows != nil {
		p.parts = append(p.parts, checksPart(rows))
	}
	if len(s.Stages) > 1 {
		p.parts = append(p.parts, stagePart(s))
	}
	if s.Details != nil {
		p.parts = append(p.parts, detailParts(s)...)
	}
	if len(s.Objectives) > 0 {
		p.parts = append(p.parts, objectivePart(s.Objectives))
	}
	p.warnings = Sentences(warnings)
	p.footer = originFacts(&s.Origin, s.Tags)
	return p
}

// targetText is a target's name and where it is.
func targetText(t results.Target) inline {
	switch {
	case t.Command == "" && (t.URL == "" || t.Name == t.URL):
		return foreign(t.Name)
	case t.Name == "":
		return where(t)
	}
	return compose("{} ({})", t.Name, where(t))
}

// where is a target's URL, or the command that started it: the port that it was
// given then says nothing afterwards.
func where(t results.Target) inline {
	if t.Command != "" {
		return literal(t.Command)
	}
	return literal(t.URL)
}

func runFacts(s *summary.Run) []fact {
	sent := countText(s.Requests)
	if s.InFlight > 0 || s.Dropped > 0 {
		sent += " sent"
	}
	if s.InFlight > 0 {
		sent += fmt.Sprintf(", %d answered, %d unfinished", s.Answered(), s.InFlight)
	}
	if s.Dropped > 0 {
		sent += fmt.Sprintf(", %d dropped", s.Dropped)
	}
	facts := []fact{
		{"requests", own(sent)},
		{"throughput", compose("{}/s (without errors {}/s)", rateText(s.ThroughputRPS), rateText(s.GoodputRPS))},
		{"errors", foreign(errorText(s.Errors, s.Ended()))},
	}
	if len(s.Nodes) > 0 {
		facts = append(facts, fact{"machines", foreign(strings.Join(s.Nodes, ", "))})
	}
	if len(s.Status) > 0 {
		facts = append(facts, fact{"statuses", foreign(statusText(s.Status))})
	}
	if r := s.Resources; r != nil {
		facts = append(facts, fact{"resources", own(resourcesText(r))})
	}
	return facts
}

// tagFacts is the user's words for a measurement, if there are any.
func tagFacts(tags map[string]string) []fact {
	if len(tags) == 0 {
		return nil
	}
	return []fact{{"labels", enumerate(foreignLines(tagTexts(tags)), ", ")}}
}

func tagTexts(tags map[string]string) []string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		parts = append(parts, key+"="+tags[key])
	}
	return parts
}

// onlyFailures marks latencies that would flatter: a failure is often quick.
func onlyFailures(only bool) string {
	if only {
		return " (of failed requests only)"
	}
	return ""
}

// errorText is "none" or a sum with its classes, in the order of the format.
func errorText(e results.Errors, requests int64) string {
	if e.Total == 0 {
		return "none"
	}
	out := countText(e.Total)
	if requests > 0 {
		out += fmt.Sprintf(" (%s%%)", shareText(100*float64(e.Total)/float64(requests)))
	}
	return out + ": " + errorCounts(e)
}

func errorCounts(e results.Errors) string {
	var parts []string
	for _, class := range errorClasses(e) {
		parts = append(parts, fmt.Sprintf("%s %d", class, e.ByClass[class]))
	}
	return strings.Join(parts, ", ")
}

// errorClasses are the classes of error that occurred: the known ones first,
// then those of later versions.
func errorClasses(e results.Errors) []string {
	var out []string
	for _, class := range slices.Concat(results.ErrorClasses, sortedKeys(e.ByClass)) {
		if e.ByClass[class] > 0 && !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	return out
}

func statusText(status map[string]int64) string {
	var parts []string
	for _, code := range sortedKeys(status) {
		parts = append(parts, fmt.Sprintf("%s: %d", code, status[code]))
	}
	return strings.Join(parts, ", ")
}

func sortedKeys(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// latencyPart shows the clocks that say something, and how those spread that begin
// with the request.
func latencyPart(s *summary.Run, columns int) part {
	t := &Table{Head: latencyHead("latency, ms"+onlyFailures(s.NoneSucceeded()), s.Latency[results.ClockResponse]), Left: 1}
	var missed []float64
	var spread []string
	x := runAxis(s)
	for i := range results.Clocks {
		c := &results.Clocks[i]
		if !clockShown(s, c) {
			continue
		}
		l := s.Latency[c.Name]
		t.add(latencyCells(clockTitle(c), l)...)
		missed = append(missed, missedPercentiles(l, nil)...)
		of := ""
		if c.Name == results.ClockResponse || c.Name == results.ClockService {
			of = x.stripOf(s.Data(results.TotalClass), c.Name)
		}
		spread = append(spread, of)
	}
	out := part{table: t}
	t.spread(x, spread, columns)
	if s.Model == results.Closed {
		out.notes = append(out.notes, own(closedNote))
	}
	if note := tooFew(missed); note != "" {
		out.notes = append(out.notes, own(note))
	}
	return out
}

// clockShown says whether a clock says something that others do not: in the
// closed model service time is response time, and there is no lag; a body that
// comes at once makes the first byte the last; and what connecting took is part
// of few requests where connections are kept. The details show all.
func clockShown(s *summary.Run, c *results.Clock) bool {
	l := s.Latency[c.Name]
	switch c.Name {
	case results.ClockResponse:
		return true
	case results.ClockService, results.ClockLag:
		return s.Model == results.Open
	case results.ClockFirstByte:
		service := s.Latency[results.ClockService]
		return l.Count > 0 && s.Details == nil && l.Mean < 0.9*service.Mean
	}
	return l.Count > 0 && s.Details == nil && float64(l.Count) >= 0.05*float64(s.Requests)
}

// clockTitle is a clock's name for people.
func clockTitle(c *results.Clock) string {
	if title := clockTitles[c.Name]; title != "" {
		return title
	}
	return strings.ReplaceAll(c.Name, "_", " ")
}

var clockTitles = map[string]string{
	results.ClockFirstByte: "to the first byte", results.ClockDial: "connecting (DNS, TCP)", results.ClockTLS: "TLS handshake",
}

// latencyHead is the head of a table of latencies, which all have the
// percentiles of l.
func latencyHead(first string, l summary.Latency) []Cell {
	head := []string{first, "min", "mean"}
	for _, p := range l.Percentiles {
		head = append(head, summary.PercentileName(p.Q))
	}
	return Cells(Own, append(head, "max")...)
}

func latencyCells(name string, l summary.Latency) []Cell {
	cells := []string{name, msText(l.Min), msText(l.Mean)}
	for _, p := range l.Percentiles {
		cells = append(cells, percentileText(l, p.Q))
	}
	return Cells(Own, append(cells, msText(l.Max))...)
}

// missedPercentiles lists the quantiles for which l has data, but too few.
// only nil means all.
func missedPercentiles(l summary.Latency, only []float64) []float64 {
	var out []float64
	for _, p := range l.Percentiles {
		if l.Count > 0 && !summary.Enough(l.Count, p.Q) && (only == nil || slices.Contains(only, p.Q)) {
			out = append(out, p.Q)
		}
	}
	return out
}

// classPercentiles are the quantiles of the class table: a selection of the
// default ones, as the table must fit a terminal; all of those asked for.
func classPercentiles(l summary.Latency) []float64 {
	var all []float64
	for _, p := range l.Percentiles {
		all = append(all, p.Q)
	}
	if slices.Equal(all, summary.DefaultPercentiles) {
		return []float64{0.50, 0.95, 0.99}
	}
	return all
}

func classPart(s *summary.Run, columns int) part {
	qs := classPercentiles(s.Latency[results.ClockResponse])
	t := &Table{Head: Cells(Own, "class", "asked", "achieved", "requests", "errors"), Left: 1}
	for _, q := range qs {
		t.Head = append(t.Head, Cell{summary.PercentileName(q), Own})
	}
	t.Head = append(t.Head, Cell{"max", Own})
	shown := classClocks(s)
	for _, c := range shown {
		t.Head = append(t.Head, Cell{clockTitle(c) + ", p50", Own})
	}
	var missed []float64
	var spread []string
	x := runAxis(s)
	for _, c := range s.Classes {
		spread = append(spread, x.stripOf(s.Data(c.Name), results.ClockResponse))
		l := c.Latency[results.ClockResponse]
		cells := []string{
			fixed(100*c.Declared, 1) + "%", fixed(100*c.Share, 1) + "%", countText(c.Requests), countText(c.Errors.Total),
		}
		cells = append(cells, classLatency(l, qs)...)
		for _, clock := range shown {
			cells = append(cells, msText(c.Latency[clock.Name].At(0.5)))
		}
		t.add(append([]Cell{{Text: c.Name + onlyFailures(c.NoneSucceeded())}}, Cells(Own, cells...)...)...)
		missed = append(missed, missedPercentiles(l, qs)...)
	}
	out := part{title: own("by request class (shares of requests; response time in ms)"), table: t}
	t.spread(x, spread, columns)
	if note := tooFew(missed); note != "" {
		out.notes = append(out.notes, own(note))
	}
	return out
}

// classLatency is those percentiles, and the maximum.
func classLatency(l summary.Latency, qs []float64) (cells []string) {
	for _, p := range l.Percentiles {
		if slices.Contains(qs, p.Q) {
			cells = append(cells, percentileText(l, p.Q))
		}
	}
	return append(cells, msText(l.Max))
}

// spanPart has the times of several requests.
func spanPart(s *summary.Run) part {
	qs := classPercentiles(s.Latency[results.ClockResponse])
	t := &Table{Head: Cells(Own, "span", "ended", "errors"), Left: 1}
	for _, q := range qs {
		t.Head = append(t.Head, Cell{summary.PercentileName(q), Own})
	}
	t.Head = append(t.Head, Cell{"max", Own})
	var missed []float64
	for i := range s.Spans {
		c := &s.Spans[i]
		l := c.Latency[results.ClockResponse]
		cells := append([]string{countText(c.Requests), countText(c.Errors.Total)}, classLatency(l, qs)...)
		t.add(append([]Cell{{Text: c.Name}}, Cells(Own, cells...)...)...)
		missed = append(missed, missedPercentiles(l, qs)...)
	}
	out := part{title: own("spans: times of several requests, in no figure above (ms)"), table: t}
	if note := tooFew(missed); note != "" {
		out.notes = append(out.notes, own(note))
	}
	return out
}

func objectivePart(outcomes []summary.ObjectiveResult) part {
	t := &Table{Head: Cells(Own, "", "objective", "", "value"), Left: 3}
	for _, o := range outcomes {
		mark, word := Cell{"✗", Missed}, "MISSED"
		switch {
		case o.Held:
			mark, word = Cell{"✓", Good}, "held"
		case o.Undecided:
			mark, word = Cell{"?", Open}, "NOT DECIDED"
		case o.AbortedS > 0:
			word = fmt.Sprintf("ABORTED after %.1f s", o.AbortedS)
		}
		text := outcomeText(o)
		if o.Note != "" {
			text += " (" + o.Note + ")"
		}
		t.add(mark, Cell{o.Expr, Literal}, Cell{word, Own}, Cell{text, Own})
	}
	return part{table: t}
}

// outcomeText is an objective's value in the unit that its limit has.
func outcomeText(o summary.ObjectiveResult) string {
	if o.Value == nil {
		return "no data"
	}
	limit, _, _ := strings.Cut(o.Expr, " for ") // of a rule that ended the run
	limit, _, _ = strings.Cut(limit, " after ")
	switch v := *o.Value; {
	case strings.HasSuffix(limit, "%"):
		return shareText(v) + "%"
	case strings.HasSuffix(limit, "/s"):
		return rateText(v) + "/s"
	case strings.HasSuffix(limit, "s"), strings.HasSuffix(limit, "m"), strings.HasSuffix(limit, "h"):
		return msText(v) + " ms"
	case v == float64(int64(v)):
		return countText(int64(v))
	default:
		return rateText(v)
	}
}
