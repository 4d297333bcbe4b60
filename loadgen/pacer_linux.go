package loadgen

import (
	"context"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pacer waits for planned instants on an operating-system thread of its own.
// The Go runtime's timers wake about half a millisecond late, nanosleep with a
// timer slack of 1 ns some tens of microseconds; the rest is spun away.
type pacer struct {
	now    func() time.Duration
	spin   time.Duration // how long before the instant sleeping ends
	budget time.Duration // of spinning, earned as time passes
	last   time.Duration // when it was last earned
	over   float64       // running mean of oversleeping, ns
	sway   float64       // running mean of its deviation, ns
}

const (
	// spinShare is the most of a core that spinning may take. At thousands of
	// requests per second it would else never end, and the thread would keep
	// readers, or the target, from their cores; it then sleeps to the end and
	// is late by what sleeping is late by.
	spinShare = 5 // one fifth
	maxBudget = 2 * time.Millisecond

	minSpin  = 20 * time.Microsecond
	maxSpin  = 250 * time.Microsecond
	maxSleep = 5 * time.Millisecond // to notice a cancelled context
)

// newPacer takes over the calling goroutine's thread: the goroutine must end
// without unlocking it, so that the thread ends too.
func newPacer(now func() time.Duration) *pacer {
	runtime.LockOSThread()
	// Without the smaller slack and the higher priority, which only root may
	// have, pacing is coarser but correct.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), -5)
	return &pacer{now: now, spin: 80 * time.Microsecond, over: 50e3, sway: 10e3}
}

// wait returns at the instant, or false when ctx ended before it.
func (p *pacer) wait(ctx context.Context, until time.Duration) bool {
	for {
		now := p.now()
		left := until - now
		if left <= 0 {
			return ctx.Err() == nil
		}
		if ctx.Err() != nil {
			return false
		}
		p.budget = min(p.budget+(now-p.last)/spinShare, maxBudget)
		p.last = now
		switch {
		case left > p.spin:
			p.sleep(min(left-p.spin, maxSleep))
		case left <= p.budget:
			for p.now() < until {
			}
			p.budget -= left
		default:
			p.sleep(left)
		}
	}
}

// sleep blocks the thread and learns how late it wakes.
func (p *pacer) sleep(d time.Duration) {
	begin := p.now()
	ts := unix.NsecToTimespec(int64(d))
	// A raw call keeps this thread's scheduler slot: handing it over and asking
	// for it back is what makes runtime timers late. Signals, with which the
	// runtime stops goroutines, end the sleep early.
	_, _, errno := unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0)
	if errno != 0 {
		return
	}
	over := float64(p.now() - begin - d)
	p.sway += (abs(over-p.over) - p.sway) / 32
	p.over += (over - p.over) / 32
	p.spin = min(maxSpin, max(minSpin, time.Duration(p.over+3*p.sway)))
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}
