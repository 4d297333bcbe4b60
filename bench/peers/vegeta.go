package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// vegetaReport is the part of `vegeta report -type json` that is read here;
// times in ns.
type vegetaReport struct {
	Latencies struct {
		Max float64 `json:"max"`
	} `json:"latencies"`
	Requests int            `json:"requests"`
	Duration time.Duration  `json:"duration"` // first to last send
	Wait     time.Duration  `json:"wait"`     // from there to the last answer
	Codes    map[string]int `json:"status_codes"`
}

func runVegeta(ctx context.Context, b *bench, l load) (outcome, error) {
	program, err := b.program("vegeta")
	if err != nil {
		return outcome{}, err
	}
	target, err := json.Marshal(map[string]any{
		"method": "POST", "url": l.url, "body": []byte(requestBody),
		"header": map[string][]string{"Content-Type": {requestType}},
	})
	if err != nil {
		return outcome{}, err
	}
	targets, err := b.scratch("vegeta-*.json", string(target)+"\n")
	if err != nil {
		return outcome{}, err
	}
	results, err := b.scratch("vegeta-*.bin", "")
	if err != nil {
		return outcome{}, err
	}
	args := []string{
		program, "attack", "-format", "json", "-targets", targets, "-output", results,
		"-duration", l.duration.String(), "-rate", strconv.Itoa(l.rate), "-max-body", "0",
	}
	if l.connections > 0 {
		args = append(args, "-max-workers", strconv.Itoa(l.connections))
	}
	e, err := b.generate(ctx, l, command{args: args})
	if err != nil {
		return outcome{ended: e}, err
	}
	// Two more processes make the report: their cost is not the generator's.
	var reports [2][]byte
	for i, kind := range []string{"json", "hdrplot"} {
		r, err := command{core: b.generatorCore, args: []string{program, "report", "-type", kind, results}, limit: time.Minute}.run(ctx)
		if err != nil {
			return outcome{ended: e}, err
		}
		reports[i] = r.stdout
	}
	return readVegeta(e, reports[0], reports[1])
}

func readVegeta(e ended, report, plot []byte) (outcome, error) {
	var r vegetaReport
	if err := json.Unmarshal(report, &r); err != nil {
		return outcome{ended: e}, fmt.Errorf("read vegeta's report: %w", err)
	}
	o := outcome{ended: e, requests: r.Requests, failed: r.Requests - r.Codes["200"], took: r.Duration + r.Wait}
	var err error
	if o.response, err = readHDRPlot(plot); err != nil {
		return o, err
	}
	o.response["max"] = r.Latencies.Max / 1e6
	o.service = o.response
	return o, nil
}

// readHDRPlot reads percentiles off vegeta's plot, the only report of its own
// that goes beyond p99. A percentile is the first line at or above it.
func readHDRPlot(plot []byte) (latency, error) {
	l := latency{}
	for lines := bufio.NewScanner(bytes.NewReader(plot)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || strings.HasPrefix(fields[0], "Value") {
			continue
		}
		ms, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return nil, fmt.Errorf("read vegeta's hdrplot: %w", err)
		}
		share, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return nil, fmt.Errorf("read vegeta's hdrplot: %w", err)
		}
		for _, p := range percentiles {
			want, _ := strconv.ParseFloat(p[1:], 64)
			if _, have := l[p]; !have && share >= want/100-1e-9 {
				l[p] = ms
			}
		}
	}
	if len(l) == 0 {
		return nil, fmt.Errorf("read vegeta's hdrplot: no line in it")
	}
	return l, nil
}
