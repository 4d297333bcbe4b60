package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

const closedConnections = 64

// entrant is a tool under one load, with what was measured of it.
type entrant struct {
	tool
	label string
	load  load
	series
	err error // the last failure
}

// The figures of an entrant.
const (
	figRate    = "requests/s"
	figGross   = "cpu µs/request"
	figStartup = "startup cpu ms"
	figNet     = "net cpu µs/request"
	figPeak    = "peak MB"
)

// closed measures what a request costs each generator when nothing else limits
// it: 64 connections, each sending again when its answer has come.
func (b *bench) closed(ctx context.Context) (*section, error) {
	fast, url, err := b.nginx(ctx)
	if err != nil {
		return nil, err
	}
	defer fast.stop() //nolint:errcheck // nothing depends on how it ended
	slow, slowURL, err := b.reference(ctx, "--service", "900ms")
	if err != nil {
		return nil, err
	}
	defer slow.stop() //nolint:errcheck // the same
	l := load{url: url + requestPath, connections: closedConnections, duration: b.length}
	four := l
	four.url, four.scenario = url, filepath.Join(b.root, "bench", "peers", "classes.yaml")
	entrants := []*entrant{
		{tool: mlbench, label: "mlbench", load: l},
		{tool: mlbench, label: "mlbench, four classes", load: four},
		{tool: wrk, label: "wrk", load: l},
		{tool: vegeta, label: "vegeta", load: l},
		{tool: k6, label: "k6", load: l},
	}
	s := &section{
		title: fmt.Sprintf("Cost of a request: closed, %d connections", closedConnections),
		text: fmt.Sprintf("POST of %d bytes over HTTP/1.1 to nginx, keep-alive, everything recorded. Medians of %d rounds of %v. "+
			"CPU is user and system time of the generator's process ÷ requests counted by nginx; the last but one column is mlbench's CPU "+
			"per request (without start-up) ÷ the row's, taken within each round.", len(requestBody), b.rounds, b.length),
		header: []string{"generator", "requests/s", "CPU, µs/request", "start-up CPU, ms", "CPU without start-up, µs/request", "mlbench ÷ this (range)", "peak memory, MB"},
	}
	for round := range b.rounds {
		b.eachRotated(ctx, round, entrants, func(e *entrant) error {
			return b.closedOnce(ctx, s, e, round, url, slowURL)
		})
	}
	s.closedRows(entrants)
	b.closedGoals(entrants)
	return s, ctx.Err()
}

// eachRotated runs every entrant once, beginning with another one each round.
func (b *bench) eachRotated(ctx context.Context, round int, entrants []*entrant, run func(*entrant) error) {
	for i := range entrants {
		e := entrants[(round+i)%len(entrants)]
		if ctx.Err() != nil {
			return
		}
		if e.series == nil {
			e.series = series{}
		}
		b.logf("round %d/%d: %s", round+1, b.rounds, e.label)
		if err := run(e); err != nil {
			e.err = err
			b.logf("  failed: %v", err)
		}
	}
}

func (b *bench) closedOnce(ctx context.Context, s *section, e *entrant, round int, url, slowURL string) error {
	start := e.load
	start.duration = time.Second
	start.url = slowURL
	if start.scenario == "" {
		start.url += requestPath
	}
	started, err := e.run(ctx, b, start)
	if err != nil {
		return fmt.Errorf("start-up: %w", err)
	}
	before, err := requestsServed(ctx, url)
	if err != nil {
		return err
	}
	o, err := e.run(ctx, b, e.load)
	if err != nil {
		return err
	}
	after, err := requestsServed(ctx, url)
	if err != nil {
		return err
	}
	served := float64(after - before - 1) // less the question itself
	if o.requests == 0 || o.took <= 0 {
		return fmt.Errorf("%s reports no requests", e.label)
	}
	if off := served/float64(o.requests) - 1; math.Abs(off) > 0.005 {
		s.note("%s reports %d requests, nginx has counted %.0f.", e.label, o.requests, served)
	}
	if o.failed > 0 {
		s.note("%s reports %d failed requests.", e.label, o.failed)
	}
	for _, w := range o.warnings {
		s.note("%s: %s", e.label, w)
	}
	e.set(figRate, round, served/o.took.Seconds())
	e.set(figGross, round, micros(o.cpu)/served)
	e.set(figStartup, round, micros(started.cpu)/1000)
	e.set(figNet, round, micros(o.cpu-started.cpu)/served)
	e.set(figPeak, round, float64(o.peak)/1e6)
	b.logf("  %.0f/s, %.2f µs/request", served/o.took.Seconds(), micros(o.cpu-started.cpu)/served)
	return nil
}

func (s *section) closedRows(entrants []*entrant) {
	own := entrants[0]
	for _, e := range entrants {
		if len(present(e.series[figNet])) == 0 {
			s.fail(e.label, e.err)
			continue
		}
		if e.err != nil {
			s.note("%s failed in a round: %s", e.label, lastLine(e.err.Error()))
		}
		s.add(e.label, number(e.median(figRate), 0), number(e.median(figGross), 2), number(e.median(figStartup), 0), number(e.median(figNet), 2),
			spread(combine(own.series[figNet], e.series[figNet], ratio), 2), number(e.median(figPeak), 1))
	}
}

func (b *bench) closedGoals(entrants []*entrant) {
	own, four := entrants[0], entrants[1]
	for _, limit := range []struct {
		peer *entrant
		most float64
	}{{entrants[2], 0.95}, {entrants[3], 1.0 / 4}, {entrants[4], 1.0 / 6}} {
		ratios := combine(own.series[figNet], limit.peer.series[figNet], ratio)
		gross := combine(own.series[figGross], limit.peer.series[figGross], ratio)
		b.goal("CPU per request ÷ "+limit.peer.label+"'s", quantile(ratios, 0.5), limit.most, 3,
			spread(ratios, 3)+"; with start-up "+number(quantile(gross, 0.5), 3))
	}
	ratios := combine(four.series[figNet], own.series[figNet], ratio)
	b.goal("CPU per request with four classes ÷ ad-hoc", quantile(ratios, 0.5), 1.15, 3, spread(ratios, 3))
	b.goal("peak memory, 64 connections, MB", own.worst(figPeak), 80, 1, "")
}

var servedLine = regexp.MustCompile(`(?m)^\s*\d+ \d+ (\d+)\s*$`)

// requestsServed asks nginx how many requests it has answered, this one
// included.
func requestsServed(ctx context.Context, url string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/status", nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("ask nginx for its count: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err != nil {
		return 0, fmt.Errorf("ask nginx for its count: %w", err)
	}
	found := servedLine.FindSubmatch(body)
	if found == nil {
		return 0, fmt.Errorf("nginx answers %q instead of its count", body)
	}
	return strconv.Atoi(string(found[1]))
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
