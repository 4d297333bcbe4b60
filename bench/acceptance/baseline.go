package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

const vegetaPackage = "github.com/tsenart/vegeta/v12"

// attack is what vegeta reports of one target, durations in nanoseconds.
type attack struct {
	Latencies struct {
		P50 float64 `json:"50th"`
		P95 float64 `json:"95th"`
	} `json:"latencies"`
	Success float64 `json:"success"` // share
}

// baseline is the usual script: one run after the other with vegeta, and an
// alarm when p95 of B is over 10% above that of A.
func (h *harness) baseline(ctx context.Context, t task, urls [2]string, r *record) error {
	r.Tool = "vegeta " + moduleVersion(h.vegeta, vegetaPackage)
	var arms [2]attack
	for i, url := range urls {
		var err error
		if arms[i], err = h.attack(ctx, t.condition.budget/2, url); err != nil {
			return err
		}
	}
	r.judge(arms)
	return nil
}

// judge applies the script's rule.
func (r *record) judge(arms [2]attack) {
	a, b := arms[0].Latencies, arms[1].Latencies
	const ms = 1e6
	r.PooledA, r.PooledB = round(a.P50/ms, 4), round(b.P50/ms, 4)
	r.P95A, r.P95B = round(a.P95/ms, 4), round(b.P95/ms, 4)
	r.Reason = fmt.Sprintf("p95 %.3g ms and %.3g ms, %+.1f%%", a.P95/ms, b.P95/ms, 100*(b.P95/a.P95-1))
	switch {
	case arms[0].Success < 0.95 || arms[1].Success < 0.95:
		r.Verdict, r.Reason = verdict.Invalid, fmt.Sprintf("answered were %.3g%% and %.3g%%", 100*arms[0].Success, 100*arms[1].Success)
	case b.P95 > baselineMargin*a.P95:
		r.Verdict = verdict.Regression
	default:
		r.Verdict = verdict.OK
	}
}

func (h *harness) attack(ctx context.Context, length time.Duration, url string) (a attack, err error) {
	file := filepath.Join(h.dir, "attack.bin")
	_, exit, stderr, err := output(ctx, length+patience, "GET "+url+"\n", h.vegeta,
		"attack", "-rate", fmt.Sprintf("%d/1s", rate), "-duration", length.String(), "-output", file)
	if err = unfinished("vegeta attack", exit, stderr, err); err != nil {
		return a, err
	}
	stdout, exit, stderr, err := output(ctx, patience, "", h.vegeta, "report", "-type", "json", file)
	if err = unfinished("vegeta report", exit, stderr, err); err != nil {
		return a, err
	}
	if err := json.Unmarshal(stdout, &a); err != nil {
		return a, fmt.Errorf("vegeta report: %w", err)
	}
	if a.Latencies.P50 <= 0 || a.Latencies.P95 <= 0 {
		return a, fmt.Errorf("vegeta report has no latencies: %s", lastLine(string(stdout)))
	}
	return a, nil
}
