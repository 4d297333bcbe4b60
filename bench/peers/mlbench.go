package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// mlbenchReport is the part of `mlbench run --format json` that is read here.
// A percentile is null when there is none.
type mlbenchReport struct {
	Valid    bool     `json:"valid"`
	Warnings []string `json:"warnings"`
	Duration float64  `json:"duration_s"`
	Requests int      `json:"requests"`
	Dropped  int      `json:"dropped"`
	Errors   struct {
		Total int `json:"total"`
	} `json:"errors"`
	Latency struct {
		Response map[string]*float64 `json:"response"`
		Service  map[string]*float64 `json:"service"`
		Lag      map[string]*float64 `json:"lag"`
	} `json:"latency_ms"`
}

// exitInvalid is mlbench's word that the generator decided the numbers.
const exitInvalid = 5

func runMlbench(ctx context.Context, b *bench, l load) (outcome, error) {
	program, err := b.program("mlbench")
	if err != nil {
		return outcome{}, err
	}
	dir, err := os.MkdirTemp(b.dir, "mlbench") // results are not overwritten
	if err != nil {
		return outcome{}, err
	}
	result := filepath.Join(dir, "result.jsonl")
	args := []string{program, "run"}
	if l.scenario != "" {
		args = append(args, l.scenario, "-t", l.url)
	} else {
		args = append(args, "--url", l.url, "-b", requestBody, "-H", "Content-Type: "+requestType)
	}
	if l.duration > 0 {
		args = append(args, "-d", l.duration.String())
	}
	args = append(args, "--warmup", "0s", "-q", "--format", "json", "-o", result)
	if l.rate > 0 {
		args = append(args, "--rate", strconv.Itoa(l.rate)+"/s", "--arrivals", "constant")
	}
	if l.connections > 0 {
		args = append(args, "-c", strconv.Itoa(l.connections))
	}
	e, err := b.generate(ctx, l, command{args: append(args, l.flags...), ok: []int{exitInvalid}})
	if err != nil {
		return outcome{ended: e}, err
	}
	return readMlbench(e)
}

func readMlbench(e ended) (outcome, error) {
	var r mlbenchReport
	if err := json.Unmarshal(e.stdout, &r); err != nil {
		return outcome{ended: e}, fmt.Errorf("read mlbench's report: %w", err)
	}
	o := outcome{
		ended: e, requests: r.Requests, failed: r.Errors.Total, dropped: r.Dropped, took: seconds(r.Duration),
		response: known(r.Latency.Response), service: known(r.Latency.Service), lag: known(r.Latency.Lag), warnings: r.Warnings,
	}
	if !r.Valid {
		o.warnings = append([]string{"mlbench calls its run invalid"}, o.warnings...)
	}
	return o, nil
}

func known(from map[string]*float64) latency {
	l := latency{}
	for _, p := range append([]string{"max"}, percentiles...) {
		if v := from[p]; v != nil {
			l[p] = *v
		}
	}
	return l
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
