package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// run makes one run. An error is no outcome of it: the run did not take place.
func (h *harness) run(ctx context.Context, t task) (record, error) {
	c := t.condition
	busy, err := h.calm(ctx)
	if err != nil {
		return record{}, err
	}
	r := record{
		Method: method, Condition: c.name, Repeat: t.repeat, Time: time.Now().UTC().Truncate(time.Second),
		Tool: "mlbench " + h.revision, Host: h.host,
		Seed: t.seed, WorkSeed: t.workSeed, BFirst: t.bFirst, Slow: c.slow, Busy: busy,
	}
	if c.service == fastapi {
		r.Service = h.python.versions
	}
	begin, ticks := time.Now(), cpuTicks()
	switch {
	case c.service == "":
		err = h.demo(ctx, t, &r)
	case c.launches > 0:
		err = h.compare(ctx, t, &r, [2]string{h.command(c, 0, t.workSeed), h.command(c, 1, t.workSeed)})
	default:
		err = h.compareRunning(ctx, t, &r)
	}
	r.Wall, r.Steal = round(time.Since(begin).Seconds(), 1), stolen(ticks, cpuTicks())
	return r, errors.Join(err, ctx.Err())
}

// compareRunning starts both servers, in the order of the lot, and compares them.
func (h *harness) compareRunning(ctx context.Context, t task, r *record) error {
	var urls [2]string
	order := []int{0, 1}
	if t.bFirst {
		order = []int{1, 0}
	}
	for _, arm := range order {
		p, err := startServer(ctx, h.server(t.condition, arm, t.workSeed))
		if err != nil {
			return err
		}
		defer p.stop()
		urls[arm] = p.url
	}
	return h.compare(ctx, t, r, urls)
}

// server is the command that starts A or B on a free port.
func (h *harness) server(c condition, arm int, workSeed uint64) serverCommand {
	if c.service == fastapi {
		return serverCommand{
			dir: filepath.Join(h.root, "examples", "flask-vs-fastapi"), path: h.python.path,
			args: []string{"-m", "uvicorn", "--host", "127.0.0.1", "--port", "0", "--no-access-log", "app_fastapi:app"},
		}
	}
	return serverCommand{path: h.mlbench, args: c.serve(arm, workSeed, "127.0.0.1:0")}
}

// command is a target that mlbench starts itself.
func (h *harness) command(c condition, arm int, workSeed uint64) string {
	return "cmd:" + strings.Join(append([]string{h.mlbench}, c.serve(arm, workSeed, "127.0.0.1:{port}")...), " ")
}

// compare lets mlbench compare A and B.
func (h *harness) compare(ctx context.Context, t task, r *record, targets [2]string) error {
	c := t.condition
	file := filepath.Join(h.dir, "result.jsonl")
	// What is left of the run before is in the way.
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	stdout, err := h.measure(ctx, c, r, append(c.command(t.seed, file), "A="+targets[0], "B="+targets[1]))
	if err != nil || r.Verdict == failed {
		return err
	}
	if err := r.read(stdout); err != nil {
		return r.fail(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return r.fail(err)
	}
	if err := r.readFile(text); err != nil {
		return r.fail(err)
	}
	if r.Decide, err = h.decide(ctx, file); err != nil && ctx.Err() == nil {
		return r.fail(err)
	}
	if c.launches > 0 {
		if r.Parts, err = h.singly(ctx, text); err != nil && ctx.Err() == nil {
			return r.fail(err)
		}
	}
	return h.keep(r, file)
}

// measure runs mlbench and times it. Its use being wrong is no outcome of a run.
func (h *harness) measure(ctx context.Context, c condition, r *record, args []string) (stdout []byte, err error) {
	var env []string
	if c.service == fastapi {
		env = []string{"MLBENCH_USERNAME=admin", "MLBENCH_PASSWORD=password"} // of the example
	}
	begin := time.Now()
	stdout, exit, stderr, err := h.output(ctx, 3*max(c.budget, budget), env, args...)
	r.Took, r.Exit = round(time.Since(begin).Seconds(), 1), exit
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case exit == 2:
		return nil, fmt.Errorf("%s: %s", args[0], lastLine(stderr))
	case err != nil || exit == 1:
		return nil, r.fail(fmt.Errorf("exit code %d, %v: %s", exit, err, lastLine(stderr)))
	}
	return stdout, nil
}

// fail makes of an error the outcome of a run.
func (r *record) fail(err error) error {
	r.Verdict, r.Reason = failed, err.Error()
	return nil
}

// demo runs `mlbench demo`, which starts its servers itself.
func (h *harness) demo(ctx context.Context, t task, r *record) error {
	stdout, err := h.measure(ctx, t.condition, r, t.condition.command(t.seed, ""))
	if err != nil || r.Verdict == failed {
		return err
	}
	var list []printed
	if err := json.Unmarshal(stdout, &list); err != nil {
		return r.fail(fmt.Errorf("its JSON: %w", err))
	}
	var files []string
	for i := range list {
		c := &list[i]
		r.Parts = append(r.Parts, partOf(c.Scenario, c))
		if path := filepath.Join(h.dir, c.ResultFile); c.ResultFile != "" {
			files = append(files, path)
		}
	}
	r.judgeDemo()
	return h.keep(r, files...)
}

// judgeDemo says whether a demo gave three answers in time.
func (r *record) judgeDemo() {
	r.Verdict, r.Reason = answered, ""
	unsaid := slices.IndexFunc(r.Parts, func(p part) bool {
		return p.Verdict != verdict.OK && p.Verdict != verdict.Regression
	})
	switch {
	case len(r.Parts) != 3:
		r.Verdict, r.Reason = unanswered, fmt.Sprintf("%d comparisons", len(r.Parts))
	case unsaid >= 0:
		p := r.Parts[unsaid]
		r.Verdict, r.Reason = unanswered, fmt.Sprintf("%s: %s: %s", p.Name, p.Verdict, p.Reason)
	case r.Took > demoLimit.Seconds():
		r.Verdict, r.Reason = unanswered, fmt.Sprintf("took %.0f s", r.Took)
	}
}

func partOf(name string, c *printed) part {
	p := part{Name: name, Verdict: c.Verdict}
	if len(c.Reasons) > 0 {
		p.Reason = c.Reasons[0]
	}
	if e, ok := estimates(c)["p50"]; ok {
		p.P50 = &e
	}
	return p
}

// singly judges each launch of a result file as if there were no other.
func (h *harness) singly(ctx context.Context, text []byte) (parts []part, err error) {
	files, err := split(text)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(h.dir, "single.jsonl")
	for i, file := range files {
		if err := os.WriteFile(path, file, 0o644); err != nil {
			return nil, err
		}
		stdout, exit, stderr, err := h.output(ctx, patience, nil, "compare", path, "--format", "json")
		if err != nil || exit == 1 || exit == 2 {
			return nil, fmt.Errorf("judge launch %d singly: exit code %d, %v: %s", i+1, exit, err, lastLine(stderr))
		}
		var c printed
		if err := json.Unmarshal(stdout, &c); err != nil {
			return nil, fmt.Errorf("judge launch %d singly: %w", i+1, err)
		}
		parts = append(parts, partOf(fmt.Sprintf("launch %d", i+1), &c))
	}
	return parts, nil
}

// printed is a comparison in JSON, as far as it is read.
type printed struct {
	verdict.Comparison
	Reasons []string `json:"reasons"`
}

// read takes over what `mlbench compare --format json` printed.
func (r *record) read(comparison []byte) error {
	var c printed
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
	if r.Verdict != verdict.Invalid {
		r.Metrics = estimates(&c)
	}
	i := slices.IndexFunc(c.Metrics, func(m verdict.MetricRow) bool { return m.Metric == "p50" && m.Class == results.TotalClass })
	if i >= 0 && c.Metrics[i].A != nil && c.Metrics[i].B != nil {
		r.PooledA, r.PooledB = round(*c.Metrics[i].A, 4), round(*c.Metrics[i].B, 4)
	}
	return nil
}

// estimates are those of the judged metrics: changes of others are none.
func estimates(c *printed) map[string]estimate {
	out := map[string]estimate{}
	for _, m := range c.Metrics {
		pct := m.ChangePct
		if pct == nil && m.Unit == "%" && m.A != nil && m.B != nil { // errors
			points := *m.B - *m.A
			pct = &points
		}
		if !m.Judged || pct == nil {
			continue
		}
		e := estimate{Pct: round(*pct, 3), PHolm: m.PHolm, Outcome: m.Outcome}
		if m.CI95Pct != nil {
			low, high := round(m.CI95Pct[0], 3), round(m.CI95Pct[1], 3)
			e.Low, e.High = &low, &high
		}
		name := m.Metric
		if m.Class != results.TotalClass {
			name = m.Class + ":" + m.Metric
		}
		out[name] = e
	}
	return out
}

// decide times a whole `mlbench report`: the process's start, reading the file,
// deciding and rendering. Deciding alone is less.
func (h *harness) decide(ctx context.Context, file string) (ms float64, err error) {
	begin := time.Now()
	_, exit, stderr, err := h.output(ctx, patience, nil, "report", file, "--format", "text")
	took := time.Since(begin)
	return round(float64(took)/float64(time.Millisecond), 1), unfinished("mlbench report", exit, stderr, err)
}

// round keeps figures in the journal readable.
func round(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(v*scale) / scale
}
