package main

import (
	"context"
	"fmt"
)

const (
	openRate = 10_000
	// openUsers is what k6 gets: more virtual users cost it more, fewer drop more.
	openUsers = 64
)

// open measures whether a plan of 10,000 requests per second is kept.
func (b *bench) open(ctx context.Context) (*section, error) {
	fast, url, err := b.nginx(ctx)
	if err != nil {
		return nil, err
	}
	defer fast.stop() //nolint:errcheck // nothing depends on how it ended
	l := load{url: url + requestPath, rate: openRate, duration: b.length}
	users := l
	users.connections = openUsers
	entrants := []*entrant{
		{tool: mlbench, label: "mlbench", load: l},
		{tool: vegeta, label: "vegeta", load: l},
		{tool: k6, label: fmt.Sprintf("k6, %d VUs", openUsers), load: users},
	}
	planned := float64(openRate) * b.length.Seconds()
	const achieved, dropped, took, p50, p99 = "achieved", "dropped", "took", "p50", "p99"
	s := &section{
		title: fmt.Sprintf("A plan of %d requests per second", openRate),
		text: fmt.Sprintf("Constant gaps, nginx, %.0f requests planned in each of %d rounds. Achieved is the requests sent ÷ planned, as the tool reports; "+
			"took is until the last answer. Medians; dropped is the worst round.", planned, b.rounds),
		header: []string{"generator", "achieved, % of plan", "dropped", "took, s", "CPU, µs/request", "latency p50, ms", "latency p99, ms"},
	}
	for round := range b.rounds {
		b.eachRotated(ctx, round, entrants, func(e *entrant) error {
			o, err := e.run(ctx, b, e.load)
			if err != nil {
				return err
			}
			for _, w := range o.warnings {
				s.note("%s: %s", e.label, w)
			}
			if o.failed > 0 {
				s.note("%s reports %d failed requests.", e.label, o.failed)
			}
			e.set(achieved, round, 100*float64(o.requests)/planned)
			e.set(dropped, round, float64(o.dropped))
			e.set(took, round, o.took.Seconds())
			e.set(figGross, round, micros(o.cpu)/float64(o.requests))
			e.set(p50, round, o.response.get("p50"))
			e.set(p99, round, o.response.get("p99"))
			return nil
		})
	}
	for _, e := range entrants {
		if len(e.series[achieved]) == 0 {
			s.fail(e.label, e.err)
			continue
		}
		s.add(e.label, spread(present(e.series[achieved]), 2), number(e.worst(dropped), 0), number(e.median(took), 2),
			number(e.median(figGross), 1), number(e.median(p50), 3), number(e.median(p99), 3))
	}
	off := combine(entrants[0].series[achieved], entrants[0].series[achieved], func(a, _ float64) float64 { return max(a-100, 100-a) })
	b.goal("10,000/s planned: off the plan, %, worst round", quantile(off, 1), 0.1, 3, "")
	b.goal("10,000/s planned: dropped, worst round", entrants[0].worst(dropped), 0, 0, "")
	return s, ctx.Err()
}
