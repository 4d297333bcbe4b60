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
	runs   int // in the tests; 0: in the table only
	minute []goal
}

// goal bounds how often a verdict comes, in per cent.
type goal struct {
	of          string // a verdict, or that the interval covers
	least, most float64
}

var (
	found  = string(verdict.Regression)
	passes = string(verdict.OK)
	open   = string(verdict.Inconclusive)
)

// covers: p50's 95% interval has no change in it.
const covers = "covers"

var (
	never    = goal{found, 0, 1}
	covering = goal{covers, 94, 100}
)

// verdictConditions are those of the table. What the host is like, or the luck of
// a launch, must never be taken for a regression.
func verdictConditions() []simulated {
	same := []goal{never, covering}
	rows := []simulated{
		{condition{name: "A/A", host: quietHost}, 40, []goal{never, covering, {passes, 97, 100}}},
		{condition{name: "A/A", host: typicalHost}, 40, []goal{never, covering, {passes, 94, 100}}},
		{condition{name: "A/A", host: hostileHost}, 40, []goal{never, covering, {passes, 60, 100}}},
		{condition{name: "A/A, 200/s", host: quietHost, rate: 200}, 0, []goal{never, covering, {passes, 97, 100}}},
		{condition{name: "A/A, 200/s", host: typicalHost, rate: 200}, 0, []goal{never, covering, {passes, 94, 100}}},
		{condition{name: "A/A, 200/s", host: hostileHost, rate: 200}, 0, same},
		{condition{name: "A/A, constant arrivals", host: typicalHost, constant: true}, 0, same},
		{condition{name: "A/A", host: simHost{name: "+30% a minute", trend: math.Log(1.3)}}, 20, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 0.5 s", period: 0.5}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 0.62 s", period: 0.62}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 1.12 s", period: 1.12}}, 20, same},
		{condition{name: "A/A", host: simHost{name: "×2.5 for 15% of each 10 s", period: 10}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "AR(1) 0.9, sd 5%", memory: 0.9, spread: 0.05}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "AR(1) 0.9, sd 15%", memory: 0.9, spread: 0.15}}, 0, same},
		{condition{name: "A/A", host: simHost{name: "AR(1) 0.3, sd 15%", memory: 0.3, spread: 0.15}}, 20, same},
		{condition{name: "errors of both 1%", host: quietHost, a: simTarget{errors: 0.01}, b: simTarget{errors: 0.01}}, 0, same},
		{condition{name: "−10%", host: typicalHost, b: simTarget{slow: 0.9}}, 20, []goal{never, {passes, 97, 100}}},
		{condition{name: "+10%", host: hostileHost, b: simTarget{slow: 1.1}}, 0, []goal{{passes, 0, 1}}},
		{condition{name: "1% take ×3", host: quietHost, b: simTarget{share: 0.01, path: 3}}, 0, nil},
		{condition{name: "1% take ×10", host: quietHost, b: simTarget{share: 0.01, path: 10}}, 20, []goal{{passes, 0, 1}}},
		{condition{name: "stalls of 300 ms each 10 s", host: typicalHost, b: simTarget{lasting: 0.3, every: 10}}, 40, []goal{{passes, 0, 4}}},
		{condition{name: "errors 0.5%", host: quietHost, b: simTarget{errors: 0.005}}, 0, []goal{{passes, 0, 5}}},
		{condition{name: "errors 1%", host: quietHost, b: simTarget{errors: 0.01}}, 20, []goal{{found, 97, 100}}},
		{condition{name: "warm-up ×1.3, τ 15 s", host: quietHost, b: simTarget{cold: 1.3, tau: 15}}, 0, nil},
		{condition{name: "warm-up ×2, τ 5 s", host: quietHost, b: simTarget{cold: 2, tau: 5}}, 0, nil},
		{condition{name: "second slot −10%", host: quietHost, second: 0.9}, 0, same},
		{condition{name: "A/A, one launch, sd 2%", host: quietHost, a: simTarget{luck: 0.02}, b: simTarget{luck: 0.02}}, 0, nil},
		{condition{name: "A/A, one launch, sd 4%", host: quietHost, a: simTarget{luck: 0.04}, b: simTarget{luck: 0.04}}, 0, nil},
	}
	for _, h := range []simHost{quietHost, typicalHost} {
		rows = append(rows,
			simulated{condition{name: "+3% (limit 5%)", host: h, b: simTarget{slow: 1.03}}, 0, nil},
			simulated{condition{name: "+5% of work", host: h, b: simTarget{slow: 1.05}}, 0, []goal{{passes, 0, 5}}},
			simulated{condition{name: "+10%", host: h, b: simTarget{slow: 1.1}}, 40, []goal{{found, 99, 100}, {passes, 0, 1}}},
			simulated{condition{name: "+20%", host: h, b: simTarget{slow: 1.2}}, 0, []goal{{found, 99, 100}, {passes, 0, 1}}},
			simulated{condition{name: "warm-up ×1.5, τ 10 s", host: h, b: simTarget{cold: 1.5, tau: 10}}, 0, nil},
			simulated{condition{name: "what follows A takes +10%", host: h, afterA: 1.1}, 0, nil},
			simulated{condition{name: "second slot −30%", host: h, second: 0.7}, 0, same},
		)
	}
	for i := range rows {
		if rows[i].rate == 0 {
			rows[i].rate = 100
		}
		rows[i].name += ", " + rows[i].host.name
	}
	return rows
}

// tally is what comparisons under one condition came to.
type tally struct {
	n       int
	of      map[string]int // verdicts, and whether the interval covers
	seconds float64        // all together
	why     map[string]int // of the inconclusive ones: what the first finding is about
}

func (t *tally) add(c *verdict.Comparison, seconds float64) {
	t.of[string(c.Verdict)]++
	t.seconds += seconds
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

// check says where a goal is missed by more than chance explains: with the goal
// just reached, one tally in ten thousand would be so far from it.
func (t *tally) check(g goal) string {
	lo, hi := stats.ClopperPearson(t.of[g.of], t.n, 1e-4)
	if 100*hi < g.least || 100*lo > g.most {
		return fmt.Sprintf("%s in %d of %d, want %v to %v%%; %s", g.of, t.of[g.of], t.n, g.least, g.most, t)
	}
	return ""
}

// String has the cells of a row.
func (t *tally) String() string {
	return fmt.Sprintf("%.1f / %.1f / %.1f | %.0f", t.percent(found), t.percent(passes), t.percent(open), t.percent(covers))
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

// minute is a comparison that is judged once, at its end.
func minute(x *simulator) *verdict.Comparison {
	x.slice = 0.5
	x.pairs(48)
	x.end()
	return verdict.Compare(x.file, verdict.Options{})
}

// Comparisons of a minute, on hosts that drift, burst, hum and remember.
func TestSimulatedMinutes(t *testing.T) {
	for _, s := range verdictConditions() {
		if s.runs == 0 {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			got := simulate(s.condition, s.runs, minute)
			t.Log(got)
			for _, g := range s.minute {
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
	fmt.Print("| condition | 60 s: REG / OK / INC, % | 0 in the interval, % | inconclusive for | n | missed |\n|---|---|---|---|---|---|\n")
	for _, s := range verdictConditions() {
		if !strings.Contains(s.name, *simOnly) {
			continue
		}
		got := simulate(s.condition, *simRuns, minute)
		var missed []string
		for _, g := range s.minute {
			if x := got.percent(g.of); x < g.least || x > g.most {
				missed = append(missed, fmt.Sprintf("%s %v…%v%%", g.of, g.least, g.most))
			}
		}
		fmt.Printf("| %s | %s | %s | %d | %s |\n", s.name, got, got.reasons(), got.n, strings.Join(missed, ", "))
	}
}
