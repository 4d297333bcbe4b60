package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"
)

// The stall test: a server with a fixed service time that lets nothing begin
// for a while once every period.
const (
	stallService = 5 * time.Millisecond
	stallLength  = 600 * time.Millisecond // 6% wait: no percentile shown lies just where that begins
	stallPeriod  = 10 * time.Second
	stallRate    = 200
)

// stallTheory is the response time at quantile q that users see who come at a
// constant rate, in ms. Who comes u after the beginning of a stall waits for the
// rest of it, so that the slowest share is spread evenly between 0 and its
// length.
func stallTheory(q float64) float64 {
	return millis(stallService + max(0, stallLength-time.Duration((1-q)*float64(stallPeriod))))
}

// stall shows who hides that the server stood still.
func (b *bench) stall(ctx context.Context) (*section, error) {
	l := load{rate: stallRate, duration: time.Duration(b.stallPeriods) * stallPeriod}
	few, users, closed := l, l, l
	few.connections, users.connections, closed.rate, closed.connections = 10, k6DefaultUsers, 0, 10
	entrants := []*entrant{
		{tool: mlbench, label: "mlbench run --rate", load: l},
		{tool: mlbench, label: "mlbench run --rate -c 10", load: few},
		{tool: vegeta, label: "vegeta -rate", load: l},
		{tool: vegeta, label: "vegeta -rate -max-workers 10", load: few},
		{tool: k6, label: fmt.Sprintf("k6 constant-arrival-rate, %d VUs", k6DefaultUsers), load: users},
		{tool: k6, label: "k6 constant-arrival-rate, 10 VUs", load: few},
		{tool: mlbench, label: "mlbench run -c 10 (closed)", load: closed},
		{tool: wrk, label: "wrk -c10 (closed, corrected)", load: closed},
	}
	s := &section{
		title: "Who sees a stall",
		text: fmt.Sprintf("`mlbench serve reference --service %v --stall %v/%v`, %d requests per second planned at constant gaps for %v, one run each. "+
			"The first row is what users see who come at that rate, whatever the answers do. Figures are the tools' own latencies, ms.",
			stallService, stallLength, stallPeriod, stallRate, l.duration),
		header: append(append([]string{"generator"}, percentiles...), "max", "requests", "dropped"),
	}
	s.note("wrk fills its histogram up after the run with requests that it did not send, one for each mean gap within a slow answer: a guess at what an open model measures.")
	theory := []string{"theory"}
	for _, p := range percentiles {
		theory = append(theory, number(stallTheory(share(p)), 1))
	}
	s.add(append(theory, number(millis(stallService+stallLength), 1), number(stallRate*l.duration.Seconds(), 0), "0")...)
	for i, e := range entrants {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		b.logf("stall: %s", e.label)
		o, err := b.stallOnce(ctx, e)
		if err != nil {
			b.logf("  failed: %v", err)
			s.fail(e.label, err)
			continue
		}
		row := []string{e.label}
		for _, p := range append(percentiles, "max") {
			row = append(row, number(o.response.get(p), 1))
		}
		s.add(append(row, fmt.Sprint(o.requests), fmt.Sprint(o.dropped))...)
		for _, w := range o.warnings {
			s.note("%s: %s", e.label, w)
		}
		if i == 0 {
			off, at := stallMiss(o)
			b.goal("stall curve, most off ÷ allowed (1/rate + lag p99 + 0.2%)", off, 1, 2, at)
		}
	}
	return s, nil
}

func (b *bench) stallOnce(ctx context.Context, e *entrant) (outcome, error) {
	server, at, err := b.reference(ctx, "--service", stallService.String(), "--stall", fmt.Sprintf("%v/%v", stallLength, stallPeriod))
	if err != nil {
		return outcome{}, err
	}
	defer server.stop() //nolint:errcheck // nothing depends on how it ended
	l := e.load
	l.url = at + requestPath
	return e.run(ctx, b, l)
}

// stallMiss is the largest distance from theory as a share of what is allowed,
// and where it is.
func stallMiss(o outcome) (worst float64, at string) {
	for _, p := range percentiles {
		want := stallTheory(share(p))
		allowed := 1000.0/stallRate + o.lag.get("p99") + 0.002*want
		off := math.Abs(o.response.get(p)-want) / allowed
		if !(off <= worst) { // also when it is no number
			worst, at = off, "at "+p
		}
	}
	return worst, at
}

// share of requests at or below a percentile like p99.9.
func share(p string) float64 {
	var v float64
	fmt.Sscanf(strings.TrimPrefix(p, "p"), "%g", &v) //nolint:errcheck // the names are constants
	return v / 100
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
