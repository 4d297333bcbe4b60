package main

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	wireRate    = 500
	wireService = 2 * time.Millisecond
)

// wire holds what the tools report against a packet capture: when requests were
// really sent, and how long they really took.
func (b *bench) wire(ctx context.Context) (*section, error) {
	if _, err := b.program("tcpdump"); err != nil {
		return nil, err
	}
	l := load{rate: wireRate, duration: b.length}
	users := l
	users.connections = 50
	entrants := []*entrant{
		{tool: mlbench, label: "mlbench", load: l},
		{tool: vegeta, label: "vegeta", load: l},
		{tool: k6, label: "k6, 50 VUs", load: users},
	}
	s := &section{
		title: fmt.Sprintf("Lateness and service time against a packet capture, %d/s", wireRate),
		text: fmt.Sprintf("Constant gaps, `mlbench serve reference --service %v`, tcpdump on the loopback device, medians of %d rounds of %v. "+
			"Lateness on the wire is a request's first packet − its planned instant, where the plan is the grid of %v that no request is ahead of; "+
			"own lag is what the tool itself reports. Service time on the wire ends with the answer's last packet.",
			wireService, b.rounds, b.length, time.Second/wireRate),
		header: []string{
			"generator", "lateness on the wire, µs: p50", "p99", "own lag, µs: p50", "p99",
			"service on the wire, ms: p50", "p99", "reported, ms: p50", "p99", "reported − wire: p50, µs", "p99, %",
		},
	}
	for round := range b.rounds {
		b.eachRotated(ctx, round, entrants, func(e *entrant) error { return b.wireOnce(ctx, s, e, round) })
	}
	for _, e := range entrants {
		if len(e.series["wire p50"]) == 0 {
			s.fail(e.label, e.err)
			continue
		}
		s.add(e.label, number(e.median("late p50"), 0), number(e.median("late p99"), 0), number(e.median("lag p50"), 0), number(e.median("lag p99"), 0),
			number(e.median("wire p50"), 3), number(e.median("wire p99"), 3), number(e.median("told p50"), 3), number(e.median("told p99"), 3),
			spread(e.offBy("p50"), 0), spread(e.offBy("p99"), 1))
	}
	own := entrants[0]
	b.goal("lag at 500/s, p50, µs", own.median("lag p50"), 50, 0, spread(present(own.series["lag p50"]), 0))
	b.goal("lag at 500/s, p99, µs", own.median("lag p99"), 500, 0, spread(present(own.series["lag p99"]), 0))
	b.goal("service p50, off the capture, µs", math.Abs(quantile(own.offBy("p50"), 0.5)), 60, 0, spread(own.offBy("p50"), 0))
	b.goal("service p99, off the capture, %", math.Abs(quantile(own.offBy("p99"), 0.5)), 10, 1, spread(own.offBy("p99"), 1))
	return s, ctx.Err()
}

// offBy is reported − wire by round: at p50 in µs, at p99 in percent.
func (e *entrant) offBy(p string) []float64 {
	told, wire := e.series["told "+p], e.series["wire "+p]
	if p == "p50" {
		return combine(told, wire, func(a, b float64) float64 { return (a - b) * 1000 })
	}
	return combine(told, wire, func(a, b float64) float64 { return (a/b - 1) * 100 })
}

func (b *bench) wireOnce(ctx context.Context, s *section, e *entrant, round int) error {
	server, at, err := b.reference(ctx, "--service", wireService.String())
	if err != nil {
		return err
	}
	defer server.stop() //nolint:errcheck // nothing depends on how it ended
	parsed, err := url.Parse(at)
	if err != nil {
		return err
	}
	port, err := strconv.ParseUint(parsed.Port(), 10, 16)
	if err != nil {
		return err
	}
	l := e.load
	l.url = at + requestPath
	var o outcome
	packets, err := b.capture(ctx, uint16(port), func() (err error) {
		o, err = e.run(ctx, b, l)
		return err
	})
	if err != nil {
		return err
	}
	for _, w := range o.warnings {
		s.note("%s: %s", e.label, w)
	}
	seen := exchanges(packets, uint16(port))
	if planned := int(wireRate * b.length.Seconds()); o.dropped > 0 || len(seen) < planned-1 {
		return fmt.Errorf("%d of %d planned requests on the wire, %d reported as dropped", len(seen), planned, o.dropped)
	}
	sent, took := make([]float64, len(seen)), make([]float64, 0, len(seen))
	first := seen[0].sent
	for i, x := range seen {
		sent[i] = micros(x.sent - first)
		if x.answered > 0 {
			took = append(took, micros(x.answered-x.sent)/1000)
		}
	}
	late := lateness(sent, 1e6/wireRate)
	for p, q := range map[string]float64{"p50": 0.5, "p99": 0.99} {
		e.set("late "+p, round, quantile(late, q))
		e.set("lag "+p, round, 1000*o.lag.get(p))
		e.set("wire "+p, round, quantile(took, q))
		e.set("told "+p, round, o.service.get(p))
	}
	return nil
}

// lateness is how far each of the instants is behind its place on a grid with
// the given gap, when the grid is as late as it can be without an instant ahead.
func lateness(instants []float64, gap float64) []float64 {
	late := slices.Sorted(slices.Values(instants))
	for i := range late {
		late[i] -= float64(i) * gap
	}
	if len(late) == 0 {
		return nil
	}
	earliest := slices.Min(late)
	for i := range late {
		late[i] -= earliest
	}
	return late
}

// get is NaN for a percentile that was not told.
func (l latency) get(p string) float64 {
	if v, ok := l[p]; ok {
		return v
	}
	return math.NaN()
}

// capture records the packets of a port while a load runs.
func (b *bench) capture(ctx context.Context, port uint16, during func() error) ([]packet, error) {
	program, err := b.program("tcpdump")
	if err != nil {
		return nil, err
	}
	path, err := b.scratch("*.pcap", "")
	if err != nil {
		return nil, err
	}
	// -s 160 keeps headers and the beginning of a request; -B is KiB of buffer.
	args := []string{program, "-i", "lo", "-n", "-s", "160", "-B", "32768", "--time-stamp-precision=nano", "-w", path}
	if os.Geteuid() == 0 {
		args = append(args, "-Z", "root") // else it writes as a user that may not
	}
	args = append(args, fmt.Sprintf("tcp port %d", port))
	dump, _, err := command{core: b.serverCore, args: args, limit: b.longest()}.serve(ctx, "listening on lo")
	if err != nil {
		return nil, err
	}
	if err = during(); err == nil {
		time.Sleep(1500 * time.Millisecond) // the kernel hands packets over once a second
	}
	said, stopErr := dump.stop()
	if err != nil {
		return nil, err
	}
	if stopErr != nil {
		return nil, fmt.Errorf("tcpdump: %w: %s", stopErr, lastLine(strings.Join(said, "\n")))
	}
	for _, line := range said {
		if strings.HasSuffix(line, "packets dropped by kernel") && !strings.HasPrefix(line, "0 ") {
			return nil, fmt.Errorf("tcpdump: %s", line)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer os.Remove(path)
	defer file.Close()
	return readPcap(file)
}
