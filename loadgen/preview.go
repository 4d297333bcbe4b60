package loadgen

import (
	"iter"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
)

// planned is a request of a phase, before anything is sent.
type planned struct {
	// At is the instant after the phase's start, if that is known before: those
	// of an open model and the first of each worker of a closed one. Else it is
	// negative: the request waits for an answer.
	At    time.Duration
	Class int
	// Request has its number in place; of a step, it is as prepared.
	Request send.Request
}

// Requests are those of the phase that Run would send, in its order and with its
// numbers, up to the load's end, or for ever if answers decide it. Steps of journeys
// follow the request that begins theirs, as prepared; one that is repeated is there
// once.
func (p *Plan) Requests(ph Phase) iter.Seq[planned] {
	return func(yield func(planned) bool) {
		g := &Generator{plan: *p, longest: p.longest(), lane: p.numbered(), stock: newStock(p.Classes)}
		for i := range p.Classes {
			weight := p.Classes[i].Weight
			if p.Classes[i].Step != nil {
				weight = 0
			}
			g.weights = append(g.weights, weight)
		}
		r := &run{g: g, phase: ph, classes: newSequence(g.weights, newRand(p.Seed, streamClasses, ph.Stream))}
		if ph.Duration == 0 && ph.Requests == 0 {
			r.phase.Duration, r.phase.Requests = p.Load.Duration, p.Load.Requests
		}
		if r.bound(); r.empty {
			return
		}
		for n, at := range r.instants() {
			req := r.request(n, max(0, at))
			for more := true; more; at = -1 {
				if !yield(planned{At: at, Class: req.class, Request: req.payload.Numbered(req.number)}) {
					return
				}
				if more = req.journey != nil; more {
					var class int
					if class, more = p.next(req.class, req.journey.number); more {
						req.step(p, class)
					}
				}
			}
		}
	}
}

// previewLimit ends the search for the next request of a rate that has gone to
// zero.
const previewLimit = 24 * time.Hour

// instants numbers the requests of a phase and says when they are due.
func (r *run) instants() iter.Seq2[uint64, time.Duration] {
	load, ph := &r.g.plan.Load, r.phase
	limit, most := ph.Settle+ph.Duration, ph.Requests
	if ph.Duration == 0 {
		limit = previewLimit
	}
	return func(yield func(uint64, time.Duration) bool) {
		var sched *schedule
		if rate := r.rate(); rate != nil {
			sched = newSchedule(rate, load.Arrivals, newRand(r.g.plan.Seed, streamArrivals, ph.Stream))
		}
		for n := uint64(0); most == 0 || n < uint64(most); n++ {
			at, ok := time.Duration(-1), true
			switch {
			case sched != nil:
				at, ok = sched.next(limit)
			case load.Clients != nil:
			case n == 0 || n < uint64(load.Connections) && load.SpawnRate == 0:
				at = 0
			}
			if !ok || !yield(n, at) {
				return
			}
		}
	}
}
