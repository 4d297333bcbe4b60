package verdict

import (
	"slices"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
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
func blocks(f *results.File, p *pairing, overA, overB float64) (why []*summary.Reason) {
	if (overA > 0) != (overB > 0) {
		why = append(why, because(UnevenLoad, nil))
	}
	why = append(why, censored(counts(results.ArmA, results.TotalClass, p.kept), counts(results.ArmB, results.TotalClass, p.kept))...)
	if busy := p.busyPairs(f.Header.Host.UsableCores()); f.Header.Model == results.Closed && float64(busy) > busyPairs*float64(len(p.kept)) {
		why = append(why, because(BusyPairs, args{"pct": 100 * summary.BusyShare, "pairs": int64(busy), "of": int64(len(p.kept))}))
	}
	return why
}

// censored says whether so many requests were dropped that percentiles miss the
// slow ones.
func censored(a, b *results.ClassData) []*summary.Reason {
	var dropping []Dropping
	for i, d := range []*results.ClassData{a, b} {
		if float64(d.Dropped) > mostDropped*float64(d.Planned) {
			dropping = append(dropping, Dropping{Arm: []string{results.ArmA, results.ArmB}[i], Requests: d.Dropped, Planned: d.Planned})
		}
	}
	if dropping == nil {
		return nil
	}
	return []*summary.Reason{because(DroppedMost, args{"arms": dropping})}
}

// counts sums what was planned and what became of it over the pairs.
func counts(arm, class string, pairs []slicePair) *results.ClassData {
	sum := &results.ClassData{}
	for _, pair := range pairs {
		d := pair.a.data(class)
		if arm == results.ArmB {
			d = pair.b.data(class)
		}
		sum.Add(&results.ClassData{Planned: d.Planned, Sent: d.Sent, Dropped: d.Dropped, Errors: d.Errors})
	}
	return sum
}

// unequal lists the classes of which the arms were to be sent different numbers
// of requests. In the open model both slices of a pair have one schedule. Only a
// journey that breaks off, at a failed or dropped request, takes the rest of its
// steps along, and a step that is repeated is sent as often as it takes.
func (p *pairing) unequal(h *results.Header) (out []ClassCounts) {
	if h.Model != results.Open {
		return nil
	}
	a, b := counts(results.ArmA, results.TotalClass, p.kept), counts(results.ArmB, results.TotalClass, p.kept)
	brokenOff := a.Dropped + b.Dropped + a.Failed().Total + b.Failed().Total
	for _, span := range spansOf(h) { // of a step that was repeated in vain, no request failed
		brokenOff += counts(results.ArmA, span, p.kept).Failed().Total + counts(results.ArmB, span, p.kept).Failed().Total
	}
	most := brokenOff * int64(max(len(h.Classes)-1, 0))
	for _, c := range h.Classes {
		if c.Span || c.Repeats { // as often as the target made it
			continue
		}
		if n, m := counts(results.ArmA, c.Name, p.kept).Planned, counts(results.ArmB, c.Name, p.kept).Planned; max(n, m)-min(n, m) > most {
			out = append(out, ClassCounts{Class: c.Name, A: n, B: m})
		}
	}
	return out
}

// busyPairs counts the pairs in which the generator itself was busy in a slice.
func (p *pairing) busyPairs(cores float64) (n int) {
	busy := func(m *measured) bool {
		return m.Telemetry != nil && m.Telemetry.CPUSeconds > summary.BusyShare*cores*m.TelemetrySpan(p.settle)
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
func warmUpNotes(f *results.File, overA, overB float64) []*summary.Reason {
	switch {
	case f.Header.Model != results.Open:
	case f.Header.WarmupS <= 0:
		return []*summary.Reason{because(NoWarmUp, nil)}
	case overA > 0 && overB > 0:
		return []*summary.Reason{because(NeitherKeptUp, nil)}
	}
	return nil
}

// notes name limits that this load model does not judge by.
func (l Limits) notes(h *results.Header) []*summary.Reason {
	if h.Model != results.Closed || planned(h) {
		return nil
	}
	var names []string
	for _, p := range l.Percentiles {
		if p.chosen() {
			names = append(names, summary.PercentileName(p.Q))
		}
	}
	if names == nil {
		return nil
	}
	return []*summary.Reason{because(LimitsUnused, args{"percentiles": names})}
}

// chosen says that the limit is not the default: somebody wants this percentile
// to be judged.
func (p PercentileLimit) chosen() bool { return !slices.Contains(DefaultLimits().Percentiles, p) }
