package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// wrkScript is static: wrk renders the request once. done runs after the load.
const wrkScript = `wrk.method = "POST"
wrk.body = '` + requestBody + `'
wrk.headers["Content-Type"] = "` + requestType + `"
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"us":%d,"failed":%d,"p50":%f,"p90":%f,"p95":%f,"p99":%f,"p99.9":%f,"max":%f}\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(95), latency:percentile(99), latency:percentile(99.9), latency.max))
end
`

func runWrk(ctx context.Context, b *bench, l load) (outcome, error) {
	program, err := b.program("wrk")
	if err != nil {
		return outcome{}, err
	}
	script, err := b.scratch("wrk-*.lua", wrkScript)
	if err != nil {
		return outcome{}, err
	}
	e, err := b.generate(ctx, l, command{args: []string{
		program, "-t1", "-c" + strconv.Itoa(l.connections),
		fmt.Sprintf("-d%ds", int(l.duration.Seconds())), "-s", script, l.url,
	}})
	if err != nil {
		return outcome{ended: e}, err
	}
	return readWrk(e)
}

func readWrk(e ended) (outcome, error) {
	text := string(e.stdout)
	var r map[string]float64 // times in µs
	if err := json.Unmarshal([]byte(text[max(0, strings.LastIndex(text, "{")):]), &r); err != nil {
		return outcome{ended: e}, fmt.Errorf("read wrk's report: %w", err)
	}
	o := outcome{ended: e, requests: int(r["requests"]), failed: int(r["failed"]), took: time.Duration(r["us"]) * time.Microsecond, response: latency{}}
	for _, p := range append([]string{"max"}, percentiles...) {
		o.response[p] = r[p] / 1000
	}
	o.service = o.response
	return o, nil
}
