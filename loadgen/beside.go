package loadgen

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Loads beside a plan's own run in the same phases, against the same target, each by a
// generator of its own: its workers or pace, connections and recorder. What they do is
// in Slice.Beside. The plan's own load decides when a phase ends, and sends the same
// requests at the same instants with others beside it or without.

// lane keeps the numbers of requests of several loads apart: each has a part of those
// that a stream has, the plan's own the first.
type lane struct{ first, part uint64 }

func laneOf(index, of int) lane {
	part := requestsPerStream / uint64(of)
	return lane{uint64(index) * part, part}
}

// number is that of a load's request, by its place among all of its load.
func (l lane) number(place uint64) uint64 { return l.first + place%l.part }

// RunBeside adds a load beside the plan's own. It starts at Load.Start of the measured
// phase, and ends with it or, if it has an end of its own, before.
func (p *Plan) RunBeside(other Plan) { p.beside = append(p.beside, other) }

// Loads are the plan's own and those beside it, each as the plan of its load.
func (p *Plan) Loads() []Plan {
	all := append([]Plan{*p}, p.beside...)
	for i := range all {
		all[i].beside, all[i].lane = nil, laneOf(i, len(all))
	}
	return all
}

// AllClasses are those of all loads.
func (p *Plan) AllClasses() (out []Class) {
	for _, l := range p.Loads() {
		out = append(out, l.Classes...)
	}
	return out
}

// Models are those of all loads.
func (p *Plan) Models() (out []results.Model) {
	for _, l := range p.Loads() {
		out = append(out, l.Load.Model)
	}
	return out
}

// numbered is the plan's place among all loads.
func (p *Plan) numbered() lane {
	if p.lane.part == 0 {
		return p.Loads()[0].lane
	}
	return p.lane
}

// validateBeside reports what is wrong with the loads beside.
func (p *Plan) validateBeside() (errs []error) {
	of := map[string]bool{}
	for _, c := range p.Classes {
		of[c.Name] = true
	}
	for i := range p.beside {
		l := &p.beside[i]
		if err := l.validate(true); err != nil {
			errs = append(errs, fmt.Errorf("load %s: %w", l.Load.Name, err))
		}
		if len(l.beside) > 0 || l.Load.Start < 0 {
			errs = append(errs, fmt.Errorf("load %s: it starts at %s, and has %d loads beside it: want 0 or later, and none", l.Load.Name, l.Load.Start, len(l.beside)))
		}
		for _, c := range l.Classes {
			if of[c.Name] {
				errs = append(errs, fmt.Errorf("class %q is of several loads", c.Name))
			}
			of[c.Name] = true
		}
	}
	return errs
}

// startBeside starts the loads beside r. The returned function ends them, if they have
// not come to their ends, and waits for their last answers.
func (r *run) startBeside(ctx context.Context) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, g := range r.g.beside {
		b, wait, runs := r.besideOf(ctx, g)
		if !runs {
			continue
		}
		all.Go(func() {
			var t timer
			if t.wait(ctx, wait) {
				b.load(ctx)
			}
		})
	}
	return func() {
		if r.phase.Duration == 0 || r.g.now() < r.end() { // else they have the same end
			stop()
		}
		all.Wait()
		stop()
	}
}

// besideOf is the phase of a load beside r, and how long after r's it begins; false: it
// begins after its end.
func (r *run) besideOf(ctx context.Context, g *Generator) (b *run, wait time.Duration, runs bool) {
	load := &g.plan.Load
	ph := Phase{Kind: r.phase.Kind, Stream: r.phase.Stream, Settle: r.phase.Settle, Duration: r.phase.Duration}
	if !r.phase.Throughout {
		wait = load.Start
		ph.Settle = max(0, ph.Settle-wait)
		if ph.Kind == results.Measure {
			ph.Requests = load.Requests
		}
		if left := r.end() - r.begin - wait - ph.Settle; r.phase.Duration > 0 {
			if left <= 0 {
				return nil, 0, false
			}
			ph.Duration = left
		}
		if load.Duration > 0 && (ph.Duration == 0 || load.Duration < ph.Duration) {
			ph.Duration = load.Duration
		}
	}
	b = g.newRun(ctx, ph, r.begin+wait, r.cut)
	g.recorder.settled = r.begin + r.phase.Settle // of the judged load's figures
	return b, wait, !b.empty
}

// drainBeside is what the loads beside did since the last time.
func (g *Generator) drainBeside() map[string]*results.ClassData {
	if len(g.beside) == 0 {
		return nil
	}
	out := map[string]*results.ClassData{}
	for _, b := range g.beside {
		var own results.Slice
		b.recorder.drain(&own)
		b.drainChecks(&own)
		for _, data := range []map[string]*results.ClassData{own.Classes, own.Spans} {
			for name, d := range data {
				if into := out[name]; into != nil { // logins of several loads are of one name
					into.Add(d)
				} else {
					out[name] = d
				}
			}
		}
	}
	return out
}

// sentBeside counts requests of the loads beside in their data.
func (g *Generator) sentBeside(data map[string]*results.ClassData) (n int64) {
	counted := map[string]bool{}
	for _, b := range g.beside {
		for _, name := range b.recorder.names {
			if !counted[name] {
				counted[name] = true
				n += data[name].Sent
			}
		}
	}
	return n
}
