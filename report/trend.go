package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
	"github.com/mlbench/mlbench/results/trend"
)

// writeTrend renders one scenario and target over time.
func writeTrend(w io.Writer, format Format, t *trend.Trend, o Options) error {
	switch format {
	case JSON, JSONL:
		return writeJSON(w, format, t)
	case CSV:
		return trendCSV(w, t, o)
	case HTML:
		return trendHTML(w, t)
	case SVG:
		return trendSVG(w, t, cmp.Or(o.Metric, "p50"))
	case Text, Markdown:
		return writePage(w, format, trendPage(t, cmp.Or(o.Metric, "p50")), o)
	}
	return fmt.Errorf("render %s: a trend has no such form; want text, markdown, csv, json, html or svg", format)
}

// mostRows is how many results the table of a page has: the newest.
const mostRows = 40

const pointsOut = "points out, does not judge: nothing here is a limit, and the exit code says nothing of it"

func trendPage(t *trend.Trend, metric string) *page {
	p := &page{title: trendTitle(t), width: comparisonWidth}
	if len(t.Points) == 0 {
		p.parts = append(p.parts, part{notes: []inline{own("no results to show")}})
	} else {
		p.parts = append(p.parts, changesPart(t), picturePart(t, metric), resultsPart(t))
	}
	if notes := apartNotes(t); notes != nil {
		p.parts = append(p.parts, part{title: own("left apart"), notes: notes})
	}
	p.footer = trendFacts(t)
	return p
}

// trendTitle is the answer.
func trendTitle(t *trend.Trend) inline {
	if len(t.Points) == 0 {
		return own("no results over time")
	}
	n := 0
	for i := range t.Metrics {
		n += len(t.Metrics[i].Changes)
	}
	found := "no change points"
	if n > 0 {
		found = count(n, "change point")
	}
	what := ""
	if t.Class != results.TotalClass {
		what = ", " + t.Class
	}
	return compose("{} on {}{} over time: {} in {}, {} to {}", t.Scenario, t.Target, what, own(found), own(count(len(t.Points), "result")),
		own(dayText(t.Points[0].Start)), own(dayText(t.Points[len(t.Points)-1].Start)))
}

func dayText(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// changesPart has a row for each change point, by metric and in the order of time.
func changesPart(t *trend.Trend) part {
	out := part{}
	table := &Table{Head: Cells(Own, "metric", "since", "commit", "median before", "after", "change", "p", "one result"), Left: 3}
	var few []string
	for i := range t.Metrics {
		m := &t.Metrics[i]
		if !m.Enough {
			few = append(few, m.Name)
		}
		for _, c := range m.Changes {
			role, word := Good, " better"
			if c.Worse {
				role, word = Open, " worse"
			}
			table.add(Cell{m.Name + ", " + m.Unit, Own}, Cell{c.Start.UTC().Format("2006-01-02 15:04"), Own}, Cell{commitText(c.Source), Foreign},
				Cell{trendValue(m, c.Before), Own}, Cell{trendValue(m, c.After), Own}, Cell{effectText(m, &c) + word, role}, Cell{fixed(c.P, 3), Own}, Cell{noiseText(m), Own})
		}
	}
	if len(table.Rows) > 0 {
		out.table = table
		out.notes = append(out.notes, own(fmt.Sprintf("p: share of orders of the same results by chance that change as much, tested at %.2g%% for each metric; one result: how far single ones of one revision lie from each other (a standard deviation)", t.LevelPct)))
	}
	if len(few) == len(t.Metrics) {
		out.notes = append(out.notes, own(fmt.Sprintf("%s are too few to find a change in: it takes 12, three of them behind it", count(len(t.Points), "result"))))
	} else if few != nil {
		out.notes = append(out.notes, own("too few results have "+strings.Join(few, ", ")+" to find a change in: it takes 12, three of them behind it"))
	}
	out.notes = append(out.notes, own(pointsOut))
	return out
}

func commitText(s *results.Source) string { return s.String() }

func trendValue(m *trend.Metric, v float64) string {
	if m.Unit == "%" {
		return shareText(v)
	}
	return unitText(&v, m.Unit)
}

func effectText(m *trend.Metric, c *trend.ChangePoint) string {
	switch {
	case c.ChangePct == nil:
		return "from nothing"
	case m.Unit == "%":
		return signedText(*c.ChangePct, 2) + " pp"
	}
	return signedText(*c.ChangePct, 1) + "%"
}

// noiseText is how much single results differ.
func noiseText(m *trend.Metric) string {
	switch {
	case m.Noise == nil:
		return missing
	case m.Unit == "%":
		return "±" + fixed(m.Noise.SD, 2) + " pp"
	}
	return "±" + fixed(m.Noise.SD, 1) + "%"
}

// resultsPart is the table behind the picture, the newest result first.
func resultsPart(t *trend.Trend) part {
	marks := changesAt(t)
	table := &Table{Head: Cells(Own, "start (UTC)", "commit"), Left: 2, LeftLast: true}
	for i := range t.Metrics {
		table.Head = append(table.Head, Cell{t.Metrics[i].Name + ", " + t.Metrics[i].Unit, Own})
	}
	table.Head = append(table.Head, Cells(Own, "requests", "labels", "since then")...)
	for k := len(t.Points) - 1; k >= 0 && len(table.Rows) < mostRows; k-- {
		p := &t.Points[k]
		row := []Cell{{p.Start.UTC().Format("2006-01-02 15:04"), Own}, {commitText(p.Source), Foreign}}
		for i := range t.Metrics {
			text := missing
			if v := t.Metrics[i].Values[k]; v != nil {
				text = trendValue(&t.Metrics[i], *v)
			}
			row = append(row, Cell{text, Own})
		}
		table.add(append(row, Cell{countText(p.Requests), Own}, Cell{strings.Join(tagTexts(p.Labels), ", "), Foreign}, Cell{strings.Join(marks[k], ", "), Own})...)
	}
	out := part{title: own("results, the newest first"), table: table, fold: len(table.Rows) > 10}
	if rest := len(t.Points) - len(table.Rows); rest > 0 {
		out.notes = append(out.notes, own(fmt.Sprintf("and %d before them: --format csv and json have all", rest)))
	}
	return out
}

// changesAt are the changes of each point, in words.
func changesAt(t *trend.Trend) map[int][]string {
	out := map[int][]string{}
	for i := range t.Metrics {
		m := &t.Metrics[i]
		for j := range m.Changes {
			c := &m.Changes[j]
			out[c.Point] = append(out[c.Point], m.Name+" "+effectText(m, c))
		}
	}
	return out
}

// whyApart are the words of a trend.Why; of the others there is a difference, too.
var whyApart = map[trend.Why]string{
	trend.Unreadable: "not readable, or damaged",
	trend.Unfinished: "cut off, interrupted or failed",
	trend.Unsound:    "invalid, as the generator or its host decided the numbers",
	trend.Copied:     "the same measurement as another file",
	trend.NoFigures:  "without such requests",
	trend.OtherLoad:  "of another load",
	trend.OtherHost:  "of another host",
	trend.OtherKind:  "measured in another way",
}

// apartNotes say what the folder has that is in no series with the others.
func apartNotes(t *trend.Trend) (notes []inline) {
	const most = 12
	for i, a := range t.Apart {
		if i == most {
			notes = append(notes, own(fmt.Sprintf("and %s more: --format json has all", count(len(t.Apart)-most, "kind"))))
			break
		}
		text := inline(nil)
		files := count(len(a.Files), "result")
		switch a.Why {
		case trend.OtherName:
			text = compose("{}: {} on {}: --scenario {} --target {}", own(files), a.Scenario, a.Target, a.Scenario, a.Target)
		case trend.OtherKind:
			text = compose("{}: {}", own(files), own(kindText(a.Kind)))
		case trend.Unreadable:
			text = compose("{}, {}: {}", own(files), own(whyApart[a.Why]), literal(a.Files[0]))
			if a.What != "" {
				text = append(text, compose(" ({})", a.What)...)
			}
		default:
			text = compose("{}, {}", own(files), own(whyApart[a.Why]))
			if a.What != "" {
				text = append(text, compose(": {}", a.What)...)
			}
			if len(a.Files) <= 3 {
				for _, f := range a.Files {
					text = append(append(text, own("; ")...), literal(f)...)
				}
			}
		}
		notes = append(notes, text)
	}
	return notes
}

func kindText(kind string) string {
	if kind == history.Comparison {
		return "arms of comparisons, measured in slices: --kind comparison"
	}
	return "single runs: --kind run"
}

// trendFacts say what the results have in common.
func trendFacts(t *trend.Trend) []fact {
	if len(t.Points) == 0 {
		return nil
	}
	facts := []fact{{"load", foreign(t.Load)}, {"host", foreign(t.Host)}}
	if t.Kind == history.Comparison {
		facts = append(facts, fact{"kind", own("an arm of comparisons")})
	}
	if t.Class != results.TotalClass {
		facts = append(facts, fact{"class", foreign(t.Class)})
	} else if len(t.Classes) > 1 {
		facts = append(facts, fact{"classes", foreign(strings.Join(t.Classes, ", "))})
	}
	if n := noisy(t); n != nil {
		text := fmt.Sprintf("of results of one revision (%g degrees of freedom)", n.DF)
		if n.From == trend.NoiseOfLaunches {
			text = fmt.Sprintf("of launches, by calibration (%g degrees of freedom)", n.DF)
		}
		facts = append(facts, fact{"band", own("two standard deviations " + text + " around the median between changes")})
	}
	if t.NotCalibrated != "" {
		facts = append(facts, fact{"calibration", compose("not used: {}", t.NotCalibrated)})
	}
	return facts
}

// noisy is the first metric's noise that is known.
func noisy(t *trend.Trend) *trend.Noise {
	i := slices.IndexFunc(t.Metrics, func(m trend.Metric) bool { return m.Noise != nil })
	if i < 0 {
		return nil
	}
	return t.Metrics[i].Noise
}

// trendHead are the columns of a trend as CSV: a row for each result.
var trendHead = []string{
	"file", "start", "scenario", "target", "kind", "class", "host", "load", "tool", "commit", "branch", "ci_run", "labels",
	"requests", "failed", "p50_ms", "p90_ms", "p99_ms", "throughput_rps", "errors_pct", "changes",
}

func trendCSV(w io.Writer, t *trend.Trend, o Options) error {
	var lines [][]string
	if !o.Continued {
		lines = append(lines, trendHead)
	}
	marks := changesAt(t)
	for k := range t.Points {
		p := &t.Points[k]
		source := results.Source{}
		if p.Source != nil {
			source = *p.Source
		}
		line := []string{
			cell(p.File), p.Start.UTC().Format(time.RFC3339), cell(t.Scenario), cell(t.Target), t.Kind, cell(t.Class), cell(t.Host), cell(t.Load), cell(p.Version),
			cell(source.Commit), cell(source.Branch), cell(source.Run), cell(strings.Join(tagTexts(p.Labels), ", ")), countText(p.Requests), countText(p.Failed),
		}
		for i := range t.Metrics {
			line = append(line, csvNumber(orNaN(t.Metrics[i].Values[k])))
		}
		lines = append(lines, append(line, cell(strings.Join(marks[k], ", "))))
	}
	return writeLines(w, lines)
}
