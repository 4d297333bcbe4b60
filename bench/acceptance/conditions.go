package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

// Everything in this file was fixed before the runs and is not adapted to what
// they show: the conditions, how often each is run, the limits and the goals.
// Whoever changes how a run is made, or what mlbench does in it, raises method:
// runs of an earlier method stay in the journal and are not counted. Method 1 is
// the series with fixed budgets. A change that reaches some conditions only raises
// theirs (since): method 3 is that a freeze takes 5 ms, and that lateness beside the
// baseline withholds no ok, after three runs of the demo by method 2, two of which
// had no answer for those reasons. No run of the others had ended otherwise by it.
const (
	method = 2

	// seed decides the order of the runs and all their seeds.
	seed = 20260917

	// decideLimit is the most that deciding and rendering may take.
	decideLimit = 200 * time.Millisecond

	// demoLimit is the most that a run of `mlbench demo` may take.
	demoLimit = 90 * time.Second
)

// attempts is how often a run is made until it is valid: an invalid one is no
// measurement, by the generator's lateness and not by what was measured, and is
// made again as a user would have to. What is invalid every time counts as that.
const attempts = 3

// The factors on the work that make the pooled p50 of the response time grow by
// 5, 10 and 20%, by a fit to ten runs before the first series: +87.8% · work +
// 58.6% · work², which is 1.055, 1.106 and 1.201. Transport and scheduling do not
// grow with the work, queueing grows faster: at this load the two nearly cancel.
// The page has what the runs themselves show.
const (
	slow5  = 1.055
	slow10 = 1.106
	slow20 = 1.20
)

// budget is the most that a comparison may take. It ends when it has decided.
const budget = 2 * time.Minute

// What is served. The reference server has one worker that burns 2 ms of a core
// per request, a fifth busy at 100/s.
const (
	reference = "reference"
	modern    = "modern"
	fastapi   = "fastapi" // examples/flask-vs-fastapi, under uvicorn
)

var referenceFlags = []string{"--service", "2ms", "--sigma", "0.3", "--burn", "--workers", "1"}

// condition is one row of the table.
type condition struct {
	name     string
	what     string   // is compared
	service  string   // that A and B are; "" is mlbench demo, which has its own
	slow     float64  // factor on B's work; 1 for equal builds
	luck     string   // of each start of the reference server
	flags    []string // of compare
	budget   time.Duration
	launches int // that one comparison has of each; 0: both are started before it
	runs     int
	expected time.Duration // that a run takes, to know beforehand
	since    int           // method that its runs count from, where that is later
	goal     goal
}

// method is the earliest whose runs count.
func (c condition) method() int { return max(method, c.since) }

var atRate = []string{"--scenario", "ping", "--rate", "100/s"}

var conditions = []condition{
	{
		name: "aa", what: "A/A", service: reference, slow: 1, flags: atRate, budget: budget, runs: 60,
		expected: 47 * time.Second,
		goal:     goal{bounds: []bound{atMost(1, verdict.Regression), atLeast(55, verdict.OK)}, mean: 55 * time.Second},
	},
	{
		name: "modern-aa", what: "A/A of `modern`, `mix` at 200/s", service: modern, slow: 1,
		flags: []string{"--scenario", "mix"}, budget: budget, runs: 20, expected: 60 * time.Second,
		goal: goal{bounds: []bound{atMost(0, verdict.Regression), atLeast(18, verdict.OK)}},
	},
	{
		name: "fastapi-aa", what: "A/A of FastAPI under uvicorn, `mix` at 100/s", service: fastapi, slow: 1,
		flags: []string{"--scenario", "mix", "--rate", "100/s"}, budget: budget, runs: 10, expected: 60 * time.Second,
		goal: goal{bounds: []bound{atMost(0, verdict.Regression), atLeast(9, verdict.OK)}},
	},
	{
		name: "slow20", what: "B slower by 20%", service: reference, slow: slow20, flags: atRate, budget: budget, runs: 10,
		expected: 24 * time.Second,
		goal:     goal{bounds: []bound{atLeast(10, verdict.Regression)}, mean: 30 * time.Second},
	},
	{
		name: "slow10", what: "B slower by 10%", service: reference, slow: slow10, flags: atRate, budget: budget, runs: 20,
		expected: 40 * time.Second,
		goal:     goal{bounds: []bound{atLeast(19, verdict.Regression), atMost(0, verdict.OK)}},
	},
	{
		name: "slow5", what: "B slower by 5%, limit of p50 3%", service: reference, slow: slow5,
		flags: append([]string{"--max-regression", "p50=3%"}, atRate...), budget: budget, runs: 10, expected: 60 * time.Second,
		goal: goal{bounds: []bound{atLeast(8, verdict.Regression)}},
	},
	{
		name: "luck-aa", what: "A/A where starts differ by luck of 4%, 8 starts of each", service: reference, slow: 1, luck: "4%",
		flags: atRate, budget: 3 * time.Minute, launches: 8, runs: 10, expected: 3 * time.Minute,
		goal: goal{bounds: []bound{atMost(1, verdict.Regression)}},
	},
	{
		name: "demo", what: "`mlbench demo`, its three comparisons", runs: 10, expected: 70 * time.Second, since: 3,
		goal: goal{bounds: []bound{atLeast(9, answered)}},
	},
}

// equal says whether A and B are the same build, so that 0 is the truth.
func (c condition) equal() bool { return c.service != "" && c.slow == 1 }

// serve is the command line of `mlbench serve` for A or B.
func (c condition) serve(arm int, workSeed uint64, addr string) []string {
	args := []string{"serve", c.service, "--addr", addr}
	if c.service != reference {
		return args
	}
	args = append(args, referenceFlags...)
	args = append(args, "--seed", strconv.FormatUint(workSeed, 10))
	if arm == 1 && c.slow != 1 {
		args = append(args, "--slow", strconv.FormatFloat(c.slow, 'g', -1, 64))
	}
	if c.luck != "" {
		args = append(args, "--luck", c.luck)
	}
	return args
}

// command is the command line of mlbench, of compare without the targets.
func (c condition) command(seed uint64, output string) []string {
	args := []string{"demo"}
	if c.service != "" {
		args = append([]string{"compare", "--output", output}, c.flags...)
	}
	if c.budget > 0 {
		args = append(args, "--budget", c.budget.String())
	}
	if c.launches > 0 {
		args = append(args, "--launches", strconv.Itoa(c.launches))
	}
	return append(args, "--seed", strconv.FormatUint(seed, 10), "--format", "json", "--quiet")
}

// goal is what a condition has to reach.
type goal struct {
	bounds []bound
	mean   time.Duration // the most that a run may take in the mean; 0: any
}

// bound is on the number of runs of a verdict.
type bound struct {
	verdict verdict.Verdict
	least   bool // n is the least, or else the most
	n       int
}

func atLeast(n int, v verdict.Verdict) bound { return bound{v, true, n} }
func atMost(n int, v verdict.Verdict) bound  { return bound{v, false, n} }

// words is the goal as the table shows it.
func (g goal) words() string {
	var parts []string
	for _, b := range g.bounds {
		side := "at most"
		switch {
		case b.least:
			side = "at least"
		case b.n == 0:
			parts = append(parts, "no "+string(b.verdict))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %d %s", side, b.n, b.verdict))
	}
	if g.mean > 0 {
		parts = append(parts, fmt.Sprintf("%.0f s in the mean", g.mean.Seconds()))
	}
	return strings.Join(parts, ", ")
}

// held judges a goal by the runs so far. It is missed as soon as nothing can
// mend it, and held only after all runs.
func (g goal) held(t tally, planned int) string {
	for _, b := range g.bounds {
		hits := t.verdicts[b.verdict]
		if b.least && hits+planned-t.done() < b.n || !b.least && hits > b.n {
			return "no"
		}
	}
	if g.mean > 0 && sum(t.took()) > g.mean.Seconds()*float64(planned) {
		return "no"
	}
	if t.done() < planned {
		return fmt.Sprintf("so far %d of %d", t.done(), planned)
	}
	return "yes"
}
