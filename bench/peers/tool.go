package main

import (
	"context"
	"time"
)

// load is what a generator is asked to send. All load is the same POST, unless
// a scenario of mlbench's is named.
type load struct {
	url         string // with the path
	connections int    // closed: workers; open: most requests in flight
	rate        int    // requests per second at constant gaps; 0 is closed
	duration    time.Duration
	scenario    string   // mlbench only: a file
	flags       []string // mlbench only: more flags
}

// The body of every request, 34 bytes, and its type.
const (
	requestBody = `{"features":[1,2,3,4,5,6,7,8,9,1]}`
	requestType = "application/json"
	requestPath = "/predict"
)

// percentiles are what tools are asked for, by mlbench's names.
var percentiles = []string{"p50", "p90", "p95", "p99", "p99.9"}

// latency maps percentiles to milliseconds; what a tool does not tell is absent.
type latency map[string]float64

// outcome is what a generator said of a load, and what that cost.
type outcome struct {
	ended
	requests int // answered
	failed   int
	dropped  int           // planned, never sent
	took     time.Duration // until the last answer, by the tool's clock
	response latency       // the figure that the tool shows as latency
	service  latency       // sent to answered
	lag      latency       // planned to sent; mlbench only
	warnings []string
}

// tool is a load generator.
type tool struct {
	name string
	// run sends the load in a process pinned to the generator's core.
	run func(context.Context, *bench, load) (outcome, error)
}

var (
	mlbench = tool{"mlbench", runMlbench}
	wrk     = tool{"wrk", runWrk}
	vegeta  = tool{"vegeta", runVegeta}
	k6      = tool{"k6", runK6}
)

// generate runs a generator's process for a load.
func (b *bench) generate(ctx context.Context, l load, c command) (ended, error) {
	b.settle(ctx)
	c.core = b.generatorCore
	c.limit = l.duration + grace
	return c.run(ctx)
}
