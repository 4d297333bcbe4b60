//go:build !linux

package reference

import "time"

// spinLead is how long before its instant a waiter is woken; a Go timer can be
// a millisecond late.
const spinLead = time.Millisecond

// alarm is a Go timer.
type alarm struct {
	timer  *time.Timer
	closed chan struct{}
}

func newAlarm() (*alarm, error) {
	return &alarm{timer: time.NewTimer(time.Hour), closed: make(chan struct{})}, nil
}

// set replaces the time to the alarm. It must not be called after close.
func (a *alarm) set(in time.Duration) { a.timer.Reset(max(in, 1)) }

// wait returns true at the alarm, false after close.
func (a *alarm) wait() bool {
	select {
	case <-a.timer.C:
		return true
	case <-a.closed:
		return false
	}
}

func (a *alarm) close() {
	a.timer.Stop()
	close(a.closed)
}
