package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// k6Script is a script as k6's documentation has it. Bodies are discarded, which
// is in k6's favour.
const k6Script = `import http from 'k6/http';
export const options = {
  discardResponseBodies: true,
  summaryTrendStats: ['p(50)', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)', 'max'],
  scenarios: { load: %s },
};
const params = { headers: { 'Content-Type': '` + requestType + `' } };
export default function () { http.post('%s', '` + requestBody + `', params); }
export function handleSummary(data) { return { stdout: JSON.stringify(data) }; }
`

// k6Report is the part of k6's summary that is read here.
type k6Report struct {
	Metrics map[string]struct {
		Values map[string]float64 `json:"values"`
	} `json:"metrics"`
	State struct {
		Duration float64 `json:"testRunDurationMs"`
	} `json:"state"`
}

// k6DefaultUsers: k6 makes its virtual users before the load and wants their
// number; this is enough for one second of the stall test.
const k6DefaultUsers = 200

func runK6(ctx context.Context, b *bench, l load) (outcome, error) {
	program, err := b.program("k6")
	if err != nil {
		return outcome{}, err
	}
	scenario := map[string]any{"executor": "constant-vus", "vus": l.connections, "duration": l.duration.String(), "gracefulStop": "5s"}
	if l.rate > 0 {
		users := l.connections
		if users == 0 {
			users = k6DefaultUsers
		}
		scenario = map[string]any{
			"executor": "constant-arrival-rate", "rate": l.rate, "timeUnit": "1s", "duration": l.duration.String(),
			"preAllocatedVUs": users, "maxVUs": users, "gracefulStop": "5s",
		}
	}
	text, err := json.Marshal(scenario)
	if err != nil {
		return outcome{}, err
	}
	script, err := b.scratch("k6-*.js", fmt.Sprintf(k6Script, text, l.url))
	if err != nil {
		return outcome{}, err
	}
	e, err := b.generate(ctx, l, command{
		args: []string{program, "run", "--quiet", "--no-usage-report", script},
		env:  []string{"K6_NO_USAGE_REPORT=true", "K6_BINARY_PROVISIONING=false", "K6_AUTO_EXTENSION_RESOLUTION=false"},
	})
	if err != nil {
		return outcome{ended: e}, err
	}
	return readK6(e)
}

func readK6(e ended) (outcome, error) {
	var r k6Report
	if err := json.Unmarshal(e.stdout, &r); err != nil {
		return outcome{ended: e}, fmt.Errorf("read k6's report: %w", err)
	}
	o := outcome{
		ended:    e,
		requests: int(r.Metrics["http_reqs"].Values["count"]),
		// Of the rate "failed", what passes is a failure.
		failed:   int(r.Metrics["http_req_failed"].Values["passes"]),
		dropped:  int(r.Metrics["dropped_iterations"].Values["count"]),
		took:     time.Duration(r.State.Duration * float64(time.Millisecond)),
		response: latency{},
	}
	for name, ms := range r.Metrics["http_req_duration"].Values {
		o.response[strings.NewReplacer("p(", "p", ")", "").Replace(name)] = ms
	}
	o.service = o.response
	return o, nil
}
