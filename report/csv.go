package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// csvHead is the long form: one number per row. Metrics carry the names that
// objectives use (p99 is the response time's, service_p99, lag_p99). Numbers of
// a run are those of its JSON form: percentiles of too few requests included.
//
// A comparison has the rows of A, then of B, then what B has against A: their target
// is "B/A", their unit is % (pp, percentage points, for shares). A metric that ends in
// _change is of all requests together; one that ends in _estimate is what is judged,
// with its interval in ci_low and ci_high (of confidence_pct in JSON), its limit, p
// (Holm-corrected) and outcome.
//
// What stands behind ci_high is the same in every row of a run: a sheet of many
// runs can be filtered by it.
var csvHead = []string{
	"target", "class", "metric", "unit", "value", "ci_low", "ci_high",
	"file", "start", "scenario", "tool", "host", "load", "verdict", "commit", "limit", "p", "outcome", "seed", "tags", "branch", "ci_run",
}

// csvRow is a row; NaN is an empty field.
type csvRow struct {
	target, class, metric, unit string
	value, low, high            float64

	limit, p float64
	outcome  string
	arm      string // of a comparison: "a", "b", or "" for changes
	run      *csvRun
}

// csvRun is what all rows of a run, or of an arm, have in common.
type csvRun struct {
	target, file, start, scenario, tool, host, load, verdict, commit, seed, tags, branch, ciRun string
}

// newRow is a row without an interval and without a judgement.
func newRow(run *csvRun, target, class, metric, unit string, v float64) csvRow {
	nan := math.NaN()
	return csvRow{target: target, class: class, metric: metric, unit: unit, value: v, low: nan, high: nan, limit: nan, p: nan, run: run}
}

func (r *csvRow) cells() []string {
	return []string{
		cell(r.target), cell(r.class), cell(r.metric), r.unit, csvNumber(r.value), csvNumber(r.low), csvNumber(r.high),
		cell(r.run.file), r.run.start, cell(r.run.scenario), cell(r.run.tool), cell(r.run.host), cell(r.run.load), cell(r.run.verdict),
		cell(r.run.commit), csvNumber(r.limit), csvProbability(r.p), cell(r.outcome), r.run.seed, cell(r.run.tags), cell(r.run.branch), cell(r.run.ciRun),
	}
}

// writeRows writes a document's rows in the long form, or as one.
func writeRows(w io.Writer, rows []csvRow, o Options) error {
	if o.Wide {
		return writeWide(w, [][]csvRow{rows})
	}
	return writeCSV(w, rows, o)
}

func writeCSV(w io.Writer, rows []csvRow, o Options) error {
	var lines [][]string
	if !o.Continued {
		lines = append(lines, csvHead)
	}
	for i := range rows {
		lines = append(lines, rows[i].cells())
	}
	return writeLines(w, lines)
}

// writeLines writes CSV, whose cells are safe already.
func writeLines(w io.Writer, lines [][]string) error {
	cw := csv.NewWriter(w)
	_ = cw.WriteAll(lines) // errors show in cw.Error
	if err := cw.Error(); err != nil {
		return fmt.Errorf("render csv: %w", err)
	}
	return nil
}

// cell makes a foreign string safe for a spreadsheet, which takes what begins
// like a formula for one: the apostrophe makes it text there.
func cell(s string) string {
	s = plain(s)
	if first, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("=+-@＝＋－＠", first) && !plainNumber.MatchString(s) {
		return "'" + s
	}
	return s
}

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// csvProbability has three significant digits, however small it is.
func csvProbability(p float64) string {
	if math.IsNaN(p) {
		return ""
	}
	return strconv.FormatFloat(p, 'g', 3, 64)
}

// csvNumber has the digits of the JSON form.
func csvNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// origins are the facts of a measurement for its rows.
func origins(target, scenario, file, verdict string, seed uint64, tags map[string]string, o *summary.Origin) *csvRun {
	run := &csvRun{
		target: target, file: file, scenario: scenario, tool: o.Version, host: o.Host.Fingerprint(), load: o.Planned.Text,
		verdict: verdict, seed: strconv.FormatUint(seed, 10), tags: strings.Join(tagTexts(tags), ", "),
	}
	if !o.Start.IsZero() {
		run.start = o.Start.UTC().Format(time.RFC3339)
	}
	if o.Source != nil {
		run.commit, run.branch, run.ciRun = o.Source.Commit, o.Source.Branch, o.Source.Run
		if o.Source.Dirty {
			run.commit += "+changes"
		}
	}
	return run
}

// runVerdict is what came of a run, in a word.
func runVerdict(s *summary.Run) string {
	switch {
	case !s.Valid:
		return "invalid"
	case slices.ContainsFunc(s.Objectives, func(o summary.ObjectiveResult) bool { return o.Missed() }):
		return "objective missed"
	case s.Undecided():
		return "objective undecided"
	case s.Unfinished != nil:
		return "unfinished"
	}
	return "valid"
}

// runRows are the rows of a run: the totals, then each request class.
func runRows(s *summary.Run) []csvRow {
	target := cmp.Or(s.Target.Name, s.Target.URL)
	t := csvTable{
		run:    origins(target, s.Title, s.ResultFile, runVerdict(s), s.Seed, s.Tags, &s.Origin),
		target: target, class: results.TotalClass,
	}
	valid := 0.0
	if s.Valid {
		valid = 1
	}
	t.add("valid", "", valid)
	t.add("duration", "s", s.DurationS)
	t.add("requests", "", float64(s.Requests))
	t.add("unfinished", "", float64(s.InFlight))
	t.add("dropped", "", float64(s.Dropped))
	t.add("throughput", "1/s", s.ThroughputRPS)
	t.add("goodput", "1/s", s.GoodputRPS)
	t.errors(s.Errors, s.Ended())
	for _, code := range sortedKeys(s.Status) {
		t.add("status_"+code, "", float64(s.Status[code]))
	}
	t.latencies(s.Latency)
	if r := s.Resources; r != nil {
		for _, x := range resourceFigures(r) {
			t.add(x.metric, x.unit, orNaN(x.value))
		}
	}
	classes, spans := s.AllClasses(), s.AllSpans()
	for i := range classes {
		c := &classes[i]
		t.class = c.Name
		t.add("share_asked", "%", 100*c.Declared)
		t.add("share", "%", 100*c.Share)
		t.add("requests", "", float64(c.Requests))
		t.add("throughput", "1/s", c.Through)
		t.add("goodput", "1/s", c.Goodput)
		t.errors(c.Errors, c.Requests)
		for _, check := range c.Checks {
			metrics, values := csvCheck(check.Name, check.Passed, check.Failed)
			t.add(metrics[0], "%", values[0])
			t.add(metrics[1], "", values[1])
		}
		t.latencies(c.Latency)
	}
	for i := range spans {
		c := &spans[i]
		t.class = c.Name
		t.add("count", "", float64(c.Requests))
		t.errors(c.Errors, c.Requests)
		t.latencies(c.Latency)
	}
	for i := range s.Objectives {
		t.rows = append(t.rows, objectiveRow(t.run, t.target, &s.Objectives[i]))
	}
	return t.rows
}

// objectiveRow has an objective's value, in its own unit, and whether it was held.
func objectiveRow(run *csvRun, target string, o *summary.ObjectiveResult) csvRow {
	row := newRow(run, target, results.TotalClass, "objective "+o.Expr, "", orNaN(o.Value))
	switch {
	case o.Held:
		row.outcome = "held"
	case o.Undecided:
		row.outcome = "undecided"
	default:
		row.outcome = "missed"
	}
	return row
}

// csvTable collects rows of one target and class.
type csvTable struct {
	run           *csvRun
	target, class string
	rows          []csvRow
}

func (t *csvTable) add(metric, unit string, v float64) {
	t.rows = append(t.rows, newRow(t.run, t.target, t.class, metric, unit, v))
}

func (t *csvTable) errors(e results.Errors, requests int64) {
	share := math.NaN()
	if requests > 0 {
		share = 100 * float64(e.Total) / float64(requests)
	}
	t.add("errors", "%", share)
	for _, class := range errorClasses(e) {
		t.add("errors_"+class, "", float64(e.ByClass[class]))
	}
}

func (t *csvTable) latencies(l map[string]summary.Latency) {
	for i := range results.Clocks {
		c, l := &results.Clocks[i], l[results.Clocks[i].Name]
		if l.Count == 0 && !c.Always {
			continue
		}
		prefix := c.Name + "_"
		if c.Name == results.ClockResponse {
			prefix = ""
		}
		t.add(prefix+"min", c.Unit, l.Min)
		t.add(prefix+"mean", c.Unit, l.Mean)
		for _, p := range l.Percentiles {
			t.add(prefix+summary.PercentileName(p.Q), c.Unit, p.MS)
		}
		t.add(prefix+"max", c.Unit, l.Max)
	}
}
