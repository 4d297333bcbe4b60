package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// memory measures mlbench's resident memory after so many and ten times so many
// requests.
func (b *bench) memory(ctx context.Context) (*section, error) {
	if !b.long {
		return nil, errors.New("takes minutes: run with -long")
	}
	fast, url, err := b.nginx(ctx)
	if err != nil {
		return nil, err
	}
	defer fast.stop() //nolint:errcheck // nothing depends on how it ended
	s := &section{
		title:  "Memory of a long run",
		text:   fmt.Sprintf("Closed, %d connections, nginx; resident memory at its highest, one run each.", closedConnections),
		header: []string{"mlbench", "requests/s", "peak memory, MB"},
	}
	var peaks []float64
	for _, requests := range []string{"1000000", "10000000"} {
		b.logf("memory: %s requests", requests)
		// The duration is the limit: 10 million take 3 minutes at 55,000/s.
		l := load{url: url + requestPath, connections: closedConnections, duration: 20 * time.Minute, flags: []string{"-n", requests}}
		o, err := mlbench.run(ctx, b, l)
		if err != nil {
			s.fail(requests+" requests", err)
			continue
		}
		if fmt.Sprint(o.requests) != requests {
			s.note("Only %d of %s requests were made.", o.requests, requests)
		}
		peaks = append(peaks, float64(o.peak)/1e6)
		s.add(requests+" requests", number(float64(o.requests)/o.took.Seconds(), 0), number(float64(o.peak)/1e6, 1))
	}
	if len(peaks) == 2 {
		b.goal("memory after 10 million requests − after 1 million, MB", max(peaks[1]-peaks[0], peaks[0]-peaks[1]), 2, 1, "")
	}
	return s, ctx.Err()
}

// think measures ten thousand clients that pause between requests.
func (b *bench) think(ctx context.Context) (*section, error) {
	const clients = 10_000
	fast, url, err := b.nginx(ctx)
	if err != nil {
		return nil, err
	}
	defer fast.stop() //nolint:errcheck // nothing depends on how it ended
	length := max(b.length, 10*time.Second)
	s := &section{
		title:  fmt.Sprintf("%d connections with think time", clients),
		text:   fmt.Sprintf("Closed, `--think 'uniform(1s,3s)'`, nginx, one run of %v.", length),
		header: []string{"mlbench", "requests", "failed", "requests/s", "CPU, µs/request", "latency p50, ms", "latency p99, ms", "peak memory, MB"},
	}
	l := load{url: url + requestPath, connections: clients, duration: length, flags: []string{"--think", "uniform(1s,3s)"}}
	o, err := mlbench.run(ctx, b, l)
	if err != nil {
		return nil, err
	}
	for _, w := range o.warnings {
		s.note("%s", w)
	}
	s.add(fmt.Sprintf("%d clients", clients), fmt.Sprint(o.requests), fmt.Sprint(o.failed), number(float64(o.requests)/o.took.Seconds(), 0),
		number(micros(o.cpu)/float64(o.requests), 1), number(o.response.get("p50"), 3), number(o.response.get("p99"), 3), number(float64(o.peak)/1e6, 1))
	b.goal("10,000 connections: failed requests", float64(o.failed), 0, 0, "")
	b.goal("10,000 connections: peak memory, MB", float64(o.peak)/1e6, 400, 1, "")
	return s, nil
}
