package session

import (
	"context"
	"time"

	"github.com/mlbench/mlbench/targets"
)

// FirstLook says whether the target is there, within its patience.
func (l *Launcher) FirstLook(ctx context.Context, t targets.Target) error {
	return patiently(l.Observer, "waiting for "+t.Name+" to answer", t.Patience(), func() error { return t.FirstLook(ctx) })
}

// untold is how long a person waits without being told for what.
const untold = time.Second

// patiently does what may take a while, of at most so long if that is known, and tells
// the observer of it if it does.
func patiently(o Observer, what string, most time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(untold):
		o.Phase(what, most)
		return <-done
	}
}
