package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

// Everything in this file was fixed before the runs and is not adapted to what
// they show: the conditions, how often each is run, the limits and the goals.
// Whoever changes how a run is made, or what mlbench does in it, raises method:
// runs of an earlier method stay in the journal and are not counted.
const (
	method = 1

	// seed decides the order of the runs and all their seeds.
	seed = 20260917

	// decideLimit is the most that deciding and rendering may take.
	decideLimit = 200 * time.Millisecond
)

// attempts is how often a run is made until it is valid: an invalid one is no
// measurement, by the generator's lateness and not by what was measured, and is
// made again as a user would have to. What is invalid every time counts as that.
const attempts = 3

// The factors on the work that make the pooled p50 of the response time grow by
// 5, 10 and 20%, by -tune before the runs: +87.8% · work + 58.6% · work², which
// is 1.055, 1.106 and 1.201. Transport and scheduling do not grow with the work,
// queueing grows faster: at this load the two nearly cancel. What the runs
// themselves show stands in the table beside the factor.
const (
	slow5  = 1.055
	slow10 = 1.106
	slow20 = 1.20
)

// reference is the server under all conditions but the subjects': one worker
// that burns 2 ms of a core per request, a fifth busy at 100/s.
var reference = []string{"reference", "--service", "2ms", "--sigma", "0.3", "--burn", "--workers", "1"}

// rate of the reference conditions, per second.
const rate = 100

// baselineMargin is the rule of the script that the baseline stands for.
const baselineMargin = 1.10

// condition is one row of the table.
type condition struct {
	name     string
	what     string // is compared
	subjects [2]string
	slow     float64 // factor on B's work; 1 for equal builds
	scenario string
	budget   time.Duration
	flags    []string // of compare
	vegeta   bool     // measured by the baseline instead
	runs     int
	counts   verdict.Verdict // whose share is shown
	goal     goal
}

// goal is what a condition has to reach; the zero goal is only reported.
type goal struct {
	least int             // at least so many of the counted verdict
	most  int             // or at most so many
	never verdict.Verdict // and none of these
}

var ofReference = [2]string{"reference", "reference"}

var conditions = []condition{
	{
		name: "aa-20s", what: "A/A", subjects: ofReference, slow: 1, scenario: "ping",
		budget: 20 * time.Second, runs: 100, counts: verdict.Regression, goal: goal{most: 1},
	},
	{
		name: "aa-60s", what: "A/A, with an extension", subjects: ofReference, slow: 1, scenario: "ping",
		budget: 60 * time.Second, flags: []string{"--extend"}, runs: 20, counts: verdict.OK, goal: goal{least: 18},
	},
	{
		name: "slow5-60s", what: "B slower by 5%, limit of p50 3%", subjects: ofReference, slow: slow5, scenario: "ping",
		budget: 60 * time.Second, flags: []string{"--max-regression", "p50=3%"}, runs: 20,
		counts: verdict.Regression, goal: goal{least: 17},
	},
	{
		name: "slow10-60s", what: "B slower by 10%", subjects: ofReference, slow: slow10, scenario: "ping",
		budget: 60 * time.Second, runs: 40, counts: verdict.Regression, goal: goal{least: 39, never: verdict.OK},
	},
	{
		name: "slow20-60s", what: "B slower by 20%", subjects: ofReference, slow: slow20, scenario: "ping",
		budget: 60 * time.Second, runs: 15, counts: verdict.Regression, goal: goal{least: 15},
	},
	{
		name: "subject-aa", what: "modern and modern", subjects: [2]string{"modern", "modern"}, slow: 1, scenario: "mix",
		budget: 20 * time.Second, runs: 20, counts: verdict.Regression,
	},
	{
		name: "subjects", what: "legacy and modern", subjects: [2]string{"legacy", "modern"}, scenario: "mix",
		budget: 60 * time.Second, runs: 5, counts: verdict.Regression,
	},
	{
		name: "vegeta-aa-20s", what: "A/A", subjects: ofReference, slow: 1, vegeta: true,
		budget: 20 * time.Second, runs: 30, counts: verdict.Regression,
	},
	{
		name: "vegeta-slow10-60s", what: "B slower by 10%", subjects: ofReference, slow: slow10, vegeta: true,
		budget: 60 * time.Second, runs: 12, counts: verdict.Regression,
	},
}

// aa says whether A and B are equal, so that 0 is the truth.
func (c condition) aa() bool { return c.subjects[0] == c.subjects[1] && c.slow == 1 }

// serve is the command line of `mlbench serve` for A or B.
func (c condition) serve(arm int, workSeed uint64) []string {
	if c.subjects[arm] != "reference" {
		return []string{"serve", c.subjects[arm], "--addr", "127.0.0.1:0"}
	}
	args := append([]string{"serve"}, reference...)
	args = append(args, "--addr", "127.0.0.1:0", "--seed", strconv.FormatUint(workSeed, 10))
	if arm == 1 && c.slow != 1 {
		args = append(args, "--slow", strconv.FormatFloat(c.slow, 'g', -1, 64))
	}
	return args
}

// compare is the command line of `mlbench compare` without the targets.
func (c condition) compare(seed uint64, output string) []string {
	args := []string{
		"compare", "--scenario", c.scenario, "--budget", c.budget.String(), "--seed", strconv.FormatUint(seed, 10),
		"--format", "json", "--quiet", "--output", output,
	}
	if c.scenario == "ping" {
		args = append(args, "--rate", fmt.Sprintf("%d/s", rate))
	}
	return append(args, c.flags...)
}

// words is the goal as the table shows it.
func (g goal) words(counts verdict.Verdict) string {
	text := ""
	switch {
	case g == goal{}:
		return "reported"
	case g.least > 0:
		text = fmt.Sprintf("at least %d %s", g.least, counts)
	default:
		text = fmt.Sprintf("at most %d %s", g.most, counts)
	}
	if g.never != "" {
		text += fmt.Sprintf(", 0 %s", g.never)
	}
	return text
}

// held judges a goal after done of the planned runs. It is missed as soon as
// nothing can mend it, and held only after all runs.
func (g goal) held(verdicts map[verdict.Verdict]int, counts verdict.Verdict, done, planned int) string {
	hits := verdicts[counts]
	switch {
	case g == goal{}:
		if done < planned {
			return fmt.Sprintf("%d of %d runs so far", done, planned)
		}
		return "–"
	case g.never != "" && verdicts[g.never] > 0,
		g.least > 0 && hits+planned-done < g.least,
		g.least == 0 && hits > g.most:
		return "no"
	case done < planned:
		return fmt.Sprintf("%d of %d runs so far", done, planned)
	}
	return "yes"
}
