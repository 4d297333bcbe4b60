package stats

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The simulation runs the whole experiment on a model, without a clock: one FIFO
// server behind Poisson arrivals (Lindley's recursion), 2 ms of lognormal work
// of which 1% is four times as long, on a host whose speed drifts, flutters,
// changes for seconds at a time and bursts. Times are seconds.
const (
	simRate   = 100.0
	simWork   = 0.002
	simSigma  = 0.3
	simShared = 0.8 // of the work's variance is in the payload, same for A and B
	simPairs  = 48
	simSlice  = 0.5
	simSettle = 0.06 // load that is not counted
	simTick   = 0.01 // of the host's speed
	simNaive  = 27.0 // seconds of each single run of the usual script
	// A stall is over so many medians and p99s, as in results.
	simStallMedians, simStallTails = 10, 5
)

var simulations = flag.Int("simulations", 1, "times as many simulated experiments")

// simHost is how the host's slowness varies: standard deviations of its
// logarithm over 30 s, over 0.7 s and of a level redrawn every 20 s or so;
// bursts a second.
type simHost struct {
	name                  string
	drift, flutter, level float64
	bursts                float64
}

var (
	quietHost   = simHost{"quiet", 0.01, 0.01, 0.01, 1.0 / 60}
	typicalHost = simHost{"typical", 0.04, 0.03, 0.05, 1.0 / 15}
)

// slowness is the factor on all work, tick by tick.
func (h simHost) slowness(rng *rand.Rand, seconds float64) []float64 {
	out := make([]float64, int(seconds/simTick)+1)
	drift, flutter, level := h.drift*rng.NormFloat64(), h.flutter*rng.NormFloat64(), h.level*rng.NormFloat64()
	keepDrift, keepFlutter := math.Exp(-simTick/30), math.Exp(-simTick/0.7)
	moveDrift, moveFlutter := h.drift*math.Sqrt(1-keepDrift*keepDrift), h.flutter*math.Sqrt(1-keepFlutter*keepFlutter)
	burst, until := 1.0, 0.0
	for i := range out {
		now := float64(i) * simTick
		drift = keepDrift*drift + moveDrift*rng.NormFloat64()
		flutter = keepFlutter*flutter + moveFlutter*rng.NormFloat64()
		if rng.Float64() < simTick/20 {
			level = h.level * rng.NormFloat64()
		}
		if rng.Float64() < h.bursts*simTick {
			burst, until = 1.3+1.7*rng.Float64(), now+0.4*rng.ExpFloat64()
		}
		out[i] = math.Exp(drift + flutter + level)
		if now < until {
			out[i] *= burst
		}
	}
	return out
}

// request is what both slices of a pair have in common.
type request struct {
	at      float64 // since the slice began
	payload float64 // in standard deviations of the work's logarithm
	long    bool
}

func simRequests(rng *rand.Rand, seconds float64) []request {
	out := make([]request, 0, int(1.3*simRate*seconds))
	for at := rng.ExpFloat64() / simRate; at < seconds; at += rng.ExpFloat64() / simRate {
		out = append(out, request{at, rng.NormFloat64(), rng.Float64() < 0.01})
	}
	return out
}

// freezes stop a server for so long, once in every so many seconds; none: 0.
type freezes struct{ lasting, every float64 }

// over is when a server that would begin at the instant at can do so.
func (f freezes) over(at float64) float64 {
	if f.lasting == 0 {
		return at
	}
	return max(at, f.every*math.Floor(at/f.every)+f.lasting)
}

// serve answers the requests of a slice that begins at start, and returns the
// sorted response times of those after settle.
func serve(rng *rand.Rand, requests []request, start, settle, factor float64, slowness []float64, f freezes) []float64 {
	out := make([]float64, 0, len(requests))
	free := 0.0
	for _, r := range requests {
		begin := f.over(start+max(r.at, free)) - start
		noise := math.Sqrt(simShared)*r.payload + math.Sqrt(1-simShared)*rng.NormFloat64()
		work := factor * simWork * math.Exp(simSigma*noise-simSigma*simSigma/2)
		if r.long {
			work *= 4
		}
		tick := min(int((start+begin)/simTick), len(slowness)-1)
		free = begin + work*slowness[tick]
		if r.at >= settle {
			out = append(out, free-r.at)
		}
	}
	slices.Sort(out)
	return out
}

func simQuantile(sorted []float64, q float64) float64 {
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))-1e-9))-1)]
}

// experiment is the proposed design: pairs of short slices on the same arrivals
// and payloads, a coin for the order of each.
func experiment(rng *rand.Rand, host simHost, factor float64, pairs int, ofB freezes) Evidence {
	const span = simSlice + simSettle
	slowness := host.slowness(rng, 2*span*float64(pairs))
	arms := [2][][]float64{}
	for pair := range pairs {
		requests := simRequests(rng, span)
		first := rng.IntN(2)
		for position := range 2 {
			arm, by, f := (first+position)%2, 1.0, freezes{}
			if arm == 1 {
				by, f = factor, ofB
			}
			start := span * float64(2*pair+position)
			arms[arm] = append(arms[arm], serve(rng, requests, start, simSettle, by, slowness, f))
		}
	}
	return simEvidence(arms)
}

func simEvidence(arms [2][][]float64) Evidence {
	merged := func(slots ...[]float64) []float64 {
		if len(slots) == 1 {
			return slots[0] // sorted already
		}
		all := slices.Concat(slots...)
		slices.Sort(all)
		return all
	}
	ofA, ofB := merged(arms[0]...), merged(arms[1]...)
	medianA, medianB := simQuantile(ofA, 0.5), simQuantile(ofB, 0.5)
	stalled := max(medianA, medianB) * max(simStallMedians, simStallTails*min(simQuantile(ofA, 0.99)/medianA, simQuantile(ofB, 0.99)/medianB))
	pairs := len(arms[0])
	ratios := func(q float64, size int) (d []float64) {
		for _, g := range Groups(pairs, size) {
			var v [2]float64
			for arm, slots := range arms {
				v[arm] = simQuantile(merged(slots[g[0]:g[1]]...), q)
			}
			d = append(d, math.Log(v[1])-math.Log(v[0]))
		}
		return d
	}
	tail := MergeSize(float64(len(ofA)+len(ofB))/float64(2*pairs), 0.99)
	e := Evidence{
		Metrics: []Metric{
			{Name: "p50", Class: "total", D: ratios(0.5, 1), Margin: 0.05},
			{Name: "p90", Class: "total", D: ratios(0.9, 1), Margin: 0.10},
			{Name: "p99", Class: "total", D: ratios(0.99, tail), Margin: 0.20, Group: tail},
		},
		Stalls: []Stalls{{Class: "total", Pairs: pairs}},
		Errors: []Errors{{Class: "total", Whole: true, Margin: 0.005}},
	}
	for i := range pairs {
		e.Errors[0].Pairs = append(e.Errors[0].Pairs, ErrorPair{RequestsA: len(arms[0][i]), RequestsB: len(arms[1][i])})
		a, b := simQuantile(arms[0][i], 1) > stalled, simQuantile(arms[1][i], 1) > stalled
		if a && !b {
			e.Stalls[0].OnlyA++
		}
		if b && !a {
			e.Stalls[0].OnlyB++
		}
	}
	return e
}

// script is what people do: one run after the other, alarm if p95 is more than
// 10% worse.
func script(rng *rand.Rand, host simHost, factor float64) (alarm bool) {
	slowness := host.slowness(rng, 2*simNaive)
	a := serve(rng, simRequests(rng, simNaive), 0, 0, 1, slowness, freezes{})
	b := serve(rng, simRequests(rng, simNaive), simNaive, 0, factor, slowness, freezes{})
	return simQuantile(b, 0.95) > 1.1*simQuantile(a, 0.95)
}

// tally is how often the design and the script said what.
type tally struct {
	runs                       int
	ok, regression, alarms     int
	okExtended, extendedAlarms int // with one extension to twice the pairs
	significant, covered       int // any p, whatever the size; p50's interval has 0
}

func simulate(t *testing.T, host simHost, factor float64, runs int) tally {
	rng := rand.New(rand.NewPCG(uint64(1000*factor), uint64(1e6*host.bursts)))
	judge := func(e Evidence, looks int) Verdict {
		v, err := Judge(e, RuleFor(looks))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	n := tally{runs: runs}
	for range runs {
		e := experiment(rng, host, factor, simPairs, freezes{})
		v := judge(e, 1)
		if slices.ContainsFunc(v.Judgements, func(j Judgement) bool { return j.PHolm <= v.Rule.Alpha }) {
			n.significant++
		}
		if p50 := v.Judgements[0]; p50.Low <= 0 && 0 <= p50.High {
			n.covered++
		}
		switch v.Outcome {
		case OK:
			n.ok++
		case Regression:
			n.regression++
		}
		v = judge(e, 2)
		if v.Outcome == Inconclusive {
			v = judge(joined(e, experiment(rng, host, factor, simPairs, freezes{})), 2)
		}
		switch v.Outcome {
		case OK:
			n.okExtended++
		case Regression:
			n.extendedAlarms++
		}
		if script(rng, host, factor) {
			n.alarms++
		}
	}
	return n
}

// joined is the evidence of a measurement and its extension.
func joined(e, more Evidence) Evidence {
	for i := range e.Metrics {
		e.Metrics[i].D = slices.Concat(e.Metrics[i].D, more.Metrics[i].D)
	}
	e.Stalls[0].OnlyA += more.Stalls[0].OnlyA
	e.Stalls[0].OnlyB += more.Stalls[0].OnlyB
	e.Stalls[0].Pairs += more.Stalls[0].Pairs
	e.Errors[0].Pairs = slices.Concat(e.Errors[0].Pairs, more.Errors[0].Pairs)
	return e
}

func TestSimulatedFalseAlarmsAndPower(t *testing.T) {
	share := func(x, n int) float64 { return float64(x) / float64(n) }
	report := func(host simHost, what string, n tally) {
		lo, hi := ClopperPearson(n.regression, n.runs, 0.025)
		t.Logf("%-7s %-4s %4d runs: regression %5.1f%% [%.1f, %.1f], ok %5.1f%%; with an extension %5.1f%%, %5.1f%%; script alarms %5.1f%%; any p %.2f%%, p50's interval has 0 in %.1f%%",
			host.name, what, n.runs, 100*share(n.regression, n.runs), 100*lo, 100*hi, 100*share(n.ok, n.runs),
			100*share(n.extendedAlarms, n.runs), 100*share(n.okExtended, n.runs), 100*share(n.alarms, n.runs), 100*share(n.significant, n.runs), 100*share(n.covered, n.runs))
	}
	of := func(runs int) int {
		if testing.Short() {
			return runs / 4
		}
		return runs * *simulations
	}
	for _, tt := range []struct {
		host            simHost
		naiveLo, usable float64 // the script's false alarms at least; A/A ok at least
		naiveHi         float64
	}{{quietHost, 0.04, 0.95, 0.20}, {typicalHost, 0.15, 0.85, 0.40}} {
		aa := simulate(t, tt.host, 1, of(400))
		report(tt.host, "A/A", aa)
		if share(aa.regression, aa.runs) > 0.01 || share(aa.extendedAlarms, aa.runs) > 0.01 {
			t.Errorf("%s host: identical targets called a regression in %d, with an extension in %d of %d runs, want at most 1%%", tt.host.name, aa.regression, aa.extendedAlarms, aa.runs)
		}
		if share(aa.ok, aa.runs) < tt.usable || share(aa.okExtended, aa.runs) < 0.93 {
			t.Errorf("%s host: identical targets pass in %d, with an extension in %d of %d runs", tt.host.name, aa.ok, aa.okExtended, aa.runs)
		}
		// Beside chance (four standard deviations) the test keeps its 1% and the
		// interval its 95%, on noise that is neither independent nor normal.
		slack := 4 / math.Sqrt(float64(aa.runs))
		if s := share(aa.significant, aa.runs); s > 0.01+slack*math.Sqrt(0.01*0.99) {
			t.Errorf("%s host: some p is significant in %.3f of A/A runs, want at most 0.01", tt.host.name, s)
		}
		if s := share(aa.covered, aa.runs); math.Abs(s-0.95) > slack*math.Sqrt(0.95*0.05) {
			t.Errorf("%s host: the 95%% interval of p50 has 0 in %.3f of A/A runs", tt.host.name, s)
		}
		if s := share(aa.alarms, aa.runs); s < tt.naiveLo || s > tt.naiveHi {
			t.Errorf("%s host: the script alarms in %.3f of A/A runs, want %v to %v: the model is not the one described", tt.host.name, s, tt.naiveLo, tt.naiveHi)
		}
		ten := simulate(t, tt.host, 1.10, of(200))
		report(tt.host, "+10%", ten)
		if share(ten.regression, ten.runs) < 0.95 || share(ten.extendedAlarms, ten.runs) < 0.95 || ten.ok+ten.okExtended > 0 {
			t.Errorf("%s host: +10%% found in %d, with an extension in %d, passed in %d and %d of %d runs", tt.host.name, ten.regression, ten.extendedAlarms, ten.ok, ten.okExtended, ten.runs)
		}
		twenty := simulate(t, tt.host, 1.20, of(100))
		report(tt.host, "+20%", twenty)
		if share(twenty.regression, twenty.runs) < 0.99 || twenty.ok > 0 {
			t.Errorf("%s host: +20%% found in %d, passed in %d of %d runs", tt.host.name, twenty.regression, twenty.ok, twenty.runs)
		}
	}
}

// A freeze of 300 ms every ten seconds falls into some five slices of a minute,
// which is mostly too few to prove it and enough not to pass; four minutes prove
// it. docs/method.md says so.
func TestSimulatedStalls(t *testing.T) {
	for _, tt := range []struct {
		pairs, runs         int
		mostOK, leastProven float64
	}{{simPairs, 200, 0.15, 0}, {4 * simPairs, 100, 0.01, 0.80}} {
		rng := rand.New(rand.NewPCG(7, uint64(tt.pairs)))
		found := map[Outcome]int{}
		for range tt.runs {
			v, err := Judge(experiment(rng, typicalHost, 1, tt.pairs, freezes{0.3, 10}), RuleFor(1))
			if err != nil {
				t.Fatal(err)
			}
			found[v.Outcome]++
		}
		t.Logf("%d pairs, %d runs: %v", tt.pairs, tt.runs, found)
		runs := float64(tt.runs)
		if ok, proven := float64(found[OK])/runs, float64(found[Regression])/runs; ok > tt.mostOK || proven < tt.leastProven || tt.pairs == simPairs && proven > 0.25 {
			t.Errorf("%d pairs: %v of %d", tt.pairs, found, tt.runs)
		}
	}
}
