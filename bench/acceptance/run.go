package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// run makes one run. An error is no outcome of it: the run did not take place.
func (h *harness) run(ctx context.Context, t task) (record, error) {
	c := t.condition
	r := record{
		Method: method, Condition: c.name, Repeat: t.repeat, Time: time.Now().UTC().Truncate(time.Second),
		Revision: h.revision, Tool: "mlbench " + h.revision, Host: h.host,
		Seed: t.seed, WorkSeed: t.workSeed, BFirst: t.bFirst, Slow: c.slow, Load: loadAverage(),
	}
	begin, ticks := time.Now(), cpuTicks()
	var urls [2]string
	order := []int{0, 1}
	if t.bFirst {
		order = []int{1, 0}
	}
	for _, arm := range order {
		p, err := startServer(ctx, h.mlbench, c.serve(arm, t.workSeed))
		if err != nil {
			return r, err
		}
		defer p.stop()
		urls[arm] = p.url
	}
	measure := h.compare
	if c.vegeta {
		measure = h.baseline
	}
	err := measure(ctx, t, urls, &r)
	r.Wall, r.Steal = round(time.Since(begin).Seconds(), 1), stolen(ticks, cpuTicks())
	return r, errors.Join(err, ctx.Err())
}

// compare lets mlbench compare the servers.
func (h *harness) compare(ctx context.Context, t task, urls [2]string, r *record) error {
	c := t.condition
	file := filepath.Join(h.results, fmt.Sprintf("%s-%03d.jsonl", c.name, t.repeat))
	// What is left of an interrupted run is in the way.
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	args := append(c.compare(t.seed, file), "A="+urls[0], "B="+urls[1])
	stdout, exit, stderr, err := output(ctx, 3*c.budget+time.Minute, "", h.mlbench, args...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.Exit = exit
	if err == nil {
		err = r.read(stdout)
	}
	if err != nil {
		r.Verdict, r.Reason = failed, lastLine(err.Error()+": "+lastLine(stderr))
		return nil
	}
	if r.Decide, err = h.decide(ctx, file); err != nil && ctx.Err() == nil {
		r.Verdict, r.Reason = failed, err.Error()
	}
	return ctx.Err()
}

// read takes over what `mlbench compare --format json` printed.
func (r *record) read(comparison []byte) error {
	var c verdict.Comparison
	if err := json.Unmarshal(comparison, &c); err != nil {
		return fmt.Errorf("its JSON: %w", err)
	}
	want := map[verdict.Verdict]int{verdict.OK: 0, verdict.Regression: 3, verdict.Inconclusive: 4, verdict.Invalid: 5}
	if code, known := want[c.Verdict]; !known || code != r.Exit {
		return fmt.Errorf("verdict %q with exit code %d", c.Verdict, r.Exit)
	}
	r.Verdict, r.Pairs = c.Verdict, c.Pairs
	if len(c.Reasons) > 0 {
		r.Reason = c.Reasons[0]
	}
	r.LeftOut = leftOut(c.Reasons)
	if r.Verdict != verdict.Invalid {
		r.P50, r.P90, r.P99 = estimateOf(&c, "p50"), estimateOf(&c, "p90"), estimateOf(&c, "p99")
	}
	if row := total(&c, "p50"); row != nil && row.A != nil && row.B != nil {
		r.PooledA, r.PooledB = round(*row.A, 4), round(*row.B, 4)
	}
	return nil
}

// total is the row of a metric for all classes together.
func total(c *verdict.Comparison, metric string) *verdict.MetricRow {
	i := slices.IndexFunc(c.Metrics, func(m verdict.MetricRow) bool { return m.Metric == metric && m.Class == results.TotalClass })
	if i < 0 {
		return nil
	}
	return &c.Metrics[i]
}

// estimateOf is nil for what was not judged: its change is no estimate.
func estimateOf(c *verdict.Comparison, metric string) *estimate {
	row := total(c, metric)
	if row == nil || !row.Judged || row.ChangePct == nil {
		return nil
	}
	e := &estimate{Pct: round(*row.ChangePct, 3), PHolm: row.PHolm}
	if row.CI95Pct != nil {
		low, high := round(row.CI95Pct[0], 3), round(row.CI95Pct[1], 3)
		e.Low, e.High = &low, &high
	}
	return e
}

// latePairs finds the count in both of its wordings: of some pairs left out,
// and of so many that nothing is left.
var latePairs = regexp.MustCompile(`(?:^|late in )(\d+) of \d+ pairs(?: are left out because the load generator was late| \()`)

func leftOut(reasons []string) int {
	for _, reason := range reasons {
		if m := latePairs.FindStringSubmatch(reason); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 0
}

// decide times a whole `mlbench report`: the process's start, reading the file,
// deciding and rendering. Deciding alone is less.
func (h *harness) decide(ctx context.Context, file string) (ms float64, err error) {
	begin := time.Now()
	_, exit, stderr, err := output(ctx, patience, "", h.mlbench, "report", file, "--format", "text")
	took := time.Since(begin)
	return round(float64(took)/float64(time.Millisecond), 1), unfinished("mlbench report", exit, stderr, err)
}

// round keeps figures in the journal readable.
func round(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(v*scale) / scale
}
