package session

import (
	"context"
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Repeat is a target that is started again and again, each time for a run of its own.
type Repeat struct {
	Spec    Spec // its seed is of the first run; each has the next one
	Name    string
	Command string
	Times   int
	Quiet   bool // nobody is told of the launches
}

// Run is all of them. An interrupt ends it: what it cut is no run. When one fails, the
// runs before it come with the error.
func (r Repeat) Run(ctx context.Context, o Observer) (runs []*results.File, interrupted bool, err error) {
	for i := range r.Times {
		f, stopped, err := r.once(ctx, o, i)
		switch {
		case ctx.Err() != nil:
			return runs, true, nil // what failed, failed by the interrupt
		case err != nil && i > 0:
			return runs, false, fmt.Errorf("launch %d of %d: %w", i+1, r.Times, err)
		case err != nil:
			return nil, false, err
		}
		if runs = append(runs, f); stopped {
			return runs, true, nil
		}
	}
	return runs, false, nil
}

// once starts the target, measures it and ends it.
func (r Repeat) once(ctx context.Context, o Observer, i int) (*results.File, bool, error) {
	spec := r.Spec
	spec.Seed += uint64(i)
	s, err := Open(spec, o)
	if err != nil {
		return nil, false, err
	}
	if each := spec.Load.Duration + s.Warmup(); i == 0 && !r.Quiet {
		note(o, "%d launches of %s, %s each and the time to start: about %s", r.Times, r.Name, each, time.Duration(r.Times)*each)
	}
	if !r.Quiet {
		note(o, "launch %d of %d: %s", i+1, r.Times, r.Command)
	}
	s.Quiet = true // the command is told
	defer s.Stop()
	t, err := s.StartCommand(ctx, r.Name, r.Command, "")
	if err != nil {
		return nil, false, err
	}
	p, err := s.Prepare(ctx, t)
	if err != nil {
		return nil, false, err
	}
	return s.Run(ctx, p)
}
