package verdict_test

import (
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
)

var (
	simRuns = flag.Int("simulate.runs", 0, "print a table of conditions, of so many comparisons each")
	simOnly = flag.String("simulate.only", "", "of that table, only the conditions with this in their name")
)

// simulated is a row of the table: a condition, and what must come of it.
type simulated struct {
	condition
	runs  int // in the test; 0: in the table only
	goals []goal
}

// looksOfPairs are those of a comparison of two minutes.
var looksOfPairs = []int{24, 48, 96, 192}

// goal bounds how often a verdict comes, in per cent, or how long comparisons
// take.
type goal struct {
	of          string // a verdict, or one of those below
	least, most float64
}

var (
	found  = string(verdict.Regression)
	passes = string(verdict.OK)
	open   = string(verdict.Inconclusive)
)

const (
	covers  = "covers" // p50's interval has no change in it
	seconds = "s"      // in the mean
)

// verdictConditions are those of the table. What the host is like, what comes
// before a slice, or that a target is not warm yet, must never be taken for a
// regression.
func verdictConditions() []simulated {
	never, covering, spotted, unseen := goal{found, 0, 1}, goal{covers, 93, 100}, goal{found, 97, 100}, goal{passes, 0, 1}
	usable, quick := goal{passes, 97, 100}, goal{seconds, 0, 50}
	same := []goal{never, covering}
	luck := func(sd, slow float64) condition {
		return condition{host: quietHost, a: simTarget{luck: sd}, b: simTarget{luck: sd, slow: slow}}
	}
	// Eight launches of eight pairs that scatter by 3%, judged once; and as many as
	// three minutes hold, of pairs that scatter by 6% and more, with looks.
	eight := func(name string, c condition) condition {
		c.name, c.perLaunch, c.slice, c.looks = name, 8, 2, []int{8}
		return c
	}
	many := func(name string, c condition) condition {
		c.name, c.perLaunch, c.looks = name, 6, stats.PlanLaunchLooks(15)
		return c
	}
	named := func(name string, c condition) condition {
		c.name = name
		return c
	}
	rows := []simulated{
		{condition{name: "A/A", host: quietHost}, 40, []goal{never, covering, usable, quick}},
		{condition{name: "A/A", host: typicalHost}, 40, []goal{never, covering, usable, quick}},
		{condition{name: "A/A", host: hostileHost}, 20, []goal{never, covering, {passes, 95, 100}}},
		{condition{name: "A/A, 200/s", host: quietHost, rate: 200}, 0, []goal{never, covering, usable, quick}},
		{condition{name: "A/A, 200/s", host: typicalHost, rate: 200}, 0, []goal{never, covering, usable, quick}},
		{condition{name: "A/A, 200/s", host: hostileHost, rate: 200}, 0, []goal{never, covering, {passes, 95, 100}}},
		{condition{name: "A/A, constant arrivals", host: typicalHost, constant: true}, 0, []goal{never, covering, usable, quick}},
		{condition{name: "A/A", host: simHost{name: "+30% a minute", trend: math.Log(1.3)}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 0.5 s", period: 0.5}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 0.62 s", period: 0.62}}, 10, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 1.12 s", period: 1.12}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 10 s", period: 10}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "AR(1) 0.9, sd 5%", memory: 0.9, spread: 0.05}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "AR(1) 0.9, sd 15%", memory: 0.9, spread: 0.15}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "AR(1) 0.3, sd 15%", memory: 0.3, spread: 0.15}}, 0, same},
		{condition{name: "errors of both 1%", host: quietHost, a: simTarget{errors: 0.01}, b: simTarget{errors: 0.01}}, 0, same},
		{condition{name: "−10%", host: typicalHost, b: simTarget{slow: 0.9}}, 0, []goal{never, usable}},
		{condition{name: "+10%", host: hostileHost, b: simTarget{slow: 1.1}}, 0, []goal{unseen}},
		{condition{name: "1% take ×3", host: quietHost, b: simTarget{share: 0.01, path: 3}}, 0, nil},
		{condition{name: "1% take ×10", host: quietHost, b: simTarget{share: 0.01, path: 10}}, 0, []goal{unseen}},
		{condition{name: "stalls of 300 ms each 10 s", host: typicalHost, b: simTarget{lasting: 0.3, every: 10}}, 15, []goal{{passes, 0, 4}}},
		{condition{name: "errors 0.5%", host: quietHost, b: simTarget{errors: 0.005}}, 0, []goal{{passes, 0, 5}}},
		{condition{name: "errors 1%", host: quietHost, b: simTarget{errors: 0.01}}, 20, []goal{spotted, unseen}},
		{condition{name: "warm-up ×1.3, τ 15 s", host: quietHost, b: simTarget{cold: 1.3, tau: 15}}, 0, []goal{{found, 0, 10}}},
		{condition{name: "warm-up ×2, τ 5 s", host: quietHost, b: simTarget{cold: 2, tau: 5}}, 0, []goal{{found, 0, 10}}},
		{condition{name: "leak, +6% a minute", host: quietHost, b: simTarget{leak: math.Log(1.2) / 3}}, 0, []goal{{passes, 0, 50}}},
		{condition{name: "second slot −10%", host: quietHost, second: 0.9}, 0, []goal{never, covering, {passes, 95, 100}}},
		{named("A/A, one launch, sd 2%", luck(0.02, 1)), 0, nil},
		{named("A/A, one launch, sd 4%", luck(0.04, 1)), 0, nil},
		{eight("A/A, 8 launches, sd 2%", luck(0.02, 1)), 0, []goal{never, {covers, 94, 97.5}, {passes, 98, 100}}},
		{eight("A/A, 8 launches, sd 4%", luck(0.04, 1)), 25, []goal{never, {covers, 94, 97.5}, {passes, 65, 100}}},
		{eight("+10%, 8 launches, sd 2%", luck(0.02, 1.1)), 10, []goal{{found, 99, 100}, unseen}},
		{eight("+10%, 8 launches, sd 4%", luck(0.04, 1.1)), 0, []goal{{found, 60, 100}, unseen}},
		{many("A/A, up to 15 launches, sd 2%", luck(0.02, 1)), 0, []goal{never, {passes, 98, 100}}},
		{many("+10%, up to 15 launches, sd 2%", luck(0.02, 1.1)), 0, []goal{{found, 99, 100}, unseen}},
	}
	for _, h := range []simHost{quietHost, typicalHost} {
		quiet, typical, most := 15, 0, 70.0
		if h.name == typicalHost.name {
			quiet, typical, most = 0, 20, 85
		}
		rows = append(rows,
			simulated{condition{name: "+3% (limit 5%)", host: h, b: simTarget{slow: 1.03}}, 0, []goal{{found, 0, 2}}},
			simulated{condition{name: "+5% of work", host: h, b: simTarget{slow: 1.05}}, 0, []goal{{passes, 0, 5}}},
			simulated{condition{name: "+10%", host: h, b: simTarget{slow: 1.1}}, typical, []goal{spotted, unseen}},
			simulated{condition{name: "+20%", host: h, b: simTarget{slow: 1.2}}, typical, []goal{{found, 98, 100}, unseen, {seconds, 0, 28}}},
			simulated{condition{name: "warm-up ×1.5, τ 10 s", host: h, b: simTarget{cold: 1.5, tau: 10}}, quiet, []goal{{found, 0, 10}}},
			simulated{condition{name: "what follows A takes +10%", host: h, afterA: 1.1}, quiet, []goal{never}},
			simulated{condition{name: "second slot −30%", host: h, second: 0.7}, 2 * quiet, []goal{never, covering, {passes, 95, 100}, {seconds, 0, most}}},
		)
	}
	for i := range rows {
		if rows[i].rate == 0 {
			rows[i].rate = 100
		}
		if rows[i].slice == 0 {
			rows[i].slice = 0.25
		}
		if rows[i].looks == nil {
			rows[i].looks = looksOfPairs
		}
		rows[i].name += ", " + rows[i].host.name
	}
	return rows
}

// tally is what comparisons under one condition came to.
type tally struct {
	n                int
	of               map[string]int // verdicts, and whether the interval covers
	seconds, squares float64        // all together
	why              map[string]int // of the inconclusive ones: what the first finding is about
}

func (t *tally) add(c *verdict.Comparison, seconds float64) {
	t.of[string(c.Verdict)]++
	t.seconds, t.squares = t.seconds+seconds, t.squares+seconds*seconds
	if row := c.Row(results.TotalClass, "p50"); row.CI95Pct != nil && row.CI95Pct[0] <= 0 && 0 <= row.CI95Pct[1] {
		t.of[covers]++
	}
	if c.Verdict == verdict.Inconclusive {
		why := string(c.Findings[0].Kind)
		for _, m := range c.Findings[0].Metrics {
			why += " " + m.Metric
		}
		t.why[why]++
	}
}

func (t *tally) percent(of string) float64 { return 100 * float64(t.of[of]) / float64(t.n) }

// mean is of the seconds, with its standard error.
func (t *tally) mean() (s, se float64) {
	n := float64(t.n)
	s = t.seconds / n
	return s, math.Sqrt(max(0, t.squares/n-s*s) / n)
}

// check says where a goal is missed by more than chance explains: with the goal
// just reached, one tally in ten thousand would be so far from it.
func (t *tally) check(g goal) string {
	if s, se := t.mean(); g.of == seconds {
		if s-3.7*se > g.most {
			return fmt.Sprintf("%.1f s, want at most %v; %s", s, g.most, t)
		}
		return ""
	}
	lo, hi := stats.ClopperPearson(t.of[g.of], t.n, 1e-4)
	if 100*hi < g.least || 100*lo > g.most {
		return fmt.Sprintf("%s in %d of %d, want %v to %v%%; %s", g.of, t.of[g.of], t.n, g.least, g.most, t)
	}
	return ""
}

// reached says whether the figures themselves reach a goal.
func (t *tally) reached(g goal) bool {
	x := t.percent(g.of)
	if g.of == seconds {
		x, _ = t.mean()
	}
	return g.least <= x && x <= g.most
}

// String has the cells of a row.
func (t *tally) String() string {
	s, _ := t.mean()
	return fmt.Sprintf("%.1f / %.1f / %.1f | %.0f s", t.percent(found), t.percent(passes), t.percent(open), s)
}

func (t *tally) reasons() string {
	keys := slices.SortedFunc(maps.Keys(t.why), func(a, b string) int { return cmp.Or(t.why[b]-t.why[a], strings.Compare(a, b)) })
	var out []string
	for _, k := range keys[:min(3, len(keys))] {
		out = append(out, fmt.Sprintf("%s %.1f", k, 100*float64(t.why[k])/float64(t.n)))
	}
	return strings.Join(out, ", ")
}

// simulate makes n comparisons under a condition, on all cores: the same ones on
// any number of them.
func simulate(c condition, n int, compare func(*simulator) *verdict.Comparison) *tally {
	t := &tally{n: n, of: map[string]int{}, why: map[string]int{}}
	name := fnv.New32()
	name.Write([]byte(c.name))
	var mu sync.Mutex
	var begun atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			x := newSimulator()
			for run := begun.Add(1); run <= int64(n); run = begun.Add(1) {
				x.begin(c, uint64(run)<<32|uint64(name.Sum32()))
				v := compare(x)
				mu.Lock()
				t.add(v, x.now)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return t
}

// looking compares as a session does: until a look decides it.
func looking(x *simulator) *verdict.Comparison {
	last := x.looks[len(x.looks)-1]
	x.file.Header.Looks = x.looks
	if x.perLaunch > 0 {
		x.file.Header.Launches = last
	}
	for _, at := range x.looks {
		x.pairs(at * max(1, x.perLaunch))
		if at == last {
			break
		}
		if c := verdict.Compare(x.file, verdict.Options{}); c.Verdict == verdict.OK || c.Verdict == verdict.Regression {
			return c
		}
	}
	x.end()
	return verdict.Compare(x.file, verdict.Options{})
}

// Comparisons that end when they are decided, on hosts that drift, burst, hum and
// remember, of targets that warm up, disturb each other, or differ from launch to
// launch.
func TestSimulatedComparisons(t *testing.T) {
	for _, s := range verdictConditions() {
		if s.runs == 0 {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			got := simulate(s.condition, s.runs, looking)
			t.Log(got)
			for _, g := range s.goals {
				if missed := got.check(g); missed != "" {
					t.Error(missed)
				}
			}
		})
	}
}

// TestSimulationTable is `make simulate`. A goal is named where the figures miss
// it; by chance they may.
func TestSimulationTable(t *testing.T) {
	if *simRuns == 0 {
		t.Skip("prints a table: make simulate")
	}
	fmt.Print("| condition | regression / ok / inconclusive, % | mean | interval of p50 has 0 | inconclusive for | n | missed |\n|---|---|---|---|---|---|---|\n")
	for _, s := range verdictConditions() {
		if !strings.Contains(s.name, *simOnly) {
			continue
		}
		got := simulate(s.condition, *simRuns, looking)
		var missed []string
		for _, g := range s.goals {
			if !got.reached(g) {
				missed = append(missed, fmt.Sprintf("%s %v…%v", g.of, g.least, g.most))
			}
		}
		fmt.Printf("| %s | %s | %.0f%% | %s | %d | %s |\n", s.name, got, got.percent(covers), got.reasons(), got.n, strings.Join(missed, ", "))
	}
}
