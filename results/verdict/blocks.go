package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results"
)

const (
	// mostDropped is the share of planned requests beyond which those dropped
	// censor percentiles: so many of the slowest may be missing.
	mostDropped = 0.001
	// busyPairs is the share of pairs in which a busy generator blocks a pass.
	busyPairs = 0.25
)

// blocks says why nothing may pass, whatever the metrics say: they were
// censored, or cannot show it. What is proven to be worse in spite of it, is.
func blocks(f *results.File, c *Comparison, p *pairing, overA, overB float64) (why []string) {
	a, b := c.names()
	if (overA > 0) != (overB > 0) {
		why = append(why, fmt.Sprintf("one of %s and %s kept up with the load of the warm-up and the other did not: lower the rate", a, b))
	}
	why = append(why, censored(a, counts(results.ArmA, results.TotalClass, p.kept), b, counts(results.ArmB, results.TotalClass, p.kept))...)
	if busy := p.busyPairs(f.Header.Host.UsableCores()); f.Header.Model == results.Closed && float64(busy) > busyPairs*float64(len(p.kept)) {
		why = append(why, fmt.Sprintf("the load generator used over %.0f%% of the cores it may use in %d of %s: throughput may be its limit and not the targets', so give it more cores, or fewer --connections", 100*results.BusyShare, busy, counted(len(p.kept), "pair")))
	}
	return why
}

// censored says whether so many requests were dropped that percentiles miss the
// slow ones.
func censored(a string, ofA *results.ClassData, b string, ofB *results.ClassData) []string {
	var dropping []string
	for _, arm := range []struct {
		name string
		d    *results.ClassData
	}{{a, ofA}, {b, ofB}} {
		if float64(arm.d.Dropped) > mostDropped*float64(arm.d.Planned) {
			dropping = append(dropping, fmt.Sprintf("%d of %d planned requests to %s", arm.d.Dropped, arm.d.Planned, arm.name))
		}
	}
	if dropping == nil {
		return nil
	}
	return []string{strings.Join(dropping, " and ") + " were dropped because the in-flight limit was reached, and those would have been the slow ones: raise --connections or lower the rate"}
}

// counts sums what was planned and what became of it over the pairs.
func counts(arm, class string, pairs []slicePair) *results.ClassData {
	sum := &results.ClassData{}
	for _, pair := range pairs {
		d := pair.a.data(class)
		if arm == results.ArmB {
			d = pair.b.data(class)
		}
		sum.Add(&results.ClassData{Planned: d.Planned, Dropped: d.Dropped, Errors: d.Errors})
	}
	return sum
}

// unequal lists the classes of which the arms were to be sent different numbers
// of requests. In the open model both slices of a pair have one schedule. Only a
// journey that breaks off, at a failed or dropped request, takes the rest of its
// steps along.
func (p *pairing) unequal(h *results.Header) (out []string) {
	if h.Model != results.Open {
		return nil
	}
	a, b := counts(results.ArmA, results.TotalClass, p.kept), counts(results.ArmB, results.TotalClass, p.kept)
	brokenOff := a.Dropped + b.Dropped + a.Failed().Total + b.Failed().Total
	most := brokenOff * int64(max(len(h.Classes)-1, 0))
	for _, c := range h.Classes {
		if n, m := counts(results.ArmA, c.Name, p.kept).Planned, counts(results.ArmB, c.Name, p.kept).Planned; max(n, m)-min(n, m) > most {
			out = append(out, fmt.Sprintf("%s: %d and %d", c.Name, n, m))
		}
	}
	return out
}

// busyPairs counts the pairs in which the generator itself was busy in a slice.
func (p *pairing) busyPairs(cores float64) (n int) {
	busy := func(m *measured) bool {
		return m.Telemetry != nil && m.Telemetry.CPUSeconds > results.BusyShare*cores*m.TelemetrySpan(p.settle)
	}
	for _, pair := range p.kept {
		if busy(pair.a) || busy(pair.b) {
			n++
		}
	}
	return n
}

// warmUpNotes say what the check of sustained load could not, or need not, tell
// apart.
func warmUpNotes(f *results.File, overA, overB float64) []string {
	switch {
	case f.Header.Model != results.Open:
	case f.Header.WarmupS <= 0:
		return []string{"without a warm-up nothing tells whether the targets keep up with the load: short slices do not show a queue that grows slowly"}
	case overA > 0 && overB > 0:
		return []string{"neither target kept up with the load of the warm-up: so near their limits small changes of a target make for large ones of latency. Lower the rate"}
	}
	return nil
}

// notes name limits that this load model does not judge by.
func (l Limits) notes(model results.Model) []string {
	if model != results.Closed {
		return nil
	}
	var names []string
	for _, p := range l.Percentiles {
		if p.chosen() {
			names = append(names, results.PercentileName(p.Q))
		}
	}
	if names == nil {
		return nil
	}
	return []string{fmt.Sprintf("of the closed model throughput is judged, and no percentile: the limit of %s counts for nothing here", strings.Join(names, ", "))}
}

// chosen says that the limit is not the default: somebody wants this percentile
// to be judged.
func (p PercentileLimit) chosen() bool { return !slices.Contains(DefaultLimits().Percentiles, p) }
