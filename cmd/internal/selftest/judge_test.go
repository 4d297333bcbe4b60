package selftest

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

const ms = time.Millisecond

// recorded is a histogram of the values.
func recorded(values ...time.Duration) *stats.Histogram {
	live := stats.NewLive()
	for _, v := range values {
		live.Record(v)
	}
	return live.Drain()
}

func repeat(n int, v time.Duration) []time.Duration { return slices.Repeat([]time.Duration{v}, n) }

// verdicts runs a judge on honest and on sabotaged measurements: the honest
// must hold, and each sabotaged one must fail in the rows that are named.
func verdicts(t *testing.T, judge map[string][]report.Statement, fails map[string][]string) {
	t.Helper()
	for name, rows := range judge {
		var failed []string
		for _, r := range rows {
			if !r.Held {
				failed = append(failed, r.What)
			}
		}
		want := fails[name]
		if !slices.Equal(failed, want) {
			t.Errorf("%s: failed %q, want %q\n%+v", name, failed, want, rows)
		}
		if len(rows) == 0 {
			t.Errorf("%s: nothing was judged", name)
		}
	}
}

func TestJudgeDelay(t *testing.T) {
	instant := recorded(repeat(100, 150*time.Microsecond)...)
	judge := func(delayed ...time.Duration) []report.Statement {
		return judgeDelay(2*ms, recorded(delayed...), instant)
	}
	verdicts(t, map[string][]report.Statement{
		"honest":            judge(append(repeat(100, 2150*time.Microsecond), 9*ms)...),
		"a bit too fast":    judge(repeat(100, 1990*time.Microsecond)...),
		"one too fast":      judge(append(repeat(100, 2150*time.Microsecond), 1900*time.Microsecond)...),
		"twice counted":     judge(repeat(100, 4*ms)...),
		"millisecond clock": judge(repeat(100, 3*ms)...),
		"nothing measured":  judge(),
		// What a slow way there and back may excuse has an end.
		"slow machine": judgeDelay(2*ms, recorded(repeat(100, 8*ms)...), recorded(repeat(100, 6*ms)...)),
	}, map[string][]string{
		"a bit too fast":    {"service time, fastest", "service time p50"},
		"one too fast":      {"service time, fastest"},
		"twice counted":     {"service time p50"},
		"millisecond clock": {"service time p50"},
		"nothing measured":  {"service time, fastest", "service time p50"},
		"slow machine":      {"service time p50"},
	})
}

func TestJudgeWork(t *testing.T) {
	works := append(repeat(93, 2*ms), repeat(7, 20*ms)...)
	judge := func(values ...time.Duration) []report.Statement {
		return judgeWork(works, 11*ms, recorded(values...), 100*time.Microsecond)
	}
	honest := append(repeat(930, 2200*time.Microsecond), repeat(70, 20300*time.Microsecond)...)
	verdicts(t, map[string][]report.Statement{
		"honest":              judge(honest...),
		"slow ones left out":  judge(honest[:930]...),
		"half of them":        judge(honest[:965]...),
		"twice as many":       judge(append(honest, repeat(75, 20300*time.Microsecond)...)...),
		"slow ones cut off":   judge(append(repeat(930, 2200*time.Microsecond), repeat(70, 15*ms)...)...),
		"mean for everything": judge(repeat(1000, 3260*time.Microsecond)...),
		"late, and excused":   judgeWork(works, 11*ms, recorded(append(repeat(930, 6*ms), repeat(70, 24*ms)...)...), 50*ms),
		"nothing":             judge(),
	}, map[string][]string{
		"slow ones left out":  {"share of slow requests", "service time p99"},
		"half of them":        {"share of slow requests"},
		"twice as many":       {"share of slow requests"},
		"slow ones cut off":   {"service time p99"},
		"mean for everything": {"share of slow requests", "service time p50", "service time p99"},
		"late, and excused":   {"service time p50", "service time p99"},
		"nothing":             {"share of slow requests", "service time p50", "service time p99"},
	})
}

func TestJudgeRate(t *testing.T) {
	every := func(n int, gap time.Duration) (at []time.Duration) {
		for i := range n {
			at = append(at, time.Duration(i)*gap)
		}
		return at
	}
	data := func(planned, sent, dropped, done int64) *results.ClassData {
		return &results.ClassData{Planned: planned, Sent: sent, Dropped: dropped, Done: done}
	}
	full, lag := data(1000, 1000, 0, 1000), recorded(repeat(1000, 50*time.Microsecond)...)
	judge := func(all *results.ClassData, sent []time.Duration) []report.Statement {
		return judgeRate(1000, time.Second, all, sent, lag, true)
	}
	const rate = "rate, first to last request sent"
	verdicts(t, map[string][]report.Statement{
		"honest":        judge(full, every(1000, ms)),
		"slower":        judge(full, every(1000, ms+3*time.Microsecond)),
		"skipped":       judge(data(999, 999, 0, 999), every(1000, ms)),
		"dropped":       judge(data(1000, 990, 10, 990), every(1000, ms)),
		"unanswered":    judge(data(1000, 1000, 0, 998), every(1000, ms)),
		"late":          judgeRate(1000, time.Second, full, every(1000, ms), recorded(repeat(1000, 5*ms)...), true),
		"cries wolf":    judgeRate(1000, time.Second, full, every(1000, ms), lag, false),
		"no instants":   judge(full, nil),
		"no lag at all": judgeRate(1000, time.Second, full, every(1000, ms), recorded(), true),
	}, map[string][]string{
		"slower":        {rate},
		"skipped":       {"planned", "sent", "answered"},
		"dropped":       {"sent", "dropped", "answered"},
		"unanswered":    {"answered"},
		"late":          {"lag p99"},
		"cries wolf":    {"the run is called valid"},
		"no instants":   {rate},
		"no lag at all": {"lag p99"},
	})
}

func TestJudgeMix(t *testing.T) {
	classes := []results.Class{{Name: "a", Share: .7}, {Name: "b", Share: .3}}
	got := func(a, b int64) map[string]*results.ClassData {
		return map[string]*results.ClassData{"a": {Planned: a}, "b": {Planned: b}}
	}
	verdicts(t, map[string][]report.Statement{
		"honest":  judgeMix(classes, got(695, 305)),
		"skewed":  judgeMix(classes, got(720, 280)),
		"swapped": judgeMix(classes, got(300, 700)),
		"missing": judgeMix(classes, map[string]*results.ClassData{"a": {Planned: 1000}}),
		"nothing": judgeMix(classes, got(0, 0)),
	}, map[string][]string{
		"skewed":  {"share of a", "share of b"},
		"swapped": {"share of a", "share of b"},
		"missing": {"share of a", "share of b"},
		"nothing": {"share of a", "share of b"},
	})
}

func TestJudgeTimeouts(t *testing.T) {
	data := func(timeouts, done int64, service ...time.Duration) *results.ClassData {
		return &results.ClassData{Done: done, Errors: map[string]int64{results.ErrTimeout: timeouts}, Clocks: map[string]*stats.Histogram{results.ClockService: recorded(service...)}}
	}
	const timedOut, answered, n, shortest, longest = "timed out", "answered", "service times recorded", "service time, shortest", "service time, longest"
	judge := func(d *results.ClassData) []report.Statement { return judgeTimeouts(100*ms, 10, d) }
	verdicts(t, map[string][]report.Statement{
		"honest":               judge(data(10, 0, repeat(10, 100*ms)...)),
		"left out":             judge(data(10, 0)),
		"some left out":        judge(data(10, 0, repeat(9, 100*ms)...)),
		"counted as fast":      judge(data(10, 0, repeat(10, 0)...)),
		"when it was noticed":  judge(data(10, 0, repeat(10, 110*ms)...)),
		"waited for after all": judge(data(0, 10, repeat(10, 300*ms)...)),
	}, map[string][]string{
		"left out":             {n, shortest, longest},
		"some left out":        {n},
		"counted as fast":      {shortest, longest},
		"when it was noticed":  {shortest, longest},
		"waited for after all": {timedOut, answered, shortest, longest},
	})
}

func TestJudgeDrops(t *testing.T) {
	censored := []summary.Reason{{Code: summary.DroppedRequests}}
	judge := func(planned, sent, dropped int64, warnings []summary.Reason) []report.Statement {
		return judgeDrops(200, 20*ms, time.Second, &results.ClassData{Planned: planned, Sent: sent, Dropped: dropped}, warnings)
	}
	verdicts(t, map[string][]report.Statement{
		"honest":       judge(200, 40, 160, censored),
		"silent":       judge(200, 40, 160, nil),
		"not planned":  judge(40, 40, 0, nil),
		"not counted":  judge(200, 40, 0, nil),
		"limit broken": judge(200, 200, 0, nil),
	}, map[string][]string{
		"silent":       {"percentiles are called censored"},
		"not planned":  {"planned", "dropped", "percentiles are called censored"},
		"not counted":  {"dropped", "planned less sent less dropped", "percentiles are called censored"},
		"limit broken": {"sent", "dropped", "percentiles are called censored"},
	})
}

func TestJudgeRefused(t *testing.T) {
	data := func(refused, done int64, times ...time.Duration) *results.ClassData {
		return &results.ClassData{Done: done, Errors: map[string]int64{results.ErrRefused: refused}, Clocks: map[string]*stats.Histogram{results.ClockService: recorded(times...), results.ClockResponse: recorded()}}
	}
	verdicts(t, map[string][]report.Statement{
		"honest":          judgeRefused(50, data(50, 0), 0),
		"fast successes":  judgeRefused(50, data(0, 50, repeat(50, ms)...), 200),
		"fast failures":   judgeRefused(50, data(50, 0, repeat(50, ms)...), 0),
		"called good":     judgeRefused(50, data(50, 0), 200),
		"counted in part": judgeRefused(50, data(49, 0), 0),
	}, map[string][]string{
		"fast successes":  {"refused", "answered", "latencies recorded", "goodput"},
		"fast failures":   {"latencies recorded"},
		"called good":     {"goodput"},
		"counted in part": {"refused"},
	})
}

func TestJudgeStopped(t *testing.T) {
	judge := func(change func(*stopped)) []report.Statement {
		s := stopped{exit: cli.ExitInvalid, warnings: []summary.Code{summary.LateGenerator}, lagMax: 298, responseP99: 281, serviceP99: 8, stoodMS: 300, runMS: 2000}
		change(&s)
		return judgeStopped(&s)
	}
	verdicts(t, map[string][]report.Statement{
		"honest":            judge(func(*stopped) {}),
		"exit 0":            judge(func(s *stopped) { s.exit = cli.ExitOK }),
		"called valid":      judge(func(s *stopped) { s.valid = true }),
		"another reason":    judge(func(s *stopped) { s.warnings = []summary.Code{summary.NoRequest} }),
		"did not notice":    judge(func(s *stopped) { s.lagMax = 2 }),
		"blames the target": judge(func(s *stopped) { s.serviceP99 = 290 }),
		"counts from send":  judge(func(s *stopped) { s.responseP99 = 9 }),
		"no report":         judge(func(s *stopped) { s.lagMax, s.responseP99, s.serviceP99 = math.NaN(), math.NaN(), math.NaN() }),
	}, map[string][]string{
		"exit 0":            {"exit code"},
		"called valid":      {"the run is called valid"},
		"another reason":    {"the generator is named as the reason"},
		"did not notice":    {"longest lag"},
		"blames the target": {"service time p99, the target's own"},
		"counts from send":  {"response time p99"},
		"no report":         {"longest lag", "response time p99", "service time p99, the target's own"},
	})
}

func TestShareAbove(t *testing.T) {
	values := append(append(repeat(30, 2*ms), repeat(50, 5*ms)...), repeat(20, 90*ms)...)
	h := recorded(values...)
	for limit, want := range map[time.Duration]float64{ms: 1, 3 * ms: .7, 6 * ms: .2, 100 * ms: 0} {
		if got := shareAbove(h, limit); math.Abs(got-want) > 1e-9 {
			t.Errorf("share above %s: %v, want %v", limit, got, want)
		}
	}
	if got := shareAbove(recorded(), ms); !math.IsNaN(got) {
		t.Errorf("of nothing: %v, want NaN", got)
	}
}
