package loadgen

import (
	"fmt"

	"github.com/mlbench/mlbench/results"
)

// A span is a time of several requests: of a journey, from its first one to its
// last answer, or of a step that is repeated, from its first sending to the answer
// that it waited for. It is counted as a request is, by what ended it: it has a time
// if the last request had one, and the error of that, if any. A journey that is
// interrupted leaves none. The login of a user is one, too: of a single request that
// is none of the load's. Spans are no requests, and in no figure of these.

// spanSuffix makes the name of a class that of the span which begins with it: no
// class begins two.
const spanSuffix = ".total"

// spansOf are the spans of classes: for each class the number of its own, -1 if it
// has none, and the names of all.
func spansOf(classes []Class) (of []int, names []string) {
	for i := range classes {
		c := &classes[i]
		if c.login {
			of, names = append(of, len(names)), append(names, c.Name)
			continue
		}
		if !c.Total && !c.Step.repeats() {
			of = append(of, -1)
			continue
		}
		of, names = append(of, len(names)), append(names, c.Name+spanSuffix)
	}
	return of, names
}

// span records the one that began with a class, and ended with the outcome of req
// and end, which may be more than that.
func (r *run) span(class int, from start, req *request, last *outcome, end failure) {
	o := *last
	to := last.planned + last.response
	o.failure, o.planned, o.begun = end, from.planned, req.begun()
	o.response, o.service, o.lag = to-from.planned, to-from.sent, from.sent-from.planned
	r.g.recorder.span(class, &o)
}

// span counts one, unless the journey belongs to the settle traffic.
func (r *recorder) span(class int, o *outcome) {
	if o.begun < r.settled {
		return
	}
	s := &r.shards[int(o.number)%len(r.shards)]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active.spans[r.spanOf[class]].count(o, r.open)
}

// keepUnmet is the failure of a span whose step was sent for the last time.
func (g *Generator) keepUnmet(req *request, times int, unmet error) failure {
	if slot := &g.samples.unmet; slot.Load() == nil {
		slot.CompareAndSwap(nil, &sample{class: req.class, at: g.now(), err: fmt.Errorf("not after %d times: %w", times, unmet), secrets: g.secrets(req)})
	}
	return failCheck
}

// unmetExample is the first of them since the last slice.
func (g *Generator) unmetExample() (out []results.Example) {
	if s := g.samples.unmet.Swap(nil); s != nil {
		e := g.example(s, results.Example{Error: results.ErrCheck, Text: s.err.Error(), Span: true})
		e.Class += spanSuffix
		out = append(out, e)
	}
	return out
}
