package verdict

import (
	"math"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// planned says whether the file has looks at numbers of pairs. Others, of earlier
// versions, are judged as they were then: once, and by less.
func planned(h *results.Header) bool { return len(h.Looks) > 0 && h.Looks[0] > 0 }

// ended says that no more slices will come.
func ended(f *results.File) bool { return f.Footer != nil || f.Path != "" }

// ruleFor is how much proof the verdict takes, over all looks of a plan; of a file
// without one, at the one look that is made of as many.
func ruleFor(h *results.Header) stats.Rule {
	if planned(h) {
		return stats.RuleFor(1)
	}
	return stats.RuleFor(len(h.Looks))
}

// judge finds what was decided, at which look.
func (j *judging) judge(f *results.File, s *series, limits Limits) {
	whole := j.p
	evidence := func(p *pairing) stats.Evidence {
		j.p, j.e = p, p.evidence(&f.Header, limits)
		if f.Header.Launches > 0 {
			j.launches = p.byLaunches(&f.Header, limits, j.e.Metrics)
		}
		if j.onlyErrors {
			j.e.Metrics, j.e.Stalls = nil, nil
		}
		j.e.Invalid, j.e.Blocked = j.invalid != nil, len(j.blocks) > 0
		return j.e
	}
	if !planned(&f.Header) {
		j.judged(stats.Judge(evidence(whole), j.rule))
		return
	}
	n, at := len(whole.kept), s.keeping
	if f.Header.Launches > 0 {
		n, at = len(s.launchNumbers()), s.launched
	}
	if n < f.Header.Looks[0] && !ended(f) {
		evidence(whole)
		j.v = stats.Verdict{Outcome: stats.Inconclusive, Reasons: []stats.Reason{stats.Pending}, Interim: true, Slowest: -1, Rule: j.rule}
		if j.invalid != nil {
			j.v.Outcome = stats.Invalid
		}
		return
	}
	j.judged(stats.JudgeLooks(stats.Looks(f.Header.Looks), n, ended(f), func(k int) stats.Evidence {
		if k == n {
			return evidence(whole) // with the errors of trailing pairs that are left out
		}
		return evidence(at(k))
	}, j.rule))
}

// course is what the targets' difference did from pair to pair: of all requests'
// median, or of throughput. Launches differ by themselves.
func (p *pairing) course(h *results.Header) *stats.Course {
	if h.Launches > 0 {
		return nil
	}
	c := &stats.Course{}
	value := p.level(h.Model)
	for _, pair := range p.kept {
		a, b := value(pair.a), value(pair.b)
		if a <= 0 || b <= 0 {
			continue
		}
		d := math.Log(b) - math.Log(a)
		if h.Model == results.Closed {
			d = -d
		}
		c.D, c.Slot, c.After = append(c.D, d), append(c.Slot, pair.slot), append(c.After, pair.after)
	}
	if !p.ordered() {
		c.Slot, c.After = nil, nil
	}
	return c
}

// level is what a slice is best compared by: the median response time, or in the
// closed model throughput.
func (p *pairing) level(model results.Model) func(*measured) float64 {
	if model == results.Closed {
		return p.throughput
	}
	return func(m *measured) float64 { return pooled([]*results.ClassData{m.total}, 0.5) }
}

// control is A against A's target once more, where it was measured.
func (p *pairing) control(h *results.Header, limits Limits) (metrics []stats.Metric) {
	twice := &pairing{workers: p.workers, settle: p.settle}
	for _, pair := range p.kept {
		c := pair.control
		if c == nil || c.Excluded != "" || c.lag() > p.limit {
			continue
		}
		slot := 1.0
		if c.StartS < pair.a.StartS {
			slot = -1
		}
		twice.kept = append(twice.kept, slicePair{a: pair.a, b: c, slot: slot})
	}
	if len(twice.kept) == 0 {
		return nil
	}
	if h.Model == results.Closed {
		return []stats.Metric{twice.throughputMetric(h, limits.Throughput)}
	}
	for _, l := range limits.Percentiles {
		metrics = append(metrics, twice.percentileMetric(h, results.TotalClass, l))
	}
	return metrics
}

// cpuGrain is how much CPU time either slice of a pair, or of a group of pairs,
// needs to be compared by it: some of it is counted in steps of 10 ms.
const cpuGrain = 50 * time.Millisecond

// cpuMetric pairs what managed targets used of the CPU per request.
func (p *pairing) cpuMetric(h *results.Header, l Limit) stats.Metric {
	m := stats.Metric{Name: cpuName, Class: results.TotalClass, Role: l.Part.role(true), Required: l.Part == Required, Margin: l.Max}
	known := &pairing{}
	for _, pair := range p.kept {
		if pair.use() != nil {
			known.kept = append(known.kept, pair)
		}
	}
	a, b := known.cpu()
	least := min(a.CPUSeconds, b.CPUSeconds)
	if least == 0 {
		return m
	}
	m.Margin = stats.Margin(l.Max, l.AbsMS/1000, a.CPUSeconds/float64(a.Requests))
	m.Group = max(1, int(math.Ceil(cpuGrain.Seconds()*float64(len(known.kept))/least)))
	for _, g := range stats.Groups(len(known.kept), m.Group) {
		group := &pairing{kept: known.kept[g[0]:g[1]]}
		if d := group.cpuRatio(); !math.IsNaN(d) {
			m.D = append(m.D, d)
			if planned(h) && p.ordered() {
				m.Slot = append(m.Slot, slotOf(group.kept))
			}
		}
	}
	if len(m.D) == 0 {
		m.Pairs = len(known.kept)
	}
	return m
}

// use is what both targets of the pair used; nil where that is not known.
func (s *slicePair) use() []*results.TargetUse {
	a, b := s.a.TargetUse, s.b.TargetUse
	if a == nil || b == nil || a.Requests == 0 || b.Requests == 0 {
		return nil
	}
	return []*results.TargetUse{a, b}
}

// cpuRatio is ln of the CPU time per request of B against A, in all pairs of which
// it is known; NaN if there was none.
func (p *pairing) cpuRatio() float64 {
	a, b := p.cpu()
	if !(a.CPUSeconds > 0 && b.CPUSeconds > 0) {
		return math.NaN()
	}
	return math.Log(b.CPUSeconds/float64(b.Requests)) - math.Log(a.CPUSeconds/float64(a.Requests))
}

// cpu is what either target used in all pairs of which it is known.
func (p *pairing) cpu() (a, b results.TargetUse) {
	for _, pair := range p.kept {
		if use := pair.use(); use != nil {
			a.CPUSeconds, a.Requests = a.CPUSeconds+use[0].CPUSeconds, a.Requests+use[0].Requests
			b.CPUSeconds, b.Requests = b.CPUSeconds+use[1].CPUSeconds, b.Requests+use[1].Requests
		}
	}
	return a, b
}

// cpuName is the metric of CPU time per request.
const cpuName = "cpu"
