package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// interruption is the context of a command, done at the first signal that asks
// it to end. It knows whether anybody listens: until then there is nothing to
// save or to stop, and a command may be waiting for what knows no context, such
// as a terminal or a pipe that it reads.
type interruption struct {
	context.Context
	heard atomic.Bool
}

// Done is called by all who wait for the end, and by every context made of this
// one.
func (i *interruption) Done() <-chan struct{} {
	i.heard.Store(true)
	return i.Context.Done()
}

// Echo is how long a signal may come again and be the same one: timeout(1) and
// terminals send it to the process and to its group.
const Echo = time.Second

// UntilInterrupted runs f. Whatever f waits for, a signal ends it: the first at
// once if nobody listens, one after it in any case. Managed targets are then
// ended by their guard, and what was measured is in the result file. cut is called
// when f is left behind. reopens says that SIGHUP is no such signal.
func UntilInterrupted(reopens bool, f func(context.Context) int, cut func()) int {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) && !reopens { // as under nohup
		signals = append(signals, syscall.SIGHUP) // the terminal is gone
	}
	came := make(chan os.Signal, 1)
	signal.Notify(came, signals...)
	defer signal.Stop(came)

	inner, cancel := context.WithCancel(context.Background())
	defer cancel()
	ctx := &interruption{Context: inner}
	ended := make(chan int, 1)
	go func() { ended <- f(ctx) }()

	var first time.Time
	for {
		select {
		case code := <-ended:
			return code
		case <-came:
		}
		switch {
		case first.IsZero() && ctx.heard.Load():
			first = time.Now()
			cancel()
		case first.IsZero(), time.Since(first) > Echo:
			cut()
			return ExitInterrupted
		}
	}
}
