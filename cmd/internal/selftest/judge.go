package selftest

import (
	"math"
	"slices"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

const (
	// hdrError is the relative resolution of the histograms, with a little room.
	hdrError = 0.002
	// lagLimit is the lag p99 above which the machine, not the tool, is what a
	// check saw. It also bounds how much of the lag a tolerance may contain:
	// else a hopelessly late generator would pass.
	lagLimit = time.Millisecond
	// wayThere is what the way to the reference server and back may add to its
	// known time, in milliseconds: some five times what it usually does.
	wayThere = 1.0
)

// shareAbove is the share of values above limit, which must not be a value
// itself.
func shareAbove(h *stats.Histogram, limit time.Duration) float64 {
	n := h.Count()
	if n == 0 {
		return math.NaN()
	}
	lo, hi := int64(0), n // ranks that are surely not above, and one past the last that may be
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if h.Quantile(float64(mid)/float64(n)) > limit {
			hi = mid - 1
		} else {
			lo = mid
		}
	}
	return 1 - float64(lo)/float64(n)
}

// judgeDelay: a fixed delay, and beside it requests that are answered at once.
// What those take is the way there and back, which a delayed request has too.
func judgeDelay(truth time.Duration, delayed, instant *stats.Histogram) []report.Statement {
	const slack = 0.15 // ms
	way := probe.QuantileMS(instant, .5)
	want := results.Milliseconds(truth)
	return []report.Statement{
		newRow("service time, fastest", inMS, want, probe.QuantileMS(delayed, 0), want*hdrError, math.Inf(1)),
		newRow("service time p50", inMS, want, probe.QuantileMS(delayed, .5), 0, min(way+slack, wayThere)),
	}
}

// judgeWork compares with what the server says it was asked to do: the work of
// each payload, all sent equally often. Between two modes the share of slow
// requests is known exactly.
func judgeWork(works []time.Duration, limit time.Duration, service *stats.Histogram, lagP99 time.Duration) []report.Statement {
	sorted := slices.Clone(works)
	slices.Sort(sorted)
	slow := 0
	for _, w := range sorted {
		if w > limit {
			slow++
		}
	}
	rows := []report.Statement{newRow("share of slow requests", inPct,
		100*float64(slow)/float64(len(sorted)), 100*shareAbove(service, limit), 1, 1)}
	for _, q := range []float64{.5, .99} {
		rank := int(math.Ceil(q*float64(len(sorted)))) - 1
		want := results.Milliseconds(sorted[rank])
		rows = append(rows, newRow("service time "+summary.PercentileName(q), inMS, want, probe.QuantileMS(service, q),
			0, wayThere+hdrError*want+results.Milliseconds(min(lagP99, lagLimit))))
	}
	return rows
}

// stallCurve is a server of fixed service time that makes no progress for stall
// once every period, under a constant rate.
type stallCurve struct {
	service, stall, every time.Duration
	rate                  float64 // per second
	workers               int     // 0: a gate, all served in parallel
}

// quantile is the response time's, over whole periods: Q(q) = s + max(0, S −
// (1−ρ)(1−q)T) with ρ = 0 behind a gate and ρ = R·s/c in a queue of c workers,
// valid for S/(1−ρ) < T.
func (c *stallCurve) quantile(q float64) time.Duration {
	queue := float64(c.stall) - (1-c.load())*(1-q)*float64(c.every)
	return c.service + time.Duration(max(0, queue))
}

// load is ρ.
func (c *stallCurve) load() float64 {
	if c.workers == 0 {
		return 0
	}
	return c.rate * c.service.Seconds() / float64(c.workers)
}

// flat says that the quantile q surely lies outside the stalls and their queues:
// by more than the distance of two requests.
func (c *stallCurve) flat(q float64) bool {
	return (1-c.load())*(1-q)*c.every.Seconds()-c.stall.Seconds() > 1/c.rate
}

// judgeStall compares response times with the curve. Requests come 1/R apart,
// so where it slopes the curve itself is only known within 1/R.
func judgeStall(c *stallCurve, planned int64, response *stats.Histogram, lagP99 time.Duration) []report.Statement {
	rows := []report.Statement{countRow("response times recorded", planned, response.Count())}
	for _, q := range []float64{.5, .9, .95, .99, .999} {
		if !summary.Enough(planned, q) {
			continue
		}
		want := results.Milliseconds(c.quantile(q))
		tolerance := results.Milliseconds(min(lagP99, lagLimit)) + hdrError*want
		if c.flat(q) {
			tolerance += wayThere
		} else {
			tolerance += 1e3 / c.rate
		}
		rows = append(rows, newRow("response time "+summary.PercentileName(q), inMS, want, probe.QuantileMS(response, q), tolerance, tolerance))
	}
	return rows
}

// judgeRate: every planned request was sent, when it was planned.
func judgeRate(rate float64, d time.Duration, all *results.ClassData, sent []time.Duration, lag *stats.Histogram, valid bool) []report.Statement {
	planned := int64(math.Round(rate * d.Seconds()))
	achieved := math.NaN()
	if len(sent) > 1 {
		achieved = float64(len(sent)-1) / (sent[len(sent)-1] - sent[0]).Seconds()
	}
	return []report.Statement{
		countRow("planned", planned, all.Planned),
		countRow("sent", planned, all.Sent),
		countRow("dropped", 0, all.Dropped),
		countRow("answered", planned, all.Done),
		newRow("rate, first to last request sent", inRPS, rate, achieved, rate/1000, rate/1000),
		newRow("lag p99", inMS, 0, probe.QuantileMS(lag, .99), 0, results.Milliseconds(lagLimit)),
		yesRow("the run is called valid", true, valid),
	}
}

// judgeArrivals holds the gaps between the instants of sending against the
// exponential law of a Poisson process. The tolerances are those that a true
// sample exceeds less than once in a million times.
func judgeArrivals(rate float64, sent []time.Duration) []report.Statement {
	var gaps []float64 // in units of the mean gap
	for i := 1; i < len(sent); i++ {
		gaps = append(gaps, (sent[i]-sent[i-1]).Seconds()*rate)
	}
	n := float64(len(gaps))
	if n < 100 {
		return []report.Statement{newRow("gaps", inCount, 100, n, 0, math.Inf(1))}
	}
	mean, sd := moments(gaps)
	unitMS := 1e3 / rate
	return []report.Statement{
		newRow("mean gap", inMS, unitMS, mean*unitMS, 5*unitMS/math.Sqrt(n), 5*unitMS/math.Sqrt(n)),
		// The coefficient of variation of n exponential gaps has a standard error
		// of 1/√n.
		newRow("sd of the gaps / mean", inOnes, 1, sd/mean, 5/math.Sqrt(n), 5/math.Sqrt(n)),
		// Kolmogorov: P(D√n > x) ≈ 2·exp(−2x²).
		newRow("distance from the exponential law", inOnes, 0, ksExponential(gaps), 0, math.Sqrt(math.Log(2e6)/2)/math.Sqrt(n)),
	}
}

func moments(xs []float64) (mean, sd float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		sd += (x - mean) * (x - mean) / float64(len(xs)-1)
	}
	return mean, math.Sqrt(sd)
}

// ksExponential is the Kolmogorov-Smirnov distance between a sample and the
// exponential law of mean 1.
func ksExponential(xs []float64) float64 {
	sorted := slices.Clone(xs)
	slices.Sort(sorted)
	n, d := float64(len(sorted)), 0.
	for i, x := range sorted {
		f := -math.Expm1(-max(0, x))
		d = max(d, float64(i+1)/n-f, f-float64(i)/n)
	}
	return d
}

// judgeMix: each class had its declared share of all planned requests.
func judgeMix(classes []results.Class, got map[string]*results.ClassData) []report.Statement {
	var all int64
	for _, d := range got {
		all += d.Planned
	}
	var rows []report.Statement
	for _, c := range classes {
		share := math.NaN()
		if d := got[c.Name]; d != nil && all > 0 {
			share = float64(d.Planned) / float64(all)
		}
		rows = append(rows, newRow("share of "+c.Name, inPct, 100*c.Share, 100*share, 1, 1))
	}
	return rows
}

// judgeTimeouts: whoever timed out is in the figures, at the timeout's value.
func judgeTimeouts(timeout time.Duration, planned int64, all *results.ClassData) []report.Statement {
	want := results.Milliseconds(timeout)
	return []report.Statement{
		countRow("timed out", planned, all.Errors[results.ErrTimeout]),
		countRow("answered", 0, all.Done),
		countRow("service times recorded", planned, all.Clocks[results.ClockService].Count()),
		newRow("service time, shortest", inMS, want, probe.QuantileMS(all.Clocks[results.ClockService], 0), want*hdrError, want*hdrError),
		newRow("service time, longest", inMS, want, probe.QuantileMS(all.Clocks[results.ClockService], 1), want*hdrError, want*hdrError),
	}
}

// judgeDrops: with one request in flight at most, a server of service time s
// can have been sent no more than one request per s; the others were dropped,
// counted, and the summary says what that does to its percentiles.
func judgeDrops(planned int64, service, d time.Duration, all *results.ClassData, warnings []summary.Reason) []report.Statement {
	most := float64(d/service) + 1
	return []report.Statement{
		countRow("planned", planned, all.Planned),
		newRow("sent", inCount, most, float64(all.Sent), math.Inf(1), 0),
		newRow("dropped", inCount, 1, float64(all.Dropped), 0, math.Inf(1)),
		countRow("planned less sent less dropped", 0, all.Planned-all.Sent-all.Dropped),
		yesRow("percentiles are called censored", true, slices.ContainsFunc(warnings, func(r summary.Reason) bool { return r.Code == summary.DroppedRequests })),
	}
}

// judgeRefused: a connection refused is an error and no fast answer.
func judgeRefused(planned int64, all *results.ClassData, goodput float64) []report.Statement {
	return []report.Statement{
		countRow("refused", planned, all.Errors[results.ErrRefused]),
		countRow("answered", 0, all.Done),
		countRow("latencies recorded", 0, all.Clocks[results.ClockService].Count()+all.Clocks[results.ClockResponse].Count()),
		newRow("goodput", inRPS, 0, goodput, 0, 0),
	}
}

// stopped is what a generator that was stopped in mid-run said of its run.
type stopped struct {
	exit        int
	valid       bool
	warnings    []summary.Code
	lagMax      float64 // ms, as the others
	responseP99 float64
	serviceP99  float64
	stoodMS     float64
	runMS       float64
}

// judgeStopped: a generator that stood still must call its own run invalid and
// must not take its own pause for the target's. Its response times contain the
// pause all the same, as they count from the planned instants, which went by: it
// is a stall like any other, once in the run.
func judgeStopped(s *stopped) []report.Statement {
	return []report.Statement{
		newRow("exit code", inOnes, cli.ExitInvalid, float64(s.exit), 0, 0),
		yesRow("the run is called valid", false, s.valid),
		yesRow("the generator is named as the reason", true, slices.Contains(s.warnings, summary.LateGenerator)),
		newRow("longest lag", inMS, s.stoodMS, s.lagMax, s.stoodMS/4, s.stoodMS/4),
		newRow("response time p99", inMS, s.stoodMS-.01*s.runMS, s.responseP99, s.stoodMS/4, s.stoodMS/4),
		newRow("service time p99, the target's own", inMS, 0, s.serviceP99, 0, s.stoodMS/3),
	}
}

// Units of statements.
const (
	inMS    = "ms"
	inPct   = "%"
	inRPS   = "/s"
	inCount = "requests"
	inOnes  = "1"
	inYesNo = "yes/no" // 1 and 0
)

// newRow judges: what was not measured (NaN) does not hold.
func newRow(what, unit string, expected, measured, below, above float64) report.Statement {
	return report.Statement{
		What: what, Unit: unit, Expected: results.Number(expected), Measured: results.Number(measured),
		Below: results.Number(below), Above: results.Number(above),
		Held: measured >= expected-below && measured <= expected+above,
	}
}

func countRow(what string, expected, measured int64) report.Statement {
	return newRow(what, inCount, float64(expected), float64(measured), 0, 0)
}

func yesRow(what string, expected, measured bool) report.Statement {
	one := map[bool]float64{true: 1}
	return newRow(what, inYesNo, one[expected], one[measured], 0, 0)
}
