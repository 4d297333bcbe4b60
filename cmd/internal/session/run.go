package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/abort"
)

// Commands that measure, as result files name them.
const (
	commandRun     = "run"
	commandCompare = "compare"
)

// MeasuredStream is that of a run's measured phase; its warm-up's is 0.
const MeasuredStream = 1

// Run loads a target, with setup and teardown around it, and returns what was saved
// of it: after an interrupt, what there was until then.
func (s *Session) Run(ctx context.Context, p *Prepared) (f *results.File, interrupted bool, err error) {
	err = Around(ctx, s, []*Prepared{p}, func() (err error) {
		f, interrupted, err = s.load(ctx, p)
		return err
	})
	return f, interrupted, err
}

func (s *Session) load(ctx context.Context, p *Prepared) (f *results.File, interrupted bool, err error) {
	h := s.header(p)
	defer loadgen.Tune(p.Plan.Models()...)()
	g, err := loadgen.New(*p.Plan, h.Start)
	if err != nil {
		return nil, false, cli.Usagef("%w", err)
	}
	defer g.Close()
	if p.pid != 0 {
		g.WatchProcess(p.pid)
	}
	rec, err := s.record(s.Spec.Output, h)
	if err != nil {
		return nil, false, err
	}
	if s.Spec.Raw != "" {
		raw, err := s.openRaw()
		if err != nil {
			_, _, err = rec.finish(err)
			return nil, false, err
		}
		defer raw.Close()
		g.WriteRaw(raw)
	}
	s.Begin(h)
	for _, n := range p.Notes {
		note(s, "note: %s", n)
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	watch := abort.NewWatch(h, s.rules)
	emit := func(slice *results.Slice) error {
		slice.Arm = results.ArmA
		s.Slice(slice)
		if fired := watch.Slice(slice); fired != nil && context.Cause(ctx) == nil {
			rec.w.Abort(fired.Rule, fired.Value, fired.After)
			end(errAborted) // and what is in flight gets the moment that an interrupt gives it
		}
		return rec.w.Slice(slice)
	}
	ctx, unwatch := untilEnded(ctx, s.ending(p.Target))
	defer unwatch()
	if warmup := s.Warmup(); warmup > 0 {
		if slices.ContainsFunc(p.Plan.AllClasses(), func(c loadgen.Class) bool { return c.Once }) {
			note(s, "note: the warm-up takes rows that are sent once, from the last on")
		}
		s.Phase("warming up "+p.Target.Name, warmup)
		err = g.Run(ctx, loadgen.Phase{Kind: results.Warmup, Duration: warmup}, emit)
	}
	if err == nil {
		length := p.Plan.Load.Duration
		s.Phase(fmt.Sprintf("measuring %s with %s", p.Target.Name, h.Scenario.Label()), length)
		begin := time.Now()
		err = g.Run(ctx, loadgen.Phase{Kind: results.Measure, Stream: MeasuredStream, Interval: interval(length)}, emit)
		if g.UsedUp() {
			rec.w.UsedUp()
			note(s, "note: the rows that are sent once are used up, which ended the run after %s", time.Since(begin).Round(time.Millisecond))
		}
	}
	if errors.Is(context.Cause(ctx), errEnded) {
		f, err = rec.finishEnded(s.howEnded(p.Target, time.Since(h.Start)))
		return f, false, err
	}
	f, interrupted, err = rec.finish(err)
	return f, interrupted && !errors.Is(context.Cause(ctx), errAborted), err
}

// errAborted ends a run by a rule.
var errAborted = errors.New("aborted by a rule")

// interval is the span of one slice of a run: a second, longer in runs of hours
// so that the result file stays small.
func interval(total time.Duration) time.Duration {
	const most = 600
	return max(time.Second, (total / most).Round(time.Second))
}

// CheckFiles finds out, before anything is sent or started, whether a file to be
// written is there already.
func (s *Spec) CheckFiles() error {
	if err := s.Output.Check(); err != nil {
		return err
	}
	if info, err := os.Stat(s.Raw); err == nil && !s.Output.Replace && (info.Mode().IsRegular() || info.IsDir()) {
		return fmt.Errorf("raw results: %s exists: name another file, or replace it with --force", s.Raw)
	}
	return nil
}

// openRaw opens the file of single requests.
func (s *Session) openRaw() (io.WriteCloser, error) {
	if s.Spec.Raw == "-" {
		// A reader that goes away, as head does, fails the next write; else it would
		// end this process before anything is saved.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
		return nopCloser{s.Stdout}, nil
	}
	f, err := os.OpenFile(s.Spec.Raw, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // that it may be, is checked
	if err != nil {
		return nil, fmt.Errorf("raw results: %w", err)
	}
	return f, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
