package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/mlbench/mlbench/results"
)

// csvHead is the long form: one number per row. Metrics carry the names that
// objectives use (p99 is the response time's, service_p99, lag_p99). Numbers of
// a run are those of its JSON form: percentiles of too few requests included.
//
// A comparison has the rows of A, then of B, then the changes: their target is
// "B/A", their metric ends in _change, their unit is % (pp, percentage points,
// for shares), and ci_low and ci_high are their 95% interval where there is one.
var csvHead = []string{"target", "class", "metric", "unit", "value", "ci_low", "ci_high"}

// csvRow is a row; NaN is an empty field.
type csvRow struct {
	target, class, metric, unit string
	value, low, high            float64
}

func writeCSV(w io.Writer, rows []csvRow, o Options) error {
	cw := csv.NewWriter(w)
	if !o.Continued {
		_ = cw.Write(csvHead) // errors show in cw.Error
	}
	for _, r := range rows {
		_ = cw.Write([]string{
			plain(r.target), plain(r.class), plain(r.metric), r.unit,
			csvNumber(r.value), csvNumber(r.low), csvNumber(r.high),
		})
	}
	cw.Flush()
	if err := cw.Error(); err != nil {
		return fmt.Errorf("render csv: %w", err)
	}
	return nil
}

// csvNumber has the digits of the JSON form.
func csvNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// runRows are the rows of a run: the totals, then each request class.
func runRows(s *results.Summary) []csvRow {
	t := csvTable{target: s.Target.Name, class: results.TotalClass}
	valid := 0.0
	if s.Valid {
		valid = 1
	}
	t.add("valid", "", valid)
	t.add("duration", "s", s.DurationS)
	t.add("requests", "", float64(s.Requests))
	t.add("dropped", "", float64(s.Dropped))
	t.add("throughput", "1/s", s.ThroughputRPS)
	t.add("goodput", "1/s", s.GoodputRPS)
	t.errors(s.Errors, s.Requests)
	for _, code := range sortedKeys(s.Status) {
		t.add("status_"+code, "", float64(s.Status[code]))
	}
	t.latencies(s.Latency)
	if r := s.Resources; r != nil {
		for _, x := range resourceFigures(r) {
			t.add(x.metric, x.unit, orNaN(x.value))
		}
	}
	for i := range s.Classes {
		c := &s.Classes[i]
		t.class = c.Name
		t.add("share_asked", "%", 100*c.Declared)
		t.add("share", "%", 100*c.Share)
		t.add("requests", "", float64(c.Requests))
		t.add("throughput", "1/s", c.Through)
		t.add("goodput", "1/s", c.Goodput)
		t.errors(c.Errors, c.Requests)
		t.latencies(c.Latency)
	}
	return t.rows
}

// csvTable collects rows of one target and class.
type csvTable struct {
	target, class string
	rows          []csvRow
}

func (t *csvTable) add(metric, unit string, v float64) {
	t.rows = append(t.rows, csvRow{t.target, t.class, metric, unit, v, math.NaN(), math.NaN()})
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

func (t *csvTable) latencies(l results.Latencies) {
	for _, clock := range []struct {
		prefix string
		l      results.Latency
	}{{"", l.Response}, {"service_", l.Service}, {"lag_", l.Lag}} {
		t.add(clock.prefix+"min", "ms", clock.l.Min)
		t.add(clock.prefix+"mean", "ms", clock.l.Mean)
		for _, p := range clock.l.Percentiles {
			t.add(clock.prefix+results.PercentileName(p.Q), "ms", p.MS)
		}
		t.add(clock.prefix+"max", "ms", clock.l.Max)
	}
}

// comparisonRows are the rows of A, of B, and the changes.
func comparisonRows(c *results.Comparison) []csvRow {
	a, b := armNames(c, form{})
	var as, bs, changes []csvRow
	for i := range c.Metrics {
		m := &c.Metrics[i]
		as = append(as, csvRow{a, m.Class, m.Metric, m.Unit, orNaN(m.A), math.NaN(), math.NaN()})
		bs = append(bs, csvRow{b, m.Class, m.Metric, m.Unit, orNaN(m.B), math.NaN(), math.NaN()})
		if m.Unit == "pairs" {
			continue // each counts what the other did not have
		}
		change := csvRow{b + "/" + a, m.Class, m.Metric + "_change", "%", orNaN(m.ChangePct), math.NaN(), math.NaN()}
		if m.Unit == "%" {
			change.unit, change.value = "pp", orNaN(shareChange(m))
		}
		if m.CI95Pct != nil {
			change.low, change.high = m.CI95Pct[0], m.CI95Pct[1]
		}
		changes = append(changes, change)
	}
	if c.Resources != nil {
		ofA, ofB := resourceFigures(c.Resources.A), resourceFigures(c.Resources.B)
		for i, x := range ofA {
			row := csvRow{a, results.TotalClass, x.metric, x.unit, orNaN(x.value), math.NaN(), math.NaN()}
			as = append(as, row)
			row.target, row.value = b, orNaN(ofB[i].value)
			bs = append(bs, row)
			if x.name != "" {
				row.target, row.metric, row.unit, row.value = b+"/"+a, x.metric+"_change", "%", orNaN(percentChange(x.value, ofB[i].value))
				changes = append(changes, row)
			}
		}
	}
	return append(append(as, bs...), changes...)
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
